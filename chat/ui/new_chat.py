"""The ways to a new chat, and what is said of one that is temporary."""

from __future__ import annotations

import streamlit as st

from chat.ui.page import Page
from chat.words import text


def draw(page: Page) -> None:
    """Draw the ways to a new chat.

    In no part, so that they act at once: an answer that is being written is stopped and kept.
    """
    with st.container(key="new-chats", horizontal=True, gap="xsmall"):
        st.button(
            text.NEW_CHAT,
            key="new_chat",
            icon=":material/edit_square:",
            width="stretch",
            shortcut="Mod+Shift+O",
            on_click=page.new_chat,
        )
        if page.visitor.store is not None:  # else all are temporary
            is_temporary = page.visitor.conversation.is_temporary
            st.button(
                text.TEMPORARY_CHAT,
                key="temporary_chat",
                icon=":material/history_toggle_off:",
                type="primary" if is_temporary else "secondary",
                on_click=page.temporary_chat,
            )


def draw_notice(page: Page) -> None:
    """Say that a chat is temporary, and how it is kept all the same; nothing for any other."""
    if page.visitor.conversation.is_temporary:
        with st.container(key="temporary", horizontal=True, vertical_alignment="center"):
            st.markdown(text.IS_TEMPORARY)
            st.button(text.KEEP_CHAT, key="keep_chat", on_click=page.keep_chat)
