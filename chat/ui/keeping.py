"""Where the browser's storage is mounted on the page: its list of chats, and what is sent to it."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from chat.conversation.tree import Conversation
from chat.keeping.store import Store
from chat.languages.language import spoken
from chat.ui import notes, program

_component = program.component("chats")


def prepare(store: Store | None, part: str) -> None:
    """Make a place in a part of the page for what is sent; nothing of it is seen."""
    if store is None:
        return
    place = st.container(key=f"writes-{part}")

    def send(writes: str) -> None:
        place.html(notes.note_of("writes", writes))

    store.begin_run(send)


def draw(store: Store, key: str, conversation: Conversation, receive: Callable[[], None]) -> None:
    """Draw the list of the chats, with its end of the storage, which calls `receive` back."""
    data = {
        **store.state(conversation),
        **program.words(),
        "asks_for_titles": store.asks_for_titles,
        "language": spoken().code,
    }
    _component(key=key, data=data, on_came_change=receive)
