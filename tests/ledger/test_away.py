"""Where the ledger cannot be used nothing is begun, nobody waits for long, and it heals."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from chat import errors
from chat.access.password import Password
from chat.ledger.ledger import FILE, PAUSE, Ledger
from chat.ledger.limits import Limits
from chat.ledger.redis import RedisStore
from chat.ledger.sqlite import SqliteStore
from chat.ledger.store import PATIENCE, Left, Store
from chat.settings import PROJECT
from tests.ledger.stores import SECRET, Server
from tests.running import free_port


class Owner:
    """The budgets upon a store, what the log says, and the ledger's own clock."""

    def __init__(self, store: Store) -> None:
        self.logged: list[str] = []
        self.seconds = 0.0
        self.ledger = Ledger(store, self.logged.append, clock=lambda: self.seconds)
        self.limits = Limits(self.ledger, visitor_tokens=900, daily_tokens=1_000, lease=60)

    def pause(self) -> None:
        """Let a store that was away be tried again."""
        self.seconds += PAUSE

    def assert_away(self) -> None:
        """Nothing can be begun, and only the first waits for it."""
        for attempt in range(3):
            began = time.monotonic()
            with pytest.raises(errors.LedgerAway):
                self.limits.reserve("v", 1, 300)
            with pytest.raises(errors.LedgerAway):
                self.limits.enter("u")
            with pytest.raises(errors.LedgerAway):
                self.limits.left("v")
            assert time.monotonic() - began < (PATIENCE + 2 if attempt == 0 else 0.5)
        assert len(self.logged) == 1


def test_a_server_that_is_stopped_and_started_heals_and_knows_all(server: Server) -> None:
    owner = Owner(RedisStore(server.url))
    assert owner.limits.enter("v")
    reservation, settled = owner.limits.reserve("v", 1, 300), owner.limits.reserve("w", 1, 300)
    owner.limits.reserve("x", 1, 300).settle(100)
    server.stop()
    try:
        owner.assert_away()
        assert not reservation.extend(1)  # what is under way goes on with what it has
        settled.settle(50)
        owner.limits.leave("v")
    finally:
        server.start()
    owner.pause()
    owner.limits.renew()
    assert owner.limits.left("v") == Left(visitor=600, all=550)
    assert reservation.extend(1)
    reservation.settle(200)
    assert owner.limits.left("v") == Left(visitor=700, all=650)
    assert len(owner.logged) == 1
    server.stop()
    try:
        with pytest.raises(errors.LedgerAway):
            owner.limits.left("v")
    finally:
        server.start()
    assert len(owner.logged) == 2


def test_a_server_that_never_answers_holds_nobody_up(server: Server) -> None:
    owner = Owner(RedisStore(server.url))
    owner.limits.reserve("v", 1, 300).settle(100)
    with server.silent():
        owner.assert_away()
    owner.pause()
    owner.limits.renew()  # and gives back what it could not know to be set aside
    assert owner.limits.left("v").all == 900
    assert owner.limits.enter("v")


def test_a_renewal_that_waits_for_a_server_holds_nobody_up(server: Server) -> None:
    owner = Owner(RedisStore(server.url))
    assert owner.limits.enter("v")
    reservation = owner.limits.reserve("v", 1, 300)
    with server.silent(), ThreadPoolExecutor(1) as pool:
        owner.assert_away()
        owner.pause()
        renewal = pool.submit(owner.limits.renew)
        while owner.ledger._tried_again == owner.seconds:
            time.sleep(0.01)
        assert not owner.limits.enter("v")
        with pytest.raises(errors.LedgerAway):
            owner.limits.enter("w")
        reservation.settle(100)
        owner.limits.leave("v")
        assert not renewal.done()
        renewal.result(20)
    owner.pause()
    owner.limits.renew()
    assert owner.limits.enter("v")


@pytest.mark.parametrize(
    "trouble",
    [
        ("CONFIG SET maxmemory 1", "CONFIG SET maxmemory 0"),
        ("REPLICAOF 127.0.0.1 1", "REPLICAOF NO ONE"),
        ("RENAME {chat}:sums {chat}:times", "RENAME {chat}:times {chat}:sums"),
    ],
    ids=["full", "a copy of another", "keys of somebody else"],
)
def test_a_server_that_takes_nothing_in(server: Server, trouble: tuple[str, str]) -> None:
    begin, end = trouble
    owner = Owner(RedisStore(server.url))
    owner.limits.reserve("v", 1, 300).settle(100)
    server.command(begin)
    try:
        owner.assert_away()
    finally:
        server.command(end)
    owner.pause()
    assert owner.limits.left("v").all == 900


def test_a_port_at_which_something_else_answers() -> None:
    class Page(BaseHTTPRequestHandler):
        def handle(self) -> None:
            self.wfile.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    with ThreadingHTTPServer(("127.0.0.1", 0), Page) as page:
        threading.Thread(target=page.serve_forever, daemon=True).start()
        Owner(RedisStore(f"redis://127.0.0.1:{page.server_port}/0")).assert_away()
        page.shutdown()


def test_the_password_of_a_server_is_in_no_line_of_the_log(server: Server) -> None:
    owner = Owner(RedisStore(server.url.replace("sesame", "sesamo")))
    owner.assert_away()
    nobody = Owner(RedisStore(f"redis://:{SECRET.replace('/', '%2F')}@127.0.0.1:{free_port()}/0"))
    nobody.assert_away()
    for line in owner.logged + nobody.logged:
        assert "redis://127.0.0.1:" in line
        assert "sesam" not in line


def test_nobody_gets_in_while_the_tries_cannot_be_counted(server: Server) -> None:
    owner = Owner(RedisStore(server.url))
    password = Password("right", owner.ledger)
    server.stop()
    try:
        with pytest.raises(errors.LedgerAway):
            password.is_right("right", "192.0.2.1", "page")
    finally:
        server.start()
    owner.pause()
    assert password.is_right("right", "192.0.2.1", "page")


def test_a_file_that_another_holds_for_too_long(tmp_path: Path) -> None:
    owner = Owner(SqliteStore(tmp_path / FILE))
    owner.limits.reserve("v", 1, 300).settle(100)
    with sqlite3.connect(tmp_path / FILE) as another:
        another.execute("BEGIN EXCLUSIVE")
        with pytest.raises(errors.LedgerAway):
            owner.limits.left("v")
        assert owner.logged == []
        owner.assert_away()  # as it was not by chance
    owner.pause()
    assert owner.limits.left("v").all == 900


def test_a_file_that_another_holds_for_one_step_is_there_for_the_next(tmp_path: Path) -> None:
    owner = Owner(SqliteStore(tmp_path / FILE))
    owner.limits.reserve("v", 1, 300).settle(100)
    for _ in range(2):
        with sqlite3.connect(tmp_path / FILE) as another:
            another.execute("BEGIN IMMEDIATE")
            with pytest.raises(errors.LedgerAway):
                owner.limits.enter("v")
        assert owner.limits.left("v").all == 900
        assert owner.limits.enter("v")
        owner.limits.leave("v")
    assert owner.logged == []


def test_a_file_that_is_gone_is_not_made_anew(tmp_path: Path) -> None:
    owner = Owner(SqliteStore(tmp_path / "data" / FILE))
    owner.limits.reserve("v", 1, 300).settle(100)
    (tmp_path / "data").rename(tmp_path / "elsewhere")
    owner.assert_away()
    (tmp_path / "data").mkdir()
    owner.pause()
    with pytest.raises(errors.LedgerAway):
        owner.limits.left("v")
    assert not [*(tmp_path / "data").iterdir()]
    (tmp_path / "data").rmdir()
    (tmp_path / "elsewhere").rename(tmp_path / "data")
    owner.pause()
    assert owner.limits.left("v").all == 900
    assert len(owner.logged) == 1


def test_a_file_that_is_damaged_while_it_is_used(tmp_path: Path) -> None:
    owner = Owner(SqliteStore(tmp_path / FILE))
    owner.limits.reserve("v", 1, 300).settle(100)
    for name in (FILE, f"{FILE}-wal", f"{FILE}-shm"):
        (tmp_path / name).unlink()
    (tmp_path / FILE).write_bytes(b"nothing that SQLite knows" * 1_000)
    owner.assert_away()


FULL = """
import resource, sys
from pathlib import Path
from chat import errors
from chat.ledger.ledger import Ledger
from chat.ledger.limits import Limits
from chat.ledger.sqlite import SqliteStore
logged = []
seconds = 0.0
ledger = Ledger(SqliteStore(Path(sys.argv[1])), logged.append, clock=lambda: seconds)
limits = Limits(ledger, daily_tokens=1_000_000)
limits.reserve("v", 1, 300).settle(100)
under_way = limits.reserve("w", 1, 300)
_, most = resource.getrlimit(resource.RLIMIT_FSIZE)
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, most))
begun = 0
try:
    while True:
        limits.reserve(str(begun), 1, 10)
        begun += 1
except errors.LedgerAway:
    under_way.settle(100)
resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
seconds = 60.0
limits.renew()
assert limits.left("v").all == 1_000_000 - 200 - 10 * begun, begun
assert len(logged) == 1, logged
"""


def test_a_full_disk(tmp_path: Path) -> None:
    run = [sys.executable, "-c", FULL, str(tmp_path / FILE)]
    subprocess.run(run, cwd=PROJECT, check=True, timeout=60)


def test_what_is_settled_while_nobody_answers_is_counted_once(server: Server) -> None:
    owner = Owner(RedisStore(server.url))
    reservation = owner.limits.reserve("v", 1, 300)
    with server.silent():  # it makes the step later, of which no answer comes
        reservation.settle(100)
    while not server.client.zcard("{chat}:settled"):
        time.sleep(0.01)
    owner.pause()
    owner.limits.renew()
    assert owner.limits.left("v") == Left(visitor=800, all=900)


def test_what_is_renewed_while_nobody_answers_is_settled(server: Server) -> None:
    owner = Owner(RedisStore(server.url))
    reservation = owner.limits.reserve("v", 1, 300)
    with server.silent():
        owner.limits.renew()
    owner.pause()
    reservation.settle(100)
    owner.limits.renew()
    assert owner.limits.left("v") == Left(visitor=800, all=900)
