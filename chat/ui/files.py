"""The chat as a file: saved to read or to load again, and loaded."""

from __future__ import annotations

from functools import partial

import streamlit as st

from chat.keeping.transcript import to_json, to_markdown
from chat.keeping.untrusted import LARGEST
from chat.ui import program, session
from chat.ui.session import Page
from chat.words import text

_component = program.component("files")


def draw(page: Page) -> None:
    """Draw the ways to save and to load."""
    visitor = page.visitor
    with st.expander(text.THIS_CHAT_AS_FILE):
        # Made only when somebody asks for it: a long chat is not written at every click.
        st.download_button(
            text.DOWNLOAD_MARKDOWN,
            lambda: to_markdown(
                visitor.conversation, title=visitor.owners.title, ending=text.ending
            ),
            "chat.md",
            "text/markdown",
            on_click="ignore",
            width="stretch",
        )
        st.download_button(
            text.DOWNLOAD_JSON,
            lambda: to_json(visitor.conversation, visitor.options),
            "chat.json",
            "application/json",
            on_click="ignore",
            width="stretch",
        )
        words = {"label": text.UPLOAD, "help": text.UPLOAD_HELP, "largest": LARGEST}
        _component(key="upload", data=words, on_file_change=partial(session.load, page, "upload"))
        if page.fault is not None:
            st.warning(text.TRANSCRIPT_FAULTS[page.fault])
