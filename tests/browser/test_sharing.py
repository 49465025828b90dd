"""A whole chat goes to the clipboard, as Markdown or in a link, and comes out of a link again."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from chat.languages.language import say
from chat.words import text
from tests import pictures
from tests.browser.chat_page import ChatPage, opened, visitor, wait_until
from tests.browser.files import Brought, Tray
from tests.browser.keeping import again, ask, chats, entry, expect_kept
from tests.browser.linking import follow, fragment, of_messages
from tests.fakes import service as fake
from tests.fakes.service import Reply, ScriptedService, answering, chunk
from tests.running import running_app

pytestmark = pytest.mark.one_page
LONG = "word " * 40_000


def expect_from_link(chat: ChatPage, question: str) -> None:
    """Wait until a link's chat is shown, and said to be one, and the address has it no more."""
    expect(chat.question(1)).to_have_text(question)
    expect(chat.page.get_by_text(text.CHAT_FROM_LINK)).to_be_in_viewport()
    assert "#" not in chat.page.url


def expect_no_chat(chat: ChatPage) -> None:
    """Wait until it is said that a link has none."""
    expect(chat.page.get_by_text(text.LINK_FAILED)).to_be_in_viewport()
    assert "#" not in chat.page.url


def copied(chat: ChatPage, name: str) -> str:
    """What is on the clipboard after a press on this button, which says so, and is heard."""
    chat.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    chat.open_more()
    button = chat.button(name)
    button.press("Enter")
    expect(chat.sidebar.get_by_role("button", name=text.COPIED)).to_be_visible()
    expect(chat.page.locator(".heard", has_text=text.COPIED)).to_have_count(1)
    expect(button).to_be_visible()
    clipboard: str = chat.page.evaluate("navigator.clipboard.readText()")
    return clipboard


def test_a_chat_is_copied_as_it_would_be_downloaded(
    chat: ChatPage, service: ScriptedService
) -> None:
    service.enqueue(answering("It *is* <b>"), answering(LONG))
    for number, question in enumerate(("Q1\nand more", "Q2"), start=1):
        chat.ask(question)
        chat.expect_answer(number, "is" if number == 1 else "word")
    markdown = copied(chat, text.COPY_CHAT)
    expect(chat.page.locator(".st-key-copy_chat button")).to_be_focused()
    assert markdown.endswith(f"> Q1\n> and more\n\nIt *is* <b>\n\n---\n\n> Q2\n\n{LONG}\n")
    with chat.page.expect_download() as download:  # which goes on as before
        chat.button(text.DOWNLOAD_MARKDOWN).click()
    assert download.value.path().read_text("utf-8") == markdown


def test_what_there_is_of_a_temporary_chat_is_copied_while_an_answer_grows(
    chat: ChatPage, service: ScriptedService
) -> None:
    chat.button(text.TEMPORARY_CHAT).click()
    released = threading.Event()
    service.enqueue(Reply(steps=[chunk("Half,"), fake.wait(released), *answering(" whole.").steps]))
    chat.ask("Q1")
    expect(chat.answer(1)).to_contain_text("Half,")
    assert copied(chat, text.COPY_CHAT).endswith("> Q1\n\nHalf,\n")
    expect(chat.growing).to_have_count(1)
    released.set()
    chat.expect_answer(1, "Half, whole.")


@pytest.mark.own_page
def test_where_the_browser_forbids_to_copy_the_chat_opens_selected(chat: ChatPage) -> None:
    chat.page.evaluate("() => { navigator.clipboard.write = () => Promise.reject(new Error()) }")
    chat.ask("Q1")
    chat.expect_answer(1, "Answer 1.")
    chat.open_more()
    chat.button(text.COPY_CHAT).click()
    dialog = chat.page.locator("dialog.to-copy")
    expect(dialog).to_contain_text(text.COPY_FAILED)
    assert "> Q1" in chat.page.evaluate("getSelection().toString()")
    chat.page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)


@pytest.mark.own_page
def test_a_server_that_sends_no_file_is_no_reason_to_wait_for_ever(chat: ChatPage) -> None:
    chat.open_more()
    chat.page.route("**/media/*", lambda route: route.abort())
    chat.button(text.COPY_CHAT).click()
    expect(chat.page.locator(".said")).to_be_visible()
    chat.page.unroute("**/media/*")
    assert copied(chat, text.COPY_CHAT).startswith("# ")


def test_a_link_opens_a_copy_in_another_browser_once(
    chat: ChatPage, browser: Browser, app: str, service: ScriptedService
) -> None:
    chat.prompt("Be kind.")
    service.enqueue(answering("First <b>version</b>."), answering("Second."))
    chat.ask("Q1")
    chat.expect_answer(1, "version")
    chat.action(1, text.RETRY).click()
    chat.expect_answer(1, "Second.")
    link = copied(chat, text.COPY_LINK)
    expect(chat.page.locator(".said")).to_have_text(say("sharing.link_copied"))
    assert link.startswith(f"{app}/#chat=")
    asked = len(service.requests)
    with visitor(browser, link) as other:
        expect_from_link(other, "Q1")
        expect(other.answer(1)).to_contain_text("2 / 2")
        prompt = other.sidebar.get_by_label(text.SYSTEM_PROMPT, exact=True)
        expect(prompt).to_have_value("Be kind.")
        assert len(service.requests) == asked
        expect_kept(other, "Second.")
        reloaded = again(other.page)
        expect(reloaded.answer(1)).to_contain_text("2 / 2")
        expect(chats(reloaded).locator("li")).to_have_count(1)
        expect(reloaded.page.get_by_text(text.CHAT_FROM_LINK)).to_have_count(0)
        reloaded.action(1, text.EARLIER_VERSION).click()
        expect(reloaded.answer(1)).to_contain_text("First <b>version</b>.")


def test_pictures_go_along_with_a_link_as_small_ones(
    chat: ChatPage, browser: Browser, service: ScriptedService
) -> None:
    tray = Tray(chat)
    tray.choose(Brought("cat.jpg", "image/jpeg", pictures.photo()))
    tray.expect("cat.jpg")
    chat.ask("What is it?")
    chat.expect_answer(1, "Answer 1.")
    link = copied(chat, text.COPY_LINK)
    sentences = say("sharing.link_copied"), say("sharing.small_pictures")
    expect(chat.page.locator(".said")).to_have_text(" ".join(sentences))
    with visitor(browser, link) as other:
        expect_from_link(other, "What is it?")
        expect(other.messages.first.locator(".pictures img")).to_be_visible()
    assert len(service.requests) == 1


def test_a_chat_that_is_too_long_for_a_link_becomes_a_file(
    chat: ChatPage, service: ScriptedService
) -> None:
    noise = " ".join(str(number**3) for number in range(10_000))
    service.enqueue(answering(noise))
    chat.ask("Q1")
    chat.expect_answer(1, "999")
    chat.open_more()
    with chat.page.expect_download() as download:
        chat.button(text.COPY_LINK).click()
    expect(chat.page.locator(".said")).to_have_text(say("sharing.too_long"))
    assert download.value.suggested_filename == "chat.json"
    saved = json.loads(download.value.path().read_text("utf-8"))
    assert saved["rounds"][0]["versions"][0]["text"] == noise


def test_a_link_is_followed_in_an_open_page_and_the_chat_before_is_kept(
    chat: ChatPage, service: ScriptedService
) -> None:
    ask(chat, 1, "Mine")
    follow(chat, of_messages("Theirs"))
    expect_from_link(chat, "Theirs")
    chat.button(text.BRING_BACK).click()
    expect(chat.question(1)).to_have_text("Mine")
    expect(chat.page.get_by_text(text.CHAT_FROM_LINK)).to_have_count(0)
    follow(chat, of_messages("Theirs, too"))
    expect_from_link(chat, "Theirs, too")
    ask(chat, 2, "And then?")
    expect(chat.page.get_by_text(text.CHAT_FROM_LINK)).to_have_count(0)
    asked = [m["content"] for m in service.last.messages if m["role"] == "user"]
    assert asked == ["And then?"]  # a question that was never answered is not sent again
    entry(chat, "Mine").locator(".open").click()
    expect(chat.question(1)).to_have_text("Mine")


def test_on_a_phone_the_sidebar_gives_way_to_the_chat(browser: Browser, app: str) -> None:
    phone = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
    with visitor(browser, app, **phone) as chat:
        chat.page.get_by_test_id("stExpandSidebarButton").tap()
        expect(chat.sidebar).to_have_attribute("data-collapsed", "false")
        follow(chat, of_messages("From a link"))
        expect_from_link(chat, "From a link")
        expect(chat.sidebar).to_have_attribute("data-collapsed", "true")


def test_a_link_in_an_answer_leaves_the_chat_where_it_is(
    chat: ChatPage, service: ScriptedService
) -> None:
    chat.button(text.TEMPORARY_CHAT).click()
    service.enqueue(answering(f"[Look]({of_messages('From a link')})"))
    chat.ask("Q1")
    chat.expect_answer(1, "Look")
    with chat.page.context.expect_page() as other:
        chat.answer(1).get_by_text("Look").click()
    expect_from_link(ChatPage(other.value), "From a link")
    expect(chat.question(1)).to_have_text("Q1")
    assert "#" not in chat.page.url


def test_an_answer_under_way_is_stopped_and_kept_in_its_chat(
    chat: ChatPage, service: ScriptedService
) -> None:
    service.enqueue(Reply(steps=[chunk("Half,"), fake.wait(threading.Event())]))
    chat.ask("Mine")
    expect(chat.answer(1)).to_contain_text("Half,")
    follow(chat, of_messages("Theirs"))
    expect_from_link(chat, "Theirs")
    expect(chat.page.locator(".said")).to_have_text(text.ANSWER_IS_LEFT)
    entry(chat, "Mine").locator(".open").click()
    expect(chat.answer(1)).to_contain_text("Half,")
    expect(chat.answer(1)).to_contain_text(text.STOPPED)


@pytest.mark.parametrize(
    "linked",
    [
        "#chat=",
        "#chat=garbage",
        f"#chat={'A' * 1_000_000}",
        of_messages("Q" * 500)[:-8],
        fragment(b"[" * 100_000),
        fragment(bytes(100_000_000)),
        fragment(b'{"format": "chat-transcript", "version": 99}'),
        fragment(b'{"format": "chat-transcript", "version": 3}'),
    ],
    ids=["nothing", "garbage", "large", "cut off", "deep", "bomb", "newer", "damaged"],
)
def test_a_link_without_a_chat_is_told_and_changes_nothing(chat: ChatPage, linked: str) -> None:
    ask(chat, 1, "Mine")
    follow(chat, linked)
    expect_no_chat(chat)
    expect(chat.question(1)).to_have_text("Mine")
    ask(chat, 2, "And then?")
    expect(chat.page.get_by_text(text.LINK_FAILED)).to_have_count(0)


def test_a_link_waits_until_the_password_was_given(
    tab: Page, tmp_path: Path, rank_files: Path
) -> None:
    variables = {"CHAT_PASSWORD": "sesame", "TIKTOKEN_CACHE_DIR": str(rank_files)}
    with running_app(tmp_path / "log", **variables) as address:
        tab.goto(f"{address}/?lang=en{of_messages('Theirs')}")
        password = tab.get_by_label(text.PASSWORD, exact=True)
        expect(password).to_be_visible()
        wait_until(tab, lambda: bool(tab.evaluate("sessionStorage.getItem('linked')")))
        tab.goto(f"{address}/?lang=en")  # as from a place where one signs in
        expect(password).to_be_focused()
        password.fill("sesame")
        password.press("Enter")
        expect_from_link(ChatPage(tab), "Theirs")
        assert tab.evaluate("sessionStorage.getItem('linked')") is None


def test_where_no_chats_are_kept_a_link_opens_a_copy_all_the_same(
    tab: Page, forgetful_app: str
) -> None:
    chat = opened(tab, f"{forgetful_app}/?q=Hello&lang=en{of_messages('Theirs')}")
    expect_from_link(chat, "Theirs")
    expect(chat.input).to_have_value("Hello")
