"""The owner's password: compared in constant time, and guessed slowly.

    password = Password("open sesame", ledger)
    password.wait("203.0.113.7", "page 1")      # seconds until a try is looked at
    password.is_right("guess", "203.0.113.7", "page 1")

After a few wrong tries each further one from the same address has to wait, twice as long each time
but never longer than `LONGEST`, so nobody is locked out for good. A try that comes too early is not
looked at and begins that page's wait anew, so whoever guesses without a pause never takes the turn
of whoever waits.

Many addresses do not guess much faster than one: of all wrong tries together `BURST` are looked at
at once, and then one in `EACH` seconds. Whoever comes when there are no more gets a turn, one for
each address in the order in which they came, and learns when it is. The turn is never further
away than `LONGEST_QUEUE` and is kept for `KEPT` seconds, so that whoever waits so long gets in,
however many others guess. So however many addresses guess, one try in `EACH` seconds (60 in a
minute) is looked at, and `BURST` + `KEPT` / `EACH` beside them; with more than 300 addresses it is
one in five minutes for each. An address from which the password was right does not wait for others.
All processes that have the same ledger count together.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from dataclasses import dataclass, field, fields
from hashlib import sha256
from typing import TypeVar

from chat.ledger.ledger import Ledger
from chat.ledger.store import DAY, Notes

FREE = 3  # wrong tries before the first wait
LONGEST = 60.0  # seconds
FORGOTTEN = 3600.0  # seconds without a try after which an address begins anew
MOST_PAGES = 1_000  # of an address that are remembered not to have waited
BURST = 20  # wrong tries of all addresses together that are looked at at once
EACH = 1.0  # seconds for each further one
LONGEST_QUEUE = 300.0  # seconds that an address waits for the others at most
KEPT = 120.0  # seconds that its turn is kept
ALL = "tries"  # the note of all addresses; that of each has the address behind it

Result = TypeVar("Result")


class Password:
    """One password for the whole app. Any thread may ask. Raises `LedgerAway`."""

    def __init__(self, password: str, ledger: Ledger | None = None) -> None:
        self._digest = _digest(password)
        self._ledger = ledger or Ledger()

    def wait(self, address: str, page: str) -> float:
        """How many seconds a try from this page at this address still has to wait."""
        return self._look(address, lambda record: record.wait(page))

    def is_right(self, given: str, address: str, page: str) -> bool:
        """Whether this is the password; a try that should have waited is wrong unlooked at."""
        is_same = hmac.compare_digest(_digest(given), self._digest)
        return self._look(address, lambda record: record.is_admitted(page, is_same=is_same))

    def _look(self, address: str, look: Callable[[_Record], Result]) -> Result:
        def edit(notes: Notes, now: float) -> Result:
            record = _Record(notes, address, now)
            result = look(record)
            record.note()
            return result

        names = [ALL, _name(address)]
        return self._ledger.ask(lambda store: store.change(names, edit))


@dataclass(kw_only=True)
class _Tries:
    """What is remembered of an address; times are in seconds."""

    wrong: int = 0
    last: float
    early: dict[str, float] = field(default_factory=dict)  # when a page last did not wait
    turn: list[float] | None = None  # as others have tried before it: when it was given, and is
    is_known: bool = False  # whether the password was right from here

    @classmethod
    def of(cls, note: dict[str, object], now: float) -> _Tries:
        """Out of a note; nothing in it is later than it may be, though a clock was set back."""
        # Another version of this app, which shares the ledger, may note more.
        known = {each.name for each in fields(cls)}
        tries = cls(**{"last": now, **{name: note[name] for name in known & note.keys()}})  # type: ignore[arg-type]
        tries.last = min(tries.last, now)
        tries.early = {page: min(at, now) for page, at in tries.early.items()}
        if tries.turn is not None:
            given, due = tries.turn
            tries.turn = [min(given, now), min(due, now + LONGEST_QUEUE)]
        elif now - tries.last > FORGOTTEN:
            tries.wrong, tries.early = 0, {}
        return tries


class _Record:
    """What is noted of an address and of all of them, at one time."""

    def __init__(self, notes: Notes, address: str, now: float) -> None:
        self._notes = notes
        self._name = _name(address)
        self._now = now
        self._before = notes.get(self._name, vars(_Tries(last=now)))
        self._tries = _Tries.of(self._before, now)
        # When as many tries as ever may be looked at
        latest = now + LONGEST_QUEUE + BURST * EACH
        self._full = self._full_before = min(notes.get(ALL, {}).get("full", now), latest)

    def note(self) -> None:
        """Note what has changed."""
        until = self._now + (DAY if self._tries.is_known else FORGOTTEN)
        tries = {**self._before, **vars(self._tries)}
        if tries != self._before:
            self._notes[self._name] = {**tries, "until": until}
        if self._full != self._full_before:
            # The soonest forgotten go first where there are too many: it must not be this one.
            self._notes[ALL] = {"full": self._full, "until": self._now + DAY}

    def wait(self, page: str) -> float:
        """See `Password.wait`."""
        return max(self._wait_for_address(page), self._wait_for_all(page))

    def is_admitted(self, page: str, *, is_same: bool) -> bool:
        """See `Password.is_right`."""
        tries = self._tries
        if self.wait(page) > 0:
            tries.early.pop(page, None)
            tries.early[page] = self._now
            if len(tries.early) > MOST_PAGES:
                tries.early.pop(next(iter(tries.early)))
            return False
        if is_same:
            self._tries = _Tries(last=self._now, is_known=True)
            return True
        if tries.turn is None and not tries.is_known:
            self._full = max(self._full, self._now) + EACH
        tries.turn = None
        tries.wrong += 1
        tries.last = self._now
        tries.early = {page: at for page, at in tries.early.items() if self._now - at < LONGEST}
        return False

    def _wait_for_address(self, page: str) -> float:
        late = self._tries.wrong - FREE
        if late < 0:
            return 0.0
        length = min(LONGEST, 2.0 ** min(late, 10))
        since = max(self._tries.last, self._tries.early.get(page, self._tries.last))
        return max(0.0, since + length - self._now)

    def _wait_for_all(self, page: str) -> float:
        """How long an address waits for all the others, which is when its turn is."""
        tries, now = self._tries, self._now
        if tries.is_known:
            return 0.0
        if tries.turn is None or now > tries.turn[1] + KEPT:
            due = self._full - (BURST - 1) * EACH
            if due <= now:
                tries.turn = None
                return 0.0
            if due < now + LONGEST_QUEUE:
                self._full += EACH
            tries.turn = [now, min(due, now + LONGEST_QUEUE)]
        given, due = tries.turn
        early = tries.early.get(page, given)
        again = early + min(LONGEST, due - given) if early > given else due
        return max(0.0, max(due, again) - now)


def _name(address: str) -> str:
    return f"{ALL} {address}"


def _digest(text: str) -> bytes:
    # Equal lengths, so that the time of the comparison does not depend on the password's.
    return sha256(text.encode("utf-8", "surrogatepass")).digest()
