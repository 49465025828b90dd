"""A request and its parts, as the meter shows them: HTML, and what of it changes. Pure."""

from __future__ import annotations

import html
from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass, field
from uuid import uuid4

from chat.tokens.counter import Count
from chat.words import text


@dataclass(frozen=True, kw_only=True)
class Part:
    """A part of a request, with the class that gives it its colour."""

    kind: str
    label: str
    tokens: int


@dataclass(frozen=True)
class Split:
    """A request and its parts: a line with a bar, and a list that says it in words."""

    label: str
    total: Count
    parts: list[Part]
    limit: int | None
    # Another word each time. What the browser would take for the same, it would not draw over what
    # the page's program has put in its place meanwhile.
    drawn: str = field(default_factory=lambda: uuid4().hex[:8])

    def head(self, price: str | None) -> str:
        """HTML of the line, the bar, and beneath it the share of the context and the price."""
        used, limit = sum(part.tokens for part in self.parts if part.kind != "room"), self.limit
        room = max(0, limit - used) if limit is not None else int(not used)
        filled = "".join(
            f'<i class="{part.kind}" style="flex-grow:{part.tokens}"></i>'
            for part in self.parts
            if part.tokens > 0 and part.kind != "room"
        )
        over = ' class="over"' if limit is not None and used > limit else ""
        share = "" if limit is None else text.share(used, limit)
        return (
            f'<div class="meter" data-drawn="{self.drawn}">'
            f"<h2><span>{self.label}</span><b>{text.tokens(self.total)}</b></h2>"
            f'<div{over} aria-hidden=true>{filled}<u style="flex-grow:{room}"></u></div>'
            f"<small><span>{share}</span><span>{price or ''}</span></small></div>"
        )

    def rows(self) -> str:
        """HTML of the parts and their tokens."""
        rows = "".join(row(part.kind, part.label, text.number(part.tokens)) for part in self.parts)
        return f'<div class="meter" data-drawn="{self.drawn}"><ul>{rows}</ul></div>'


def row(kind: str, label: str, number: str) -> str:
    """HTML of a line of a list: what it is, and how much."""
    return f'<li class="{kind}"><span>{html.escape(label)}</span><b>{html.escape(number)}</b></li>'


def change(begun: str, now: str) -> tuple[int, int, str]:
    """How many characters at the start and at the end are as they were, and what is between.

    What is drawn are our own words, in which no character takes two of JavaScript's.
    """
    start = _alike(begun, now, lambda text, count: text[:count])
    begun, rest = begun[start:], now[start:]
    end = _alike(begun, rest, lambda text, count: text[len(text) - count :])
    return start, end, rest[: len(rest) - end]


def _alike(one: str, other: str, part: Callable[[str, int], str]) -> int:
    """How many characters both have in common at the end of which `part` gives so many.

    Found by halving, as it is asked for several times a second, for each visitor.
    """
    counts = range(1, min(len(one), len(other)) + 1)
    return bisect_left(counts, 1, key=lambda count: part(one, count) != part(other, count))
