"""The button that copies a text."""

from __future__ import annotations

import html
import json

import streamlit as st

from chat.words import text

LONGEST = 100_000  # characters that are on the page twice, to be read and to be copied


def draw(copied: str, key: str) -> None:
    """Draw the way to copy a text or, of one that is too long for that, to save it."""
    if len(copied) > LONGEST:  # it would travel with every drawing of the page
        st.download_button(
            text.SAVE_TEXT,
            lambda: copied,
            "text.md",
            "text/markdown",
            key=f"save-{key}",
            type="tertiary",
            on_click="ignore",
        )
        return
    # A click on it is served by copy.js in the browser: a clipboard takes only what a person has
    # just asked for, and some browsers do not wait for a server. As JSON without angle brackets: of
    # a text that looks like the end of a tag, DOMPurify would drop the whole attribute.
    quoted = json.dumps(copied).replace("<", "\\u003c").replace(">", "\\u003e")
    st.html(
        f'<button class="copy" data-copy="{html.escape(quoted)}" '
        f'data-copied="{text.COPIED}" data-failed="{text.COPY_FAILED}" '
        f'data-close="{text.close()}">{text.COPY}</button>',
        width="content",
    )
