"""What was used in some days: summed up by day, by person and by model. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from chat.ledger.used import DOLLAR, Row, Used

Days = Sequence[tuple[int, list[Row]]]  # each in days since 1970, the latest first


@dataclass(frozen=True, kw_only=True)
class Line:
    """What was used under a name: a person's or model's, or of a day (as in 2026-11-27)."""

    name: str
    has_own_key: bool
    used: Used

    @property
    def cost(self) -> Decimal | None:
        """What it cost the owner in US dollars; None where nothing of that is known.

        It is the least where `used.unpriced` is not 0.
        """
        is_known = self.used.unpriced < self.used.requests
        return Decimal(self.used.cost) / DOLLAR if is_known else None


@dataclass(frozen=True, kw_only=True)
class Report:
    """What was used in so many days. Each list tells own keys apart; the largest come first."""

    days: int
    total: list[Line]
    by_day: list[Line]  # in the days' own order
    by_person: list[Line]
    by_model: list[Line]

    @classmethod
    def of(cls, days: Days) -> Report:
        """Sum up these days."""
        rows = [(str(day_of(day)), row) for day, listed in days for row in listed]
        return cls(
            days=len(days),
            total=_summed(rows, lambda _day, _row: ""),
            by_day=sorted(_summed(rows, lambda day, _row: day), key=lambda line: line.name),
            by_person=_summed(rows, lambda _day, row: row.who),
            by_model=_summed(rows, lambda _day, row: row.model),
        )


def day_of(number: int) -> date:
    """The day of this number, in days since 1970."""
    return date(1970, 1, 1) + timedelta(days=number)


def _summed(rows: Iterable[tuple[str, Row]], name_of: Callable[[str, Row], str]) -> list[Line]:
    sums: dict[tuple[str, bool], Used] = {}
    for day, row in rows:
        key = name_of(day, row), row.has_own_key
        sums[key] = sums.get(key, Used()) + row.used
    lines = [Line(name=name, has_own_key=own, used=used) for (name, own), used in sums.items()]
    return sorted(lines, key=lambda line: (-line.used.cost, -line.used.tokens, line.name))
