"""Chats in several tabs: one follows the other, and neither loses what the other writes."""

from __future__ import annotations

import threading

import pytest
from playwright.sync_api import Browser, expect

from chat.words import text
from tests.browser.chat_page import ChatPage, visitor
from tests.browser.keeping import (
    WORDS,
    again,
    ask,
    chats,
    entry,
    expect_kept,
    growing,
    remove,
    second_tab,
)
from tests.fakes import service as fake
from tests.fakes.service import Reply, ScriptedService, answering, chunk

pytestmark = pytest.mark.one_page


def test_a_reload_keeps_a_new_chat_new_and_a_new_tab_opens_the_last(
    chat: ChatPage, app: str
) -> None:
    ask(chat, 1, "Q1")
    expect(chats(chat).locator("li.current")).to_have_count(1)
    chat.button(text.NEW_CHAT).click()
    expect(chat.messages).to_have_count(0)
    # The browser knows of the new chat, too: its storage is told a moment after the dialogue.
    expect(chats(chat).locator("li.current")).to_have_count(0)
    chat = again(chat.page)
    expect(chat.page.get_by_text(text.GREETING)).to_be_visible()
    expect(chat.messages).to_have_count(0)
    tab = chat.page.context.new_page()
    tab.goto(app)
    expect(ChatPage(tab).question(1)).to_have_text("Q1")


def test_another_visitor_has_another_storage(chat: ChatPage, browser: Browser, app: str) -> None:
    ask(chat, 1, "Mine alone")
    with visitor(browser, app) as other:
        expect(other.page.get_by_text(text.GREETING)).to_be_visible()
        expect(chats(other).locator("li")).to_have_count(0)


def test_a_second_tab_follows_the_first(chat: ChatPage, app: str) -> None:
    ask(chat, 1, "Q1")
    page = chat.page.context.new_page()
    page.goto(app)
    tab = ChatPage(page)
    expect(tab.question(1)).to_have_text("Q1")
    ask(chat, 2, "Q2")
    expect(tab.question(2)).to_have_text("Q2")
    ask(tab, 3, "Q3")
    expect(chat.question(3)).to_have_text("Q3")


def test_two_tabs_that_answer_at_once_keep_both(
    chat: ChatPage, app: str, service: ScriptedService
) -> None:
    ask(chat, 1, "Q1")
    page = chat.page.context.new_page()
    page.goto(app)
    tab = ChatPage(page)
    expect(tab.question(1)).to_have_text("Q1")
    released = threading.Event()
    held = Reply(steps=[chunk("Slowly "), fake.wait(released), *answering("done.").steps])
    service.enqueue(held)
    chat.ask("From the first")
    expect_kept(chat, "From the first")
    tab.ask("From the second")
    tab.expect_answer(2, "Answer 3.")
    released.set()
    chat.expect_answer(2, "Slowly done.")
    expect(chats(chat).locator("li")).to_have_count(2)
    expect_kept(chat, "From the second")
    expect_kept(chat, "Slowly done.")
    chat, tab = again(chat.page), again(tab.page)
    expect(chat.question(2)).to_have_text("From the first")
    expect(chat.answer(2)).to_contain_text("Slowly done.")
    expect(tab.question(2)).to_have_text("From the second")


def test_who_only_looks_from_another_tab_disturbs_no_answer(
    chat: ChatPage, app: str, service: ScriptedService
) -> None:
    ask(chat, 1, "Q1")
    service.enqueue(growing(100))
    chat.ask("Q2")
    expect_kept(chat, "w5 ")
    tab = second_tab(chat, app)
    expect(tab.answer(2)).to_contain_text("w5 ")
    expect_kept(chat, "w40 ")
    expect(chat.stop).to_be_visible()  # it was kept while it was written
    chat.expect_answer(2, "END")
    expect(tab.answer(2)).to_contain_text("END")
    expect(chats(chat).locator("li")).to_have_count(1)


@pytest.mark.parametrize("then", ["reload", "new chat"])
def test_an_answer_goes_on_in_a_chat_of_its_own_where_another_tab_writes(
    chat: ChatPage, app: str, service: ScriptedService, then: str
) -> None:
    ask(chat, 1, "Q1")
    tab = second_tab(chat, app)
    expect(tab.question(1)).to_have_text("Q1")
    service.enqueue(growing(80))
    chat.ask("From the first")
    expect_kept(chat, "w5 ")
    ask(tab, 2, "From the second")
    if then == "reload":
        expect_kept(chat, "w40 ")
        expect(chat.stop).to_be_visible()
        chat = again(chat.page)
        expect(chat.answer(2)).to_contain_text("w5 w6 w7 w8")
        expect(chat.answer(2)).to_contain_text("w40 ")
    else:
        chat.button(text.NEW_CHAT).click()
        expect(chat.messages).to_have_count(0)
    expect(chats(chat).locator("li")).to_have_count(2)
    tab = again(tab.page)
    expect(tab.messages).to_have_count(4)
    expect(tab.question(2)).to_have_text("From the second")


def test_a_chat_that_was_deleted_and_had_back_in_another_tab_is_kept_in_this_one(
    chat: ChatPage, app: str
) -> None:
    ask(chat, 1, "Q1")
    tab = second_tab(chat, app)
    expect(tab.question(1)).to_have_text("Q1")
    remove(chat, "Q1")
    expect(tab.messages).to_have_count(0)
    chats(chat).get_by_role("button", name=WORDS["undo"]).click()
    entry(tab, "Q1").locator(".open").click()
    expect(tab.question(1)).to_have_text("Q1")
    ask(tab, 2, "Q2")


def test_a_reload_in_the_first_chat_of_a_tab_shows_that_chat(chat: ChatPage, app: str) -> None:
    ask(chat, 1, "Of the first tab")
    tab = second_tab(chat, app)
    expect(tab.question(1)).to_have_text("Of the first tab")
    tab.button(text.NEW_CHAT).click()
    expect(tab.messages).to_have_count(0)
    ask(tab, 1, "Of the second tab")
    expect(again(chat.page).question(1)).to_have_text("Of the first tab")
    expect(again(tab.page).question(1)).to_have_text("Of the second tab")
