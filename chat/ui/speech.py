"""What the browser is told of the language that is spoken: static/language.js does the rest."""

from __future__ import annotations

from chat.languages.language import ENGLISH, language, spoken
from chat.ui import notes, session


def note() -> str:
    """Tell it the language, its direction, and what it calls Streamlit's own words (1.67)."""
    here = spoken()
    english, own = (each.table("streamlit") for each in (language(ENGLISH), here))
    return notes.note(
        "language",
        {
            "code": here.code,
            "direction": here.direction,
            "cookie": session.LANGUAGE_COOKIE,
            "chosen": session.chosen_language(),
            "words": [[english[name], own[name]] for name in english] if own != english else [],
        },
    )
