"""Notes are changed by one at a time, and forgotten."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest

from chat.access.password import FREE, Password
from chat.ledger.ledger import Ledger
from chat.ledger.store import Notes
from tests.ledger.stores import DAY, Clock, Make, unheard


def test_of_what_many_change_at_once_nothing_is_lost(make: Make) -> None:
    def count(notes: Notes, now: float) -> int:
        counted: int = notes.get("n", {"counted": 0})["counted"] + 1
        notes["n"] = {"counted": counted, "until": now + 60}
        return counted

    stores = [make() for _ in range(4)]
    with ThreadPoolExecutor(8) as pool:
        seen = pool.map(lambda number: stores[number % 4].change(["n"], count), range(200))
    assert sorted(seen) == [*range(1, 201)]


def test_a_note_is_forgotten_in_its_time(make: Make, clock: Clock) -> None:
    store = make()
    store.change(["a", "b"], lambda notes, now: notes.update(a={"until": now + 60}))
    assert store.change(["a", "b"], lambda notes, _: [*notes]) == ["a"]
    clock.now += 60
    assert store.change(["a", "b"], lambda notes, _: [*notes]) == []


def test_not_too_many_notes_are_kept(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    for room in ("books", "redis"):
        monkeypatch.setattr(f"chat.ledger.{room}.MOST_NOTES", 10)
    store = make()
    store.change(["first"], lambda notes, now: notes.update(first={"until": now + DAY}))
    for number in range(20):
        note = {str(number): {"until": Clock.now + 60 + number}}
        store.change([*note], partial(_add, note))
    seen = store.change([*map(str, range(20)), "first"], lambda notes, _: [*notes])
    assert {*seen} == {"first", *map(str, range(11, 20))}


def test_the_wrong_tries_at_several_processes_count_together(make: Make, clock: Clock) -> None:
    first, second = (Password("right", Ledger(make(), unheard)) for _ in range(2))
    for number in range(FREE):
        (first if number % 2 else second).is_right("wrong", "192.0.2.1", "page")
    assert first.wait("192.0.2.1", "page") == second.wait("192.0.2.1", "page") == 1
    assert not first.is_right("right", "192.0.2.1", "page")
    clock.now += 1
    assert first.wait("192.0.2.1", "another page") == 0
    assert second.is_right("right", "192.0.2.1", "another page")
    assert first.wait("192.0.2.1", "page") == 0


def _add(more: Notes, notes: Notes, _now: float) -> None:
    notes.update(more)
