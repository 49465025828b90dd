"""Two servers behind nginx: one is killed, and the visitor carries on with the other."""

from __future__ import annotations

import signal
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from chat.errors import ConnectionLost
from chat.words import text
from tests import nginx
from tests.browser.chat_page import ChatPage, visitor
from tests.browser.keeping import ask, expect_kept
from tests.fakes import service as fake
from tests.fakes.service import Reply, ScriptedService, answering, chunk
from tests.installed import require
from tests.running import free_port, started_app


@pytest.fixture(autouse=True)
def has_nginx() -> None:
    """These tests run wherever nginx is installed, as it is in CI."""
    missing = "nginx is not installed, so the test with two servers did not run."
    require(nginx.executable(), missing)


@pytest.mark.parametrize("is_sticky", [True, False], ids=["sticky", "round robin"])
def test_when_one_server_dies_the_visitor_carries_on_with_the_other(
    browser: Browser, rank_files: Path, tmp_path: Path, *, is_sticky: bool
) -> None:
    with ExitStack() as stack:
        services = [stack.enter_context(ScriptedService()) for _ in range(2)]
        ports = [free_port() for _ in services]
        environment = {
            "TIKTOKEN_CACHE_DIR": str(rank_files),
            "STREAMLIT_SERVER_COOKIE_SECRET": "the same for all",
        }
        apps = [
            stack.enter_context(
                started_app(
                    tmp_path / f"log {port}",
                    "streamlit_app.py",
                    port,
                    **service.reach,
                    **environment,
                )
            )
            for service, port in zip(services, ports, strict=True)
        ]
        address = stack.enter_context(nginx.before(tmp_path, ports, is_sticky=is_sticky))
        chat = stack.enter_context(visitor(browser, address))
        ask(chat, 1, "Q1")
        # Whichever server answered is the one to die.
        place = 0 if services[0].requests else 1
        half = [chunk("Half of it "), fake.pause(1.1), chunk("x"), fake.stall]
        services[place].enqueue(Reply(steps=half))
        chat.ask("Q2")
        expect_kept(chat, "Half of it")
        apps[place][1].send_signal(signal.SIGKILL)
        expect(chat.answer(2)).to_contain_text(text.failure(ConnectionLost())[0], timeout=60_000)
        expect(chat.answer(2)).to_contain_text("Half of it")
        expect(chat.question(1)).to_have_text("Q1")
        other = services[1 - place]
        other.enqueue(answering("From the other server."))
        chat.action(2, text.RETRY).click()
        chat.expect_answer(2, "From the other server.")
        expect_kept(chat, "From the other server.")
        contents = [message["content"] for message in other.last.messages][1:]
        assert contents == ["Q1", "Answer 1.", "Q2"]
        chat.page.reload()
        expect(ChatPage(chat.page).answer(2)).to_contain_text("From the other server.")
