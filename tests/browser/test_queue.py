"""What is asked while an answer is written waits, can be taken back, and goes off after it."""

from __future__ import annotations

import threading
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from chat.conversation.files import text_of
from chat.languages.language import say
from chat.words import text
from tests.browser.chat_page import ChatPage, opened, visitor, wait_until
from tests.browser.files import Brought, Tray
from tests.browser.keeping import WORDS, again, chats, entry, expect_kept, remove
from tests.browser.wire import Wire
from tests.fakes import service as fake
from tests.fakes.service import Reply, ScriptedService, answering, chunk, failing
from tests.running import running_app

pytestmark = pytest.mark.one_page

HALF = Reply(steps=[chunk("Half of it"), fake.stall])


def waiting(chat: ChatPage) -> Locator:
    """The questions that wait above the input."""
    return chat.page.locator(".queue li")


def status(chat: ChatPage) -> Locator:
    """What is said of them."""
    return chat.page.locator(".queue").get_by_role("status")


def asked(service: ScriptedService) -> list[str]:
    """The questions that were sent."""
    return [text_of(request.messages[-1]["content"]) for request in service.requests]


def write_on(chat: ChatPage, *questions: str) -> None:
    """Ask while an answer is written."""
    for question in questions:
        chat.input.fill(question)
        chat.input.press("Enter")
        expect(waiting(chat).last).to_contain_text(question)
        expect(chat.input).to_have_value("")


def begin(chat: ChatPage, service: ScriptedService, reply: Reply = HALF) -> None:
    """Ask Q1, whose answer has begun."""
    service.enqueue(reply)
    chat.ask("Q1")
    expect(chat.answer(1)).to_contain_text("Half of it")


def until(ends: threading.Event) -> Reply:
    """An answer that is written until a test lets it end."""
    return Reply(steps=[chunk("Half of it"), fake.wait(ends), *answering(" is all.").steps])


def test_questions_go_off_one_by_one_each_after_the_answer_before_it(
    chat: ChatPage, service: ScriptedService
) -> None:
    first, second = threading.Event(), threading.Event()
    begin(chat, service, until(first))
    service.enqueue(until(second))
    write_on(chat, "Q2", "Q3")
    expect(status(chat)).to_have_text(say("queue.next", count=2))
    chat.input.fill("Half typed")
    assert asked(service) == ["Q1"]
    first.set()
    expect(chat.answer(2)).to_contain_text("Half of it")
    expect(waiting(chat)).to_have_count(1)
    expect(status(chat)).to_have_text(say("queue.next", count=1))
    second.set()
    chat.expect_answer(3, "Answer 3.")
    expect(waiting(chat)).to_have_count(0)
    expect(chat.input).to_have_value("Half typed")
    assert asked(service) == ["Q1", "Q2", "Q3"]
    expect_kept(chat, "Q3")


def test_what_waits_is_changed_or_taken_away_by_the_keyboard(
    chat: ChatPage, service: ScriptedService
) -> None:
    ends = threading.Event()
    begin(chat, service, until(ends))
    write_on(chat, "Q2", "Q3", "Q4")
    chat.page.get_by_role("button", name=say("queue.edit", question="Q2")).focus()
    chat.page.keyboard.press("Tab")
    chat.page.keyboard.press("Tab")
    chat.page.keyboard.press("Tab")
    expect(chat.page.get_by_role("button", name=say("queue.remove", question="Q3"))).to_be_focused()
    chat.page.keyboard.press("Enter")
    expect(waiting(chat)).to_have_count(2)
    expect(chat.page.get_by_role("button", name=say("queue.remove", question="Q4"))).to_be_focused()
    chat.input.fill("and more")
    chat.page.get_by_role("button", name=say("queue.edit", question="Q2")).press("Enter")
    expect(chat.input).to_have_value("Q2\n\nand more")
    expect(chat.input).to_be_focused()
    ends.set()
    chat.expect_answer(2, "Answer 2.")
    assert asked(service) == ["Q1", "Q4"]
    expect(chat.input).to_have_value("Q2\n\nand more")


def test_after_stop_nothing_goes_by_itself_and_one_press_sends_it(
    chat: ChatPage, service: ScriptedService
) -> None:
    begin(chat, service)
    write_on(chat, "Q2")
    chat.page.keyboard.press("Escape")
    expect(chat.answer(1)).to_contain_text(text.STOPPED)
    expect(status(chat)).to_have_text(say("queue.held", count=1))
    chat.expect_drawn()
    chat.ask("Q3")  # which is another one, and takes nothing along
    chat.expect_answer(2, "Answer 2.")
    chat.expect_drawn()
    expect(waiting(chat)).to_have_count(1)
    chat.page.get_by_role("button", name=say("queue.send", question="Q2")).click()
    chat.expect_answer(3, "Answer 3.")
    expect(waiting(chat)).to_have_count(0)
    assert asked(service) == ["Q1", "Q3", "Q2"]


def test_after_a_failure_a_question_waits_until_it_is_sent(
    chat: ChatPage, service: ScriptedService
) -> None:
    released = threading.Event()
    begin(chat, service, Reply(steps=[chunk("Half of it"), fake.wait(released), fake.reset]))
    write_on(chat, "Q2", "Q3")
    released.set()
    expect(status(chat)).to_have_text(say("queue.held", count=2))
    chat.expect_drawn()
    assert asked(service) == ["Q1"]
    refused, released = failing(401, {"message": "no"}), threading.Event()
    service.enqueue(replace(refused, steps=[fake.wait(released), *refused.steps]))
    for question in ("Q2", "Q3"):
        chat.page.get_by_role("button", name=say("queue.send", question=question)).click()
    expect(status(chat)).to_have_text(say("queue.next", count=1))
    released.set()
    expect(status(chat)).to_have_text(say("queue.held", count=1))
    chat.expect_drawn()
    assert asked(service) == ["Q1", "Q2"]


def test_what_waits_stays_with_its_chat_when_another_one_is_begun(
    chat: ChatPage, service: ScriptedService
) -> None:
    begin(chat, service)
    write_on(chat, "Q2")
    chat.page.keyboard.press("Control+Shift+O")
    expect(chat.page.locator(".said")).to_have_text(f"{text.ANSWER_IS_LEFT} {say('queue.left')}")
    expect(chat.messages).to_have_count(0)
    expect(waiting(chat)).to_have_count(0)
    expect(chat.input).to_have_value("")
    chat.ask("Other")
    chat.expect_answer(1, "Answer 2.")
    entry(chat, "Q1").locator(".open").click()
    expect(chat.answer(1)).to_contain_text("Half of it")
    expect(status(chat)).to_have_text(say("queue.held", count=1))
    chat.expect_drawn()
    chat.page.get_by_role("button", name=say("queue.send", question="Q2")).click()
    chat.expect_answer(2, "Answer 3.")
    assert asked(service) == ["Q1", "Other", "Q2"]
    assert text_of(service.last.messages[1]["content"]) == "Q1"


def test_a_chat_that_is_deleted_takes_what_waits_along_and_brings_it_back(
    chat: ChatPage, service: ScriptedService
) -> None:
    begin(chat, service)
    write_on(chat, "Q2")
    expect_kept(chat, "Half of it")
    chat.stop.click()
    expect(status(chat)).to_have_text(say("queue.held", count=1))
    chat.expect_drawn()
    remove(chat, "Q1")
    expect(chat.messages).to_have_count(0)
    expect(waiting(chat)).to_have_count(0)
    expect(chat.input).to_have_value("")
    assert chat.page.evaluate("() => sessionStorage.getItem('queue')") is None
    chats(chat).get_by_role("button", name=WORDS["undo"]).click()
    expect(chat.answer(1)).to_contain_text("Half of it")
    expect(status(chat)).to_have_text(say("queue.held", count=1))
    chat.expect_drawn()
    wait_until(
        chat, lambda: "Q2" in (chat.page.evaluate("() => sessionStorage.getItem('queue')") or "")
    )
    chat.page.get_by_role("button", name=say("queue.send", question="Q2")).click()
    chat.expect_answer(2, "Answer 2.")
    assert asked(service) == ["Q1", "Q2"]


def test_another_chat_is_opened_at_once_and_what_is_left_is_told(
    chat: ChatPage, service: ScriptedService
) -> None:
    chat.ask("Other")
    chat.expect_answer(1, "Answer 1.")
    chat.button(text.NEW_CHAT).click()
    expect(chat.messages).to_have_count(0)
    begin(chat, service)
    entry(chat, "Other").locator(".open").click()
    expect(chat.answer(1)).to_contain_text("Answer 1.")
    expect(chat.page.locator(".said")).to_have_text(text.ANSWER_IS_LEFT)
    assert service.last.left.wait(timeout=10)
    entry(chat, "Q1").locator(".open").click()
    expect(chat.answer(1)).to_contain_text("Half of it")
    expect(chat.answer(1)).to_contain_text(text.STOPPED)


def test_files_go_with_the_question_that_they_were_added_to(
    chat: ChatPage, service: ScriptedService
) -> None:
    tray = Tray(chat)
    begin(chat, service)
    tray.choose(Brought("list.txt", "text/plain", b"Milk"))
    write_on(chat, "Q2")
    expect(waiting(chat)).to_contain_text("list.txt")
    expect(tray.chips).to_have_count(0)
    chat.page.keyboard.press("Escape")
    expect(status(chat)).to_have_text(say("queue.held", count=1))
    chat.expect_drawn()
    tray.choose(Brought("other.txt", "text/plain", b"Bread"))
    expect(tray.chips).to_have_count(1)
    chat.ask("Q3")
    chat.expect_answer(2, "Answer 2.")
    chat.expect_drawn()
    assert said(service) == ["Bread", "Q3"]
    chat.page.get_by_role("button", name=say("queue.send", question="Q2")).click()
    chat.expect_answer(3, "Answer 3.")
    assert said(service) == ["Milk", "Q2"]
    expect(tray.chips).to_have_count(0)


@pytest.mark.own_page
def test_a_reload_keeps_what_waits_and_sends_nothing(
    chat: ChatPage, service: ScriptedService
) -> None:
    begin(chat, service)
    write_on(chat, "Q2", "Q3")
    expect_kept(chat, "Half of it")
    chat = again(chat.page)
    expect(status(chat)).to_have_text(say("queue.held", count=2))
    expect(chat.input).to_have_value("")
    expect(chat.answer(1)).to_contain_text("Half of it")
    chat.expect_drawn()
    assert asked(service) == ["Q1"]
    chat.page.get_by_role("button", name=say("queue.send", question="Q3")).click()
    chat.expect_answer(2, "Answer 2.")
    assert asked(service) == ["Q1", "Q3"]
    expect(waiting(again(chat.page))).to_have_count(1)


def test_a_lost_connection_keeps_what_waits(tab: Page, app: str, service: ScriptedService) -> None:
    wire = Wire(tab)
    chat = opened(tab, app)
    service.enqueue(HALF)
    chat.ask("Q1")
    wait_until(chat, lambda: len(service.requests) == 1)
    expect(chat.answer(1)).to_contain_text("Half of it")
    write_on(chat, "Q2")
    wire.cut()
    wait_until(chat, service.last.left.is_set)
    wire.mend()
    expect(status(chat)).to_have_text(say("queue.held", count=1), timeout=60_000)
    chat.expect_drawn()
    chat.page.get_by_role("button", name=say("queue.send", question="Q2")).click()
    wait_until(chat, partial(arrived, service, 2))
    chat.expect_answer(2, "Answer 2.")
    assert asked(service) == ["Q1", "Q2"]


def said(service: ScriptedService) -> list[str]:
    """What the last question says: its files' words, and its own."""
    content = service.last.messages[-1]["content"]
    assert not isinstance(content, str)
    words = [part["text"] for part in content if part["type"] == "text"]
    return [word for text in words for word in ("Milk", "Bread", "Q2", "Q3") if word in text]


def arrived(service: ScriptedService, number: int) -> bool:
    """Whether so many requests have come."""
    return len(service.requests) >= number


def test_by_a_finger_a_button_lets_a_question_wait(
    browser: Browser, app: str, service: ScriptedService
) -> None:
    phone = {"viewport": {"width": 390, "height": 800}, "has_touch": True, "is_mobile": True}
    ends = threading.Event()
    service.enqueue(until(ends))
    with visitor(browser, app, **phone) as chat:
        chat.ask("Q1")
        expect(chat.answer(1)).to_contain_text("Half of it")
        button = chat.page.get_by_role("button", name=say("queue.queue"))
        expect(button).to_be_hidden()
        chat.input.fill("Q2")
        assert (
            level(button)
            == level(chat.stop)
            == level(chat.page.get_by_test_id("stChatInputSubmitButton"))
        )
        button.tap()
        expect(waiting(chat)).to_contain_text("Q2")
        ends.set()
        chat.expect_answer(2, "Answer 2.")
    assert asked(service) == ["Q1", "Q2"]


def test_where_no_chats_are_kept_it_is_told_that_the_one_that_was_left_can_be_had_back(
    browser: Browser, service: ScriptedService, rank_files: Path, tmp_path: Path
) -> None:
    own = {**service.reach, "CHAT_STORE": "off", "TIKTOKEN_CACHE_DIR": str(rank_files)}
    with running_app(tmp_path / "log", **own) as address, visitor(browser, address) as chat:
        begin(chat, service)
        chat.button(text.NEW_CHAT).click()
        expect(chat.page.locator(".said")).to_have_text(text.ANSWER_IS_BACK)
        chat.button(text.BRING_BACK).click()
        expect(chat.answer(1)).to_contain_text("Half of it")


def level(button: Locator) -> float:
    """The middle of a button, in pixels from the top."""
    box = button.bounding_box()
    assert box is not None
    return box["y"] + box["height"] / 2
