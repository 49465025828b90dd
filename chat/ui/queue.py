"""The questions that wait for the answer's end, above the input: static/queue.js holds them."""

from __future__ import annotations

from functools import partial

from chat.ui import program, session
from chat.ui.page import Page

KEY = "queue"

_component = program.component("queue")


def draw(page: Page) -> None:
    """Draw the place of what waits."""
    data = {
        "session": page.queue.session,
        "received": page.queue.received,
        "isRefused": page.visitor.refused is not None,
        "longest": page.visitor.owners.max_chars,
        **program.words(),
    }
    _component(key=KEY, data=data, on_came_change=partial(session.ask_queued, page, KEY))
