"""Budgets on the owner's key: how many tokens a visitor, and all visitors, may use in a day.

    limits = Limits(visitor_tokens=50_000, daily_tokens=1_000_000)
    reservation = limits.reserve("203.0.113.7", least=101, most=600)
    reservation.used = 150          # so much it is by now, should this process be killed
    reservation.settle(240)         # what the request really took

Days begin at midnight UTC.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial

from chat import errors
from chat.ledger.ledger import Ledger
from chat.ledger.store import LEASE, Bounds, Lease, Left, Result, Store

RENEWALS = 6  # in the time that a lease lasts


class Limits:
    """The budgets, as the ledger has them. Any thread may ask.

    What is under way here is on a lease of so many seconds, which a thread of its own renews; what
    could not be settled is settled by it as soon as the ledger answers again, and what ends while
    it is being renewed, right after that. Raises `LedgerAway` where something that is to begin
    cannot be counted; what is under way goes on.
    """

    def __init__(
        self,
        ledger: Ledger | None = None,
        *,
        visitor_tokens: int | None = None,
        daily_tokens: int | None = None,
        lease: float = LEASE,
    ) -> None:
        self._ledger = ledger or Ledger()
        self._bounds = Bounds(visitor=visitor_tokens, all=daily_tokens)
        self._pause = lease / RENEWALS
        self._lock = threading.Lock()
        self._turns: dict[str, Lease] = {}
        self._reservations: set[Reservation] = set()
        self._unsettled: dict[Lease, int] = {}
        self._renewal = threading.Lock()  # held while one is made, which may take seconds
        self._renewing: frozenset[Lease] = frozenset()
        self._keeper: threading.Thread | None = None

    @property
    def are_set(self) -> bool:
        """Whether there is any budget at all."""
        return self._bounds != Bounds()

    def left(self, visitor: str) -> Left:
        """What is left today."""
        return self._ledger.ask(lambda store: store.sums(visitor)).left(self._bounds)

    def enter(self, visitor: str) -> bool:
        """Let a visitor begin a request, unless one is under way: then False."""
        with self._lock:
            if visitor in self._turns:
                return False  # who waits asks ten times a second, maybe on many pages
        turn = Lease(visitor=visitor, is_turn=True)
        is_free = self._begin(turn, lambda store: store.enter(turn))
        if is_free:
            with self._lock:
                self._turns[visitor] = turn
                self._keep()
        return is_free

    def leave(self, visitor: str) -> None:
        """Let the visitor's next request begin."""
        with self._lock:
            turn = self._turns.pop(visitor, None)
        if turn is not None:
            self._end(turn, 0)

    def reserve(self, visitor: str, least: int, most: int) -> Reservation:
        """Set aside as many tokens as there are left, up to `most`; `least` count as used.

        Raises `VisitorBudgetSpent` or `DailyBudgetSpent` where not even `least` are left, and
        `TooFast` where only requests that are not over stand in the way.
        """
        reservation = Reservation(self, visitor=visitor, used=least)
        tokens, sums = self._begin(
            reservation, lambda store: store.reserve(reservation, least, most, self._bounds)
        )
        if not tokens:
            left = sums.left(self._bounds)
            if left.all is not None and left.all < least:
                is_waited_for = left.all + sums.reserved >= least
                raise errors.TooFast if is_waited_for else errors.DailyBudgetSpent
            raise errors.VisitorBudgetSpent
        reservation.tokens = tokens
        reservation.told = least
        with self._lock:
            self._reservations.add(reservation)
            self._keep()
        return reservation

    def extend(self, reservation: Reservation, tokens: int) -> bool:
        """Set so many tokens more aside; False where they are not left, or nobody knows."""
        try:
            granted, _ = self._ledger.ask(
                lambda store: store.reserve(reservation, tokens, tokens, self._bounds)
            )
        except errors.LedgerAway:
            return False
        if granted:
            reservation.tokens += granted
            reservation.told = reservation.used
        return granted > 0

    def settle(self, reservation: Reservation, tokens: int) -> None:
        """Count what a request really took in the place of what was set aside, once."""
        with self._lock:
            if reservation not in self._reservations:
                return
            self._reservations.remove(reservation)
        self._end(reservation, tokens)

    def renew(self) -> None:
        """Renew what is under way here, and settle what could not be settled."""
        with self._renewal, suppress(errors.LedgerAway):
            self._renew_all()
            with self._lock:
                unsettled = [*self._unsettled.items()]
            for lease, tokens in unsettled:
                self._ledger.ask(partial(_settle, lease, tokens))
                with self._lock:
                    del self._unsettled[lease]

    def _renew_all(self) -> None:
        with self._lock:
            leases = [(lease, lease.used) for lease in (*self._turns.values(), *self._reservations)]
            self._renewing = frozenset(lease for lease, _ in leases)
        try:
            self._ledger.ask(lambda store: store.renew(leases))
            for lease, used in leases:
                lease.told = used
        finally:
            with self._lock:
                self._renewing = frozenset()

    def _begin(self, lease: Lease, step: Callable[[Store], Result]) -> Result:
        """Have a step made that begins a lease."""
        tried: list[Store] = []

        def make(store: Store) -> Result:
            tried.append(store)
            return step(store)

        try:
            return self._ledger.ask(make)
        except errors.LedgerAway:
            if tried:  # and maybe it was made, and only the answer to it was lost
                self._settle_later(lease, 0)
            raise

    def _end(self, lease: Lease, tokens: int) -> None:
        """Settle what is not under way any more.

        A renewal that reached the store after that would take it up again.
        """
        with self._lock:
            if lease in self._renewing:
                self._unsettled[lease] = tokens
                self._keep()
                return
        try:
            self._ledger.ask(lambda store: store.settle(lease, tokens))
        except errors.LedgerAway:
            self._settle_later(lease, tokens)

    def _settle_later(self, lease: Lease, tokens: int) -> None:
        with self._lock:
            self._unsettled[lease] = tokens
            self._keep()

    def _keep(self) -> None:
        """See to it that what is under way is renewed; to be called with the lock."""
        if self._keeper is None:
            self._keeper = threading.Thread(target=self._keep_renewing, name="leases", daemon=True)
            self._keeper.start()

    def _keep_renewing(self) -> None:
        """Renew what is under way, until nothing is.

        A thread does it, as an answer comes to its reader no faster than the reader takes it.
        """
        while True:
            time.sleep(self._pause)
            with self._lock:
                if not (self._turns or self._reservations or self._unsettled):
                    self._keeper = None
                    return
            self.renew()


class Reservation(Lease):
    """Tokens that were set aside for one request."""

    def __init__(self, limits: Limits, *, visitor: str, used: int) -> None:
        super().__init__(visitor=visitor, used=used)
        self._limits = limits

    def extend(self, tokens: int) -> bool:
        """See `Limits.extend`."""
        return self._limits.extend(self, tokens)

    def settle(self, tokens: int) -> None:
        """See `Limits.settle`."""
        self._limits.settle(self, tokens)


def _settle(lease: Lease, tokens: int, store: Store) -> None:
    store.settle(lease, tokens)
