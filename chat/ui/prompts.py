"""The visitor's own prompts, which the browser keeps and draws: static/prompts.js.

The server hears of the one that is picked.
"""

from __future__ import annotations

from functools import partial

from chat.prompts import picked
from chat.ui import beginning, program, session
from chat.ui.page import Page

KEY = "prompts"

_component = program.component("prompts")
_row = program.component("promptRow")


def draw(page: Page) -> None:
    """Draw the ways to save a prompt and to those there are; `/` in the input finds all of them."""
    visitor = page.visitor
    data = {
        "received": page.picked,
        **program.words(),
        "language": page.language.code,
        "keeps": visitor.store is not None,
        "shipped": [
            {"name": prompt.name, "title": prompt.title} for prompt in visitor.owners.prompts
        ],
        # What a prompt that is saved may carry.
        "now": {
            "model": visitor.options.model,
            "effort": visitor.options.reasoning_effort,
            "rounds": visitor.conversation.rounds,
        },
    }
    _component(key=KEY, data=data, on_picked_change=partial(_pick, page))


def draw_row(page: Page) -> None:
    """Draw the place where the visitor's own prompts stand in an empty chat."""
    if page.visitor.store is not None:
        begun = page.holding
        _row(key="prompt_row", data={"picked": None if begun is None else begun.title})


def _pick(page: Page) -> None:
    said, shipped = session.said_by(KEY, "picked"), page.visitor.owners.prompts
    prompt, page.picked = picked(said, shipped, received=page.picked)
    if prompt is None:
        page.redraw()
    beginning.pick(page, prompt)
