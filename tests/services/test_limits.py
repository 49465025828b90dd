"""The sums of a day survive what may happen to them, and add up over visitors and processes."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import pytest

from chat.conversation.events import Ended, TextDelta
from chat.services.ledger import Ledger
from chat.services.limits import FILE, Left, Limits
from chat.settings import PROJECT, SettingsError
from tests.services.budgets import (
    DAY,
    OPTIONS,
    Clock,
    Scripted,
    budgeted,
    used,
    window,
)


def test_one_visitors_budget_is_not_anothers() -> None:
    limits = Limits(visitor_tokens=200)
    spend = Scripted(used(150, 50), Ended("stop"))
    list(budgeted(spend, limits, "first").stream(window(), OPTIONS))
    assert limits.left("first").visitor == 0
    assert limits.left("second").visitor == 200


def test_budgets_begin_anew_at_midnight() -> None:
    clock = Clock()
    limits = Limits(visitor_tokens=200, daily_tokens=200, today=clock)
    reservation = limits.reserve("v", 1, 200)
    assert limits.left("v") == Left(visitor=0, all=0)
    assert not reservation.extend(1)
    clock.today += timedelta(days=1)
    assert limits.left("v") == Left(visitor=200, all=200)
    reservation.settle(50)  # of yesterday
    assert limits.left("v") == Left(visitor=200, all=200)
    clock.today -= timedelta(days=1)  # a clock that is set back
    limits.reserve("v", 1, 200)
    assert limits.left("v") == Left(visitor=0, all=0)


def test_a_reservation_is_settled_once() -> None:
    limits = Limits(daily_tokens=200)
    reservation = limits.reserve("v", 1, 200)
    reservation.settle(50)
    reservation.settle(0)
    assert limits.left("v").all == 150


def test_the_days_sum_survives_a_restart(tmp_path: Path) -> None:
    clock = Clock()
    folder = tmp_path / "data"
    limits = Limits(visitor_tokens=500, daily_tokens=1_000, folder=folder, today=clock)
    limits.reserve("v", 1, 300).settle(200)
    limits.reserve("v", 1, 300)  # the process dies before it is settled
    again = Limits(visitor_tokens=500, daily_tokens=1_000, folder=folder, today=clock)
    assert again.left("v") == Left(visitor=500, all=500)
    clock.today += timedelta(days=1)
    fresh = Limits(daily_tokens=1_000, folder=folder, today=clock)
    assert fresh.left("v").all == 1_000


def test_a_folder_that_vanishes_fails_no_question(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    limits = Limits(daily_tokens=1_000, folder=folder)
    shutil.rmtree(folder)
    service = Scripted(TextDelta("Hi"), used(90, 7), Ended("stop"))
    assert TextDelta("Hi") in list(budgeted(service, limits).stream(window(), OPTIONS))
    assert limits.left("v").all == 903


BEYOND = f'{{"day": "{date.today().isoformat()}", "spent": 1e999}}'
DAMAGES = {
    "empty": "",
    "no object": "[]",
    "nothing": "{}",
    "null": "null",
    "words": '{"day": 1, "spent": "x"}',
    "no whole number": f'{{"day": "{DAY}", "spent": 1.5}}',
    "a switch": f'{{"day": "{DAY}", "spent": true}}',
    "negative": f'{{"day": "{DAY}", "spent": -5}}',
    "beyond all numbers": BEYOND,
    "a day to come": '{"day": "2999-01-01", "spent": 5}',
    "half": f'{{"day": "{DAY}", "spe',
    "deep": "[" * 100_000,
    "large": " " * 10_000_000 + "{}",
    "many digits": f'{{"day": "{DAY}", "spent": {"9" * 900}}}',
    "no text": "\xff\0",
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_a_damaged_sum_is_logged_and_does_not_begin_anew(tmp_path: Path, damage: str) -> None:
    (tmp_path / FILE).write_text(damage, encoding="latin-1")
    logged: list[str] = []
    with pytest.raises(SettingsError, match=f"{FILE} is damaged: delete it") as error:
        Limits(daily_tokens=5, folder=tmp_path, today=Clock(), log=logged.append)
    assert logged == [str(error.value)]
    assert (tmp_path / FILE).read_text(encoding="latin-1") == damage
    (tmp_path / FILE).unlink()
    assert Limits(daily_tokens=5, folder=tmp_path, today=Clock()).left("v").all == 5


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_a_sum_that_is_damaged_later_is_logged_once_and_written_again(
    tmp_path: Path, damage: str
) -> None:
    logged: list[str] = []
    limits = Limits(daily_tokens=1_000, folder=tmp_path, today=Clock(), log=logged.append)
    limits.reserve("v", 1, 300).settle(200)
    (tmp_path / FILE).write_text(damage, encoding="latin-1")
    reservation = limits.reserve("v", 1, 300)
    assert kept(tmp_path) == 500
    reservation.settle(100)
    assert limits.left("v").all == 700
    assert kept(tmp_path) == 300
    assert len(logged) == 1


def test_a_file_that_cannot_be_written_fails_no_question_and_is_logged_once(tmp_path: Path) -> None:
    logged: list[str] = []
    folder = tmp_path / "data"
    limits = Limits(daily_tokens=1_000, folder=folder, today=Clock(), log=logged.append)
    (folder / FILE).with_suffix(".new").mkdir()  # where it is written, as on a full disk
    for _ in range(3):
        limits.reserve("v", 1, 300).settle(100)
    assert limits.left("v").all == 700
    assert kept(folder) == 0
    assert len(logged) == 1
    (folder / FILE).with_suffix(".new").rmdir()
    another = Limits(daily_tokens=1_000, folder=folder, today=Clock())  # of another process
    another.reserve("w", 1, 300).settle(50)
    assert limits.left("v").all == 650
    assert kept(folder) == 350
    assert len(logged) == 1


def kept(folder: Path) -> int:
    """The sum in the file."""
    spent: int = json.loads((folder / FILE).read_text())["spent"]
    return spent


def test_the_sums_of_two_processes_add_up(tmp_path: Path) -> None:
    clock = Clock()
    first, second = (Limits(daily_tokens=2_000, folder=tmp_path, today=clock) for _ in range(2))
    under_way = first.reserve("v", 1, 300)
    third = Limits(daily_tokens=2_000, folder=tmp_path, today=clock)
    second.reserve("v", 1, 300).settle(200)
    third.reserve("w", 1, 300).settle(400)
    under_way.settle(100)
    assert kept(tmp_path) == 700
    assert [limits.left("x").all for limits in (first, second, third)] == [1_300] * 3


def test_the_sums_of_two_processes_add_up_across_midnight(tmp_path: Path) -> None:
    clocks = Clock(), Clock()
    first, second = (Limits(daily_tokens=2_000, folder=tmp_path, today=clock) for clock in clocks)
    under_way = second.reserve("v", 1, 300)
    clocks[0].today += timedelta(days=1)
    first.reserve("v", 1, 300).settle(100)
    second.reserve("v", 1, 300).settle(50)  # whose clock is late
    clocks[1].today += timedelta(days=1)
    second.reserve("v", 1, 300).settle(10)
    under_way.settle(7)  # of yesterday
    assert kept(tmp_path) == 160
    assert first.left("v").all == second.left("v").all == 1_840


SPEND = """
import sys
from pathlib import Path
from chat.services.limits import Limits
limits = Limits(daily_tokens=100_000, folder=Path(sys.argv[1]))
for _ in range(100):
    limits.reserve("v", 1, 50).settle(7)
"""


def test_processes_that_spend_at_once_lose_no_token(tmp_path: Path) -> None:
    spend = [sys.executable, "-c", SPEND, str(tmp_path)]
    processes = [subprocess.Popen(spend, cwd=PROJECT) for _ in range(4)]
    assert [process.wait(60) for process in processes] == [0] * 4
    assert kept(tmp_path) == 4 * 100 * 7


def test_a_process_that_holds_the_file_for_ever_fails_no_question(tmp_path: Path) -> None:
    logged: list[str] = []
    limits = Limits(daily_tokens=1_000, folder=tmp_path, today=Clock(), log=logged.append)
    with Ledger(tmp_path / FILE).held():
        limits.reserve("v", 1, 300)
    assert limits.left("v").all == 700
    assert kept(tmp_path) == 300
    assert len(logged) == 1
