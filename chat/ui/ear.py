"""What a screen reader says: the page's program (static/ear.js) says it, once, where it is sent."""

from __future__ import annotations

from uuid import uuid4

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from chat.ui import notes
from chat.words import text


def tell_names(hidden: int) -> None:
    """Tell what the questions and answers are called; `hidden` rounds stand before the first."""
    st.html(notes.note("names", {**text.heard_names(), "hidden": hidden}))


def say(place: DeltaGenerator, words: str, *, is_failure: bool = False) -> None:
    """Have something said, from a place of which nothing is seen."""
    # A place may be drawn again with what it had: by its name, it is said only once.
    heard = {"name": uuid4().hex, "words": words, "isFailure": is_failure}
    place.html(notes.note("heard", heard))
