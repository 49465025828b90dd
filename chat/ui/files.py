"""The chat as a file: exported to read or as a backup, and imported."""

from __future__ import annotations

from functools import partial

import streamlit as st

from chat.keeping.transcript import to_json, to_markdown
from chat.keeping.untrusted import LARGEST
from chat.languages.language import speaking
from chat.ui import program, session
from chat.ui.page import Page
from chat.words import text

_component = program.component("files")


def _markdown(page: Page) -> str:
    with speaking(page.language):  # it is made in a thread of Streamlit's
        title = text.title(page.visitor.owners.title)
        return to_markdown(
            page.visitor.conversation, title=title, ending=text.ending, attached=text.attached
        )


def draw(page: Page) -> None:
    """Draw the ways to export and to import."""
    visitor = page.visitor
    st.markdown(text.THIS_CHAT_AS_FILE)
    # Made only when somebody asks for it: a long chat is not written at every click.
    st.download_button(
        text.DOWNLOAD_MARKDOWN,
        partial(_markdown, page),
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
        st.warning(text.fault(page.fault))
