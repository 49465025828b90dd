"""The owner's password: compared in constant time, and guessed slowly. Pure but for the clock.

    password = Password("open sesame")
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
"""

from __future__ import annotations

import hmac
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256

FREE = 3  # wrong tries before the first wait
LONGEST = 60.0  # seconds
FORGOTTEN = 3600.0  # seconds without a try after which an address begins anew
MOST_ADDRESSES = 50_000
MOST_PAGES = 1_000  # of an address that are remembered not to have waited
BURST = 20  # wrong tries of all addresses together that are looked at at once
EACH = 1.0  # seconds for each further one
LONGEST_QUEUE = 300.0  # seconds that an address waits for the others at most
KEPT = 120.0  # seconds that its turn is kept


@dataclass(frozen=True, kw_only=True)
class _Turn:
    """When an address may try, as others have tried before it."""

    given: float
    due: float


@dataclass
class _Tries:
    wrong: int = 0
    last: float = 0.0
    early: dict[str, float] = field(default_factory=dict)  # when a page last did not wait
    turn: _Turn | None = None


class Password:
    """One password for the whole process. Any thread may ask."""

    def __init__(self, password: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._digest = _digest(password)
        self._clock = clock
        self._lock = threading.Lock()
        self._tries: OrderedDict[str, _Tries] = OrderedDict()
        self._known: OrderedDict[str, None] = OrderedDict()  # addresses that were right
        self._full = clock()  # when as many tries as ever may be looked at

    def wait(self, address: str, page: str) -> float:
        """How many seconds a try from this page at this address still has to wait."""
        with self._lock:
            return self._wait(address, page)

    def is_right(self, given: str, address: str, page: str) -> bool:
        """Whether this is the password; a try that should have waited is wrong unlooked at."""
        with self._lock:
            now = self._clock()
            if self._wait(address, page) > 0:
                early = self._tries[address].early
                early.pop(page, None)
                early[page] = now
                if len(early) > MOST_PAGES:
                    early.pop(next(iter(early)))
                return False
            if hmac.compare_digest(_digest(given), self._digest):
                self._tries.pop(address, None)
                self._known[address] = None
                self._known.move_to_end(address)
                if len(self._known) > MOST_ADDRESSES:
                    self._known.popitem(last=False)
                return True
            tries = self._tried(address)
            if tries.turn is None and address not in self._known:
                self._full = max(self._full, now) + EACH
            tries.turn = None
            tries.wrong += 1
            tries.last = now
            tries.early = {early: at for early, at in tries.early.items() if now - at < LONGEST}
            return False

    def _wait(self, address: str, page: str) -> float:
        now = self._clock()
        tries = self._tries.get(address)
        if tries is not None and tries.turn is None and now - tries.last > FORGOTTEN:
            del self._tries[address]
            tries = None
        return max(self._wait_for_address(tries, page, now), self._wait_for_all(address, page, now))

    def _wait_for_address(self, tries: _Tries | None, page: str, now: float) -> float:
        late = -1 if tries is None else tries.wrong - FREE
        if tries is None or late < 0:
            return 0.0
        length = min(LONGEST, 2.0 ** min(late, 10))
        since = max(tries.last, tries.early.get(page, tries.last))
        return max(0.0, since + length - now)

    def _wait_for_all(self, address: str, page: str, now: float) -> float:
        """How long an address waits for all the others, which is when its turn is."""
        if address in self._known:
            return 0.0
        tries = self._tries.get(address)
        turn = None if tries is None else tries.turn
        if turn is None or now > turn.due + KEPT:
            due = self._full - (BURST - 1) * EACH
            if due <= now:
                if tries is not None:
                    tries.turn = None
                return 0.0
            if due < now + LONGEST_QUEUE:
                self._full += EACH
            turn = _Turn(given=now, due=min(due, now + LONGEST_QUEUE))
            tries = self._tried(address)
            tries.turn = turn
        early = tries.early.get(page, turn.given) if tries is not None else turn.given
        again = early + min(LONGEST, turn.due - turn.given) if early > turn.given else turn.due
        return max(0.0, max(turn.due, again) - now)

    def _tried(self, address: str) -> _Tries:
        """What is remembered of an address, begun anew where it is nothing."""
        tries = self._tries.setdefault(address, _Tries(last=self._clock()))
        self._tries.move_to_end(address)
        if len(self._tries) > MOST_ADDRESSES:
            self._tries.popitem(last=False)
        return tries


def _digest(text: str) -> bytes:
    # Equal lengths, so that the time of the comparison does not depend on the password's.
    return sha256(text.encode("utf-8", "surrogatepass")).digest()
