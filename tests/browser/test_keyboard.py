"""The page by keyboard alone: where the cursor is after each move, and the way of Tab."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, expect

from chat.words import text
from tests.browser.chat_page import ChatPage, visitor, wait_for_storage
from tests.browser.keeping import chats
from tests.fakes import service as fake
from tests.fakes.service import Reply, ScriptedService, answering, chunk
from tests.running import running_app

pytestmark = pytest.mark.one_page


def ask(chat: ChatPage, *questions: str) -> None:
    for question in questions:
        number = chat.messages.count() // 2 + 1
        chat.ask(question)
        chat.expect_answer(number, "Answer")


def press(button: Locator, key: str = "Enter") -> None:
    """Press a button as somebody does who has no mouse."""
    button.focus()
    button.press(key)


def test_the_cursor_goes_where_the_work_is(chat: ChatPage) -> None:
    ask(chat, "Q1", "Q2", "Q3")
    expect(chat.input).to_be_focused()
    press(chat.of_question(2, text.EDIT))
    field = chat.messages.nth(2).get_by_role("textbox")
    expect(field).to_be_focused()
    field.press("Escape")
    expect(chat.of_question(2, text.EDIT)).to_be_focused()
    press(chat.of_question(2, text.EDIT))
    field.fill("Q2 anew")
    field.press("Control+Enter")
    expect(chat.question(2)).to_have_text("Q2 anew")
    chat.expect_answer(2, "Answer 4.")
    expect(chat.input).to_be_focused()
    press(chat.of_question(2, text.EARLIER_VERSION))
    expect(chat.question(2)).to_have_text("Q2")
    # It can be pressed no more, so the cursor is on one beside it.
    expect(chat.messages.nth(2).locator("button:focus")).to_have_count(1)
    press(chat.action(1, text.DELETE))
    expect(chat.question(1)).to_have_text("Q2")
    expect(chat.input).to_be_focused()
    press(chat.button(text.BRING_ROUND_BACK))
    expect(chat.question(1)).to_have_text("Q1")
    expect(chat.input).to_be_focused()
    press(chat.action(3, text.UNDO))
    expect(chat.input).to_have_value("Q3")
    expect(chat.input).to_be_focused()
    press(chat.button(text.NEW_CHAT))
    expect(chat.messages).to_have_count(0)
    expect(chat.input).to_be_focused()


def stalled(*words: str) -> Reply:
    """An answer that goes on until it is stopped."""
    return Reply(steps=[*map(chunk, words), fake.stall])


def test_while_it_is_asked_anew_the_cursor_is_on_stop(
    chat: ChatPage, service: ScriptedService
) -> None:
    ask(chat, "Q1", "Q2")
    service.enqueue(*[stalled("Half.")] * 4)

    def expect_stopped_by(button: Locator) -> None:
        """Hold Enter on a button, let go when Stop has the cursor, and press that."""
        button.focus()
        chat.page.keyboard.down("Enter")
        expect(chat.stop).to_be_focused()
        chat.page.keyboard.down("Enter")  # as often as a held key does
        chat.page.keyboard.up("Enter")
        expect(chat.growing).to_have_count(1)
        chat.page.keyboard.press("Enter")
        chat.expect_free()
        expect(chat.input).to_be_focused()

    expect_stopped_by(chat.action(1, text.RETRY))
    expect_stopped_by(chat.action(1, text.GO_ON))
    press(chat.of_question(2, text.EDIT))
    chat.messages.nth(2).get_by_role("textbox").fill("Q2 anew")
    expect_stopped_by(chat.button(text.SAVE_EDIT))
    # With a mouse, one goes on to write.
    chat.action(1, text.RETRY).click()
    expect(chat.growing).to_have_count(1)
    expect(chat.input).to_be_focused()
    chat.stop.click()
    chat.expect_free()


def test_a_held_key_does_not_send_what_it_has_brought_back(
    chat: ChatPage, service: ScriptedService
) -> None:
    ask(chat, "Q1")
    chat.action(1, text.UNDO).focus()
    chat.page.keyboard.down("Enter")
    expect(chat.input).to_have_value("Q1")
    expect(chat.input).to_be_focused()
    chat.page.keyboard.down("Enter")
    chat.page.keyboard.up("Enter")
    expect(chat.messages).to_have_count(0)
    expect(chat.input).to_have_value("Q1")
    assert len(service.requests) == 1


def test_the_cursor_is_back_when_a_dialog_is_closed(chat: ChatPage) -> None:
    press(chat.button(text.WHAT_WILL_BE_SENT))
    expect(chat.page.get_by_role("dialog")).to_be_visible()
    chat.page.keyboard.press("Escape")
    expect(chat.page.get_by_role("dialog")).to_have_count(0)
    expect(chat.input).to_be_focused()


def test_the_page_of_a_password_begins_in_its_field(
    browser: Browser, service: ScriptedService, tmp_path: Path
) -> None:
    secret = {"CHAT_PASSWORD": "open sesame", **service.reach}
    with running_app(tmp_path / "log", **secret) as address:
        page = browser.new_page(locale="en-US")
        page.goto(address)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        expect(page.get_by_label(text.PASSWORD, exact=True)).to_be_focused()
        page.keyboard.type("open sesame")
        page.keyboard.press("Enter")
        expect(page.get_by_test_id("stChatInputTextArea")).to_be_focused()
        page.context.close()


def test_an_input_method_ends_its_word_and_nothing_else(
    chat: ChatPage, service: ScriptedService
) -> None:
    """By the browser's own protocol, as a Chinese keyboard does it."""
    wait_for_storage(chat)
    ask(chat, "Q1")
    keyboard = chat.page.context.new_cdp_session(chat.page)

    def compose(word: str, said: str) -> None:
        keyboard.send(
            "Input.imeSetComposition", {"text": word, "selectionStart": 0, "selectionEnd": 0}
        )
        key = {"type": "rawKeyDown", "key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 229}
        keyboard.send("Input.dispatchKeyEvent", key)
        keyboard.send("Input.insertText", {"text": said})

    compose("nihao", "你好")
    expect(chat.input).to_have_value("你好")
    chat.page.keyboard.press("Enter")
    chat.expect_answer(2, "Answer 2.")
    assert service.last.messages[-1]["content"] == "你好"
    chat.sidebar.locator(".chats .open").first.focus()
    chat.page.keyboard.press("F2")
    name = chat.sidebar.locator(".chats li input")
    name.fill("")
    compose("nihao", "你好")
    expect(name).to_have_value("你好")
    name.press("Enter")
    expect(chat.sidebar.locator(".chats .open").first).to_contain_text("你好")


def test_escape_stops_an_answer_only_where_nothing_else_is_open(
    chat: ChatPage, service: ScriptedService
) -> None:
    released = threading.Event()
    steps = [chunk("Half. "), fake.wait(released), chunk("Whole."), chunk(finish_reason="stop")]
    service.enqueue(Reply(steps=[*steps, fake.usage(3, 4), fake.done]))
    chat.ask("Q1")
    expect(chat.answer(1)).to_contain_text("Half.")
    model = chat.sidebar.get_by_role("combobox", name=text.MODEL)
    model.click()
    expect(chat.page.get_by_role("listbox")).to_be_visible()
    model.press("Escape")
    expect(chat.page.get_by_role("listbox")).to_have_count(0)
    expect(chat.growing).to_have_count(1)
    chat.input.focus()
    chat.page.keyboard.press("Escape")
    expect(chat.answer(1)).to_contain_text(text.STOPPED)
    released.set()
    chat.expect_free()
    expect(chat.input).to_be_focused()


def test_the_list_of_chats_by_keyboard(chat: ChatPage) -> None:
    wait_for_storage(chat)
    for name in ("First", "Second", "Third"):
        ask(chat, name)
        chat.button(text.NEW_CHAT).click()
        expect(chat.messages).to_have_count(0)
    first = chat.sidebar.locator(".chats .open").first
    expect(first).to_contain_text("Third")
    first.focus()
    chat.page.keyboard.press("ArrowDown")
    focused = chat.sidebar.locator(".chats li :focus")
    expect(focused).to_contain_text("Second")
    chat.page.keyboard.press("F2")
    chat.page.keyboard.type("Renamed")
    chat.page.keyboard.press("Enter")
    expect(focused).to_contain_text("Renamed")
    chat.page.keyboard.press("Delete")
    expect(focused).to_contain_text("First")
    expect(chats(chat).locator("li")).to_have_count(2)
    chat.page.keyboard.press("Enter")
    expect(chat.question(1)).to_have_text("First")
    expect(chat.input).to_be_focused()


def test_the_way_of_tab(chat: ChatPage) -> None:
    """Each thing once, in the order in which it stands there."""
    ask(chat, "Q1")
    chat.page.evaluate("document.activeElement.blur()")
    chat.sidebar.get_by_role("button").first.focus()
    named = """() => {
      const { activeElement: at } = document;
      if (!at.matches('button, input, textarea, summary')) return ''; // what scrolls, for one
      return at.getAttribute('aria-label') || at.innerText.split('\\n').at(-1) || at.id;
    }"""
    way = []
    for _ in range(40):
        chat.page.keyboard.press("Tab")
        way.append(chat.page.evaluate(named))
        if way[-1] == text.ASK:
            break
    expected = [
        *(text.WHAT_WILL_BE_SENT, text.INSPECT, text.SYSTEM_PROMPT, "Q1"),
        *(text.EDIT, text.COPY, text.RETRY, text.COPY, text.UNDO, text.DELETE, text.ASK),
    ]
    assert [name for name in way if name in expected] == expected, way


@pytest.mark.parametrize("size", [(390, 844), (844, 390)], ids=["upright", "landscape"])
def test_on_a_phone_the_sidebar_gives_way(
    browser: Browser, app: str, service: ScriptedService, size: tuple[int, int]
) -> None:
    service.enqueue(answering("Answer."))
    width, height = size
    context = browser.new_context(
        viewport={"width": width, "height": height}, has_touch=True, is_mobile=True, locale="en-US"
    )
    page = context.new_page()
    page.goto(app)
    chat = ChatPage(page)
    wait_for_storage(chat)
    is_folded = "data-collapsed"
    expect(chat.sidebar).to_have_attribute(is_folded, "true")
    chat.input.tap()
    page.keyboard.type("One")
    page.keyboard.press("Enter")
    page.keyboard.type("Two")
    expect(chat.input).to_have_value("One\nTwo")
    page.get_by_test_id("stChatInputSubmitButton").tap()
    chat.expect_answer(1, "Answer")
    unfold = page.get_by_test_id("stExpandSidebarButton")
    unfold.tap()
    expect(chat.sidebar).to_have_attribute(is_folded, "false")
    chat.button(text.NEW_CHAT).tap()
    expect(chat.messages).to_have_count(0)
    expect(chat.sidebar).to_have_attribute(is_folded, "true")
    unfold.tap()
    chat.sidebar.locator(".chats .open").first.tap()
    expect(chat.messages).to_have_count(2)
    expect(chat.sidebar).to_have_attribute(is_folded, "true")
    context.close()


def test_a_wide_page_keeps_its_sidebar(chat: ChatPage, browser: Browser, app: str) -> None:
    chat.button(text.NEW_CHAT).click()
    expect(chat.sidebar).to_have_attribute("data-collapsed", "false")
    with visitor(browser, app) as other:
        expect(other.sidebar).to_have_attribute("data-collapsed", "false")
