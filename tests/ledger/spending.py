"""A process of its own that spends: `python -m tests.ledger.spending WHAT WHERE MORE`.

It says what it has done in lines of JSON.
"""

from __future__ import annotations

import json
import random
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

from chat import errors
from chat.conversation.events import Ended, TextDelta
from chat.ledger.ledger import Ledger
from chat.ledger.limits import Limits
from chat.ledger.redis import RedisStore
from chat.ledger.sqlite import SqliteStore
from chat.ledger.store import LEASE, Store
from tests.services.budgets import OPTIONS, WINDOW, Scripted, budgeted, window

BUDGET = 2_000
THREADS = 5
LARGE = 30_000


def store_at(where: str, lease: float = LEASE, clock: Callable[[], float] = time.time) -> Store:
    """The store in the file or on the server that is named there."""
    if "://" in where:
        return RedisStore(where, lease=lease, clock=None if clock is time.time else clock)
    return SqliteStore(Path(where), lease=lease, clock=clock)


def say(said: object) -> None:
    print(json.dumps(said), flush=True)


def race(where: str, folder: str, *visitors: str) -> None:
    """Spend until nothing is left, one request of a visitor at a time; say what was spent.

    The folder has a file for each visitor who has a request under way.
    """
    limits = Limits(Ledger(store_at(where), print), daily_tokens=BUDGET)
    say("ready")
    sys.stdin.readline()
    with ThreadPoolExecutor(THREADS) as pool:
        say(sum(pool.map(lambda _: spent_on(limits, Path(folder), visitors), range(THREADS))))


def spent_on(limits: Limits, folder: Path, visitors: tuple[str, ...]) -> int:
    spent = 0
    while True:
        visitor = random.choice(visitors)  # noqa: S311
        if not limits.enter(visitor):
            time.sleep(0.005)
            continue
        mark = folder / visitor
        mark.touch(exist_ok=False)  # nobody else has the visitor's turn
        try:
            with suppress(errors.TooFast):
                reservation = limits.reserve(visitor, 10, 40)
                tokens = random.randint(10, reservation.tokens)  # noqa: S311
                if reservation.extend(5):
                    tokens += 5
                reservation.settle(tokens)
                spent += tokens
        except errors.DailyBudgetSpent:
            return spent
        finally:
            mark.unlink()
            limits.leave(visitor)


def hold(where: str, lease: str) -> None:
    """Be in the middle of 50 answers until it is killed; say what the service has seen of them."""
    seconds = float(lease)
    limits = Limits(Ledger(store_at(where, seconds), print), daily_tokens=LARGE, lease=seconds)
    service = Scripted(TextDelta("Ten so far"), TextDelta("and more"), Ended("stop"))
    answers = [
        budgeted(service, limits, str(number)).stream(window(), OPTIONS) for number in range(50)
    ]
    seen = 0
    for answer in answers:
        came = [next(answer), next(answer)]
        seen += WINDOW + sum(len(delta.text) for delta in came if isinstance(delta, TextDelta))
    while any(under_way.told < under_way.used for under_way in limits._reservations):
        time.sleep(0.01)
    say(seen)
    time.sleep(60)


if __name__ == "__main__":
    (race if sys.argv[1] == "race" else hold)(*sys.argv[2:])
