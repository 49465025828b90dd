"""A report as tables for a terminal."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

from chat.languages.language import say, spoken
from chat.usage import words
from chat.usage.report import Line, Report

LONGEST = 50  # lines of a table; the largest come first
GAP = "  "
NARROWEST = 16  # letters that are left for a name


def table(report: Report, columns: int) -> str:
    """The report's tables one beneath the other, for a terminal with so many columns."""
    if not report.total:
        return f"{words.period(report.days)}\n\n{say('usage_nothing')}\n"
    tables = [
        _table(words.period(report.days), report.total, lambda _: say("usage_total")),
        _table(say("usage_by_person"), report.by_person, words.person),
        _table(say("usage_by_model"), report.by_model, words.model),
    ]
    if report.days > 1:
        tables.insert(1, _table(say("usage_by_day"), report.by_day, words.day))
    return _aligned(tables, columns)


def _table(title: str, lines: list[Line], name: Callable[[Line], str]) -> list[list[str]]:
    heads = ("usage_requests", "usage_failed", "usage_sent", "usage_received", "cost_label")
    rows = [[title, *map(say, heads)]]
    for line in lines[:LONGEST]:
        used = line.used
        counts = (spoken().number(used.requests), spoken().number(used.failures))
        sent = words.tokens(line, used.prompt_tokens)
        received = words.tokens(line, used.completion_tokens)
        rows.append([name(line), *counts, sent, received, words.cost(line)])
    if len(lines) > LONGEST:
        rows.append([say("usage_more", count=len(lines) - LONGEST)])
    return rows


def _aligned(tables: list[list[list[str]]], columns: int) -> str:
    """Tables with the same columns, the first of which has what room is left."""
    whole = [row for rows in tables for row in rows if row[1:]]
    widths = [max(map(width, column)) for column in zip(*whole, strict=True)]
    room = columns - sum(widths[1:]) - len(GAP) * len(widths[1:])
    widths[0] = min(widths[0], max(NARROWEST, room))
    return "\n".join("".join(_line(row, widths, columns) for row in rows) for rows in tables)


def _line(row: list[str], widths: list[int], columns: int) -> str:
    if not row[1:]:
        return f"{_cut(row[0], columns)}\n"
    name = _cut(row[0], widths[0])
    cells = zip(row[1:], widths[1:], strict=True)
    numbers = [" " * (most - width(cell)) + cell for cell, most in cells]
    return GAP.join((name + " " * (widths[0] - width(name)), *numbers)) + "\n"


def _cut(text: str, most: int) -> str:
    """A text in so many columns of a terminal."""
    if width(text) <= most:
        return text
    while width(text) >= most:
        text = text[:-1]
    return f"{text}…"


def width(text: str) -> int:
    """How many columns of a terminal a text takes."""
    return sum(_columns(letter) for letter in text)


def _columns(letter: str) -> int:
    if unicodedata.category(letter) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(letter) in "WF" else 1
