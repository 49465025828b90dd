"""Who and what comes to the page: an ASGI middleware in front of Streamlit's server.

    app = st.App("streamlit_app.py", middleware=[Middleware(Doorkeeper, rules=Rules(), ...)])

Streamlit's server takes messages that this app has no use for, from everybody who has the page
open, before any password: one of them empties the caches of all visitors, others fill the memory or
keep the processor busy. The doorkeeper lets through what the page of this app sends:

- of HTTP, what only reads: no upload, which Streamlit offers without being asked;
- of the websocket, the kinds of messages that this page sends, as large as it sends them and no
  faster than a person moves; whatever floods is closed, and Streamlit's page connects again;
- of pages, as many as the server can bear, in all and for each address.

It also finds out from where a visitor comes, and sends the headers that a browser wants to hear.
"""

from __future__ import annotations

import asyncio
import html
import math
import time
from collections import deque
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from chat.access import names
from chat.access.address import network, visitors_address
from chat.access.rules import Bounds, Bucket, Rules

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

# The kinds of messages that the page of this app sends (Streamlit 1.67).
RERUN, STOP, HEARTBEAT, DOWNLOAD = "rerun_script", "stop_script", "app_heartbeat", "deferred_file"
KINDS = frozenset({RERUN, STOP, HEARTBEAT, DOWNLOAD})
# What the page asks of Streamlit's own (1.67); there are numbers of sessions beside it, and more.
OPEN = frozenset({"health", "host-config", "bidi-components"})
METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
FORWARDED = frozenset({b"x-forwarded-for", b"x-forwarded-host", b"forwarded", b"x-real-ip", b"via"})
AGAIN = 60.0  # seconds in which the same is logged once
COME_BACK = 20  # seconds after which a browser that found no room tries again

# Close codes of the websocket (RFC 6455).
NOT_BINARY, POLICY, TOO_LARGE = 1003, 1008, 1009


@dataclass(frozen=True, kw_only=True)
class Heard:
    """A message of the page: its kind, and how many of its bytes the browser's storage sent."""

    kind: str
    carried: int = 0


@dataclass(frozen=True, kw_only=True)
class Words:
    """What is said: to whoever finds no room or comes by a wrong name, and to the log."""

    full: str
    wrong_name: Callable[[str], str]
    refused: Callable[[str, str], str]
    closed: Callable[[str, str], str]


class _Refused(Exception):
    """A message for which a page is closed, and with which code."""

    def __init__(self, code: int, why: str) -> None:
        self.code = code
        self.why = why
        super().__init__(why)


_UNKNOWN = "a message that this page never sends"
_LARGE = "a message that is too large"
_FAST = "too many messages"
_BYTES = "too many bytes"
_PAGES = "too many pages"
_NAME = "a wrong name or origin"


class _Address:
    """What comes from one address."""

    def __init__(self, bounds: Bounds, clock: Callable[[], float]) -> None:
        self.pages = 0
        self.seen = 0.0
        self.slow_until = -math.inf
        self._bounds = bounds
        self._clock = clock
        self._openings = Bucket(bounds.openings, bounds.openings_at_once, clock)
        self._slow_openings = Bucket(bounds.slow_openings, 1.0, clock)
        self.moves = Bucket(bounds.more_moves, bounds.more_moves_at_once, clock)
        self.bytes = Bucket(bounds.bytes_each, bounds.bytes_each_at_once, clock)

    @property
    def is_full(self) -> bool:
        """Whether no more pages may be open."""
        return self.pages >= self._bounds.pages_each

    def open(self) -> float | None:
        """How many seconds a page that is opened now has to wait; None where it may not."""
        if self.is_full:
            return None
        if self._clock() < self.slow_until:
            return self._slow_openings.borrow(self._bounds.slow_patience)
        return self._openings.borrow(self._bounds.patience)


class Doorkeeper:
    """The middleware. `rules` are asked for once, when the server starts.

    `read` tells what a message of the page is, or None for what it cannot read. `tell` writes a
    line of the owner's log. `clock` tells seconds.
    """

    def __init__(
        self,
        app: Application,
        *,
        rules: Callable[[], Rules],
        read: Callable[[bytes], Heard | None],
        words: Words,
        tell: Callable[[str], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._app = app
        self._rules = rules()
        self._bounds = self._rules.bounds
        self._read = read
        self._words = words
        self._tell = tell
        self._clock = clock
        self._addresses: dict[str, _Address] = {}
        self._pages = 0
        self._told: dict[tuple[str, str], float] = {}
        self._headers = [
            (b"content-security-policy", self._rules.content_security_policy.encode()),
            (b"x-content-type-options", b"nosniff"),
            (b"referrer-policy", b"same-origin"),
        ]
        self._page_headers = [
            (name.lower().encode(), value.encode()) for name, value in self._rules.headers
        ]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request or one websocket."""
        if scope["type"] in ("http", "websocket"):
            scope["client"] = self._client(scope)
        match scope["type"]:
            case "http":
                await self._serve(scope, receive, partial(self._send_with_headers, send))
            case "websocket":
                await self._let_in(scope, receive, send)
            case _:
                await self._app(scope, receive, send)

    def _client(self, scope: Scope) -> tuple[str, int]:
        """Where a visitor comes from, for all that is behind this.

        Where this very machine is the peer, uvicorn (0.54) has believed X-Forwarded-For already.
        Whether to believe it is for the owner to say.
        """
        host, port = scope.get("client") or ("127.0.0.1", 0)
        forwarded = [value.decode("latin-1") for value in _headers(scope, b"x-forwarded-for")]
        if self._rules.behind_proxy:
            return visitors_address(host, forwarded), port
        claimed = {visitors_address(entry.strip(), ()) for entry in ",".join(forwarded).split(",")}
        is_claimed = bool(forwarded) and visitors_address(host, ()) in claimed
        return ("127.0.0.1" if is_claimed else host), port

    async def _send_with_headers(self, send: Send, message: Message) -> None:
        if message["type"] == "http.response.start":
            said = [(name.lower(), value) for name, value in message.get("headers", ())]
            is_page = message["status"] == 200 and any(
                name == b"content-type" and value.startswith(b"text/html") for name, value in said
            )
            ours = [*self._headers, *(self._page_headers if is_page else ())]
            own = {name for name, _ in ours}
            message = {
                **message,
                "headers": [*(pair for pair in said if pair[0] not in own), *ours],
            }
        await send(message)

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        inside = scope["path"].rpartition("/_stcore/")[2].partition("/")[0]
        if scope["method"] not in METHODS:
            await _answer(send, 405, allow=", ".join(sorted(METHODS)))
        elif "/_stcore/" in scope["path"] and inside not in OPEN:
            await _answer(send, 404)
        elif b"text/html" not in b",".join(_headers(scope, b"accept")):
            await self._app(scope, receive, send)
        elif not self._is_expected(scope):
            sentence = self._words.wrong_name(names.hostname(_header(scope, b"host")))
            await _answer(send, 403, _page(sentence))
        elif self._pages >= self._bounds.pages or self._address(scope).is_full:
            page = _page(self._words.full, again=COME_BACK)
            await _answer(send, 503, page, retry_after=str(COME_BACK))
        else:
            await self._app(scope, receive, send)

    async def _let_in(self, scope: Scope, receive: Receive, send: Send) -> None:
        origin = _header(scope, b"origin") if _headers(scope, b"origin") else None
        host = _header(scope, b"host")
        address = self._address(scope)
        if not (
            self._is_expected(scope)
            and names.is_own_page(origin, host=host, hosts=self._rules.hosts)
        ):
            await self._refuse(scope, receive, send, _NAME)
            return
        bounds = self._bounds
        wait = address.open() if self._pages < bounds.pages else None
        if wait is None:
            await self._refuse(scope, receive, send, _PAGES)
            return
        moves = Bucket(bounds.moves, bounds.moves_at_once, self._clock, first=bounds.moves_at_first)

        def check(message: bytes | None) -> None:
            try:
                self._check(message, address, moves)
            except _Refused:
                address.slow_until = self._clock() + bounds.slow
                raise

        socket = _Socket(
            receive, send, check, partial(self._log, scope, self._words.closed), wait=wait
        )
        address.pages += 1
        self._pages += 1
        try:
            await self._app(scope, socket.receive, socket.send)
        finally:
            socket.end()
            address.pages -= 1
            self._pages -= 1

    async def _refuse(self, scope: Scope, receive: Receive, send: Send, why: str) -> None:
        """Answer a handshake with 403. Streamlit's page tries again by itself."""
        self._log(scope, self._words.refused, why)
        await receive()
        await send({"type": "websocket.close", "code": POLICY})

    def _is_expected(self, scope: Scope) -> bool:
        return names.is_expected(
            _header(scope, b"host"),
            peer=scope["client"][0],
            is_forwarded=bool(FORWARDED & {name for name, _ in scope["headers"]}),
            hosts=self._rules.hosts,
        )

    def _address(self, scope: Scope) -> _Address:
        name = network(scope["client"][0])
        if name not in self._addresses:
            self._forget()
            self._addresses[name] = _Address(self._bounds, self._clock)
        self._addresses[name].seen = self._clock()
        return self._addresses[name]

    def _forget(self) -> None:
        """Forget whoever has not been here for so long that it makes no difference."""
        filled_since = self._clock() - self._bounds.bytes_each_at_once / self._bounds.bytes_each
        self._addresses = {
            name: address
            for name, address in self._addresses.items()
            if address.pages or address.seen > filled_since
        }

    def _check(self, message: bytes | None, address: _Address, moves: Bucket) -> None:
        """Let a message pass; None: one that is text. Raises `_Refused`."""
        bounds = self._bounds
        if message is None:
            raise _Refused(NOT_BINARY, _UNKNOWN)
        if len(message) > bounds.largest:
            raise _Refused(TOO_LARGE, _LARGE)
        if not (moves.take() or address.moves.take()):
            raise _Refused(POLICY, _FAST)
        if len(message) > bounds.small and not address.bytes.take(len(message)):
            raise _Refused(POLICY, _BYTES)
        heard = self._read(message)
        if heard is None or heard.kind not in KINDS:
            raise _Refused(POLICY, _UNKNOWN)
        if len(message) - heard.carried > bounds.words:
            raise _Refused(TOO_LARGE, _LARGE)

    def _log(self, scope: Scope, words: Callable[[str, str], str], why: str) -> None:
        key = (network(scope["client"][0]), why)
        now = self._clock()
        self._told = {told: at for told, at in self._told.items() if now - at < AGAIN}
        if key not in self._told:
            self._told[key] = now
            self._tell(words(*key))


class _Socket:
    """One websocket: what comes is looked at, and after the end nothing is sent.

    `check` raises `_Refused`. The first message is held back for `wait` seconds.
    """

    def __init__(
        self,
        receive: Receive,
        send: Send,
        check: Callable[[bytes | None], None],
        log: Callable[[str], None],
        *,
        wait: float,
    ) -> None:
        self._receive = receive
        self._send = send
        self._check = check
        self._log = log
        self._wait = wait
        self._is_closed = False
        self._came: deque[tuple[Message, float]] = deque()  # and when they may be handed on
        self._coming: asyncio.Task[tuple[Message, float]] | None = None

    async def receive(self) -> Message:
        """The next message, when it is its turn. Who leaves or floods is told at once."""
        if not self._came:
            await self._hear(None)
        message, at = self._came.popleft()
        while (wait := at - asyncio.get_running_loop().time()) > 0 and await self._hear(wait):
            if self._came[-1][0]["type"] == "websocket.disconnect":
                return self._came.pop()[0]
        return message

    async def send(self, message: Message) -> None:
        if self._is_closed:
            return
        try:
            await self._send(message)
        except OSError:
            # The visitor has left, which `receive` says next. Streamlit (1.67) would take what
            # Starlette makes of this for a fault of its own, and log where it happened.
            self._is_closed = True

    def end(self) -> None:
        """Wait for nothing any more."""
        if self._coming is not None:
            self._coming.cancel()

    async def _hear(self, seconds: float | None) -> bool:
        """Wait for another message; False where none has come in so many seconds."""
        self._coming = self._coming or asyncio.ensure_future(self._next())
        if not (await asyncio.wait({self._coming}, timeout=seconds))[0]:
            return False
        self._came.append(self._coming.result())
        self._coming = None
        return True

    async def _next(self) -> tuple[Message, float]:
        message = await self._receive()
        if message["type"] != "websocket.receive":
            return message, 0.0
        try:
            self._check(message.get("bytes"))
        except _Refused as refused:
            self._log(refused.why)
            await self.send({"type": "websocket.close", "code": refused.code})
            self._is_closed = True
            return {"type": "websocket.disconnect", "code": refused.code}, 0.0
        wait, self._wait = self._wait, 0.0
        return message, asyncio.get_running_loop().time() + wait


def _headers(scope: Scope, name: bytes) -> list[bytes]:
    return [value for key, value in scope["headers"] if key == name]


def _header(scope: Scope, name: bytes) -> str:
    """A header's first value; empty where there is none."""
    return next(iter(_headers(scope, name)), b"").decode("latin-1")


def _page(sentence: str, *, again: int | None = None) -> bytes:
    """A page with one sentence, which the browser loads again after so many seconds."""
    refresh = "" if again is None else f'<meta http-equiv="refresh" content="{again}">'
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8">{refresh}'
        '<meta name="viewport" content="width=device-width">'
        '<meta name="color-scheme" content="light dark"><title>Chat</title>'
        '<p style="font: 1.125rem/1.5 sans-serif; max-width: 40rem; margin: 20vh auto;'
        f' padding: 0 1rem">{html.escape(sentence)}</p></html>'
    ).encode()


async def _answer(send: Send, status: int, body: bytes = b"", **headers: str) -> None:
    every = {
        "content-type": "text/html; charset=utf-8",
        "content-length": str(len(body)),
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }
    encoded = [(name.encode(), value.encode()) for name, value in every.items()]
    await send({"type": "http.response.start", "status": status, "headers": encoded})
    await send({"type": "http.response.body", "body": body})
