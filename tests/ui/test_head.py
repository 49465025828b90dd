"""What is written into Streamlit's page, by what comes of an application's answers."""

from __future__ import annotations

import asyncio
from collections.abc import MutableMapping
from typing import Any

import pytest
from starlette.responses import HTMLResponse, PlainTextResponse, Response, StreamingResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from chat.ui import program
from chat.ui.head import Head
from tests.visitor import run

PAGE = '<html lang="en"><head></head><body><p>Straße</body></html>'


async def never() -> MutableMapping[str, Any]:
    await asyncio.Event().wait()
    return {}


async def answer_of(
    app: ASGIApp, owners: str | None = None, asked: str = "", **more: str
) -> tuple[dict[bytes, bytes], str]:
    """The headers and the body of an answer."""
    sent: list[MutableMapping[str, Any]] = []

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    given = {"accept": "text/html", "accept-encoding": "gzip", "if-none-match": '"e"', **more}
    headers = [(name.replace("_", "-").encode(), value.encode()) for name, value in given.items()]
    scope: Scope = {"type": "http", "method": "GET", "path": "/", "headers": headers}
    scope["query_string"] = asked.encode()
    await Head(app, owners=lambda: owners)(scope, never, send)
    start, *rest = sent
    return dict(start["headers"]), b"".join(part["body"] for part in rest).decode()


@pytest.mark.parametrize(
    "page",
    [HTMLResponse(PAGE), StreamingResponse(iter([PAGE[:20], PAGE[20:]]), media_type="text/html")],
    ids=["whole", "in pieces"],
)
def test_a_page_says_its_language_has_its_style_and_a_word_to_old_browsers(page: Response) -> None:
    headers, body = run(answer_of(page))
    begins = f'<html lang="en" dir="ltr"><head></head><body>{program.style()}<p>'
    assert body.startswith(begins)
    assert f"{program.first_script()}{program.word_to_old_browsers()}</body>" in body
    assert headers[b"content-length"] == str(len(body.encode())).encode()
    assert not headers.keys() & {b"etag", b"last-modified"}


@pytest.mark.parametrize(
    ("owners", "asked", "more", "code"),
    [
        (None, "", {"accept_language": "ar,en;q=0.5"}, "ar"),
        (None, "", {"accept_language": "ar", "cookie": "chat_language=de"}, "de"),
        (None, "lang=zh", {"cookie": "chat_language=de"}, "zh"),
        ("es", "lang=zh", {}, "es"),
        (None, "lang=nonsense", {"accept_language": "tlh"}, "en"),
    ],
)
def test_it_is_the_language_that_the_page_will_speak(
    owners: str | None, asked: str, more: dict[str, str], code: str
) -> None:
    _, body = run(answer_of(HTMLResponse(PAGE), owners, asked, **more))
    direction = "rtl" if code == "ar" else "ltr"
    assert body.startswith(f'<html lang="{code}" dir="{direction}">')
    assert f'<p id="too-old" lang="{code}"' in body


@pytest.mark.parametrize(
    "other", [PlainTextResponse(PAGE), HTMLResponse(PAGE, status_code=404)], ids=["text", "no page"]
)
def test_what_is_no_page_goes_through_as_it_is(other: Response) -> None:
    assert run(answer_of(other))[1] == PAGE


def test_another_page_goes_out_as_it_is() -> None:
    assert run(answer_of(HTMLResponse("<p>Other")))[1] == "<p>Other"


def test_a_page_is_asked_for_whole_and_not_packed() -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        assert [name for name, _ in scope["headers"]] == [b"accept"]
        await HTMLResponse(PAGE, headers={"etag": '"e"'})(scope, receive, send)

    assert "too-old" in run(answer_of(app))[1]
