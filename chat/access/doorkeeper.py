"""Who and what comes to the page: an ASGI middleware in front of Streamlit's server.

    app = st.App("streamlit_app.py", middleware=[Middleware(Doorkeeper, rules=Rules(), ...)])

Streamlit's server takes messages that this app has no use for, from everybody who has the page
open, before any password: one of them empties the caches of all visitors, others fill the memory or
keep the processor busy. The doorkeeper lets through what the page of this app sends:

- of HTTP, what only reads: no upload, which Streamlit offers without being asked;
- of the websocket, the kinds of messages that this page sends, as large as it sends them and no
  faster than a person moves; whatever floods is closed, and Streamlit's page connects again;
- of pages, as many as the server can bear, in all and for each address.

It also finds out from where a visitor comes, and sends the headers that protect the page.
"""

from __future__ import annotations

import html
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import HTMLResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chat.access import names
from chat.access.address import network, visitors_address
from chat.access.quotas import AddressQuota, Bucket
from chat.access.rules import Rules
from chat.access.signing_in import CALLBACK, LOGIN, LOGOUT
from chat.access.websocket import Refused, Socket
from chat.languages.language import accepted, choose, speaking, spoken

# The kinds of messages that the page of this app sends (Streamlit 1.67).
RERUN, STOP, HEARTBEAT, DOWNLOAD = "rerun_script", "stop_script", "app_heartbeat", "deferred_file"
KINDS = frozenset({RERUN, STOP, HEARTBEAT, DOWNLOAD})
# What the page asks of Streamlit's own (1.67); there are numbers of sessions beside it, and more.
OPEN = frozenset({"health", "host-config", "bidi-components"})
METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
FORWARDED = frozenset({"x-forwarded-for", "x-forwarded-host", "forwarded", "x-real-ip", "via"})
AGAIN = 60.0  # seconds in which the same is logged once
COME_BACK = 20  # seconds after which a browser that found no room tries again

# Close codes of the websocket (RFC 6455).
NOT_BINARY, POLICY, TOO_LARGE = 1003, 1008, 1009


@dataclass(frozen=True, kw_only=True)
class PageMessage:
    """A message of the page: its kind, and how many of its bytes the browser's storage sent."""

    kind: str
    carried: int = 0


@dataclass(frozen=True, kw_only=True)
class Words:
    """What is said: to whoever finds no room or comes by a wrong name, and to the log."""

    full: Callable[[], str]
    wrong_name: Callable[[str], str]
    refused: Callable[[str, str], str]
    closed: Callable[[str, str], str]


_UNKNOWN = "a message that this page never sends"
_LARGE = "a message that is too large"
_FAST = "too many messages"
_BYTES = "too many bytes"
_PAGES = "too many pages"
_NAME = "a wrong name or origin"


class Doorkeeper:
    """The middleware. `rules` are asked for once, when the server starts.

    `read` returns None for a message that it cannot read. `log` writes a line of the owner's log.
    `clock` is in seconds.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        rules: Callable[[], Rules],
        read: Callable[[bytes], PageMessage | None],
        words: Words,
        log: Callable[[str], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._app = app
        self._rules = rules()
        self._bounds = self._rules.bounds
        self._read = read
        self._words = words
        self._write_log = log
        self._clock = clock
        self._addresses: dict[str, AddressQuota] = {}
        self._pages = 0
        self._logged: dict[tuple[str, str], float] = {}
        self._headers = {
            "content-security-policy": self._rules.content_security_policy,
            "x-content-type-options": "nosniff",
            "referrer-policy": "same-origin",
            # Whoever opens this page could send it chat after chat in links (static/linked.js).
            "cross-origin-opener-policy": "same-origin",
        }

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
        forwarded = Headers(scope=scope).getlist("x-forwarded-for")
        if self._rules.behind_proxy:
            return visitors_address(host, forwarded), port
        claimed = {visitors_address(entry.strip(), ()) for entry in ",".join(forwarded).split(",")}
        is_claimed = bool(forwarded) and visitors_address(host, ()) in claimed
        return ("127.0.0.1" if is_claimed else host), port

    async def _send_with_headers(self, send: Send, message: Message) -> None:
        if message["type"] == "http.response.start":
            message = {"headers": (), **message}
            headers = MutableHeaders(scope=message)
            headers.update(self._headers)
            kind = headers.get("content-type", "")
            if message["status"] == 200 and kind.startswith("text/html"):
                headers.update(dict(self._rules.headers))
        await send(message)

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)
        answer: ASGIApp = self._app
        if scope["method"] not in METHODS:
            answer = Response(status_code=405, headers={"allow": ", ".join(sorted(METHODS))})
        elif self._is_closed(scope["path"]):
            answer = Response(status_code=404)
        elif "text/html" in ",".join(headers.getlist("accept")):
            wishes = accepted(headers.get("accept-language", ""))
            with speaking(choose(self._rules.language, *wishes)):
                if not self._is_expected(scope):
                    sentence = self._words.wrong_name(names.hostname(headers.get("host", "")))
                    answer = HTMLResponse(_page(sentence), status_code=403)
                elif self._pages >= self._bounds.pages or self._address(scope).is_full:
                    page = _page(self._words.full(), again=COME_BACK)
                    answer = HTMLResponse(page, 503, {"retry-after": str(COME_BACK)})
        await answer(scope, receive, send)

    def _is_closed(self, path: str) -> bool:
        """Whether this is something of Streamlit's that the page never asks for."""
        if path.endswith((LOGIN, LOGOUT, CALLBACK)):
            return not self._rules.has_sign_in
        _, is_inside, asked = path.rpartition("/_stcore/")
        return bool(is_inside) and asked.partition("/")[0] not in OPEN

    async def _let_in(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)
        address = self._address(scope)
        if not (
            self._is_expected(scope)
            and names.is_own_page(
                headers.get("origin"), host=headers.get("host", ""), hosts=self._rules.hosts
            )
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
            except Refused:
                address.slow_until = self._clock() + bounds.slow
                raise

        socket = Socket(
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
        headers = Headers(scope=scope)
        return names.is_expected(
            headers.get("host", ""),
            peer=scope["client"][0],
            is_forwarded=bool(FORWARDED.intersection(headers.keys())),
            hosts=self._rules.hosts,
        )

    def _address(self, scope: Scope) -> AddressQuota:
        name = network(scope["client"][0])
        if name not in self._addresses:
            self._forget()
            self._addresses[name] = AddressQuota(self._bounds, self._clock)
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

    def _check(self, message: bytes | None, address: AddressQuota, moves: Bucket) -> None:
        """Let a message pass; None: one that is text. Raises `Refused`."""
        bounds = self._bounds
        if message is None:
            raise Refused(NOT_BINARY, _UNKNOWN)
        if len(message) > bounds.largest:
            raise Refused(TOO_LARGE, _LARGE)
        if not (moves.take() or address.moves.take()):
            raise Refused(POLICY, _FAST)
        if len(message) > bounds.small and not address.bytes.take(len(message)):
            raise Refused(POLICY, _BYTES)
        read = self._read(message)
        if read is None or read.kind not in KINDS:
            raise Refused(POLICY, _UNKNOWN)
        if len(message) - read.carried > bounds.words:
            raise Refused(TOO_LARGE, _LARGE)

    def _log(self, scope: Scope, words: Callable[[str, str], str], why: str) -> None:
        key = (network(scope["client"][0]), why)
        now = self._clock()
        self._logged = {line: at for line, at in self._logged.items() if now - at < AGAIN}
        if key not in self._logged:
            self._logged[key] = now
            self._write_log(words(*key))


def _page(sentence: str, *, again: int | None = None) -> str:
    """A page with one sentence, which the browser loads again after so many seconds."""
    refresh = "" if again is None else f'<meta http-equiv="refresh" content="{again}">'
    return (
        f'<!doctype html><html lang="{spoken().code}" dir="{spoken().direction}">'
        f'<meta charset="utf-8">{refresh}'
        '<meta name="viewport" content="width=device-width">'
        '<meta name="color-scheme" content="light dark"><title>Chat</title>'
        '<p style="font: 1.125rem/1.5 sans-serif; max-width: 40rem; margin: 20vh auto;'
        f' padding: 0 1rem">{html.escape(sentence)}</p></html>'
    )
