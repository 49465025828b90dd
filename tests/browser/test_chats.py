"""Chats that survive a reload and a restart, and the list to find them in."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from chat.errors import ConnectionLost
from chat.languages.language import say
from chat.services.titles import WISH
from chat.words import text
from tests.browser.chat_page import ChatPage, in_program, visitor, wait_for_storage, wait_until
from tests.browser.keeping import (
    WORDS,
    again,
    ask,
    chats,
    entry,
    expect_kept,
    fill_with_many,
    growing,
    kept,
    remove,
)
from tests.fakes import service as fake
from tests.fakes.service import Reply, ScriptedService, answering, chunk
from tests.running import free_port, running_app, started_app

pytestmark = pytest.mark.one_page


def test_a_chat_is_back_after_a_reload_with_all_that_belongs_to_it(
    chat: ChatPage, service: ScriptedService
) -> None:
    service.enqueue(answering("First version."), answering("Second version."), answering("Third."))
    chat.prompt("Answer in verse.")
    chat.remember(7)
    chat.ask("Q1")
    chat.expect_answer(1, "First version.")
    chat.action(1, text.RETRY).click()
    chat.expect_answer(1, "Second version.")
    chat.action(1, text.EARLIER_VERSION).click()
    expect(chat.answer(1)).to_contain_text("1 / 2")
    chat.ask("Q2")
    chat.expect_answer(2, "Third.")
    expect_kept(chat, "Third.")
    chat = again(chat.page)
    expect(chat.messages).to_have_count(4)
    expect(chat.answer(1)).to_contain_text("First version.")
    expect(chat.answer(1)).to_contain_text("1 / 2")
    expect(chat.sidebar.get_by_label(text.SYSTEM_PROMPT, exact=True)).to_have_value(
        "Answer in verse."
    )
    expect(chat.sidebar.get_by_role("slider", name=text.ROUNDS)).to_have_value("7")
    expect(chat.counter).to_contain_text("60 tokens sent, 30 received")
    chat.ask("Q3")
    chat.expect_answer(3, "Answer 4.")
    contents = [message["content"] for message in service.last.messages]
    assert contents == ["Answer in verse.", "Q1", "First version.", "Q2", "Third.", "Q3"]


def test_the_page_opens_at_the_end_of_a_long_chat(chat: ChatPage, service: ScriptedService) -> None:
    service.enqueue(*[answering("line\n\n" * 30) for _ in range(3)])
    for number in range(1, 4):
        chat.ask(f"Q{number}")
        chat.expect_answer(number, "line")
    expect_kept(chat, "Q3")
    chat = again(chat.page)
    expect(chat.action(3, text.RETRY)).to_be_in_viewport()
    chat.button(text.NEW_CHAT).click()
    expect(chat.messages).to_have_count(0)
    service.enqueue(answering("line\n\n" * 40))
    chat.ask("Short")
    chat.expect_answer(1, "line")
    expect_kept(chat, "Short")
    chat.question(1).scroll_into_view_if_needed()
    entry(chat, "Q1").get_by_role("button").first.click()
    expect(chat.action(3, text.RETRY)).to_be_in_viewport()


def test_a_reload_in_the_middle_of_an_answer_loses_a_second_of_it_at_most(
    chat: ChatPage, service: ScriptedService
) -> None:
    words = [chunk(f"word{number} ") for number in range(20)]
    paced = [step for word in words for step in (fake.pause(0.1), word)]
    service.enqueue(Reply(steps=[*paced, fake.stall]))
    chat.ask("Q1")
    expect_kept(chat, "word9")
    chat = again(chat.page)
    expect(chat.answer(1)).to_contain_text("word9")
    expect(chat.answer(1)).to_contain_text(text.failure(ConnectionLost())[0])
    chat.action(1, text.RETRY).click()
    chat.expect_answer(1, "Answer 2.")
    assert service.requests[0].left.wait(20)


def test_a_stopped_answer_is_kept_whole(chat: ChatPage, service: ScriptedService) -> None:
    service.enqueue(Reply(steps=[chunk("Half of "), chunk("it"), fake.stall]))
    chat.ask("Q1")
    expect(chat.answer(1)).to_contain_text("Half of it")
    chat.stop.click()
    expect(chat.answer(1)).to_contain_text(text.STOPPED)
    expect_kept(chat, "stopped")
    chat = again(chat.page)
    expect(chat.answer(1)).to_contain_text("Half of it")
    expect(chat.answer(1)).to_contain_text(text.STOPPED)


def test_chats_are_switched_renamed_searched_and_deleted(chat: ChatPage) -> None:
    for topic in ("apples", "pears", "plums", "figs", "dates", "limes"):
        ask(chat, 1, f"About {topic}")
        chat.button(text.NEW_CHAT).click()
        expect(chat.messages).to_have_count(0)
    expect(chats(chat).locator("li .open").first).to_have_text("About limes")
    expect(chats(chat)).to_contain_text(WORDS["today"])

    entry(chat, "About pears").locator(".open").click()
    expect(chat.question(1)).to_have_text("About pears")
    expect(entry(chat, "About pears")).to_have_class("current")
    ask(chat, 2, "More of them")

    entry(chat, "About figs").hover()
    entry(chat, "About figs").get_by_role("button", name=WORDS["rename"]).click()
    name = chats(chat).get_by_role("textbox", name=WORDS["rename"])
    name.fill("Fruit salad")
    name.press("Enter")
    expect(entry(chat, "Fruit salad")).to_be_visible()

    search = chats(chat).get_by_role("searchbox")
    search.fill("more OF")  # what was said, not only titles
    expect(chats(chat).locator("li")).to_have_count(1)
    expect(entry(chat, "About pears")).to_be_visible()
    search.fill("salad")
    expect(entry(chat, "Fruit salad")).to_be_visible()
    search.fill("nothing like it")
    expect(chats(chat)).to_contain_text(WORDS["none"])
    search.fill("")

    entry(chat, "About pears").hover()
    entry(chat, "About pears").get_by_role("button", name=WORDS["remove"]).click()
    expect(chat.messages).to_have_count(0)
    expect(entry(chat, "About pears")).to_have_count(0)
    chats(chat).get_by_role("button", name=WORDS["undo"]).click()
    expect(chat.question(2)).to_have_text("More of them")

    chat = again(chat.page)
    expect(chat.question(2)).to_have_text("More of them")
    chats(chat).get_by_role("button", name=WORDS["remove_all"]).click()
    chats(chat).get_by_role("button", name=WORDS["remove_all_really"]).click()
    expect(chat.messages).to_have_count(0)
    expect(chats(chat).locator("li")).to_have_count(0)
    assert kept(chat) == []
    chat = again(chat.page)
    expect(chat.page.get_by_text(text.GREETING)).to_be_visible()
    ask(chat, 1, "Anew")


def test_a_deleted_chat_is_really_gone(chat: ChatPage) -> None:
    ask(chat, 1, "A secret")
    entry(chat, "A secret").hover()
    entry(chat, "A secret").get_by_role("button", name=WORDS["remove"]).click()
    wait_until(chat, lambda: kept(chat) == [])


def test_a_chat_that_is_deleted_and_had_back_while_it_is_answered_loses_no_word(
    chat: ChatPage, service: ScriptedService
) -> None:
    ask(chat, 1, "Q1")
    service.enqueue(growing(40))
    chat.ask("Q2")
    expect_kept(chat, "w5 ")
    remove(chat, "Q1")
    expect(chat.answer(2)).to_contain_text("w20 ")
    chats(chat).get_by_role("button", name=WORDS["undo"]).click()
    expect_kept(chat, "w20 ")
    chat.expect_answer(2, "w38 w39 END")
    expect_kept(chat, "END")
    expect(again(chat.page).answer(2)).to_contain_text("w18 w19 w20 w21")


def test_several_deleted_chats_are_had_back_together(chat: ChatPage) -> None:
    for topic in ("apples", "pears"):
        ask(chat, 1, topic)
        chat.button(text.NEW_CHAT).click()
        expect(chat.messages).to_have_count(0)
    remove(chat, "apples")
    expect(entry(chat, "apples")).to_have_count(0)
    remove(chat, "pears")
    expect(chats(chat)).to_contain_text(say("chats.removed", count=2))
    # The chat that the new one took the place of is not offered any more.
    expect(chat.button(text.BRING_BACK)).to_have_count(0)
    chats(chat).get_by_role("button", name=WORDS["undo"]).click()
    expect(chats(chat).locator("li")).to_have_count(2)
    expect(chat.messages).to_have_count(0)


def test_what_is_sought_is_marked_and_shown_and_a_chat_is_pinned(
    chat: ChatPage, service: ScriptedService
) -> None:
    service.enqueue(answering("A needle lies here. " + "Hay.\n\n" * 200))
    chat.ask("Where is it?")
    chat.expect_answer(1, "Hay.")
    for number in range(2, 12):
        ask(chat, number, f"And {number}?")
    for topic in ("a", "b", "c", "d", "e"):
        chat.button(text.NEW_CHAT).click()
        ask(chat, 1, f"About {topic}")
    chats(chat).get_by_role("searchbox").fill("NEEDLE")
    entry(chat, "Where is it?").locator(".open").click()
    first = chat.main.get_by_text("A needle lies here.")  # of eleven rounds not drawn at once
    expect(first).to_be_in_viewport()
    assert chat.page.evaluate("[...CSS.highlights.get('sought')].map(String)") == ["needle"]
    chats(chat).get_by_role("searchbox").fill("")
    entry(chat, "About a").hover()
    entry(chat, "About a").get_by_role("button", name=WORDS["pin_chat"].format(chat="")).click()
    expect(chats(chat).locator("li .open").first).to_have_text("About a")
    expect(chats(chat).locator("h3").first).to_have_text(WORDS["pinned"])
    chat = again(chat.page)
    expect(chats(chat).locator("li .open").first).to_have_text("About a")
    chats(chat).locator("li .open").first.press("p")
    expect(chats(chat).locator("h3")).to_have_count(1)


def test_a_chat_that_was_deleted_just_before_a_reload_is_gone_soon_after(chat: ChatPage) -> None:
    ask(chat, 1, "A secret")
    remove(chat, "A secret")
    expect(chat.messages).to_have_count(0)
    chat = again(chat.page)
    assert kept(chat) != []
    wait_until(chat, lambda: kept(chat) == [])


@pytest.mark.own_page
def test_a_search_holds_up_nothing(chat: ChatPage) -> None:
    wait_for_storage(chat)
    fill_with_many(chat, 7)
    chat = ChatPage(chat.page)
    expect(chats(chat).locator("li")).to_have_count(7)
    # It takes for ever.
    chat.page.evaluate(in_program("() => void (store.storage.all = () => new Promise(() => {}))"))
    chats(chat).get_by_role("searchbox").fill("chat 6")
    expect(chats(chat).locator("li")).to_have_count(1)  # by its title
    chats(chat).get_by_role("searchbox").fill("half of it")
    expect(chats(chat)).to_contain_text(WORDS["searching"])
    ask(chat, 3, "Q3")


def test_a_search_bears_any_record(chat: ChatPage) -> None:
    wait_for_storage(chat)
    fill_with_many(chat, 7, [[[f"{6:032x}", 5], "odd"], [["zz", 5], "odd"]])
    chat = ChatPage(chat.page)
    chats(chat).get_by_role("searchbox").fill("second")  # an answer
    expect(chats(chat).locator("li")).to_have_count(7)
    chats(chat).get_by_role("searchbox").fill("nothing like it")
    expect(chats(chat)).to_contain_text(WORDS["none"])
    chats(chat).get_by_role("searchbox").fill("")
    ask(chat, 3, "Q3")


def test_escape_leaves_a_name_as_it_was(chat: ChatPage) -> None:
    ask(chat, 1, "Q1")
    entry(chat, "Q1").hover()
    entry(chat, "Q1").get_by_role("button", name=WORDS["rename"]).click()
    name = chats(chat).get_by_role("textbox", name=WORDS["rename"])
    name.fill("Not this")
    name.press("Escape")
    expect(entry(chat, "Q1")).to_be_visible()
    expect(entry(chat, "Not this")).to_have_count(0)


def test_a_chat_with_nothing_in_it_has_no_title(chat: ChatPage) -> None:
    ask(chat, 1, "Q1")
    chat.action(1, text.UNDO).click()
    expect(chats(chat).locator("li .open")).to_have_text(WORDS["untitled"])


def test_a_new_chat_is_listed_while_its_first_answer_is_written(
    chat: ChatPage, service: ScriptedService
) -> None:
    service.enqueue(Reply(steps=[chunk("Half of it"), fake.stall]))
    chat.ask("Apples")
    expect(entry(chat, "Apples")).to_be_visible()
    expect(chat.answer(1)).to_contain_text("Writing")


def test_a_chat_that_is_picked_during_an_answer_opens_at_once_and_the_answer_is_kept(
    chat: ChatPage, service: ScriptedService
) -> None:
    ask(chat, 1, "Apples")
    chat.button(text.NEW_CHAT).click()
    expect(chat.messages).to_have_count(0)
    service.enqueue(Reply(steps=[chunk("Half of it"), fake.stall]))
    chat.ask("Pears")
    expect(chat.answer(1)).to_contain_text("Half of it")
    entry(chat, "Apples").locator(".open").click()
    expect(chat.question(1)).to_have_text("Apples")
    assert service.last.left.wait(timeout=10)
    entry(chat, "Pears").locator(".open").click()
    expect(chat.answer(1)).to_contain_text("Half of it")
    expect(chat.answer(1)).to_contain_text("Stopped")


# Reloads the page in the moment in which the tab notes this chat, and notes what it shows then.
RELOAD_WHEN_NOTED = """(chat) => {
  const { setItem } = Storage.prototype;
  Storage.prototype.setItem = function (name, value) {
    setItem.call(this, name, value);
    if (name !== "chat" || value !== chat) return;
    setItem.call(this, "shown", document.querySelector(".stChatMessage").textContent);
    location.reload();
  };
}"""


def test_a_reload_opens_the_chat_that_was_picked_though_it_was_not_shown_yet(
    chat: ChatPage, service: ScriptedService
) -> None:
    ask(chat, 1, "Apples")
    apples = chat.page.evaluate('sessionStorage.getItem("chat")')
    chat.button(text.NEW_CHAT).click()
    expect(chat.messages).to_have_count(0)
    service.enqueue(Reply(steps=[chunk("Half of it"), fake.stall]))
    chat.ask("Pears")
    expect_kept(chat, "Half of it")
    with chat.page.expect_navigation():
        chat.page.evaluate(RELOAD_WHEN_NOTED, apples)
        entry(chat, "Apples").locator(".open").click()
    assert "Pears" in chat.page.evaluate('sessionStorage.getItem("shown")')
    chat = ChatPage(chat.page)
    expect(chat.question(1)).to_have_text("Apples")
    entry(chat, "Pears").locator(".open").click()
    expect(chat.answer(1)).to_contain_text("Half of it")


def test_a_title_has_the_whole_width_and_a_finger_finds_what_to_press(
    chat: ChatPage, browser: Browser, app: str
) -> None:
    ask(chat, 1, "word " * 30)
    title, item = entry(chat, "word").locator(".open span"), entry(chat, "word")
    chat.page.mouse.move(900, 300)
    width = title.evaluate("(element) => element.clientWidth")
    assert width > item.evaluate("(element) => element.clientWidth") - 20
    context = browser.new_context(
        viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True
    )
    phone = ChatPage(_at(context, app))
    phone.ask("Q1")
    phone.expect_answer(1, "Answer 2.")
    phone.page.get_by_test_id("stExpandSidebarButton").click()
    for icon in entry(phone, "Q1").locator(".icon").all():
        box = icon.bounding_box()
        assert box is not None
        assert box["width"] >= 32
        assert box["height"] >= 40
    context.close()


def test_the_only_chat_of_a_list_is_not_faded_after_the_sidebar_was_closed(chat: ChatPage) -> None:
    ask(chat, 1, "Q1")
    chat.page.set_viewport_size({"width": 390, "height": 844})
    chat = again(chat.page)
    expect(chat.question(1)).to_have_text("Q1")
    chat.page.get_by_test_id("stExpandSidebarButton").click()
    expect(entry(chat, "Q1")).to_be_in_viewport()
    expect(chats(chat).locator(".list")).to_have_class("list")


def test_two_hundred_chats_are_listed_by_day(chat: ChatPage) -> None:
    fill_with_many(chat, 200)
    chat = ChatPage(chat.page)
    expect(chats(chat).locator("li")).to_have_count(200)
    for day in ("today", "yesterday", "week"):
        expect(chats(chat)).to_contain_text(WORDS[day])
    expect(chat.question(1)).to_have_text("Q1")


def test_the_model_names_a_chat_where_the_owner_wants_so(
    browser: Browser, service: ScriptedService, rank_files: Path, tmp_path: Path
) -> None:
    environment = {
        **service.reach,
        "CHAT_TITLES": "on",
        "TIKTOKEN_CACHE_DIR": str(rank_files),
    }
    with running_app(tmp_path / "log", **environment) as address, visitor(browser, address) as chat:
        expect(chat.sidebar).to_contain_text(text.ASKS_FOR_TITLES)
        service.enqueue(answering("A long answer."), answering("“Tokens, briefly”"))
        chat.ask("Q1")
        chat.expect_answer(1, "A long answer.")
        expect(entry(chat, "Tokens, briefly")).to_be_visible()
        chat.ask("Q2")
        chat.expect_answer(2, "Answer 3.")
        expect(chat.counter).to_contain_text(
            "60 tokens sent, 30 received"
        )  # the title is counted, too
        expect(entry(chat, "Tokens, briefly")).to_be_visible()
        assert [len(request.messages) for request in service.requests] == [2, 3, 4]
        assert service.requests[1].messages[-1]["content"] == WISH


def test_a_server_that_is_killed_and_started_again_goes_on_where_it_was(
    browser: Browser, service: ScriptedService, rank_files: Path, tmp_path: Path
) -> None:
    port = free_port()
    environment = {
        **service.reach,
        "TIKTOKEN_CACHE_DIR": str(rank_files),
    }
    app = "streamlit_app.py"
    with started_app(tmp_path / "first", app, port, **environment) as (address, process):
        context = browser.new_context()
        chat = ChatPage(_at(context, address))
        ask(chat, 1, "Q1")
        service.enqueue(
            Reply(steps=[chunk("Half of it "), fake.pause(1.1), chunk("x"), fake.stall])
        )
        chat.ask("Q2")
        expect_kept(chat, "Half of it")
        process.send_signal(signal.SIGKILL)
        process.wait()
    with started_app(tmp_path / "second", app, port, **environment):
        expect(chat.answer(2)).to_contain_text(text.failure(ConnectionLost())[0], timeout=60_000)
        expect(chat.answer(2)).to_contain_text("Half of it")
        expect(chat.question(1)).to_have_text("Q1")
        chat.action(2, text.RETRY).click()
        chat.expect_answer(2, "Answer 3.")
        contents = [message["content"] for message in service.last.messages][1:]
        assert contents == ["Q1", "Answer 1.", "Q2"]
        context.close()


def _at(context: BrowserContext, address: str) -> Page:
    page = context.new_page()
    page.goto(address)
    return page
