"""The store that the owner chose, which may be away for a while.

ledger = Ledger.of(settings, log)
ledger.ask(lambda store: store.sums("203.0.113.7"))     # or raises LedgerAway
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from chat import errors
from chat.ledger.sqlite import SqliteStore
from chat.ledger.store import BusyError, DamagedError, Result, Store, StoreError
from chat.settings import Settings, SettingsError

FILE = "ledger.sqlite"
REDIS = "redis>=8,<9"  # the package that few owners need
EXAMPLE = "redis://:PASSWORD@HOST:6379/0"
PAUSE = 2.0  # seconds after which a store that was away is tried again


class Ledger:
    """A store, and whether it answers. Any thread may ask.

    `log` is told, once, that it does not. Meanwhile it is tried by one of those who ask, every
    `PAUSE` seconds, and the others do not wait for it. `clock` tells seconds.
    """

    def __init__(
        self,
        store: Store | None = None,
        log: Callable[[str], None] = print,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store = store or SqliteStore()
        self._log = log
        self._clock = clock
        self._lock = threading.Lock()
        self._tried_again: float | None = None  # at this time, where it is away

    @classmethod
    def of(cls, settings: Settings, log: Callable[[str], None]) -> Ledger:
        """The ledger that these settings ask for. Raises `SettingsError`."""
        return cls(_store(settings), log)

    def ask(self, step: Callable[[Store], Result]) -> Result:
        """Have a step made. Raises `LedgerAway`."""
        with self._lock:
            if self._tried_again is not None:
                if self._clock() < self._tried_again:
                    raise errors.LedgerAway
                self._tried_again = self._clock() + PAUSE
        try:
            result = step(self._store)
        except BusyError:
            raise errors.LedgerAway from None
        except StoreError as error:
            self._lose(error)
            raise errors.LedgerAway from None
        with self._lock:
            self._tried_again = None
        return result

    def _lose(self, error: StoreError) -> None:
        with self._lock:
            if self._tried_again is None:
                reason = errors.clean(str(error), self._store.secrets)
                self._log(
                    "The ledger cannot be used, so nothing is asked with the owner's key and no "
                    f"password is looked at until it heals: {self._store.place}: {reason}"
                )
            self._tried_again = self._clock() + PAUSE


def _store(settings: Settings) -> Store:
    if settings.redis_url is not None:
        return _server(settings.redis_url)
    if settings.data is None:
        return SqliteStore()
    path = settings.data / FILE
    try:
        return SqliteStore(path)
    except DamagedError as error:
        file = error.file or str(path)
        raise SettingsError("setting_damaged", name="CHAT_DATA", file=file) from None
    except StoreError:
        folder = str(settings.data)
        raise SettingsError("setting_folder", name="CHAT_DATA", value=folder) from None


def reader(settings: Settings, clock: Callable[[], float]) -> Store | None:
    """The store that these settings ask for, to be looked into by another process.

    `clock` tells seconds since 1970, where the store has no time of its own. None where it is the
    memory of the app's. Raises `SettingsError`.
    """
    if settings.redis_url is not None:
        return _server(settings.redis_url)
    if settings.data is None:
        return None
    path = settings.data / FILE
    return SqliteStore(path if path.exists() else None, clock=clock, only_reads=path.exists())


def _server(url: str) -> Store:
    try:
        from chat.ledger.redis import RedisStore
    except ImportError:
        raise SettingsError(
            "setting_package",
            name="CHAT_REDIS_URL",
            package="redis",
            command=f"pip install {REDIS!r}",
        ) from None
    try:
        return RedisStore(url)
    except ValueError:
        raise SettingsError("setting_redis", name="CHAT_REDIS_URL", example=EXAMPLE) from None
