"""Budgets on the owner's key: how many tokens a visitor, and all visitors, may use in a day.

    limits = Limits(visitor_tokens=50_000, daily_tokens=1_000_000)
    service = Budgeted(service, limits, visitor="203.0.113.7", weigh=weigh)

What a request may cost at most is reserved before it is made and settled after it, whatever ends
it, so a hundred visitors at once cannot overspend. Days begin at midnight UTC.
"""

from __future__ import annotations

import json
import os
import threading
from collections import Counter
from collections.abc import Callable, Generator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path

from chat import errors
from chat.events import Event, ReasoningDelta, TextDelta, UsageReported
from chat.service import Options, Service
from chat.tokens import Count, Grade
from chat.window import Window

LONGEST_ANSWER = 4_096  # tokens, where nobody set a bound and a budget needs one
DOUBT = 2  # an estimate may be so many times too low
FILE = "spent.json"


@dataclass(frozen=True, kw_only=True)
class Left:
    """The tokens that may still be used today, by this visitor and by all; None: no bound."""

    visitor: int | None
    all: int | None

    @property
    def least(self) -> int | None:
        """What bounds the next request."""
        return min((left for left in (self.visitor, self.all) if left is not None), default=None)


@dataclass
class _Day:
    date: date
    spent: int = 0
    by_visitor: Counter[str] = field(default_factory=Counter)


class Limits:
    """The sums of a day, for the whole process. Any thread may ask.

    With a `folder` the sum of all survives a restart; that of each visitor never does. `today`
    tells the date in UTC. Raises `OSError` where the folder cannot be written at the start.
    """

    def __init__(
        self,
        *,
        visitor_tokens: int | None = None,
        daily_tokens: int | None = None,
        folder: Path | None = None,
        today: Callable[[], date] = lambda: datetime.now(UTC).date(),
    ) -> None:
        self._visitor_tokens = visitor_tokens
        self._daily_tokens = daily_tokens
        self._file = None if folder is None else folder / FILE
        self._today = today
        self._lock = threading.Lock()
        self._day = _Day(today())
        if self._file is not None:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            self._day.spent = self._read(self._file)
            self._write()

    @property
    def are_set(self) -> bool:
        """Whether there is any budget at all."""
        return self._visitor_tokens is not None or self._daily_tokens is not None

    def left(self, visitor: str) -> Left:
        """What is left today."""
        with self._lock:
            return self._left(visitor)

    def reserve(self, visitor: str, least: int, most: int) -> Reservation:
        """Set aside as many tokens as there are left, up to `most`.

        Raises `VisitorBudgetSpent` or `DailyBudgetSpent` where not even `least` are left.
        """
        with self._lock:
            left = self._left(visitor)
            if left.all is not None and left.all < least:
                raise errors.DailyBudgetSpent
            if left.visitor is not None and left.visitor < least:
                raise errors.VisitorBudgetSpent
            tokens = most if left.least is None else min(most, left.least)
            self._add(self._day.date, visitor, tokens)
            return Reservation(self, self._day.date, visitor, tokens)

    def add(self, day: date, visitor: str, tokens: int) -> None:
        """Count so many tokens more, or fewer, unless their day is over."""
        with self._lock:
            self._add(day, visitor, tokens)

    def _left(self, visitor: str) -> Left:
        self._turn_day()
        return Left(
            visitor=_rest(self._visitor_tokens, self._day.by_visitor[visitor]),
            all=_rest(self._daily_tokens, self._day.spent),
        )

    def _add(self, day: date, visitor: str, tokens: int) -> None:
        self._turn_day()
        if day == self._day.date and tokens:
            self._day.spent += tokens
            self._day.by_visitor[visitor] += tokens
            # A full disk fails no question; the sum in memory goes on.
            with suppress(OSError):
                self._write()

    def _turn_day(self) -> None:
        today = self._today()
        if today > self._day.date:  # a clock that is set back begins no new budget
            self._day = _Day(today)

    def _read(self, file: Path) -> int:
        try:
            kept = json.loads(file.read_text(encoding="utf-8"))
            is_today = kept["day"] == self._day.date.isoformat()
            return max(0, int(kept["spent"])) if is_today else 0
        except (FileNotFoundError, ValueError, TypeError, KeyError):
            return 0

    def _write(self) -> None:
        if self._file is None:
            return
        kept = {"day": self._day.date.isoformat(), "spent": self._day.spent}
        beside = self._file.with_suffix(".new")
        beside.write_text(json.dumps(kept), encoding="utf-8")
        os.replace(beside, self._file)  # never half a file


def _rest(bound: int | None, spent: int) -> int | None:
    return None if bound is None else max(0, bound - spent)


@dataclass(eq=False)
class Reservation:
    """Tokens that were set aside for one request."""

    _limits: Limits
    _day: date
    _visitor: str
    tokens: int
    _is_settled: bool = False

    def settle(self, tokens: int) -> None:
        """Count what the request really took instead; the first time counts."""
        if not self._is_settled:
            self._is_settled = True
            self._limits.add(self._day, self._visitor, tokens - self.tokens)


class Budgeted(Service):
    """A service behind the budgets of one visitor.

    `weigh` counts the tokens of a window for a model, `count` those of a text.
    """

    def __init__(
        self,
        service: Service,
        limits: Limits,
        *,
        visitor: str,
        weigh: Callable[[Window, str], Count],
        count: Callable[[str, str], Count],
    ) -> None:
        super().__init__(service.defaults)
        self.is_demo = service.is_demo
        self._service = service
        self._limits = limits
        self._visitor = visitor
        self._weigh = weigh
        self._count = count

    def models(self) -> tuple[str, ...]:
        """See `Service.models`."""
        return self._service.models()

    def left(self) -> Left:
        """What is left for this visitor today."""
        return self._limits.left(self._visitor)

    def stream(self, window: Window, options: Options) -> Generator[Event]:
        """Answer a window within the budget; see `Service.stream`.

        An answer is bounded by what is left. Raises `VisitorBudgetSpent` or `DailyBudgetSpent`
        before anything is sent.
        """
        longest = options.max_tokens or self.defaults.max_tokens or LONGEST_ANSWER
        weight = self._weigh(window, options.model)
        sent = weight.tokens * (1 if weight.grade is Grade.EXACT else DOUBT)
        reservation = self._limits.reserve(self._visitor, sent + 1, sent + longest)
        bounded = replace(options, max_tokens=reservation.tokens - sent)
        used: int | None = None
        came: list[str] = []
        is_stopped = False
        events = self._service.stream(window, bounded)
        try:
            for event in events:
                if isinstance(event, UsageReported):
                    used = event.usage.total_tokens
                elif isinstance(event, TextDelta | ReasoningDelta):
                    came.append(event.text)
                yield event
        except GeneratorExit:
            is_stopped = True
            raise
        finally:
            events.close()
            if used is None and is_stopped and not came:
                used = reservation.tokens  # it may have been thinking unseen
            if used is None and came:
                used = weight.tokens + self._count("".join(came), options.model).tokens
            # A request that failed before its first word costs nothing.
            reservation.settle(used or 0)
