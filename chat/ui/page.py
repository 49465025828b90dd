"""What the page needs beside Streamlit's own: a style sheet and a few scripts."""

from __future__ import annotations

import json
from datetime import timedelta
from functools import cache
from pathlib import Path
from uuid import uuid4

import streamlit as st

from chat.words import text

_HERE = Path(__file__).parent


def prepare() -> None:
    """Send the style and the scripts along; none of them shows anything by itself."""
    st.html(_HERE / "style.css")
    run("page.js", "presses.js", "unsent.js", "input.js", "scroll.js")
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
        st.html(
            f"<script>window.chatPresses?.drawn({json.dumps(said)})</script>",
            unsafe_allow_javascript=True,
        )


@st.fragment(run_every=timedelta(days=20))  # the longest that a browser counts are 24
def _have_it_drawn_after_a_break() -> None:
    """Have the browser ask for the page when its connection has come back.

    Streamlit (1.67) does so where a part of the page is drawn again by the clock. An idle page
    without one asks for nothing, whatever server it is now before, and the first click there is
    dropped: what was pressed is not known yet, and a fragment that was never drawn does not run.
    """


def run(*scripts: str) -> None:
    """Have the browser run some of our scripts in this order, by their files' names."""
    whole = "\n".join(map(_text, scripts))
    st.html(f"<script>{whole}</script>", unsafe_allow_javascript=True)


@cache
def _text(script: str) -> str:
    return (_HERE / script).read_text(encoding="utf-8")
