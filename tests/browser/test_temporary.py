"""A temporary chat: nothing of it is kept, unless it is turned into one that is."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Locator, expect

from chat.words import text
from tests.browser.chat_page import ChatPage, in_program, visitor, wait_until
from tests.browser.files import Brought, Tray
from tests.browser.keeping import again, ask, chats, entry, expect_kept, growing, kept
from tests.fakes.service import ScriptedService

pytestmark = pytest.mark.one_page
NOTED = """async () => {
  const result = (of) => new Promise((resolve) => (of.onsuccess = () => resolve(of.result)));
  const database = await result(indexedDB.open("chat-transcripts"));
  const waiting = database.transaction("waiting").objectStore("waiting");
  const files = await result(waiting.getAllKeys());
  database.close();
  const noted = ["unsent", "queue"].map((name) => sessionStorage.getItem(name) ?? "").join("");
  return [noted, files.length];
}"""


def notice(chat: ChatPage) -> Locator:
    """What is said above a temporary chat."""
    return chat.page.locator(".st-key-temporary")


def begin(chat: ChatPage) -> None:
    """Begin a temporary chat."""
    chat.button(text.TEMPORARY_CHAT).click()
    expect(notice(chat)).to_be_visible()
    chat.expect_drawn()


def test_nothing_of_a_temporary_chat_is_kept_and_a_reload_ends_it(chat: ChatPage) -> None:
    ask(chat, 1, "Mine")
    chat.input.fill("typed before")
    wait_until(chat, lambda: "typed before" in chat.page.evaluate(NOTED)[0])
    begin(chat)
    wait_until(chat, lambda: chat.page.evaluate(NOTED)[0] == "")
    chat.ask("Secret question")
    chat.expect_answer(1, "Answer 2.")
    chat.of_question(1, text.EDIT).click()
    chat.page.get_by_label(text.EDIT_QUESTION).fill("Secret change")
    chat.input.fill("Secret words")
    tray = Tray(chat)
    tray.choose(Brought("secret.txt", "text/plain", b"Secret file"))
    tray.expect("secret.txt")
    chat.page.evaluate("() => { window.dispatchEvent(new Event('pagehide')); }")
    chat.page.evaluate(in_program("() => store.queue.then(() => null)"))
    assert chat.page.evaluate(NOTED) == ["", 0]
    assert not [record for record in kept(chat) if "Secret" in record]
    expect(chats(chat).locator("li")).to_have_count(1)
    chat = again(chat.page)
    expect(chat.messages).to_have_count(0)
    expect(chat.input).to_have_value("")
    expect(notice(chat)).to_have_count(0)


def test_what_waits_in_a_temporary_chat_is_noted_where_that_is_kept(
    chat: ChatPage, service: ScriptedService
) -> None:
    begin(chat)
    service.enqueue(growing(400))
    chat.ask("Q1")
    expect(chat.answer(1)).to_contain_text("w1 ")
    chat.input.fill("Waits")
    chat.input.press("Enter")
    expect(chat.page.locator(".queue li")).to_have_count(1)
    assert chat.page.evaluate(NOTED)[0] == ""
    chat.stop.click()
    chat.expect_free()
    chat.button(text.KEEP_CHAT).click()
    wait_until(chat, lambda: "Waits" in chat.page.evaluate(NOTED)[0])


def test_an_answer_that_is_left_with_a_temporary_chat_is_told_to_be_gone(
    chat: ChatPage, service: ScriptedService
) -> None:
    begin(chat)
    service.enqueue(growing(400))
    chat.ask("Q1")
    expect(chat.answer(1)).to_contain_text("w1 ")
    chat.button(text.NEW_CHAT).click()
    expect(chat.messages).to_have_count(0)
    expect(chat.page.locator(".said")).to_have_text(text.ANSWER_IS_GONE)


def test_a_temporary_chat_can_be_kept_with_all_that_was_said_in_it(chat: ChatPage) -> None:
    begin(chat)
    chat.ask("Q1")
    chat.expect_answer(1, "Answer 1.")
    tray = Tray(chat)
    tray.choose(Brought("notes.txt", "text/plain", b"My notes"))
    tray.expect("notes.txt")
    assert chat.page.evaluate(NOTED)[1] == 0
    chat.button(text.KEEP_CHAT).click()
    expect(notice(chat)).to_have_count(0)
    expect(chat.input).to_be_focused(timeout=2000)
    expect_kept(chat, "Answer 1.")
    wait_until(chat, lambda: chat.page.evaluate(NOTED)[1] == 1)
    expect(entry(chat, "Q1")).to_be_visible()
    chat = again(chat.page)
    expect(chat.answer(1)).to_contain_text("Answer 1.")
    Tray(chat).expect("notes.txt")


def test_a_temporary_chat_that_was_left_is_gone(chat: ChatPage) -> None:
    ask(chat, 1, "Mine")
    begin(chat)
    chat.ask("Q1")
    chat.expect_answer(1, "Answer 2.")
    chat.button(text.NEW_CHAT).click()
    expect(chat.messages).to_have_count(0)
    expect(notice(chat)).to_have_count(0)
    expect(chat.button(text.BRING_BACK)).to_have_count(0)
    entry(chat, "Mine").locator(".open").click()
    expect(chat.question(1)).to_have_text("Mine")
    expect(chat.button(text.BRING_BACK)).to_have_count(0)


def test_where_no_chats_are_kept_there_is_no_other_kind(
    browser: Browser, forgetful_app: str
) -> None:
    with visitor(browser, forgetful_app) as chat:
        expect(chat.button(text.NEW_CHAT)).to_be_visible()
        expect(chat.button(text.TEMPORARY_CHAT)).to_have_count(0)
