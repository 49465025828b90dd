"""Has requests counted by the ledger when they have ended; nobody waits for it.

tally = Tally(ledger)
tally.add(Row(who="203.0.113.7", model="gpt-5.6-luna", has_own_key=False, used=used))
"""

from __future__ import annotations

import threading
import time
from functools import partial

from chat import errors
from chat.ledger.ledger import PAUSE, Ledger
from chat.ledger.store import Store
from chat.ledger.used import Row

MOST_WAITING = 10_000  # requests while the ledger is away; those that come then are not counted
AT_ONCE = 100


class Tally:
    """What is still to be counted. Any thread may add to it, and none waits.

    While the ledger is away, it is tried again every `pause` seconds, and what is caught up counts
    for the day on which that is. What it may have counted, without being heard, is counted again.
    """

    def __init__(self, ledger: Ledger, *, pause: float = PAUSE) -> None:
        self._ledger = ledger
        self._pause = pause
        self._lock = threading.Lock()
        self._rows: list[Row] = []
        self._counter: threading.Thread | None = None

    @property
    def is_empty(self) -> bool:
        """Whether all is counted."""
        return not self._rows

    def add(self, row: Row) -> None:
        """Have a request counted."""
        with self._lock:
            if len(self._rows) < MOST_WAITING:
                self._rows.append(row.fit)
            if self._counter is None:
                self._counter = threading.Thread(target=self._count, name="tally", daemon=True)
                self._counter.start()

    def read(self, days: int) -> list[tuple[int, list[Row]]]:
        """So many days, the latest first, each with what its requests took. Raises `LedgerAway`."""
        return self._ledger.ask(lambda store: store.used_in(days))

    def _count(self) -> None:
        while True:
            with self._lock:
                rows = self._rows[:AT_ONCE]
                if not rows:
                    self._counter = None
                    return
            try:
                self._ledger.ask(partial(_count, rows))
            except errors.LedgerAway:
                time.sleep(self._pause)
                continue
            with self._lock:
                del self._rows[: len(rows)]


def _count(rows: list[Row], store: Store) -> None:
    store.count(rows)
