"""The ledger in this process's memory, or in a file that the processes of one machine share.

    store = SqliteStore()                            # in memory
    store = SqliteStore(Path("data/ledger.sqlite"))  # survives a restart

Before there was such a file, the sum of the day was kept beside it in `FORMER`: it is taken over.
"""

from __future__ import annotations

import json
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from chat.ledger.books import TABLES, Books, change_notes, used
from chat.ledger.store import (
    LEASE,
    PATIENCE,
    Bounds,
    BusyError,
    DamagedError,
    Lease,
    Notes,
    Result,
    Store,
    StoreError,
    Sums,
)
from chat.ledger.used import Row

FORMER = "spent.json"
LARGEST = 1_000  # characters that are read of it; it had about 40
MOST = 10**15  # tokens that may have been spent in a day


class SqliteStore(Store):
    """The ledger in a file, whose folder is made where it is missing, or else in memory.

    A file that is gone is made anew by the next start alone, as the day would begin anew with it.
    `clock` tells seconds since 1970, `lease` is in seconds. One that `only_reads` opens a file that
    is there, makes nothing and can do nothing but look at it. Raises `StoreError`.
    """

    def __init__(
        self,
        path: Path | None = None,
        *,
        clock: Callable[[], float] = time.time,
        lease: float = LEASE,
        only_reads: bool = False,
    ) -> None:
        self.place = "memory" if path is None else str(path)
        self._path = path
        self._clock = clock
        self._lease = lease
        self._only_reads = only_reads
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None
        self._file: tuple[int, int] | None = None  # which one is open
        self._was_busy = False  # the last step did not get its turn
        with self._errors():
            if not only_reads:
                self._begin()

    def sums(self, visitor: str) -> Sums:
        """See `Store.sums`."""
        with self._books() as books:
            return books.sums(visitor)

    def enter(self, turn: Lease) -> bool:
        """See `Store.enter`."""
        with self._books() as books:
            if books.is_taken(turn) or books.is_settled(turn):
                return False
            books.keep(books.found(turn))
            return True

    def reserve(self, lease: Lease, least: int, most: int, bounds: Bounds) -> tuple[int, Sums]:
        """See `Store.reserve`."""
        with self._books() as books:
            if books.is_settled(lease):
                return 0, books.sums(lease.visitor)
            kept = books.found(lease)
            sums = books.sums(lease.visitor)
            left = sums.left(bounds).least
            tokens = most if left is None else min(most, left)
            if tokens < least:
                return 0, sums
            books.set_aside(kept, kept.tokens + tokens)
            books.keep(kept, used=lease.used)
            return tokens, sums

    def settle(self, lease: Lease, tokens: int) -> None:
        """See `Store.settle`."""
        with self._books() as books:
            books.settle(lease, tokens)

    def renew(self, leases: Sequence[tuple[Lease, int]]) -> None:
        """See `Store.renew`."""
        with self._books() as books:
            for lease, used in leases:
                if not books.is_taken(lease) and not books.is_settled(lease):
                    books.keep(books.found(lease), used=used)

    def change(self, names: Sequence[str], edit: Callable[[Notes, float], Result]) -> Result:
        """See `Store.change`."""
        with self._transaction() as connection:
            return change_notes(connection, self._clock(), names, edit)

    def count(self, rows: Sequence[Row]) -> None:
        """See `Store.count`."""
        with self._books() as books:
            for row in rows:
                books.count(row)

    def used(self, day: int | None = None) -> tuple[int, list[Row]]:
        """See `Store.used`."""
        with self._transaction("DEFERRED") as connection:
            return used(connection, self._clock(), day)

    @contextmanager
    def _books(self) -> Iterator[Books]:
        with self._transaction() as connection:
            yield Books(connection, self._clock(), self._lease)

    @contextmanager
    def _transaction(self, kind: str = "IMMEDIATE") -> Iterator[sqlite3.Connection]:
        """For one thread alone: all of a step, or nothing of it. An immediate one may change it."""
        if not self._lock.acquire(timeout=PATIENCE):
            raise BusyError
        try:
            with self._errors(), _transaction(self._connected(), kind) as connection:
                yield connection
        finally:
            self._lock.release()

    @contextmanager
    def _errors(self) -> Iterator[None]:
        """Whatever goes wrong is a `StoreError`; a file is opened anew after it.

        Among many who write, SQLite lets one wait too long by chance. The next step may have more
        luck; where it has not, somebody holds the file.
        """
        try:
            yield
            self._was_busy = False
        except (sqlite3.Error, OSError) as error:
            if _is_busy(error) and not self._was_busy:
                self._was_busy = True
                raise BusyError(str(error)) from error
            is_damaged = type(error) is sqlite3.DatabaseError  # the others say more
            if self._path is not None and self._connection is not None:
                self._connection.close()
                self._connection = None
            raise (DamagedError if is_damaged else StoreError)(str(error)) from error

    def _begin(self) -> None:
        if self._path is not None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
        self._connection = self._opened()
        with _transaction(self._connection) as connection:
            for table in TABLES:
                connection.execute(table)
            books = Books(connection, self._clock(), self._lease)
            if self._path is not None:
                _take_over(self._path.with_name(FORMER), books)

    def _connected(self) -> sqlite3.Connection:
        """The connection to the file that has the name now. Raises `OSError` where there is none.

        One that was removed can still be written, but nobody else would read it.
        """
        is_another = self._path is not None and _identity(self._path) != self._file
        if self._connection is None or is_another:
            self._connection = self._opened()
        return self._connection

    def _opened(self) -> sqlite3.Connection:
        mode = "ro" if self._only_reads else "rwc"
        connection = sqlite3.connect(
            ":memory:" if self._path is None else f"{self._path.absolute().as_uri()}?mode={mode}",
            timeout=PATIENCE,
            isolation_level=None,
            check_same_thread=False,
            uri=True,
        )
        self._file = None if self._path is None else _identity(self._path)
        if self._only_reads:
            return connection
        # A process that is killed loses nothing so, and no step waits for the disk.
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        return connection


@contextmanager
def _transaction(
    connection: sqlite3.Connection, kind: str = "IMMEDIATE"
) -> Iterator[sqlite3.Connection]:
    connection.execute(f"BEGIN {kind}")
    try:
        yield connection
        connection.execute("COMMIT")
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")


def _is_busy(error: Exception) -> bool:
    """Whether another one was writing for as long as was waited."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # without what it says besides
    return code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


def _identity(path: Path) -> tuple[int, int]:
    found = path.stat()
    return found.st_dev, found.st_ino


def _take_over(former: Path, books: Books) -> None:
    """Count what an earlier version of the app has kept of today. Raises `DamagedError`."""
    try:
        with former.open(encoding="utf-8") as file:
            kept = json.loads(file.read(LARGEST))
        day = (date.fromisoformat(kept["day"]) - date(1970, 1, 1)).days
        spent = kept["spent"]
    except FileNotFoundError:
        return
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise DamagedError("", str(former)) from error
    if type(spent) is not int or not 0 <= spent <= MOST or day > books.day + 1:
        raise DamagedError("", str(former))
    if day >= books.day:
        books.add(spent)
    former.unlink()
