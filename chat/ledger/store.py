"""What every store of the ledger offers, in this process, in a file or on a server alike.

Each step is made as a whole or not at all, whoever else asks at the same time. What a process holds
it holds on a lease: it renews it while a request is under way, and what is not renewed for so long
is given back, but for what is known to be used.
"""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar
from uuid import uuid4

from chat.ledger.used import Row

LEASE = 30.0  # seconds that a lease lasts
SETTLED = 300.0  # seconds for which it is known that a lease was settled
PATIENCE = 2.0  # seconds that a store is waited for
DAY = 86_400  # seconds
MOST_NOTES = 50_000

Result = TypeVar("Result")
Notes = dict[str, dict[str, Any]]


class StoreError(Exception):
    """The store cannot be used just now; its message is for the owner alone."""


class BusyError(StoreError):
    """So many ask at the same time that this one did not get its turn."""


class DamagedError(StoreError):
    """What is kept does not say what was spent; the file that is to blame, where it is another."""

    def __init__(self, said: str, file: str = "") -> None:
        super().__init__(said)
        self.file = file


class ClockError(DamagedError):
    """What is kept is of a day that has not come yet."""

    def __init__(self) -> None:
        super().__init__("what is kept there is of a day that has not come yet")


@dataclass(frozen=True, kw_only=True)
class Bounds:
    """The tokens that may be used in a day, by each visitor and by all; None: no bound."""

    visitor: int | None = None
    all: int | None = None


@dataclass(frozen=True, kw_only=True)
class Left:
    """The tokens that may still be used today, by one visitor and by all; None: no bound."""

    visitor: int | None
    all: int | None

    @property
    def least(self) -> int | None:
        """What bounds the next request."""
        return min((left for left in (self.visitor, self.all) if left is not None), default=None)


@dataclass(frozen=True, kw_only=True)
class Sums:
    """The tokens that were used today or are set aside, by one visitor and by all.

    `reserved` are those of all that belong to requests that are not over.
    """

    visitor: int
    all: int
    reserved: int

    def left(self, bounds: Bounds) -> Left:
        """What these sums leave."""
        return Left(visitor=_rest(bounds.visitor, self.visitor), all=_rest(bounds.all, self.all))


def _rest(bound: int | None, spent: int) -> int | None:
    return None if bound is None else max(0, bound - spent)


@dataclass(eq=False, kw_only=True)
class Lease:
    """A visitor's turn, or tokens that are set aside for one request.

    Of these `tokens`, `used` are known to be used, and `told` is what the store knows of that.
    """

    visitor: str
    is_turn: bool = False
    tokens: int = 0
    used: int = 0
    told: int = 0
    id: str = field(default_factory=lambda: uuid4().hex)


class Store(ABC):
    """Sums of a day, leases and notes. Any thread may ask; every step may raise `StoreError`.

    Days begin at midnight UTC. A clock that is set back begins none, and a day that is more than
    one ahead of the clock is not believed. A lease that ran out is taken up again by the next step
    of the one who held it. What is set aside counts for the day on which it is; what was set aside
    on a day that is over changes nothing any more. A lease that was settled stays so for `SETTLED`
    seconds, whatever else is asked of it: nobody knows whether a step was made of which no answer
    came, and so it is asked for again.
    """

    place: str  # where it is, for the owner
    secrets: tuple[str, ...] = ()  # which nobody may read in what it says

    @abstractmethod
    def sums(self, visitor: str) -> Sums:
        """What was used today."""

    @abstractmethod
    def enter(self, turn: Lease) -> bool:
        """Take a visitor's turn, unless somebody has it, or it is over: then False."""

    @abstractmethod
    def reserve(self, lease: Lease, least: int, most: int, bounds: Bounds) -> tuple[int, Sums]:
        """Set aside as many tokens as there are left, up to `most`, beside those of the lease.

        The number is 0 where not even `least` are left. The sums are those before.
        """

    @abstractmethod
    def settle(self, lease: Lease, tokens: int) -> None:
        """Count so many tokens in the place of what was set aside; the lease ends, or the turn."""

    @abstractmethod
    def renew(self, leases: Sequence[tuple[Lease, int]]) -> None:
        """Let leases begin anew, each with the tokens that are known to be used by now."""

    @abstractmethod
    def change(self, names: Sequence[str], edit: Callable[[Notes, float], Result]) -> Result:
        """Change the notes of these names as `edit` does.

        It gets those that there are, and the time in seconds since 1970, and may be called
        several times. Each note is what JSON can say, and is forgotten at its time `until`, or
        before where there are more than `MOST_NOTES`.
        """

    @abstractmethod
    def count(self, rows: Sequence[Row]) -> None:
        """Add these to what today's requests took; each has to be `fit`.

        A person has rows of `MOST_MODELS` models, and a day `MOST_ROWS`: beyond that, they are
        counted under the name `REST`.
        """

    @abstractmethod
    def used(self, day: int | None = None) -> tuple[int, list[Row]]:
        """A day, in days since 1970, and what its requests took; left out: today.

        It is kept for `DAYS` days. Nothing is changed by looking at it.
        """

    def used_in(self, days: int) -> list[tuple[int, list[Row]]]:
        """So many days, the latest first; by one step each, as they may be long."""
        today, rows = self.used()
        return [(today, rows), *(self.used(today - ago) for ago in range(1, days))]


def day_of(now: float) -> int:
    """The number of the day that it is, in days since 1970."""
    return int(now // DAY)


def written(note: dict[str, Any]) -> str:
    """A note as it is kept."""
    return json.dumps(note, separators=(",", ":"))


def read(texts: Mapping[str, str]) -> Notes:
    """Notes out of how they are kept. Raises `DamagedError`."""
    try:
        return {name: json.loads(text) for name, text in texts.items()}
    except ValueError as error:
        raise DamagedError("a note is no JSON") from error
