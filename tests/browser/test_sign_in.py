"""Signing in, walked through with a real OpenID Connect provider, in a frame and outside of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from chat.errors import VisitorBudgetSpent
from chat.words import log as said
from chat.words import text
from tests.browser.chat_page import ChatPage
from tests.browser.frames import framed
from tests.browser.linking import of_messages
from tests.browser.signing_in import Site, sign_in, sign_out, site, somebody
from tests.browser.wire import Wire
from tests.fakes.service import ScriptedService, answering
from tests.running import free_port, running_app, started_app

TOKENS = 150  # a day for each visitor


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("sign-in")


@pytest.fixture(scope="module")
def closed(folder: Path, provider: ScriptedService) -> Iterator[Site]:
    """An app for those on a list, each of whom has a budget."""
    variables = {
        **provider.reach,
        "CHAT_ALLOW": "ADA@example.org, @example.com",
        "CHAT_VISITOR_TOKENS": str(TOKENS),
    }
    with site(folder, variables) as running:
        yield running


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    with somebody(browser) as page:
        yield page


def name_shown(page: Page, name: str) -> None:
    expect(page.locator(".st-key-person").get_by_text(name)).to_be_visible()


def test_a_chat_in_a_link_waits_until_somebody_has_signed_in(closed: Site, page: Page) -> None:
    page.goto(f"{closed.address}/{of_messages('Theirs')}")
    expect(page.get_by_text(text.SIGN_IN_FIRST)).to_be_visible()
    assert "#" not in page.url
    sign_in(page, "ada")
    expect(ChatPage(page).question(1)).to_have_text("Theirs")
    expect(page.get_by_text(text.CHAT_FROM_LINK)).to_be_visible()


def test_each_person_has_a_budget_and_chats_of_their_own(
    closed: Site, page: Page, service: ScriptedService
) -> None:
    page.goto(closed.address)
    expect(page.get_by_text(text.SIGN_IN_FIRST)).to_be_visible()
    expect(page.get_by_test_id("stChatInput")).to_have_count(0)
    sign_in(page, "ada")
    chat = ChatPage(page)
    name_shown(page, "Ada Lovelace")
    service.enqueue(answering("word " * 120, tokens=None))
    chat.ask("Hello")
    expect(chat.answer(1)).to_contain_text("word word word")
    chat.expect_free()
    chat.ask("More")
    spent, *_ = text.failure(VisitorBudgetSpent())
    expect(chat.main.get_by_text(spent).first).to_be_visible()
    assert len(service.requests) == 1
    sign_out(page)
    sign_in(page, "grace")
    chat = ChatPage(page)
    name_shown(page, "Grace [Hopper]")
    expect(chat.sidebar.locator(".chats li")).to_have_count(0)
    service.enqueue(answering("Hello, admiral."))
    chat.ask("Hello from me")
    expect(chat.answer(1)).to_contain_text("Hello, admiral.")
    sign_out(page)
    sign_in(page, "ada")
    chat = ChatPage(page)
    expect(chat.sidebar.locator(".chats li")).to_have_count(1)
    chat.sidebar.locator(".chats li").get_by_text("Hello").click()
    expect(chat.question(1)).to_have_text("Hello")


def test_an_unconfirmed_address_lets_nobody_in(closed: Site, page: Page) -> None:
    page.goto(closed.address)
    sign_in(page, "mallory")
    expect(page.get_by_text(text.EMAIL_IS_UNCONFIRMED)).to_be_visible()
    expect(page.get_by_test_id("stChatInput")).to_have_count(0)
    sign_out(page)
    expect(page.get_by_text(text.SIGN_IN_FIRST)).to_be_visible()


def test_who_declines_is_told(closed: Site, page: Page) -> None:
    page.goto(closed.address)
    page.get_by_role("button", name=text.SIGN_IN).click()
    page.get_by_role("link", name="Cancel").click()
    expect(page.get_by_text(text.SIGN_IN_FAILED)).to_be_visible()


def test_a_stranger_may_go_on_and_keeps_a_growing_answer_when_signing_in(
    folder: Path, page: Page, service: ScriptedService
) -> None:
    variables = {**service.reach, "CHAT_LOGIN": "optional"}
    with site(folder, variables) as optional:
        page.goto(optional.address)
        chat = ChatPage(page)
        service.enqueue(answering(*["word "] * 400, pace=0.05))
        chat.ask("Write")
        expect(chat.answer(1)).to_contain_text("word word word")
        sign_in(page, "ada")
        chat = ChatPage(page)
        name_shown(page, "Ada Lovelace")
        expect(chat.messages).to_have_count(0)
        sign_out(page)
        chat = ChatPage(page)
        expect(chat.answer(1)).to_contain_text("word word word")


def test_in_a_frame_a_link_leads_to_where_it_works(folder: Path, page: Page) -> None:
    port = free_port()
    with framed(f"http://127.0.0.1:{port}") as outer, site(folder, {"CHAT_FRAMES": outer}, port):
        page.goto(outer)
        frame = page.frame_locator("iframe")
        expect(frame.get_by_text(text.SIGN_IN_FRAMED)).to_be_visible()
        expect(frame.get_by_role("button", name=text.SIGN_IN)).to_be_hidden()
        with page.context.expect_page() as opened:
            frame.get_by_role("link", name=text.OPEN_APP).click()
        sign_in(opened.value, "ada")
        name_shown(opened.value, "Ada Lovelace")


def test_a_proxys_header_says_who_comes(browser: Browser, tmp_path: Path) -> None:
    variables = {
        "STREAMLIT_SERVER_TRUSTED_USER_HEADERS": '{"X-Forwarded-Email": "email"}',
        "CHAT_ALLOW": "@example.org",
    }
    with running_app(tmp_path / "log", **variables) as address:
        with somebody(browser) as stranger:
            stranger.goto(address)
            expect(stranger.get_by_text(text.COME_BY_PROXY)).to_be_visible()
        headers = {"X-Forwarded-Email": "ada@example.org"}
        with somebody(browser, extra_http_headers=headers) as page:
            page.goto(address)
            name_shown(page, "ada@example.org")
            expect(page.get_by_role("button", name=text.SIGN_OUT)).to_have_count(0)


def test_a_page_that_stood_open_shows_nothing_of_the_person_before(
    browser: Browser, tmp_path: Path, service: ScriptedService
) -> None:
    header = "X-Forwarded-Email"
    variables = {
        **service.reach,
        "STREAMLIT_SERVER_TRUSTED_USER_HEADERS": f'{{"{header}": "email"}}',
    }
    ada = {header: "ada@example.org"}
    with (
        running_app(tmp_path / "log", **variables) as address,
        somebody(browser, extra_http_headers=ada) as page,
    ):
        wire = Wire(page)
        page.goto(address)
        chat = ChatPage(page)
        service.enqueue(answering("Hello, Ada."))
        chat.ask("Hello")
        expect(chat.answer(1)).to_contain_text("Hello, Ada.")
        expect(chat.sidebar.locator(".chats li")).to_have_count(1)
        chat.input.fill("unsent")
        wire.cut()
        page.context.set_extra_http_headers({header: "grace@example.org"})
        wire.mend()
        name_shown(page, "grace@example.org")
        expect(chat.messages).to_have_count(0)
        expect(chat.sidebar.locator(".chats li")).to_have_count(0)
        expect(chat.input).to_have_value("")
        page.context.set_extra_http_headers(ada)
        page.reload()
        expect(chat.answer(1)).to_contain_text("Hello, Ada.")
        expect(chat.input).to_have_value("unsent")


def test_where_the_app_is_told_another_scheme_it_says_that_nobody_can_sign_in(
    page: Page, tmp_path: Path
) -> None:
    port, log = free_port(), tmp_path / "log"
    own, origin = f"https://127.0.0.1:{port}", f"http://127.0.0.1:{port}"
    environment = {
        "CHAT_LOGIN_CLIENT_ID": "chat",
        "CHAT_LOGIN_CLIENT_SECRET": "a-secret",
        "CHAT_LOGIN_METADATA": f"http://127.0.0.1:{free_port()}",
        "CHAT_LOGIN_ADDRESS": own,
    }
    with started_app(log, "streamlit_app.py", port, **environment) as (address, _):
        for _ in range(2):
            page.goto(address)
            expect(page.get_by_test_id("stAlert")).to_have_text(re.compile(text.SIGN_IN_ASTRAY))
        page.locator("details.owner summary").click()
        shown = text.login_address_differs(own, origin).replace("`", "")
        expect(page.locator("details.owner p")).to_have_text(shown)
    assert log.read_text(encoding="utf-8").count(said.login_address_differs(own, origin)) == 1
