"""The owner's password: compared in constant time, and guessed slowly. Pure but for the clock.

    password = Password("open sesame")
    password.wait("203.0.113.7", "page 1")      # seconds until a try is looked at
    password.is_right("guess", "203.0.113.7", "page 1")

After a few wrong tries each further one from the same address has to wait, twice as long each time
but never longer than `LONGEST`, so nobody is locked out for good. A page that does not wait has to
wait anew, so that whoever guesses without a pause never takes the turn of whoever waits.
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
MOST_ADDRESSES = 10_000


@dataclass
class _Tries:
    wrong: int = 0
    last: float = 0.0
    early: dict[str, float] = field(default_factory=dict)  # when a page last did not wait


class Password:
    """One password for the whole process. Any thread may ask."""

    def __init__(self, password: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._digest = _digest(password)
        self._clock = clock
        self._lock = threading.Lock()
        self._tries: OrderedDict[str, _Tries] = OrderedDict()

    def wait(self, address: str, page: str) -> float:
        """How many seconds a try from this page at this address still has to wait."""
        with self._lock:
            return self._wait(address, page)

    def is_right(self, given: str, address: str, page: str) -> bool:
        """Whether this is the password; a try that should have waited is wrong unlooked at."""
        with self._lock:
            if self._wait(address, page) > 0:
                self._tries[address].early[page] = self._clock()
                return False
            if hmac.compare_digest(_digest(given), self._digest):
                self._tries.pop(address, None)
                return True
            tries = self._tries.setdefault(address, _Tries())
            tries.wrong += 1
            tries.last = self._clock()
            tries.early = {
                early: at for early, at in tries.early.items() if tries.last - at < LONGEST
            }
            self._tries.move_to_end(address)
            if len(self._tries) > MOST_ADDRESSES:
                self._tries.popitem(last=False)
            return False

    def _wait(self, address: str, page: str) -> float:
        tries = self._tries.get(address)
        if tries is None:
            return 0.0
        now = self._clock()
        if now - tries.last > FORGOTTEN:
            del self._tries[address]
            return 0.0
        late = tries.wrong - FREE
        if late < 0:
            return 0.0
        length = min(LONGEST, 2.0 ** min(late, 10))
        since = max(tries.last, tries.early.get(page, tries.last))
        return max(0.0, since + length - now)


def _digest(text: str) -> bytes:
    # Equal lengths, so that the comparison does not tell the password's.
    return sha256(text.encode("utf-8", "surrogatepass")).digest()
