"""What was used, for owners alone: a button in the sidebar, and the dialog that it opens.

Drawn as HTML: Streamlit's charts (1.67) compile text, which the page's policy forbids
(access/rules.py).
"""

from __future__ import annotations

import html
from collections.abc import Callable

import streamlit as st

from chat import errors
from chat.languages.language import spoken
from chat.ui import process
from chat.ui.page import Page
from chat.ui.parts import Part
from chat.usage import words
from chat.usage.report import Days, Line, Report, day_of
from chat.visitor import Visitor
from chat.words import text

MONTH = 30  # days
LONGEST = 50  # lines of a list; the largest come first
DIALOG = "usage"


def draw_opener(page: Page) -> None:
    """Draw the button, where the visitor is an owner."""
    if process.is_owner():
        page.draw(Part.USAGE, _button)


def _button(page: Page) -> None:
    st.button(
        text.USAGE,
        key="usage",
        icon=":material/bar_chart:",
        width="stretch",
        on_click=_open,
        args=(page,),
    )


def _open(page: Page) -> None:
    if process.is_owner():  # a message can be made up
        page.open(DIALOG)
    page.redraw()


def show(_visitor: Visitor) -> None:
    """Draw today and the last days; nothing for anybody but an owner."""
    if not process.is_owner():
        return
    try:
        days = process.current().tally.read(MONTH)
    except errors.LedgerAway as error:
        st.warning(spoken().joined(*text.failure(error)))
        return
    today, month = Report.of(days[:1]), Report.of(days)
    for tab, report in zip(
        st.tabs([words.period(report.days) for report in (today, month)]),
        (today, month),
        strict=True,
    ):
        with tab:
            st.html(_html(report, days))
    st.caption(words.notes([month]))


def _html(report: Report, days: Days) -> str:
    if not report.total:
        return f'<p class="usage">{html.escape(text.USAGE_NOTHING)}</p>'
    parts = [_list(text.USAGE_TOTAL, report.total, None)]
    if report.days > 1:
        by_day = "".join(_item(line, words.day, None) for line in reversed(report.by_day))
        title = html.escape(text.USAGE_BY_DAY)
        parts.append(_chart(days))
        parts.append(f"<details><summary>{title}</summary><ul>{by_day}</ul></details>")
    parts.append(_list(text.USAGE_BY_PERSON, report.by_person, words.person))
    parts.append(_list(text.USAGE_BY_MODEL, report.by_model, words.model))
    return f'<div class="usage">{"".join(parts)}</div>'


def _chart(days: Days) -> str:
    """A bar for each day, by its tokens, with the first and the last day beneath."""
    sums = [(day, sum(row.used.tokens for row in rows)) for day, rows in reversed(days)]
    most = max(tokens for _, tokens in sums) or 1
    bars = "".join(
        f'<i title="{html.escape(f"{spoken().day(day_of(day))}: {text.number(tokens)}")}"'
        f' style="height:{_share(tokens, most)}"></i>'
        for day, tokens in sums
    )
    ends = "".join(f"<span>{spoken().day(day_of(sums[at][0]))}</span>" for at in (0, -1))
    return f'<div class="days" aria-hidden=true>{bars}</div><p aria-hidden=true>{ends}</p>'


def _list(title: str, lines: list[Line], name: Callable[[Line], str] | None) -> str:
    most = max(line.used.tokens for line in lines) or 1
    items = "".join(_item(line, name, most) for line in lines[:LONGEST])
    if len(lines) > LONGEST:
        items += f"<li>{html.escape(text.usage_more(len(lines) - LONGEST))}</li>"
    return f"<h3>{html.escape(title)}</h3><ul>{items}</ul>"


def _item(line: Line, name: Callable[[Line], str] | None, most: int | None) -> str:
    """A name with its cost, a bar by its tokens, and the numbers beneath; `most`: a whole bar."""
    named = "" if name is None else f"<bdi>{html.escape(name(line))}</bdi>"
    bar = (
        ""
        if most is None or name is None
        else f'<i style="width:{_share(line.used.tokens, most)}"></i>'
    )
    cost, said = html.escape(words.cost(line)), html.escape(words.requests(line))
    return f"<li><div>{named}<b>{cost}</b></div>{bar}<small>{said}</small></li>"


def _share(number: int, most: int) -> str:
    return f"{100 * number / most:.1f}%"
