"""How much may come, and how fast: by the second, for a page and for an address. Pure."""

from __future__ import annotations

import math
from collections.abc import Callable

from chat.access.rules import Bounds


class Bucket:
    """Fills by `rate` a second, up to `most`; `first` is in it. `clock` is in seconds."""

    def __init__(
        self, rate: float, most: float, clock: Callable[[], float], *, first: float | None = None
    ) -> None:
        self._rate = rate
        self._most = most
        self._clock = clock
        self._level = most if first is None else first
        self._at = clock()

    def take(self, amount: float = 1) -> bool:
        """Take so much if it is there; else nothing, and False."""
        self._fill()
        if self._level < amount:
            return False
        self._level -= amount
        return True

    def borrow(self, most: float) -> float | None:
        """Take one, and return the seconds until it is there; None and nothing beyond `most`."""
        self._fill()
        wait = max(0.0, (1 - self._level) / self._rate)
        if wait > most:
            return None
        self._level -= 1
        return wait

    def _fill(self) -> None:
        now = self._clock()
        self._level = min(self._most, self._level + (now - self._at) * self._rate)
        self._at = now


class AddressQuota:
    """What may still come from one address."""

    def __init__(self, bounds: Bounds, clock: Callable[[], float]) -> None:
        self.pages = 0
        self.seen = 0.0
        self.slow_until = -math.inf
        self._bounds = bounds
        self._clock = clock
        self._openings = Bucket(bounds.openings, bounds.openings_at_once, clock)
        self._slow_openings = Bucket(bounds.slow_openings, 1.0, clock)
        self.moves = Bucket(bounds.more_moves, bounds.more_moves_at_once, clock)
        self.bytes = Bucket(bounds.bytes_each, bounds.bytes_each_at_once, clock)

    @property
    def is_full(self) -> bool:
        """Whether no more pages may be open."""
        return self.pages >= self._bounds.pages_each

    def open(self) -> float | None:
        """How many seconds a page that is opened now has to wait; None where it may not."""
        if self.is_full:
            return None
        if self._clock() < self.slow_until:
            return self._slow_openings.borrow(self._bounds.slow_patience)
        return self._openings.borrow(self._bounds.patience)
