"""Notes to the page's program, among what is drawn; nothing of them is seen."""

from __future__ import annotations

import json
from uuid import uuid4

import streamlit as st

from chat.keeping.store import Store
from chat.words import text


def tell_drawn(store: Store | None, *, is_gate: bool = False) -> None:
    """Tell presses.js that a press acts from now on, as soon as the store is ready."""
    said = {
        "store": None if store is None else store.session,
        "isGate": is_gate,
        "gone": text.PRESS_IS_GONE,
        "waits": text.PRESS_WAITS,
        "tooLong": text.PASTE_IS_TOO_LONG,
        "run": uuid4().hex,  # new to each run
    }
    st.html(note("drawn", said))


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
