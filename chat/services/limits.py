"""Budgets on the owner's key: how many tokens a visitor, and all visitors, may use in a day.

    limits = Limits(visitor_tokens=50_000, daily_tokens=1_000_000)
    reservation = limits.reserve("203.0.113.7", least=101, most=600)
    reservation.settle(240)         # what the request really took

Days begin at midnight UTC.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from chat import errors
from chat.services.base import log
from chat.services.ledger import DamagedError, Kept, Ledger
from chat.settings import SettingsError

FILE = "spent.json"
TOMORROW = timedelta(days=1)  # another machine's clock may be there already


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
        log: Callable[[str], None] = log,
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
            wrong = SettingsError("setting_damaged", name="CHAT_DATA", file=str(ledger.path))
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
