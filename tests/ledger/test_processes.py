"""Several processes spend at once, and one is killed."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from chat.ledger.ledger import Ledger
from chat.ledger.limits import Limits
from chat.settings import PROJECT
from tests.ledger.spending import BUDGET, LARGE, store_at
from tests.ledger.stores import unheard
from tests.services.budgets import OPTIONS, WINDOW

LEASE = 1.5  # seconds


def started(*what: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.ledger.spending", *what],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=PROJECT,
    )


def said(process: subprocess.Popen[str]) -> object:
    assert process.stdout is not None
    return json.loads(process.stdout.readline())


@pytest.mark.parametrize("addresses", [1, 20])
def test_four_processes_that_race_for_the_last_tokens_do_not_overspend(
    where: str, tmp_path: Path, addresses: int
) -> None:
    visitors = [str(number) for number in range(addresses)]
    processes = [started("race", where, str(tmp_path), *visitors) for _ in range(4)]
    for process in processes:
        assert said(process) == "ready"
    for process in processes:
        assert process.stdin is not None
        print(file=process.stdin, flush=True)
    spent = [said(process) for process in processes]
    assert [process.wait(20) for process in processes] == [0] * 4
    total = sum(spent)  # type: ignore[arg-type]
    assert BUDGET - 10 < total <= BUDGET
    sums = store_at(where).sums("0")
    assert (sums.all, sums.reserved) == (total, 0)
    assert (sums.visitor == total) == (addresses == 1)


def test_of_a_process_killed_in_the_middle_of_50_answers_what_the_service_saw_counts(
    where: str,
) -> None:
    process = started("hold", where, str(LEASE))
    seen = 50 * (WINDOW + 18)
    assert said(process) == seen
    limits = Limits(Ledger(store_at(where, LEASE), unheard), daily_tokens=LARGE)
    alive_until = time.monotonic() + LEASE * 1.2
    while time.monotonic() < alive_until:
        assert limits.left("7").all == LARGE - 50 * (WINDOW + (OPTIONS.max_tokens or 0))
        assert not limits.enter("7")
    process.kill()
    killed = time.monotonic()
    while limits.left("7").all != LARGE - seen:
        assert time.monotonic() < killed + LEASE + 5
    assert limits.enter("7")
    process.wait(20)
