"""What was used, seen by an owner, and by nobody else."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from chat.ledger.ledger import FILE
from chat.ledger.sqlite import SqliteStore
from chat.ledger.store import DAY
from chat.words import text
from tests.browser.chat_page import ChatPage, opened, tab_of, visitor, wait_until
from tests.browser.signing_in import sign_in, site, somebody
from tests.fakes.service import ScriptedService, answering
from tests.running import running_app
from tests.usage.days import DANGEROUS, row

MALLORY = re.compile(r"^Mallory #[0-9a-f]{6}$")
SCRIPT = str(Path(__file__).with_name("owned_app.py"))


@pytest.fixture
def mark(tmp_path: Path) -> Path:
    """The visitors are owners while there is this file."""
    file = tmp_path / "owned"
    file.touch()
    return file


@pytest.fixture
def owned(mark: Path, service: ScriptedService, rank_files: Path, tmp_path: Path) -> Iterator[str]:
    """The address of an app whose requests were counted for some days."""
    ago = 20
    store = SqliteStore(tmp_path / "data" / FILE, clock=lambda: time.time() - ago * DAY)
    for ago in range(20, -1, -1):
        rows = [
            row("198.51.100.7", "gpt-4o", requests=ago + 1, failures=ago % 3, cost=ago * 10**8),
            row("2001:db8:1:2::/64", DANGEROUS, unpriced=1, unreported=1),
            row("zoe@example.org", "gpt-5.6-luna", own=True, prompt_tokens=20_000),
        ]
        store.count(rows[: 1 + ago % 4])
    with running_app(
        tmp_path / "log",
        SCRIPT,
        **service.reach,
        CHAT_DATA=str(tmp_path / "data"),
        TIKTOKEN_CACHE_DIR=str(rank_files),
        OWNED=str(mark),
    ) as address:
        yield address


def open_usage(chat: ChatPage) -> None:
    chat.open_more()
    chat.sidebar.get_by_role("button", name=text.USAGE, exact=True).click()


def test_an_owner_sees_what_was_used_and_nobody_else_does(
    browser: Browser, owned: str, mark: Path, service: ScriptedService
) -> None:
    with tab_of(browser) as page:
        said: list[str] = []
        page.on("console", lambda message: said.append(message.text))
        chat = opened(page, owned)
        service.enqueue(answering("One."))
        chat.ask("Q1")
        chat.expect_answer(1, "One.")
        open_usage(chat)
        dialog = page.get_by_role("dialog")
        expect(dialog.get_by_role("tab")).to_have_count(2)
        expect(dialog).to_contain_text("127.0.0.1")
        dialog.get_by_role("tab").nth(1).click()
        expect(dialog.locator(".days i")).to_have_count(30)
        expect(dialog).to_contain_text("zoe@example.org")
        expect(dialog.locator("a")).to_have_count(0)
        assert not [line for line in said if "Content Security Policy" in line]
    with visitor(browser, owned) as chat:
        chat.open_more()
        button = chat.sidebar.get_by_role("button", name=text.USAGE, exact=True)
        expect(button).to_be_visible()
        mark.unlink()
        button.click()  # as a message that is made up
        chat.expect_drawn()
        expect(chat.page.get_by_role("dialog")).to_have_count(0)
    with visitor(browser, owned) as chat:
        chat.open_more()
        expect(chat.sidebar.get_by_text(text.LANGUAGE)).to_be_visible()
        expect(chat.sidebar.get_by_role("button", name=text.USAGE, exact=True)).to_have_count(0)


def test_what_is_counted_comes_from_the_service_in_real_requests(
    browser: Browser, owned: str, service: ScriptedService, tmp_path: Path
) -> None:
    store = SqliteStore(tmp_path / "data" / FILE, only_reads=True)

    def mine() -> list[tuple[int, int]]:
        rows = [row for row in store.used()[1] if row.who == "127.0.0.1"]
        return [(row.used.requests, row.used.failures) for row in rows]

    with visitor(browser, owned) as chat:
        service.enqueue(answering("One."), answering("Two."))
        chat.ask("Q1")
        chat.expect_answer(1, "One.")
        chat.ask("Q2")
        chat.expect_answer(2, "Two.")
        wait_until(chat, lambda: mine() == [(2, 0)])


def test_who_has_signed_in_is_counted_by_name_and_is_an_owner_where_named(
    browser: Browser, service: ScriptedService, tmp_path: Path
) -> None:
    variables = {**service.reach, "CHAT_OWNERS": "ada@example.org"}
    with site(tmp_path, variables) as running:
        with somebody(browser) as page:
            page.goto(running.address)
            sign_in(page, "mallory")
            chat = ChatPage(page)
            service.enqueue(answering("One."))
            chat.ask("Q1")
            chat.expect_answer(1, "One.")
            chat.open_more()
            expect(chat.sidebar.get_by_text(text.LANGUAGE)).to_be_visible()
            expect(chat.sidebar.get_by_role("button", name=text.USAGE)).to_have_count(0)
        with somebody(browser) as page:
            page.goto(running.address)
            sign_in(page, "ada")
            open_usage(ChatPage(page))
            expect(page.get_by_role("dialog").locator("bdi").first).to_have_text(MALLORY)
