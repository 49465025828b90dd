"""The stores of the ledger, a server for one of them, and a clock that a test can turn."""

from __future__ import annotations

import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Self
from urllib.parse import quote

import pytest
import redis

from chat.ledger.store import Store
from tests.running import free_port

KINDS = ("memory", "file", "server")
SECRET = "open:sesame/7"  # which stands in an address as open%3Asesame%2F7
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC).timestamp()
DAY = 86_400


class Clock:
    """Seconds since 1970, which stand still."""

    now = NOON

    def __call__(self) -> float:
        return self.now


def executable() -> str | None:
    """Where the server is, if it is installed."""
    return shutil.which("redis-server") or shutil.which("valkey-server")


class Server:
    """A server on a port of its own, which keeps what it has when it is stopped."""

    def __init__(self, folder: Path) -> None:
        self._port = free_port()
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        self.database = 0

    @classmethod
    @contextmanager
    def running(cls, folder: Path) -> Iterator[Self]:
        """One that runs, and keeps what it has in this folder, which is made where it is not."""
        folder.mkdir(exist_ok=True)
        server = cls(folder)
        server.start()
        try:
            yield server
        finally:
            server.stop()

    @property
    def url(self) -> str:
        """The address of one of its databases."""
        secret = quote(SECRET, safe="")
        return f"redis://:{secret}@127.0.0.1:{self._port}/{self.database}"

    @property
    def client(self) -> redis.Redis:
        """A way to look into it."""
        return redis.Redis.from_url(self.url, decode_responses=True)

    def command(self, words: str) -> None:
        """Have the server do this."""
        self.client.execute_command(*words.split())  # type: ignore[no-untyped-call]

    def start(self) -> None:
        """Start it, and wait until it answers."""
        settings = {"port": self._port, "bind": "127.0.0.1", "dir": self._folder, "save": ""}
        settings |= {
            "databases": 1_000,
            "appendonly": "yes",
            "requirepass": SECRET,
            "logfile": "log",
        }
        said = [word for name, value in settings.items() for word in (f"--{name}", str(value))]
        self._process = subprocess.Popen([str(executable()), *said])
        while True:
            try:
                self.client.ping()
            except redis.ConnectionError:
                assert self._process.poll() is None, (self._folder / "log").read_text()
            else:
                return

    def stop(self) -> None:
        """Stop it."""
        assert self._process is not None
        self._process.terminate()
        self._process.wait(20)

    @contextmanager
    def silent(self) -> Iterator[None]:
        """Let it take connections, and answer none."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self._process.send_signal(signal.SIGCONT)


def bound_rows(monkeypatch: pytest.MonkeyPatch, *, models: int, rows: int) -> None:
    """Let a person have rows of so many models, and a day so many rows."""
    for room in ("books", "redis"):
        monkeypatch.setattr(f"chat.ledger.{room}.MOST_MODELS", models)
        monkeypatch.setattr(f"chat.ledger.{room}.MOST_ROWS", rows)


def unheard(_line: str) -> None:
    """A log for what is under way when a test ends, and then not reached any more."""


Make = Callable[[], Store]  # a store as another process would have it, upon the same records
