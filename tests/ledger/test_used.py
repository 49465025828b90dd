"""What requests took is kept by day, person and model: for a month, and never too much of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from chat.ledger.ledger import FILE
from chat.ledger.redis import RedisStore
from chat.ledger.sqlite import SqliteStore
from chat.ledger.store import StoreError
from chat.ledger.used import DAYS, LONGEST_NAME, REST, Row, Used
from tests.ledger.stores import DAY, NOON, Clock, Make, Server, bound_rows

TODAY = int(NOON // DAY)


def row(who: str, model: str, tokens: int = 10, *, own: bool = False) -> Row:
    used = Used(requests=1, prompt_tokens=tokens, completion_tokens=2, cost=3)
    return Row(who=who, model=model, has_own_key=own, used=used)


def names(rows: list[Row]) -> list[tuple[str, str, int]]:
    return [(row.who, row.model, row.used.requests) for row in rows]


def test_what_several_processes_count_comes_together(make: Make) -> None:
    make().count([row("v", "m"), row("v", "m", own=True)])
    make().count([row("v", "m", 5)])
    day, rows = make().used()
    assert day == TODAY
    shared, own = rows
    assert shared.used == Used(requests=2, prompt_tokens=15, completion_tokens=4, cost=6)
    assert (own.has_own_key, own.used.tokens) == (True, 12)


def test_a_day_is_kept_for_a_month(make: Make, clock: Clock) -> None:
    store = make()
    store.count([row("v", "m")])
    clock.now += (DAYS - 1) * DAY
    store.count([row("w", "m")])
    assert names(store.used(TODAY)[1]) == [("v", "m", 1)]
    clock.now += DAY
    assert store.used() == (TODAY + DAYS, [])
    assert store.used(TODAY) == (TODAY, [])
    assert names(store.used(TODAY + DAYS - 1)[1]) == [("w", "m", 1)]


def test_a_clock_that_is_set_back_begins_no_other_day(make: Make, clock: Clock) -> None:
    store = make()
    store.count([row("v", "m")])
    clock.now -= DAY
    store.count([row("v", "m")])
    assert (store.used()[0], names(store.used()[1])) == (TODAY, [("v", "m", 2)])


def test_what_is_beyond_the_bounds_is_counted_together(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    bound_rows(monkeypatch, models=2, rows=4)
    store = make()
    store.count([row("v", model) for model in "abcab"])
    assert names(store.used()[1]) == [("v", REST, 1), ("v", "a", 2), ("v", "b", 2)]
    store.count([row(who, "a") for who in "vwxyx"] + [row("v", "z")])
    assert names(store.used()[1]) == [
        *((REST, REST, 3), ("v", REST, 2), ("v", "a", 3), ("v", "b", 2), ("w", "a", 1)),
    ]


def test_any_name_can_be_kept(make: Make) -> None:
    store = make()
    store.count([row('Zoë "\\[\0\n', "m\ud800" * 200).fit])
    ((kept,),) = [store.used()[1]]
    assert kept.who == 'Zoë "\\[\ufffd\n'
    assert kept.model == ("m\ufffd" * 200)[:LONGEST_NAME]


def test_a_day_on_the_server_expires_when_it_is_kept_no_longer(server: Server) -> None:
    RedisStore(server.url).count([row("v", "m")])
    (key,) = server.client.keys("*used*")
    left = server.client.ttl(key)
    assert (DAYS - 1) * DAY - 1 <= left <= DAYS * DAY


def test_who_only_reads_makes_and_changes_nothing(tmp_path: Path) -> None:
    file = tmp_path / "a folder?" / FILE
    with pytest.raises(StoreError):
        SqliteStore(file, only_reads=True).used()
    assert not file.parent.exists()
    SqliteStore(file).count([row("v", "m")])
    reader = SqliteStore(file, only_reads=True)
    assert names(reader.used()[1]) == [("v", "m", 1)]
    with pytest.raises(StoreError):
        reader.count([row("v", "m")])
