"""What Streamlit's own page says before any program runs: its language, and the app's style.

So nothing moves when both come: a page that is written from the right begins there, and the
dialogue leaves the sidebar its place. A chat in the address goes from there first of all, and a
browser in which no program can run says so. Streamlit (1.67) has no public way to its page; here it
is changed on its way out, and where it is another one some day, it goes out as it is.
"""

from __future__ import annotations

from collections.abc import Callable

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chat.languages.language import Language, accepted, choose, speaking
from chat.ui import program
from chat.ui.session import LANGUAGE_COOKIE

FIRST = '<html lang="en">'
BODY, END = "<body>", "</body>"
_CONDITIONS = (b"if-none-match", b"if-modified-since", b"accept-encoding", b"range")


class Head:
    """Middleware that writes into Streamlit's page; all else passes as it is.

    `owners` says which language the owner has chosen for everybody, if any.
    """

    def __init__(self, app: ASGIApp, *, owners: Callable[[], str | None]) -> None:
        self._app = app
        self._owners = owners

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request or one websocket."""
        if scope["type"] != "http" or "text/html" not in Headers(scope=scope).get("accept", ""):
            await self._app(scope, receive, send)
            return
        # The page differs with what it is asked with: no browser may take the one of before for it.
        asked = [header for header in scope["headers"] if header[0] not in _CONDITIONS]
        page = _Page(send, self._language(scope))
        await self._app({**scope, "headers": asked}, receive, page.send)

    def _language(self, scope: Scope) -> Language:
        asked = HTTPConnection(scope)
        return choose(
            self._owners(),
            asked.query_params.get("lang"),
            asked.cookies.get(LANGUAGE_COOKIE),
            *accepted(asked.headers.get("accept-language", "")),
        )


class _Page:
    """One answer, which is held until it is whole where it is a page."""

    def __init__(self, send: Send, language: Language) -> None:
        self._send = send
        self._language = language
        self._start: Message | None = None
        self._body = b""

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            kind = Headers(scope=message).get("content-type", "")
            if message["status"] == 200 and kind.startswith("text/html"):
                self._start = message
                return
        if self._start is None:
            await self._send(message)
        elif message["type"] == "http.response.body":
            self._body += message.get("body", b"")
            if not message.get("more_body", False):
                await self._send_page(self._start)

    async def _send_page(self, start: Message) -> None:
        language, page = self._language, self._body.decode()
        with speaking(language):
            for place, written in (
                (FIRST, f'<html lang="{language.code}" dir="{language.direction}">'),
                # The later one wins: behind the head, to whose end Streamlit adds its own style,
                # and before what is drawn, which has rules of its own (sidebar.py).
                (BODY, f"{BODY}{program.style()}"),
                (END, f"{program.first_script()}{program.word_to_old_browsers()}{END}"),
            ):
                page = page.replace(place, written, 1)
        body, headers = page.encode(), MutableHeaders(scope=start)
        for name in ("etag", "last-modified", "accept-ranges"):
            del headers[name]
        headers["vary"] = "Accept-Language, Cookie"
        if body:  # who asks for the head alone is told of the page alone
            headers["content-length"] = str(len(body))
        await self._send(start)
        await self._send({"type": "http.response.body", "body": body})
