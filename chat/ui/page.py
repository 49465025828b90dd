"""What the page needs beside Streamlit's own: a style sheet and a program, and what it is told."""

from __future__ import annotations

import json
from datetime import timedelta
from uuid import uuid4

import streamlit as st

from chat.ui import program
from chat.words import text

_component = program.component("page")


def prepare() -> None:
    """Have the browser load the style and the program; neither shows anything by itself."""
    st.html(f'<style>@import url("{program.path("style.css")}")</style>')
    with st.container(key="program"):
        _component(key="program_mount")
    _have_it_drawn_after_a_break()


def tell_drawn(store: str | None, *, is_gate: bool = False) -> None:
    """Tell presses.js that what is pressed is heard, as soon as this end of the storage was."""
    said = {
        "store": store,
        "isGate": is_gate,
        "gone": text.PRESS_IS_GONE,
        "run": uuid4().hex,
    }  # new to each run
    with st.container(key="drawn"):
        st.html(note("drawn", said))


@st.fragment(run_every=timedelta(days=20))  # the longest that a browser counts are 24
def _have_it_drawn_after_a_break() -> None:
    """Have the browser ask for the page when its connection has come back.

    Streamlit (1.67) does so where a part of the page is drawn again by the clock. An idle page
    without one asks for nothing, whatever server it is now before, and the first click there is
    dropped: what was pressed is not known yet, and a fragment that was never drawn does not run.
    """


def note(kind: str, value: object) -> str:
    """HTML of which nothing is seen: a value for the page's program (notes.js)."""
    return note_of(kind, json.dumps(value))


def note_of(kind: str, json: str) -> str:
    """The same, of a value that is JSON already."""
    # No text may end the attribute that carries it, and of one that looks like the end of a tag,
    # DOMPurify would drop the whole attribute.
    for character in "&<>'":
        json = json.replace(character, f"\\u{ord(character):04x}")
    return f'<i class="note" data-kind="{kind}" data-value=\'{json}\'></i>'
