"""The file of the ledger: what it takes over, and what it does not begin with."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from chat.ledger.ledger import FILE, Ledger
from chat.ledger.limits import Limits
from chat.ledger.sqlite import FORMER, SqliteStore
from chat.ledger.store import Left
from chat.settings import Settings, SettingsError
from tests.ledger.stores import DAY, Clock


def limits_in(folder: Path, clock: Clock) -> Limits:
    return Limits(
        Ledger(SqliteStore(folder / FILE, clock=clock)), visitor_tokens=500, daily_tokens=1_000
    )


def test_the_sums_survive_a_restart(tmp_path: Path, clock: Clock) -> None:
    limits = limits_in(tmp_path / "a folder", clock)
    limits.reserve("v", 1, 300).settle(200)
    limits.reserve("v", 1, 300)  # the process dies before it is settled
    again = limits_in(tmp_path / "a folder", clock)
    assert again.left("v") == Left(visitor=0, all=500)
    clock.now += DAY
    assert limits_in(tmp_path / "a folder", clock).left("v") == Left(visitor=500, all=1_000)


@pytest.mark.parametrize(
    ("day", "left"), [("2026-11-24", 700), ("2026-11-25", 700), ("2026-11-23", 1_000)]
)
def test_the_sum_of_an_earlier_version_is_taken_over_once(
    tmp_path: Path, clock: Clock, day: str, left: int
) -> None:
    (tmp_path / FORMER).write_text(json.dumps({"day": day, "spent": 300}))
    for _ in range(2):
        assert limits_in(tmp_path, clock).left("v") == Left(visitor=500, all=left)
    assert not (tmp_path / FORMER).exists()


TODAY = "2026-11-24"
DAMAGES = {
    "empty": "",
    "no object": "[]",
    "nothing": "{}",
    "null": "null",
    "words": '{"day": 1, "spent": "x"}',
    "no whole number": f'{{"day": "{TODAY}", "spent": 1.5}}',
    "a switch": f'{{"day": "{TODAY}", "spent": true}}',
    "negative": f'{{"day": "{TODAY}", "spent": -5}}',
    "beyond all numbers": f'{{"day": "{TODAY}", "spent": 1e999}}',
    "a day to come": '{"day": "2999-01-01", "spent": 5}',
    "half": f'{{"day": "{TODAY}", "spe',
    "deep": "[" * 100_000,
    "large": " " * 10_000_000 + "{}",
    "many digits": f'{{"day": "{TODAY}", "spent": {"9" * 900}}}',
    "no text": "\xff\0",
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_a_damaged_sum_of_an_earlier_version_does_not_begin_anew(
    tmp_path: Path, damage: str
) -> None:
    (tmp_path / FORMER).write_text(damage, encoding="latin-1")
    for _ in range(2):
        with pytest.raises(SettingsError, match=f"{FORMER} is damaged: delete it"):
            Ledger.of(Settings(data=tmp_path), print)
    assert (tmp_path / FORMER).read_text(encoding="latin-1") == damage
    (tmp_path / FORMER).unlink()
    Ledger.of(Settings(data=tmp_path), print)


def test_a_damaged_file_does_not_begin_anew(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"nothing that SQLite knows" * 1_000)
    with pytest.raises(SettingsError, match=f"{FILE} is damaged: delete it"):
        Ledger.of(Settings(data=tmp_path), print)


def test_a_file_of_a_day_to_come_does_not_begin_anew(tmp_path: Path, clock: Clock) -> None:
    clock.now += 3_000 * DAY
    limits_in(tmp_path, clock)
    with pytest.raises(SettingsError, match=f"{FILE} is damaged: delete it"):
        Ledger.of(Settings(data=tmp_path), print)
