"""The doorkeeper, by what it lets through to an application behind it. Its clock is the test's."""

from __future__ import annotations

import asyncio
from collections.abc import MutableMapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from starlette.types import Receive, Scope, Send

from chat.access.doorkeeper import Doorkeeper, PageMessage, Words
from chat.access.quotas import Bucket
from chat.access.rules import Bounds, Rules
from tests.visitor import run

OK = {"type": "http.response.start", "status": 200, "headers": [(b"x-frame-options", b"DENY")]}


@dataclass
class World:
    """An application behind a doorkeeper, and what either has said."""

    rules: Rules = field(default_factory=Rules)
    now: float = 0.0
    reached: list[MutableMapping[str, Any]] = field(default_factory=list)  # by the application
    sent: list[MutableMapping[str, Any]] = field(default_factory=list)
    log: list[str] = field(default_factory=list)
    clients: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.doorkeeper = Doorkeeper(
            self.application,
            rules=lambda: self.rules,
            read=_read,
            words=Words(
                full=lambda: "Full.",
                wrong_name=lambda name: f"Not {name}.",
                refused=_closed,
                closed=_closed,
            ),
            log=self.log.append,
            clock=lambda: self.now,
        )

    async def application(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.clients.append(scope["client"][0])
        if scope["type"] == "http":
            await send(OK)
            return
        while (message := await receive())["type"] != "websocket.disconnect":
            self.reached.append(message)
            await send({"type": "websocket.send", "bytes": b"drawn"})
        await send({"type": "websocket.send", "bytes": b"too late"})

    async def get(self, method: str = "GET", **headers: str) -> MutableMapping[str, Any]:
        """The head of the answer to a request."""
        await self.doorkeeper(_scope("http", headers, method=method), _never, self._send)
        return self.sent[-2] if self.sent[-1]["type"] == "http.response.body" else self.sent[-1]

    async def visit(self, *messages: bytes | str, **headers: str) -> int | None:
        """The code with which the page is closed that says this; None where it stays open."""
        said: list[MutableMapping[str, Any]] = [
            {"type": "websocket.receive", "bytes" if isinstance(said, bytes) else "text": said}
            for said in messages
        ]

        async def receive() -> MutableMapping[str, Any]:
            return said.pop(0) if said else {"type": "websocket.disconnect", "code": 1001}

        before = len(self.sent)
        await self.doorkeeper(_scope("websocket", headers), receive, self._send)
        closes = [each for each in self.sent[before:] if each["type"] == "websocket.close"]
        return closes[0]["code"] if closes else None

    async def _send(self, message: MutableMapping[str, Any]) -> None:
        self.sent.append(message)


def _scope(kind: str, headers: dict[str, str], *, method: str = "") -> dict[str, Any]:
    client = headers.pop("client", "198.51.100.7")
    named = {"host": "127.0.0.1:8501", **headers}
    pairs = [(name.replace("_", "-").encode(), value.encode()) for name, value in named.items()]
    named_client = (client, 5000)
    return {"type": kind, "method": method, "path": "/", "headers": pairs, "client": named_client}


def _read(message: bytes) -> PageMessage | None:
    kind, _, rest = message.decode().partition(" ")
    return PageMessage(kind=kind, carried=len(rest)) if kind != "rubbish" else None


def _closed(address: str, why: str) -> str:
    return f"{address}: {why}"


async def _never() -> MutableMapping[str, Any]:
    raise AssertionError("nobody asks for the body")


MOVE = b"rerun_script"


def test_what_the_page_sends_goes_through_and_the_answer_comes_back() -> None:
    world = World()
    moves = [b"rerun_script", b"stop_script", b"app_heartbeat", b"deferred_file"]
    assert run(world.visit(*moves)) is None
    assert [message["bytes"] for message in world.reached] == moves
    assert world.sent == [{"type": "websocket.send", "bytes": b"drawn"}] * 4 + [
        {"type": "websocket.send", "bytes": b"too late"}  # the visitor has left by itself
    ]
    assert world.log == []


@pytest.mark.parametrize(
    "message",
    [
        *(b"clear_cache", b"load_git_info", b"file_urls_request", b"set_run_on_save", b"rubbish"),
        *(b"debug_shutdown_runtime", b"debug_disconnect_websocket", b"install_skills"),
        *(b"dismiss_skills_nudge", b"dataframe_chunk", b"what_comes_with_the_next_version"),
    ],
)
def test_any_other_message_closes_the_page_and_reaches_nothing(message: bytes) -> None:
    world = World()
    assert run(world.visit(MOVE, message, MOVE)) == 1008
    assert [reached["bytes"] for reached in world.reached] == [MOVE]
    assert world.sent[-1] == {"type": "websocket.close", "code": 1008}  # nothing behind it
    assert world.log == ["198.51.100.7: a message that this page never sends"]


def test_text_instead_of_bytes_closes_the_page() -> None:
    assert run(World().visit("rerun_script")) == 1003


def test_only_what_the_browsers_storage_says_may_be_large() -> None:
    bounds = Bounds(words=40, largest=400)
    rules = Rules(bounds=bounds)
    assert run(World(rules).visit(b"rerun_script " + b"x" * 300)) is None
    assert run(World(rules).visit(b"rerun_script " + b"x" * 400)) == 1009
    assert run(World(rules).visit(b"rerun_script" + b"x" * 41)) == 1008
    assert run(World(Rules(bounds=Bounds(words=5))).visit(b"rerun_script")) == 1009


def test_a_flood_is_closed_and_a_steady_hand_is_not() -> None:
    world = World()
    assert run(world.visit(*[MOVE] * 1000)) == 1008
    assert len(world.reached) == Bounds().moves_at_first + Bounds().more_moves_at_once
    steady = World()

    async def steadily() -> None:
        for _ in range(40):
            steady.now += 20.0
            assert await steady.visit(*[MOVE] * 60) is None

    run(steadily())
    assert len(steady.reached) == 40 * 60
    assert steady.log == []


def test_nobody_pays_for_a_neighbour_of_the_same_address() -> None:
    world = World()

    async def visits() -> None:
        assert await world.visit(*[MOVE] * 1000) == 1008
        world.now += 2.0
        assert await world.visit(*[MOVE] * 6) is None

    run(visits())
    assert len(world.log) == 1


def test_after_a_flood_pages_open_slowly_and_elsewhere_as_ever() -> None:
    world = World(Rules(bounds=Bounds(slow_patience=0.0)))

    async def visits() -> None:
        assert await world.visit(*[MOVE] * 1000) == 1008
        assert await world.visit() is None
        assert await world.visit() == 1008
        assert await world.visit(client="203.0.113.9") is None
        world.now += 61.0
        assert await world.visit() is None

    run(visits())


def test_bytes_are_bounded_for_each_address() -> None:
    world = World(Rules(bounds=Bounds(small=9, bytes_each=1.0, bytes_each_at_once=100.0)))
    assert run(world.visit(b"rerun_script " + b"x" * 80)) is None
    assert run(world.visit(b"rerun_script " + b"x" * 80)) == 1008


def test_pages_are_bounded_in_all_and_for_each_address() -> None:
    world = World(Rules(bounds=Bounds(pages=3, pages_each=2)))

    async def visit() -> None:
        leave = asyncio.Event()

        async def stay() -> MutableMapping[str, Any]:
            await leave.wait()
            return {"type": "websocket.disconnect", "code": 1001}

        def page(client: str) -> asyncio.Task[None]:
            scope = _scope("websocket", {"client": client})
            return asyncio.ensure_future(world.doorkeeper(scope, stay, world._send))

        staying = [page("198.51.100.7"), page("198.51.100.7")]
        await asyncio.sleep(0)
        assert await world.visit() == 1008  # a third from there
        assert await world.visit(client="2001:db8::1") is None
        staying.append(page("203.0.113.9"))
        await asyncio.sleep(0)
        assert await world.visit(client="2001:db8::1") == 1008  # nobody else either
        full = await world.get(accept="text/html", client="2001:db8::1")
        assert full["status"] == 503
        assert (b"retry-after", b"20") in full["headers"]
        assert b"Full." in world.sent[-1]["body"]
        assert (await world.get(accept="*/*"))["status"] == 200  # what a page there is asks for
        leave.set()
        await asyncio.gather(*staying)
        assert await world.visit() is None

    run(visit())


@pytest.mark.parametrize("method", ["PUT", "DELETE", "POST", "PATCH", "CONNECT", "ANYTHING"])
def test_nothing_is_taken_in_over_http(method: str) -> None:
    world = World()
    answer = run(world.get(method))
    assert (answer["status"], world.clients) == (405, [])


def test_every_answer_has_the_headers_and_one_of_each() -> None:
    world = World(Rules(frames=("https://example.org",)))
    headers = dict(run(world.get())["headers"])
    assert headers[b"x-frame-options"] == b"DENY"
    assert headers[b"x-content-type-options"] == b"nosniff"
    assert headers[b"referrer-policy"] == b"same-origin"
    assert headers[b"cross-origin-opener-policy"] == b"same-origin"
    policy = headers[b"content-security-policy"].decode()
    assert "connect-src 'self';" in policy
    ancestors = "frame-ancestors 'self' https://huggingface.co https://example.org"
    assert policy.endswith(ancestors)


def test_a_page_of_another_site_that_points_its_name_here_gets_nothing() -> None:
    world = World()
    rebound = {"host": "evil.example", "origin": "http://evil.example", "client": "127.0.0.1"}
    assert run(world.visit(MOVE, **rebound)) == 1008
    assert run(world.get(accept="text/html", **rebound))["status"] == 403
    assert b"Not evil.example." in world.sent[-1]["body"]
    assert run(world.visit(MOVE, origin="http://localhost:3000")) == 1008
    assert world.reached == []


@pytest.mark.parametrize(
    ("forwarded", "believed"),
    [
        ("::FFFF:1.2.3.4", "1.2.3.4"),
        ("2001:DB8:0:0::1", "2001:DB8:0:0::1"),
        ("1.2.3.4, 127.0.0.1", "1.2.3.4"),
        ("garbage, 127.0.0.1", "garbage"),
        ("1.2.3.4:x", "1.2.3.4:x"),
        ("garbage", "garbage"),
    ],
)
def test_what_uvicorn_believes_of_this_machine_is_not_believed(
    forwarded: str, believed: str
) -> None:
    world = World()
    run(world.visit(MOVE, client=believed, x_forwarded_for=forwarded))
    assert world.clients == ["127.0.0.1"]


@pytest.mark.parametrize("path", ["/_stcore/metrics", "/a/_stcore/agent/openapi.json"])
def test_what_the_page_never_asks_of_streamlit_is_not_there(path: str) -> None:
    world = World()
    scope = {**_scope("http", {}, method="GET"), "path": path}
    run(world.doorkeeper(scope, _never, world._send))
    assert (world.sent[0]["status"], world.clients) == (404, [])


def test_a_forged_address_is_not_believed_and_a_proxys_word_is() -> None:
    forged = {"x_forwarded_for": "10.9.8.7, 6.6.6.6:99"}
    alone, behind = World(), World(Rules(behind_proxy=True))
    # uvicorn has believed it where this machine is the peer.
    run(alone.visit(MOVE, client="6.6.6.6", **forged))
    run(alone.visit(MOVE, client="198.51.100.7", **forged))
    run(behind.visit(MOVE, client="198.51.100.7", **forged))
    assert alone.clients == ["127.0.0.1", "198.51.100.7"]
    assert behind.clients == ["6.6.6.6"]


def test_the_log_says_the_same_once_a_minute_and_addresses_are_forgotten() -> None:
    world = World()

    async def visits() -> None:
        for _ in range(10):
            assert await world.visit(b"clear_cache") == 1008
        assert len(world.log) == 1
        world.now += 1000
        assert await world.visit(b"clear_cache", client="203.0.113.9") == 1008

    run(visits())
    assert len(world.log) == 2
    assert list(world.doorkeeper._addresses) == ["203.0.113.9"]


def test_a_bucket_gives_what_is_there_and_lends_what_will_be() -> None:
    now = [0.0]
    bucket = Bucket(2.0, 3.0, lambda: now[0], first=1.0)
    assert [bucket.take(), bucket.take()] == [True, False]
    now[0] = 100.0
    assert [bucket.take(4), bucket.take(3)] == [False, True]
    assert [bucket.borrow(1.0) for _ in range(4)] == [0.5, 1.0, None, None]
