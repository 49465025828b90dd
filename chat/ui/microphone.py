"""The microphone in the input: static/microphone.js records, and puts the words where one types."""

from __future__ import annotations

from functools import partial

import streamlit as st

from chat.files.recordings import LARGEST, LONGEST
from chat.languages.language import speak
from chat.services.transcription import BYTES_A_SECOND
from chat.ui import program, session
from chat.ui.page import Page
from chat.words import text

KEY = "microphone"
PACE = 0.7  # seconds between two looks whether the words have come

_component = program.component("microphone")


def draw(page: Page) -> None:
    """Draw the microphone, by the clock as long as a recording is being turned into text."""
    # The page answers with a message when it has the words, and then it is drawn without the clock.
    st.fragment(_draw, run_every=PACE if page.dictation.is_under_way else None)(page)


def _draw(page: Page) -> None:
    speak(page.language)
    dictation = page.dictation
    data = {
        "session": dictation.session,
        "received": dictation.received,
        "heard": _heard(page),
        "isAlone": not page.visitor.tray.is_open,
        "bounds": {
            "seconds": LONGEST,
            "largest": LARGEST,
            "rate": BYTES_A_SECOND,
            "letters": page.visitor.owners.max_chars,
        },
        **program.words(),
    }
    _component(key=KEY, data=data, on_came_change=partial(session.dictate, page, KEY))


def _heard(page: Page) -> dict[str, object] | None:
    heard = page.dictation.heard
    if heard is None:
        return None
    has_own_key = page.visitor.own_service is not None
    said = "" if heard.error is None else text.not_turned(heard.error, has_own_key=has_own_key)
    return {"number": heard.number, "text": heard.text, "said": said}
