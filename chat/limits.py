"""Budgets on the owner's key: how many tokens a visitor, and all visitors, may use in a day.

    limits = Limits(visitor_tokens=50_000, daily_tokens=1_000_000)
    service = Budgeted(service, limits, visitor="203.0.113.7", weigh=weigh, count=count)

What a request may cost at most is reserved before it is made and settled after it, whatever ends
it, so a hundred visitors at once cannot overspend. A visitor has one request at a time. Days begin
at midnight UTC.
"""

from __future__ import annotations

import json
import os
import threading
import time
from collections import Counter
from collections.abc import Callable, Generator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path

from chat import errors
from chat.events import Ended, Event, ReasoningDelta, TextDelta, Usage, UsageReported, Waiting
from chat.service import Options, Service
from chat.tokens import MESSAGE_OVERHEAD, REPLY_OVERHEAD, Count, Grade
from chat.window import Window

LONGEST_ANSWER = 8_192  # tokens, thoughts included, where the owner set no CHAT_MAX_TOKENS
STEP = 256  # tokens that are reserved more, where a service writes on beyond its bound
FASTEST = 200  # tokens a second that a model may think without a word that is seen
TURN = 60.0  # seconds that a visitor's second request waits for the first
GLANCE = 0.1  # seconds between two looks whether it is its turn
FILE = "spent.json"

# Failures for which no service sends a bill, if nothing had come before.
FREE = (
    errors.KeyRefused,
    errors.NotAllowed,
    errors.NoSuchModel,
    errors.WindowTooLarge,
    errors.QuotaUsedUp,
    errors.TooFast,
    errors.ServiceDown,
    errors.NotReachable,
    errors.NotUnderstood,
    errors.UnknownFailure,
)


@dataclass(frozen=True, kw_only=True)
class Left:
    """The tokens that may still be used today, by this visitor and by all; None: no bound."""

    visitor: int | None
    all: int | None

    @property
    def least(self) -> int | None:
        """What bounds the next request."""
        return min((left for left in (self.visitor, self.all) if left is not None), default=None)


@dataclass(eq=False)
class _Day:
    date: date
    spent: int = 0
    reserved: int = 0  # of what is spent, for requests that are not over
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
        self._busy: set[str] = set()
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
            return self._left(self._current(), visitor)

    def enter(self, visitor: str) -> bool:
        """Let a visitor begin a request, unless one is under way: then False."""
        with self._lock:
            if visitor in self._busy:
                return False
            self._busy.add(visitor)
            return True

    def leave(self, visitor: str) -> None:
        """Let the visitor's next request begin."""
        with self._lock:
            self._busy.discard(visitor)

    def reserve(self, visitor: str, least: int, most: int) -> Reservation:
        """Set aside as many tokens as there are left, up to `most`.

        Raises `VisitorBudgetSpent` or `DailyBudgetSpent` where not even `least` are left, and
        `TooFast` where only requests that are not over stand in the way.
        """
        with self._lock:
            day = self._current()
            left = self._left(day, visitor)
            if left.all is not None and left.all < least:
                raise (
                    errors.TooFast if left.all + day.reserved >= least else errors.DailyBudgetSpent
                )
            if left.visitor is not None and left.visitor < least:
                raise errors.VisitorBudgetSpent
            tokens = most if left.least is None else min(most, left.least)
            reservation = Reservation(self, day, visitor)
            self._book(reservation, tokens)
            return reservation

    def extend(self, reservation: Reservation, tokens: int) -> bool:
        """Set so many tokens more aside; False where they are not left."""
        with self._lock:
            least = self._left(reservation.day, reservation.visitor).least
            if least is not None and least < tokens:
                return False
            self._book(reservation, tokens)
            return True

    def settle(self, reservation: Reservation, tokens: int) -> None:
        """Count what a request really took in the place of what was set aside."""
        with self._lock:
            reserved = reservation.tokens
            self._book(reservation, tokens - reserved)
            reservation.day.reserved -= tokens
            reservation.is_settled = True

    def _book(self, reservation: Reservation, tokens: int) -> None:
        # On the day on which it began: whatever is booked on a day that is over has no effect.
        day = reservation.day
        day.spent += tokens
        day.reserved += tokens
        day.by_visitor[reservation.visitor] += tokens
        reservation.tokens += tokens
        # A full disk fails no question; the sum in memory goes on.
        with suppress(OSError):
            self._write()

    def _left(self, day: _Day, visitor: str) -> Left:
        return Left(
            visitor=_rest(self._visitor_tokens, day.by_visitor[visitor]),
            all=_rest(self._daily_tokens, day.spent),
        )

    def _current(self) -> _Day:
        today = self._today()
        if today > self._day.date:  # a clock that is set back begins no new budget
            self._day = _Day(today)
        return self._day

    def _read(self, file: Path) -> int:
        try:
            kept = json.loads(file.read_text(encoding="utf-8"))
            is_today = kept["day"] == self._day.date.isoformat()
            return max(0, int(kept["spent"])) if is_today else 0
        except (FileNotFoundError, ValueError, TypeError, KeyError, OverflowError):
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
    day: _Day
    visitor: str
    tokens: int = 0
    is_settled: bool = False

    def extend(self, tokens: int) -> bool:
        """Set so many tokens more aside; False where they are not left."""
        return self._limits.extend(self, tokens)

    def settle(self, tokens: int) -> None:
        """Count what the request really took instead; the first time counts."""
        if not self.is_settled:
            self._limits.settle(self, tokens)


class Budgeted(Service):
    """A service behind the budgets of one visitor.

    `weigh` counts the tokens of a window for a model, `count` those of a text. `models` are those
    that may be asked; None: any. `clock` tells seconds.
    """

    def __init__(
        self,
        service: Service,
        limits: Limits,
        *,
        visitor: str,
        weigh: Callable[[Window, str], Count],
        count: Callable[[str, str], Count],
        models: tuple[str, ...] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(service.defaults)
        self.is_demo = service.is_demo
        self._service = service
        self._limits = limits
        self._visitor = visitor
        self._weigh = weigh
        self._count = count
        self._models = models
        self._clock = clock

    def models(self) -> tuple[str, ...]:
        """See `Service.models`."""
        return self._service.models() if self._models is None else self._models

    def left(self) -> Left:
        """What is left for this visitor today."""
        return self._limits.left(self._visitor)

    def stream(self, window: Window, options: Options) -> Generator[Event]:
        """Answer a window within the budget; see `Service.stream`.

        Waits while another request of the same visitor is under way. An answer is bounded by what
        is left, and never longer than the owner allows. Raises `VisitorBudgetSpent`,
        `DailyBudgetSpent`, `NotAllowed` or `TooFast` before anything is sent.
        """
        if self._models is not None and options.model not in self._models:
            raise errors.NotAllowed
        began = self._clock()
        while not self._limits.enter(self._visitor):
            if self._clock() - began > TURN:
                raise errors.TooFast
            yield Waiting()
            time.sleep(GLANCE)
        try:
            yield from self._within_budget(window, options)
        finally:
            self._limits.leave(self._visitor)

    def _within_budget(self, window: Window, options: Options) -> Generator[Event]:
        bound = self.defaults.max_tokens or LONGEST_ANSWER
        longest = min(options.max_tokens or bound, bound)
        sent = self._most(window, options.model)
        reservation = self._limits.reserve(self._visitor, sent + 1, sent + longest)
        bill = _Bill(reservation, sent, self._clock)
        events = self._service.stream(
            window, replace(options, max_tokens=reservation.tokens - sent)
        )
        try:
            for event in events:
                if isinstance(event, TextDelta | ReasoningDelta):
                    bill.add(self._count(event.text, options.model).tokens)
                elif isinstance(event, UsageReported):
                    bill.reported = event.usage
                elif isinstance(event, Ended):
                    bill.is_whole = True
                yield event
                # A service may know no bound, or not keep to it.
                if bill.counted > reservation.tokens and not reservation.extend(STEP):
                    yield Ended("length")
                    return
        except FREE:
            bill.is_free = not bill.counted
            raise
        finally:
            events.close()
            reservation.settle(bill.total)

    def _most(self, window: Window, model: str) -> int:
        """The tokens that a window has at most: where the count is not exact, one for each byte."""
        weight = self._weigh(window, model)
        if weight.grade is Grade.EXACT:
            return weight.tokens
        letters = sum(len(message["content"].encode()) for message in window.messages)
        overhead = 2 * MESSAGE_OVERHEAD * len(window.messages) + REPLY_OVERHEAD
        return max(weight.tokens, letters + overhead)


class _Bill:
    """What a request has cost so far, as far as can be known."""

    def __init__(self, reservation: Reservation, sent: int, clock: Callable[[], float]) -> None:
        self.reported: Usage | None = None
        self.is_whole = False
        self.is_free = False
        self._reservation = reservation
        self._sent = sent
        self._came = 0
        self._clock = clock
        self._began = clock()
        self._silence: float | None = None  # seconds until something came

    def add(self, tokens: int) -> None:
        """Count what came."""
        self._came += tokens
        if tokens and self._silence is None:
            self._silence = self._clock() - self._began

    @property
    def counted(self) -> int:
        """What was sent and what came, as we count it; 0 as long as nothing came."""
        return self._sent + self._came if self._came else 0

    @property
    def total(self) -> int:
        """What to count the request for.

        The service's own report holds for an answer that came to its end. One that did not may
        have cost more than it says, also for thoughts that nobody saw.
        """
        if self.is_free:
            return 0
        seen = self._sent + self._came
        usage = self.reported
        is_told = usage is not None and usage.prompt_tokens > 0 and usage.completion_tokens >= 0
        told = usage.total_tokens if usage is not None and is_told else 0
        if self.is_whole:
            return told or seen
        silence = self._clock() - self._began if self._silence is None else self._silence
        unseen = min(int(silence * FASTEST), max(0, self._reservation.tokens - seen))
        return max(told, seen + unseen)
