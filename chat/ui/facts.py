"""What is known of an answer: its model, its time, its tokens and its cost, behind a small sign."""

from __future__ import annotations

import html
from datetime import UTC, tzinfo
from zoneinfo import ZoneInfo

import streamlit as st

from chat.conversation.answer import Answer
from chat.conversation.spending import Spending
from chat.visitor import Visitor
from chat.words import text


def html_of(visitor: Visitor, answer: Answer) -> str:
    """A sign that mouse, key and finger open, in the browser alone; empty if nothing is known."""
    model, calibration = visitor.options.model, visitor.calibration
    spent = Spending.of_answers([answer], lambda a: calibration.answer(a, model).tokens)
    rows = "".join(
        f"<dt>{html.escape(label)}</dt><dd>{html.escape(value)}</dd>"
        for label, value in text.about(answer, spent, _zone())
    )
    if not rows:
        return ""
    name = f'<summary aria-label="{text.ABOUT}" title="{text.ABOUT}"></summary>'
    return f'<details class="about" name="about">{name}<dl>{rows}</dl></details>'


def _zone() -> tzinfo:
    """Where the visitor's clock stands, as far as the browser says so."""
    try:
        return ZoneInfo(st.context.timezone or "UTC")
    except (KeyError, ValueError, OSError):  # untrusted, and the name of a file
        return UTC
