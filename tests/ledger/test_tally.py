"""Requests are counted without anybody waiting, and caught up where the ledger was away."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from chat import errors
from chat.ledger import tally as module
from chat.ledger.ledger import Ledger
from chat.ledger.redis import RedisStore
from chat.ledger.store import PATIENCE, StoreError
from chat.ledger.tally import Tally
from chat.ledger.used import Row, Used
from tests.ledger.stores import Make, Server

ONE = Row(who="v", model="m", has_own_key=False, used=Used(requests=1))


def wait_until(comes_true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not comes_true():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def requests(tally: Tally) -> int:
    return sum(row.used.requests for _, rows in tally.read(2) for row in rows)


def test_what_is_added_is_counted(make: Make) -> None:
    tally = Tally(Ledger(make()))
    for _ in range(250):
        tally.add(ONE)
    wait_until(lambda: tally.is_empty)
    assert requests(tally) == 250


def test_a_ledger_that_is_away_holds_nobody_up_and_is_caught_up(server: Server) -> None:
    logged: list[str] = []
    tally = Tally(Ledger(RedisStore(server.url), logged.append), pause=0.05)
    server.stop()
    try:
        began = time.monotonic()
        for _ in range(10):
            tally.add(ONE)
        assert time.monotonic() - began < PATIENCE / 2
        wait_until(lambda: bool(logged))
        assert not tally.is_empty
    finally:
        server.start()
    wait_until(lambda: tally.is_empty)
    assert requests(tally) == 10
    assert len(logged) == 1


def test_not_too_many_wait_for_a_ledger_that_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    class Away(Ledger):
        def ask(self, _step: object) -> None:  # type: ignore[override]
            raise errors.LedgerAway

    monkeypatch.setattr(module, "MOST_WAITING", 5)
    tally = Tally(Away(), pause=60)
    for _ in range(9):
        tally.add(ONE)
    assert len(tally._rows) == 5


def test_a_store_raises_its_own_error_alone(server: Server) -> None:
    store = RedisStore(server.url)
    for number in range(31):
        server.command(f"SET {{chat}}:used:{number} x")
    with pytest.raises(StoreError):
        store.count([ONE])
