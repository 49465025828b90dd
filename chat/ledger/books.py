"""What the tables of the ledger hold, changed within one transaction.

`steps.lua` does the same on a Redis server, under the same names.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from chat.ledger.store import (
    MOST_NOTES,
    SETTLED,
    ClockError,
    Lease,
    Notes,
    Result,
    Sums,
    day_of,
    read,
    written,
)
from chat.ledger.used import DAYS, MOST_MODELS, MOST_ROWS, Row, Used

NUMBERS = ", ".join(Used.__dataclass_fields__)
TABLES = (
    "CREATE TABLE IF NOT EXISTS day (only INTEGER PRIMARY KEY, number INTEGER, spent INTEGER)",
    "CREATE TABLE IF NOT EXISTS visitors (visitor TEXT PRIMARY KEY, spent INTEGER) WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS leases (id TEXT PRIMARY KEY, visitor TEXT, is_turn INTEGER,"
    " tokens INTEGER, fresh INTEGER, used INTEGER, until REAL) WITHOUT ROWID",
    "CREATE UNIQUE INDEX IF NOT EXISTS turns ON leases (visitor) WHERE is_turn",
    "CREATE TABLE IF NOT EXISTS settled (id TEXT PRIMARY KEY, until REAL) WITHOUT ROWID",
    "CREATE INDEX IF NOT EXISTS settled_until ON settled (until)",
    "CREATE TABLE IF NOT EXISTS notes (name TEXT PRIMARY KEY, text TEXT, until REAL) WITHOUT ROWID",
    "CREATE INDEX IF NOT EXISTS notes_until ON notes (until)",
    "CREATE TABLE IF NOT EXISTS used (day INTEGER, who TEXT, own_key INTEGER, model TEXT,"
    f" {NUMBERS}, PRIMARY KEY (day, who, own_key, model)) WITHOUT ROWID",
)


@dataclass
class Kept:
    """A lease as it is kept: `fresh` are those of its tokens that count for this day."""

    id: str
    visitor: str
    is_turn: bool
    tokens: int
    fresh: int
    used: int


class Books:
    """The tables, as they are at a time, in seconds since 1970; a lease lasts so many seconds."""

    def __init__(self, connection: sqlite3.Connection, now: float, lease: float) -> None:
        self._do = connection.execute
        self._now = now
        self._until = now + lease
        self.day = self._turn_day()
        self._lapse()

    def sums(self, visitor: str) -> Sums:
        """What was spent today."""
        return Sums(
            visitor=self._number("SELECT spent FROM visitors WHERE visitor = ?", visitor),
            all=self._number("SELECT spent FROM day"),
            reserved=self._number("SELECT sum(fresh) FROM leases"),
        )

    def is_taken(self, lease: Lease) -> bool:
        """Whether this is a turn that another request of the visitor has."""
        turn = "SELECT count(*) FROM leases WHERE is_turn AND visitor = ? AND id != ?"
        return lease.is_turn and self._number(turn, lease.visitor, lease.id) > 0

    def found(self, lease: Lease) -> Kept:
        """A lease as it is kept, taken up again where it has run out."""
        for kept in self._leases("id = ?", lease.id):
            return kept
        told = lease.told
        kept = Kept(lease.id, lease.visitor, lease.is_turn, tokens=told, fresh=0, used=told)
        if lease.tokens:
            self.set_aside(kept, lease.tokens)
            self.keep(kept, used=told)
        return kept

    def set_aside(self, kept: Kept, tokens: int) -> None:
        """Let a lease have so many tokens, and today's sums with it."""
        more = max(tokens - kept.tokens, -kept.fresh)
        kept.tokens = tokens
        kept.fresh += more
        self.add(more)
        book = (
            "INSERT INTO visitors VALUES (?, ?)"
            " ON CONFLICT (visitor) DO UPDATE SET spent = spent + excluded.spent"
        )
        if more:
            self._do(book, (kept.visitor, more))

    def add(self, tokens: int) -> None:
        """Count so many tokens more for all."""
        self._do("UPDATE day SET spent = spent + ?", (tokens,))

    def keep(self, kept: Kept, *, used: int = 0) -> None:
        """Let the lease begin anew; so many tokens are known to be used."""
        row = (kept.id, kept.visitor, kept.is_turn, kept.tokens, kept.fresh, used, self._until)
        self._do("REPLACE INTO leases VALUES (?, ?, ?, ?, ?, ?, ?)", row)

    def is_settled(self, lease: Lease) -> bool:
        """Whether a lease is known to be over."""
        return self._number("SELECT count(*) FROM settled WHERE id = ?", lease.id) > 0

    def settle(self, lease: Lease, tokens: int) -> None:
        """Count so many tokens in the place of what was set aside, once."""
        if self.is_settled(lease):
            return
        self.set_aside(self.found(lease), tokens)
        self._end(lease.id)
        self._do("INSERT INTO settled VALUES (?, ?)", (lease.id, self._now + SETTLED))

    def count(self, row: Row) -> None:
        """Add this to what today's requests took."""
        who, model = next(place for place in row.places if self._has_room(row, *place))
        sums = ", ".join(f"{name} = {name} + excluded.{name}" for name in vars(row.used))
        values = (self.day, who, row.has_own_key, model, *vars(row.used).values())
        marks = ", ".join("?" * len(values))
        self._do(f"INSERT INTO used VALUES ({marks}) ON CONFLICT DO UPDATE SET {sums}", values)  # noqa: S608

    def _has_room(self, row: Row, who: str, model: str) -> bool:
        """Whether this is counted under this name: there is such a row, or may be another one."""
        if (who, model) == row.places[-1]:
            return True
        rows = "SELECT count(*) FROM used WHERE day = ?"
        known = f"{rows} AND who = ? AND own_key = ? AND model = ?"
        if self._number(known, self.day, who, row.has_own_key, model):
            return True
        has_models = self._number(f"{rows} AND who = ?", self.day, who) < MOST_MODELS
        is_allowed = has_models or (who, model) == row.places[1]
        return is_allowed and self._number(rows, self.day) < MOST_ROWS

    def _turn_day(self) -> int:
        """Begin the day that it is. Raises `DamagedError`."""
        today = day_of(self._now)
        row = self._do("SELECT number FROM day").fetchone()
        if row is not None and row[0] > today + 1:
            raise ClockError
        if row is not None and row[0] >= today:
            return int(row[0])
        self._do("REPLACE INTO day VALUES (1, ?, 0)", (today,))
        self._do("DELETE FROM visitors")
        self._do("UPDATE leases SET fresh = 0")
        self._do("DELETE FROM used WHERE day <= ?", (today - DAYS,))
        return today

    def _lapse(self) -> None:
        """Give back what was not renewed, but for what is known to be used."""
        self._do("DELETE FROM settled WHERE until <= ?", (self._now,))
        # Where a clock was set back.
        self._do("UPDATE leases SET until = ? WHERE until > ?", (self._until, self._until))
        for kept in self._leases("until <= ?", self._now):
            self.set_aside(kept, min(kept.tokens, kept.used))
            self._end(kept.id)

    def _end(self, id: str) -> None:
        self._do("DELETE FROM leases WHERE id = ?", (id,))

    def _leases(self, condition: str, value: str | float) -> list[Kept]:
        columns = "id, visitor, is_turn, tokens, fresh, used"
        rows = self._do(f"SELECT {columns} FROM leases WHERE {condition}", (value,))  # noqa: S608
        return [Kept(*row) for row in rows.fetchall()]

    def _number(self, query: str, *values: str | int) -> int:
        row = self._do(query, values).fetchone()
        return 0 if row is None or row[0] is None else int(row[0])


def used(connection: sqlite3.Connection, now: float, day: int | None) -> tuple[int, list[Row]]:
    """See `Store.used`."""
    (begun,) = connection.execute("SELECT max(number) FROM day").fetchone()
    today = max(begun or 0, day_of(now))
    day = today if day is None else day
    columns = f"who, model, own_key, {NUMBERS}"
    kept = f"SELECT {columns} FROM used WHERE day = ? AND day > ? ORDER BY who, own_key, model"  # noqa: S608
    rows = [
        Row(who=who, model=model, has_own_key=bool(own_key), used=Used.of(numbers))
        for who, model, own_key, *numbers in connection.execute(kept, (day, today - DAYS))
    ]
    return day, rows


def change_notes(
    connection: sqlite3.Connection,
    now: float,
    names: Sequence[str],
    edit: Callable[[Notes, float], Result],
) -> Result:
    """See `Store.change`."""
    do = connection.execute
    do("DELETE FROM notes WHERE until <= ?", (now,))
    marks = ", ".join("?" * len(names))
    found = do(f"SELECT name, text FROM notes WHERE name IN ({marks})", names)  # noqa: S608
    texts: dict[str, str] = dict(found)
    notes = read(texts)
    result = edit(notes, now)
    for name, note in notes.items():
        if (text := written(note)) != texts.get(name):
            do("REPLACE INTO notes VALUES (?, ?, ?)", (name, text, note["until"]))
    if notes.keys() - texts.keys():
        (number,) = do("SELECT count(*) FROM notes").fetchone()
        first = "SELECT name FROM notes ORDER BY until LIMIT ?"
        do(f"DELETE FROM notes WHERE name IN ({first})", (max(0, number - MOST_NOTES),))  # noqa: S608
    return result
