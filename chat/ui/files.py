"""Chats as files: exported to read or as a backup, and imported."""

from __future__ import annotations

from functools import partial

import streamlit as st

from chat.keeping.transcript import to_json, to_markdown
from chat.keeping.untrusted import LARGEST
from chat.languages.language import speak, speaking
from chat.ui import program, session
from chat.ui.page import Page
from chat.words import text

LARGEST_PICTURES = LARGEST * 7 // 10  # bytes, which base64 makes a third more

_component = program.component("files")


def _markdown(page: Page) -> str:
    with speaking(page.language):  # it is made in a thread of Streamlit's
        title = text.title(page.visitor.owners.title)
        return to_markdown(
            page.visitor.conversation, title=title, ending=text.ending, attached=text.attached
        )


def draw(page: Page) -> None:
    """Draw the ways to export and to import."""
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
    # The browser copies what it would save (static/sharing.js).
    st.download_button(
        text.COPY_CHAT,
        partial(_markdown, page),
        "chat.md",
        "text/markdown",
        key="copy_chat",
        on_click="ignore",
        width="stretch",
    )
    _backup(page)
    visitor = page.visitor
    st.download_button(
        text.COPY_LINK,
        lambda: to_json(visitor.conversation, visitor.options, pictures=False),
        "chat.json",
        "application/json",
        key="copy_link",
        on_click="ignore",
        width="stretch",
    )
    data = {
        **program.words(),
        "has_pictures": any(round.pictures for round in visitor.conversation.all_rounds),
        "language": page.language.code,
        "largest": LARGEST,
        "keeps": visitor.store is not None,
        "converted": page.converted,
    }
    _component(key="upload", data=data, on_file_change=partial(session.load, page, "upload"))
    if page.fault is not None:
        st.warning(text.fault(page.fault))
    if page.others:
        st.caption(text.others_in_file(page.others))


def _backup(page: Page) -> None:
    """Draw the way to the file that can be loaded again, with the chat's pictures or without."""
    visitor = page.visitor
    rounds = visitor.conversation.all_rounds
    pictures = [picture for round in rounds for picture in round.pictures]
    is_with = bool(pictures) and st.toggle(text.WITH_PICTURES, value=True, key="with_pictures")
    missing = sum(picture.data is None for picture in pictures) if is_with else 0
    # A chat is opened without the bytes of its pictures, and most are never asked for.
    if missing and visitor.store is not None and not page.is_collecting:
        st.button(
            text.COLLECT_PICTURES,
            key="collect_pictures",
            on_click=page.collect_pictures,
            width="stretch",
        )
        return
    if missing and page.await_pictures():
        _collect(page)
        return
    st.download_button(
        text.DOWNLOAD_JSON,
        lambda: to_json(visitor.conversation, visitor.options, pictures=is_with),
        "chat.json",
        "application/json",
        on_click="ignore",
        width="stretch",
    )
    if missing:
        st.caption(text.pictures_missing(missing))
    if is_with and sum(len(picture.data or b"") for picture in pictures) > LARGEST_PICTURES:
        st.caption(text.TOO_LARGE_TO_LOAD)


@st.fragment(run_every=1.0)
def _collect(page: Page) -> None:
    """Say that pictures are on their way, until they are there or come no more."""
    speak(page.language)  # the clock draws it, too
    st.caption(text.COLLECTING_PICTURES)
    if not page.await_pictures():
        st.rerun()
