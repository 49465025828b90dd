"""How many steps a second each store of the ledger makes. Prints a table; nothing passes or fails.

    python -m tests.benchmarks.ledger

Needs redis-server. One process asks, or four at once. A request is four steps: a turn, what is set
aside, and the end of both. A renewal is one step for all that a process has under way, here 150
requests with their turns. Meanwhile as many other requests are under way as it says. In the last
column stands what a core of the server would do that had nothing else to do.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from threading import Barrier

from chat.ledger.ledger import FILE
from chat.ledger.redis import RedisStore
from chat.ledger.sqlite import SqliteStore
from chat.ledger.store import Bounds, Lease, Store, StoreError
from tests.ledger.stores import Server

SECONDS = 3.0  # of each measurement
EACH = 150  # requests that a process has under way
LONG = 3_600.0  # seconds of a lease, so that none runs out
BOUNDS = Bounds(visitor=10**9, all=10**12)
LINE = "{:8}{:>12}{:>12}  {:12}{:>12}{:>18}"


def begin(store: Store) -> tuple[Lease, Lease]:
    """A turn, and what is set aside."""
    visitor = f"192.0.2.{time.monotonic_ns()}"
    turn, lease = Lease(visitor=visitor, is_turn=True), Lease(visitor=visitor, used=50)
    store.enter(turn)
    lease.tokens, _ = store.reserve(lease, 50, 1_000, BOUNDS)
    return turn, lease


@dataclass
class Work:
    """What a process does with a store, again and again; each time is so many steps."""

    store: Store
    under_way: Sequence[tuple[Lease, int]] = ()

    def request(self) -> int:
        """All steps of a request."""
        turn, lease = begin(self.store)
        self.store.settle(lease, 400)
        self.store.settle(turn, 0)
        return 4

    def renewal(self) -> int:
        """Renew everything that one process has under way."""
        if not self.under_way:
            self.under_way = [(kept, 300) for _ in range(EACH) for kept in begin(self.store)]
        self.store.renew(self.under_way)
        return 1

    def sums(self) -> int:
        """Ask what is left."""
        self.store.sums("192.0.2.1")
        return 1


WORKS = (Work.request, Work.renewal, Work.sums)


def store_at(where: str) -> Store:
    """The store on the server or in the file that is named there; in memory, if none is."""
    if "://" in where:
        return RedisStore(where, lease=LONG)
    return SqliteStore(Path(where) if where else None, lease=LONG)


def steps(where: str | Store, work: Callable[[Work], int], gate: Barrier) -> int:
    """How many steps were made in `SECONDS`, from when all processes were ready."""
    doing = Work(where if isinstance(where, Store) else store_at(where))
    work(doing)
    gate.wait()
    until = time.monotonic() + SECONDS
    made = 0
    while time.monotonic() < until:
        with suppress(StoreError):  # a file that others have not let go of for two seconds
            made += work(doing)
    return made


def measure(where: str, under_way: int, processes: int, server: Server | None = None) -> None:
    """Print a line for each kind of work."""
    store = store_at(where)
    for _ in range(under_way):
        begin(store)
    context = get_context("spawn")
    with context.Manager() as manager, ProcessPoolExecutor(processes, context) as pool:
        for work in WORKS:
            gate = manager.Barrier(processes)
            before = busy(server)
            if where:
                asked = [pool.submit(steps, where, work, gate) for _ in range(processes)]
                made = sum(each.result() for each in asked)
            else:
                made = steps(store, work, gate)
            core = f"{made / (busy(server) - before):,.0f}" if server else ""
            name = "Redis" if server else "file" if where else "memory"
            rate = f"{made / SECONDS:,.0f}"
            print(LINE.format(name, processes, under_way, work.__name__, rate, core), flush=True)


def busy(server: Server | None) -> float:
    """The CPU time of the server so far, in seconds."""
    if server is None:
        return 0.0
    used = server.client.info("cpu")
    return float(used["used_cpu_user"]) + float(used["used_cpu_sys"])


def main() -> None:
    """Measure all of it."""
    print(LINE.format("store", "processes", "under way", "step", "a second", "a core, a second"))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for under_way in (0, 1_000):
            measure("", under_way, 1)
            for processes in (1, 4):
                measure(str(folder / f"{under_way}{processes}" / FILE), under_way, processes)
        with Server.running(folder) as server:
            for under_way in (0, 1_000, 20_000):
                for processes in (1, 4):
                    server.database += 1
                    measure(server.url, under_way, processes, server)


if __name__ == "__main__":
    main()
