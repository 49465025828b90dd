"""The same moves lead to the same records in each of the stores, and in a plain dictionary."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)

from chat.ledger.redis import RedisStore
from chat.ledger.sqlite import SqliteStore
from chat.ledger.store import LEASE, SETTLED, Bounds, Lease, Store, Sums
from chat.ledger.used import DAYS, REST, Row, Used
from tests.ledger.stores import DAY, Clock, Server, bound_rows

VISITORS = st.sampled_from(["192.0.2.1", "2001:db8::/64"])
TOKENS = st.integers(0, 300)
MODELS, ROWS_A_DAY = 2, 5
ROWS = st.builds(
    lambda who, model, has_own_key, numbers: Row(
        who=who, model=model, has_own_key=has_own_key, used=Used.of(numbers)
    ),
    st.sampled_from(["192.0.2.1", "2001:db8::/64", "Zoë"]),
    st.sampled_from(["a", "b", "[c", 'd"\n']),
    st.booleans(),
    st.lists(st.integers(0, 10**12), min_size=7, max_size=7),
)
BOUNDS = st.builds(
    lambda visitor, everybody: Bounds(visitor=visitor, all=everybody),
    st.none() | st.integers(0, 1_000),
    st.none() | st.integers(0, 2_000),
)


@dataclass
class Kept:
    """A lease in the dictionary."""

    visitor: str
    tokens: int
    fresh: int
    used: int
    until: float


class Dictionary:
    """What the stores are to be like."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.day = 0
        self.spent: Counter[str | None] = Counter()  # None: by all
        self.kept: dict[str, Kept] = {}
        self.turns: dict[str, str] = {}
        self.settled: dict[str, float] = {}
        self.used: dict[int, dict[tuple[str, bool, str], Used]] = {}

    def begin(self) -> None:
        """What each step begins with."""
        if self.clock.now // DAY > self.day:
            self.day = int(self.clock.now // DAY)
            self.spent.clear()
            for kept in self.kept.values():
                kept.fresh = 0
        now = self.clock.now
        self.settled = {id: until for id, until in self.settled.items() if until > now}
        for id, kept in [*self.kept.items()]:
            kept.until = min(kept.until, self.clock.now + LEASE)
            if kept.until <= self.clock.now:
                self.set_aside(kept, min(kept.tokens, kept.used))
                self.end(id)

    def set_aside(self, kept: Kept, tokens: int) -> None:
        more = max(tokens - kept.tokens, -kept.fresh)
        kept.tokens, kept.fresh = tokens, kept.fresh + more
        self.spent.update({kept.visitor: more, None: more})

    def end(self, id: str) -> None:
        self.kept.pop(id, None)
        self.turns = {visitor: turn for visitor, turn in self.turns.items() if turn != id}

    def settle(self, lease: Lease, tokens: int) -> None:
        if lease.id not in self.settled:
            self.set_aside(self.found(lease), tokens)
            self.end(lease.id)
            self.settled[lease.id] = self.clock.now + SETTLED

    def found(self, lease: Lease) -> Kept:
        if lease.id not in self.kept:
            kept = Kept(lease.visitor, lease.told, 0, lease.told, 0.0)
            if lease.tokens:
                self.set_aside(kept, lease.tokens)
                self.keep(lease, kept, lease.told)
            return kept
        return self.kept[lease.id]

    def keep(self, lease: Lease, kept: Kept, used: int) -> None:
        kept.used, kept.until = used, self.clock.now + LEASE
        self.kept[lease.id] = kept
        if lease.is_turn:
            self.turns[lease.visitor] = lease.id

    def count(self, row: Row) -> None:
        rows = self.used.setdefault(self.day, {})
        of_the_person = [key for key in rows if key[0] == row.who]
        key = (row.who, row.has_own_key, row.model)
        if key not in rows and len(of_the_person) >= MODELS:
            key = (row.who, row.has_own_key, REST)
        if key not in rows and len(rows) >= ROWS_A_DAY:
            rest = (row.who, row.has_own_key, REST)
            key = rest if rest in rows else (REST, row.has_own_key, REST)
        rows[key] = rows.get(key, Used()) + row.used

    def rows(self, day: int) -> list[Row]:
        is_kept = day > max(self.day, self.clock.now // DAY) - DAYS
        return [
            Row(who=who, model=model, has_own_key=has_own_key, used=used)
            for (who, has_own_key, model), used in sorted(self.used.get(day, {}).items(), key=_name)
            if is_kept
        ]

    def sums(self, visitor: str) -> Sums:
        reserved = sum(kept.fresh for kept in self.kept.values())
        return Sums(visitor=self.spent[visitor], all=self.spent[None], reserved=reserved)


def _name(row: tuple[tuple[str, bool, str], Used]) -> tuple[str, bool, str]:
    return row[0]


class Moves(RuleBasedStateMachine):
    """The same moves for all of them."""

    server: Server
    folder: Path

    def __init__(self) -> None:
        super().__init__()
        self.server.client.flushdb()
        self.clock = Clock()
        self.model = Dictionary(self.clock)
        self.stores: list[Store] = [
            SqliteStore(clock=self.clock),
            SqliteStore(self.folder / f"{uuid4()}.sqlite", clock=self.clock),
            RedisStore(self.server.url, clock=self.clock),
        ]

    leases = Bundle("leases")
    turns = Bundle("turns")
    over = Bundle("over")
    left = Bundle("left")

    @rule(target=turns, visitor=VISITORS)
    def enter(self, visitor: str) -> object:
        self.model.begin()
        turn = Lease(visitor=visitor, is_turn=True)
        is_free = visitor not in self.model.turns
        assert [store.enter(turn) for store in self.stores] == [is_free] * 3
        if is_free:
            self.model.keep(turn, self.model.found(turn), 0)
            return turn
        return multiple()

    @rule(target=left, turn=consumes(turns))
    def leave(self, turn: Lease) -> Lease:
        self._settle(turn, 0)
        return turn

    @rule(turn=left)
    def enter_late(self, turn: Lease) -> None:
        self.model.begin()
        holder = self.model.turns.get(turn.visitor)
        is_free = holder in (None, turn.id) and turn.id not in self.model.settled
        assert [store.enter(turn) for store in self.stores] == [is_free] * 3
        if is_free:
            self.model.keep(turn, self.model.found(turn), 0)

    @rule(target=leases, visitor=VISITORS, used=TOKENS)
    def begin(self, visitor: str, used: int) -> Lease:
        return Lease(visitor=visitor, used=used)

    @rule(lease=leases, least=st.integers(1, 300), more=TOKENS, bounds=BOUNDS)
    def reserve(self, lease: Lease, least: int, more: int, bounds: Bounds) -> None:
        self.model.begin()
        kept = self.model.found(lease)
        sums = self.model.sums(lease.visitor)
        left = sums.left(bounds).least
        tokens = least + more if left is None else min(least + more, left)
        tokens = tokens if tokens >= least else 0
        granted = [store.reserve(lease, least, least + more, bounds) for store in self.stores]
        assert granted == [(tokens, sums)] * 3
        if tokens:
            self.model.set_aside(kept, kept.tokens + tokens)
            self.model.keep(lease, kept, lease.used)
            lease.tokens += tokens
            lease.told = lease.used

    @rule(target=over, lease=consumes(leases) | over, tokens=TOKENS)
    def settle(self, lease: Lease, tokens: int) -> Lease:
        self._settle(lease, tokens)
        return lease

    def _settle(self, lease: Lease, tokens: int) -> None:
        self.model.begin()
        self.model.settle(lease, tokens)
        for store in self.stores:
            store.settle(lease, tokens)

    @rule(leases=st.lists(leases | turns | over | left, unique=True), used=TOKENS)
    def renew(self, leases: list[Lease], used: int) -> None:
        self.model.begin()
        for lease in leases:
            holder = self.model.turns.get(lease.visitor) if lease.is_turn else None
            if holder in (None, lease.id) and lease.id not in self.model.settled:
                self.model.keep(lease, self.model.found(lease), used)
        for store in self.stores:
            store.renew([(lease, used) for lease in leases])
        for lease in leases:
            lease.told = used

    @rule(rows=st.lists(ROWS, max_size=8))
    def count(self, rows: list[Row]) -> None:
        self.model.begin()
        for row in rows:
            self.model.count(row)
        for store in self.stores:
            store.count(rows)

    @rule(ago=st.sampled_from([0, 1, 3, DAYS - 1, DAYS, 40]))
    def look_back(self, ago: int) -> None:
        today = max(self.model.day, int(self.clock.now // DAY))
        expected = today - ago, self.model.rows(today - ago)
        assert [store.used(today - ago) for store in self.stores] == [expected] * 3

    @rule(seconds=st.sampled_from([1, LEASE - 1, LEASE, 3_600, DAY / 2, DAY, 3 * DAY, 28 * DAY]))
    def wait(self, seconds: float) -> None:
        self.clock.now += seconds

    @rule(seconds=st.sampled_from([1.5, LEASE, DAY / 3]))
    def set_back(self, seconds: float) -> None:
        self.model.begin()
        for store in self.stores:
            store.sums("anybody")
        if (self.clock.now - seconds) // DAY >= self.model.day - 1:
            self.clock.now -= seconds

    @rule(names=st.lists(st.sampled_from(["a", "b", "c"]), unique=True, min_size=1), tokens=TOKENS)
    def change(self, names: list[str], tokens: int) -> None:
        def edit(notes: dict[str, dict[str, float]], now: float) -> list[object]:
            before = sorted((name, note["tokens"]) for name, note in notes.items())
            notes.update({name: {"tokens": tokens, "until": now + tokens} for name in names})
            return [now, before]

        first, *others = [store.change(names, edit) for store in self.stores]
        assert others == [first] * 2

    @invariant()
    def all_say_the_same(self) -> None:
        self.model.begin()
        for visitor in ("192.0.2.1", "2001:db8::/64"):
            expected = self.model.sums(visitor)
            assert [store.sums(visitor) for store in self.stores] == [expected] * 3
        used = self.model.day, self.model.rows(self.model.day)
        assert [store.used() for store in self.stores] == [used] * 3


def test_all_stores_keep_the_same_records(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bound_rows(monkeypatch, models=MODELS, rows=ROWS_A_DAY)
    Moves.server, Moves.folder = server, tmp_path
    few = settings(max_examples=settings().max_examples // 4, stateful_step_count=25, deadline=None)
    run_state_machine_as_test(Moves, settings=few)
