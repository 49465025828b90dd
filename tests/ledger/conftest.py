"""The stores, one after the other."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from chat.ledger.ledger import FILE
from chat.ledger.redis import RedisStore
from chat.ledger.sqlite import SqliteStore
from tests.installed import require
from tests.ledger.stores import KINDS, Clock, Make, Server, executable


@pytest.fixture(scope="session")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server for all these tests."""
    require(executable(), "There is no redis-server: apt-get install redis-server")
    with Server.running(tmp_path_factory.mktemp("server")) as server:
        yield server


@pytest.fixture
def server(started: Server) -> Server:
    """A server that knows nothing yet, and hears nothing of what other tests have under way."""
    started.database += 1
    return started


@pytest.fixture
def clock() -> Clock:
    """Noon of a day."""
    return Clock()


@pytest.fixture(params=KINDS[1:])
def where(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where several processes find the same records: the path of a file, or a server's address."""
    if request.param == "file":
        return str(tmp_path / "data" / FILE)
    server: Server = request.getfixturevalue("server")
    return server.url


@pytest.fixture(params=KINDS)
def make(request: pytest.FixtureRequest, clock: Clock, tmp_path: Path) -> Make:
    """Each kind of store, as one process after the other has it."""
    if request.param == "memory":
        store = SqliteStore(clock=clock)
        return lambda: store
    if request.param == "file":
        return lambda: SqliteStore(tmp_path / "data" / FILE, clock=clock)
    server: Server = request.getfixturevalue("server")
    return lambda: RedisStore(server.url, clock=clock)
