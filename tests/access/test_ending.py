"""What stands at the end of another application's pages, by what comes of its answers."""

from __future__ import annotations

import asyncio
from collections.abc import MutableMapping
from typing import Any

import pytest
from starlette.responses import HTMLResponse, PlainTextResponse, Response, StreamingResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from chat.access.ending import Ending
from tests.visitor import run

PAGE = "<html><body><p>Straße</body></html>"
ENDED = "<html><body><p>Straße<p>Ende</body></html>"


async def never() -> MutableMapping[str, Any]:
    await asyncio.Event().wait()
    return {}


async def answer_of(app: ASGIApp, method: str = "GET") -> tuple[dict[bytes, bytes], str]:
    """The headers and the body of an answer."""
    sent: list[MutableMapping[str, Any]] = []

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    headers = [(b"accept", b"text/html"), (b"accept-encoding", b"gzip")]
    scope = {"type": "http", "method": method, "path": "/", "headers": headers}
    await Ending(app, "<p>Ende")(scope, never, send)
    assert headers[1:] == [(b"accept-encoding", b"gzip")]
    start, *rest = sent
    return dict(start["headers"]), b"".join(part["body"] for part in rest).decode()


@pytest.mark.parametrize(
    "page",
    [HTMLResponse(PAGE), StreamingResponse(iter([PAGE[:20], PAGE[20:]]), media_type="text/html")],
    ids=["whole", "in pieces"],
)
def test_a_page_ends_in_it_and_says_its_length(page: Response) -> None:
    headers, body = run(answer_of(page))
    assert body == ENDED
    assert headers[b"content-length"] == str(len(ENDED.encode())).encode()


@pytest.mark.parametrize(
    "other", [PlainTextResponse(PAGE), HTMLResponse(PAGE, status_code=404)], ids=["text", "no page"]
)
def test_what_is_no_page_goes_through_as_it_is(other: Response) -> None:
    assert run(answer_of(other))[1] == PAGE


def test_a_page_is_asked_for_as_it_stands_and_not_packed() -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        assert [name for name, _ in scope["headers"]] == [b"accept"]
        await HTMLResponse(PAGE)(scope, receive, send)

    assert run(answer_of(app))[1] == ENDED
