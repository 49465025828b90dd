"""Budgets on the owner's key: how many tokens a visitor, and all visitors, may use in a day.

    limits = Limits(visitor_tokens=50_000, daily_tokens=1_000_000)
    service = Budgeted(service, limits, visitor="203.0.113.7", weigh=weigh, count=count)

What a request may cost at most is reserved before it is made and settled after it, whatever ends
it, so a hundred visitors at once cannot overspend. A service that knows no bound, or thinks unseen
beyond it, is reserved for by the clock, `FASTEST` tokens a second, and cut where nothing more is
left: all requests together spend at most a second's tokens of each answer under way more than the
budget. A visitor has one request at a time. Days begin at midnight UTC.
"""

from __future__ import annotations

import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from chat import errors
from chat.conversation.events import Ended, Event, ReasoningDelta, TextDelta, UsageReported, Waiting
from chat.conversation.window import Window
from chat.options import Options
from chat.services.base import Service
from chat.services.bill import FASTEST, Bill
from chat.services.ledger import DamagedError, Kept, Ledger
from chat.settings import SettingsError
from chat.tokens.counter import MESSAGE_OVERHEAD, REPLY_OVERHEAD, Count, Grade

LONGEST_ANSWER = 8_192  # tokens, thoughts included, where the owner set no CHAT_MAX_TOKENS
STEP = 256  # tokens that are reserved more, where a service writes on beyond its bound
GRACE = 7 * FASTEST // 10  # tokens beyond its reservation for which an answer is not cut yet
TURN = 60.0  # seconds that a visitor's second request waits for the first
GLANCE = 0.1  # seconds between two looks whether it is its turn
FILE = "spent.json"
TOMORROW = timedelta(days=1)  # another machine's clock may be there already

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


def _say(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)


class Limits:
    """The sums of a day, for the whole process. Any thread may ask.

    With a `folder` the sum of all survives a restart, and is that of all processes that have this
    folder; that of each visitor stays in the process. `today` tells the date in UTC, `log` the
    owner. Raises `OSError` where the folder cannot be written at the start, and `SettingsError`
    where what it keeps does not say what was spent. Whatever happens to the file later fails no
    question: the sum goes on in memory and is written again as soon as that is possible.
    """

    def __init__(
        self,
        *,
        visitor_tokens: int | None = None,
        daily_tokens: int | None = None,
        folder: Path | None = None,
        today: Callable[[], date] = lambda: datetime.now(UTC).date(),
        log: Callable[[str], None] = _say,
    ) -> None:
        self._visitor_tokens = visitor_tokens
        self._daily_tokens = daily_tokens
        self._today = today
        self._log = log
        self._lock = threading.Lock()
        self._day = _Day(today())
        self._busy: set[str] = set()
        self._unkept = 0  # tokens of this process that are not in the file yet
        self._is_kept = True  # whether the file could be used the last time
        self._ledger = None if folder is None else Ledger(folder / FILE)
        if self._ledger is not None:
            self._begin(self._ledger)

    @property
    def are_set(self) -> bool:
        """Whether there is any budget at all."""
        return self._visitor_tokens is not None or self._daily_tokens is not None

    def left(self, visitor: str) -> Left:
        """What is left today."""
        with self._books() as day:
            return self._left(day, visitor)

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
        with self._books() as day:
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
        with self._books():
            least = self._left(reservation.day, reservation.visitor).least
            if least is not None and least < tokens:
                return False
            self._book(reservation, tokens)
            return True

    def settle(self, reservation: Reservation, tokens: int) -> None:
        """Count what a request really took in the place of what was set aside."""
        with self._books():
            self._book(reservation, tokens - reservation.tokens)
            reservation.day.reserved -= tokens
            reservation.is_settled = True

    def _book(self, reservation: Reservation, tokens: int) -> None:
        # On the day on which it began: whatever is booked on a day that is over has no effect.
        day = reservation.day
        day.spent += tokens
        day.reserved += tokens
        day.by_visitor[reservation.visitor] += tokens
        reservation.tokens += tokens

    def _left(self, day: _Day, visitor: str) -> Left:
        return Left(
            visitor=_rest(self._visitor_tokens, day.by_visitor[visitor]),
            all=_rest(self._daily_tokens, day.spent),
        )

    def _begin(self, ledger: Ledger) -> None:
        """Go on from what is kept, or do not begin at all."""
        try:
            with ledger.held():
                kept = ledger.read()
                if kept is not None and kept.day - self._day.date > TOMORROW:
                    raise DamagedError
                self._take_in(kept)
                ledger.write(Kept(day=self._day.date, spent=self._day.spent))
        except DamagedError:
            wrong = SettingsError(
                f"CHAT_DATA: it is not known what was spent today, as {ledger.path} is damaged: "
                "delete it to begin the day anew."
            )
            self._log(str(wrong))
            raise wrong from None

    @contextmanager
    def _books(self) -> Iterator[_Day]:
        """The day as all processes have it, for one thread alone; what it books is kept."""
        with self._lock, ExitStack() as stack:
            is_held = self._ledger is not None and self._hold(self._ledger, stack)
            kept = self._read(self._ledger) if self._ledger is not None and is_held else None
            self._take_in(kept)
            before = self._day.spent
            yield self._day
            self._day.spent = max(0, self._day.spent)
            self._unkept += self._day.spent - before
            if self._ledger is not None and is_held and (self._unkept or kept is None):
                self._write(self._ledger)

    def _hold(self, ledger: Ledger, stack: ExitStack) -> bool:
        try:
            stack.enter_context(ledger.held())
        except OSError:
            self._lose(ledger)
            return False
        return True

    def _read(self, ledger: Ledger) -> Kept | None:
        """What is kept, where it can be believed."""
        try:
            kept = ledger.read()
            if kept is None or kept.day - self._today() > TOMORROW:
                raise DamagedError
        except (OSError, DamagedError):
            self._lose(ledger)
            return None
        return kept

    def _write(self, ledger: Ledger) -> None:
        try:
            ledger.write(Kept(day=self._day.date, spent=self._day.spent))
        except OSError:
            self._lose(ledger)
        else:
            self._unkept = 0
            self._is_kept = True

    def _lose(self, ledger: Ledger) -> None:
        """Tell the owner, once, that the sum is in memory alone."""
        if self._is_kept:
            self._log(
                f"{ledger.path} cannot be used any more, or was changed by somebody else: what is "
                "spent is counted in memory, and written there again as soon as that is possible."
            )
        self._is_kept = False

    def _take_in(self, kept: Kept | None) -> None:
        """Turn to the day that it is, with what was spent by all processes."""
        today = self._today()
        if kept is not None:
            today = max(today, kept.day)
        if today > self._day.date:  # a clock that is set back begins no new budget
            self._day = _Day(today)
            self._unkept = 0
        if kept is not None and kept.day == self._day.date:
            self._day.spent = max(0, kept.spent + self._unkept)


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
        weight = self._weigh(window, options.model)
        sent = _most(window, weight)
        reservation = self._limits.reserve(self._visitor, sent + 1, sent + longest)
        bound = reservation.tokens - sent
        bill = Bill(sent=sent, weight=weight.tokens, bound=bound, clock=self._clock)
        events = self._service.stream(window, replace(options, max_tokens=bound))
        try:
            for event in events:
                if isinstance(event, TextDelta):
                    bill.text(self._count(event.text, options.model).tokens)
                elif isinstance(event, ReasoningDelta):
                    bill.thought(self._count(event.text, options.model).tokens)
                elif isinstance(event, UsageReported):
                    bill.reported = event.usage
                elif isinstance(event, Ended):
                    bill.is_whole = True
                may_go_on = bill.is_whole or _is_covered(bill, reservation)
                yield event
                if not may_go_on:
                    yield Ended("length")
                    return
        except FREE:
            bill.is_free = not bill.counted
            raise
        finally:
            events.close()
            reservation.settle(bill.total(reservation.tokens))


def _is_covered(bill: Bill, reservation: Reservation) -> bool:
    """Whether an answer may go on: a service may know no bound, not keep to it, or think unseen."""
    so_far = bill.so_far()
    short = so_far - reservation.tokens
    if short <= 0 or reservation.extend(short + STEP) or reservation.extend(short):
        return True
    return max(bill.counted, so_far - GRACE) <= reservation.tokens


def _most(window: Window, weight: Count) -> int:
    """The tokens that a window has at most: where the count is not exact, one for each byte."""
    if weight.grade is Grade.EXACT:
        return weight.tokens
    letters = sum(len(message["content"].encode()) for message in window.messages)
    overhead = 2 * MESSAGE_OVERHEAD * len(window.messages) + REPLY_OVERHEAD
    return max(weight.tokens, letters + overhead)
