"""A whole chat goes to the clipboard, as Markdown."""

from __future__ import annotations

import threading

import pytest
from playwright.sync_api import expect

from chat.words import text
from tests.browser.chat_page import ChatPage
from tests.fakes import service as fake
from tests.fakes.service import Reply, ScriptedService, answering, chunk

pytestmark = pytest.mark.one_page
LONG = "word " * 40_000


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
