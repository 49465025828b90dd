"""200 visitors who race for the last tokens, at four processes with one ledger.

    python -m tests.benchmarks.race

Needs nginx and redis-server. Stops where the service saw more than the budget.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from chat import errors
from tests.racing import BUDGET, EACH, HERE, Fleet, addresses
from tests.visitor import run

PROCESSES = 4
VISITORS = 200


def main() -> None:
    """Let them come from one address, and from many."""
    races = (
        ("one address", [HERE] * VISITORS, EACH, errors.VisitorBudgetSpent),
        ("many addresses", addresses(VISITORS), BUDGET, errors.DailyBudgetSpent),
    )
    columns = ("budget", "service", "ledger", "requests", "cut", "refused", "seconds")
    print(f"{'tokens':16}" + "".join(f"{column:>10}" for column in columns))
    with (
        tempfile.TemporaryDirectory() as folder,
        Fleet.started(Path(folder), PROCESSES) as fleet,
    ):
        for name, sources, budget, spent in races:
            fleet.forget()
            began = time.monotonic()
            run(fleet.race(sources, spent))
            seconds = time.monotonic() - began
            fleet.assert_settled(budget)
            heard, requests = fleet.heard, len(fleet.service.requests)
            counted = fleet.store.sums(HERE).all
            refused = heard["refused"] + heard["spent"]
            row = (budget, fleet.service.used, counted, requests, heard["cut"], refused, seconds)
            print(f"{name:16}" + "".join(f"{number:10,.0f}" for number in row), flush=True)


if __name__ == "__main__":
    main()
