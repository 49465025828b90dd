"""Asking, stopping and clicking around, in Chromium."""

from __future__ import annotations

import re
import threading

import pytest
from playwright.sync_api import Browser, Page, WebSocketRoute, expect

from chat.conversation.files import text_of
from chat.errors import ConnectionLost
from chat.words import text
from tests.browser.chat_page import ChatPage, in_program, opened, visitor, wait_until
from tests.browser.wire import Wire
from tests.fakes import service as fake
from tests.fakes.service import PATIENCE, Reply, ScriptedService, answering, chunk, failing

pytestmark = pytest.mark.one_page

HALF = Reply(steps=[chunk("Half "), chunk("of it"), fake.stall])


def held(*pieces: str) -> tuple[threading.Event, Reply]:
    """An answer whose second half waits until it is released."""
    released = threading.Event()
    steps = [chunk("First half, "), fake.wait(released), *answering(*pieces).steps]
    return released, Reply(steps=steps)


def contents(service: ScriptedService, number: int) -> list[str]:
    """What a request said, without the system prompt."""
    return [
        text_of(m["content"]) for m in service.wait_for(number).messages if m["role"] != "system"
    ]


def expect_below(chat: ChatPage, condition: str) -> None:
    """Wait until so many pixels of the page are below what is in view."""
    below = "main.scrollHeight - main.scrollTop - main.clientHeight"
    chat.page.wait_for_function(f"(main) => {below} {condition}", arg=chat.main.element_handle())


def test_a_round_trip_streams_the_answer_and_sends_the_question_as_typed(
    chat: ChatPage, service: ScriptedService
) -> None:
    released, reply = held("second half.")
    service.enqueue(reply)
    question = "# Ünder *stars* costs $5 and $6, <b>bold</b> :cat:"
    chat.ask(question)
    expect(chat.answer(1)).to_contain_text("First half,")
    expect(chat.answer(1)).not_to_contain_text("second half.")
    expect(chat.growing).to_have_count(1)
    expect(chat.action(1, text.RETRY)).to_have_count(0)
    released.set()
    chat.expect_answer(1, "First half, second half.")
    expect(chat.question(1)).to_have_text(question)
    assert contents(service, 1) == [question]
    expect(chat.action(1, text.RETRY)).to_be_visible()
    expect(chat.input).to_be_focused()


def test_a_question_sent_before_the_page_is_drawn_can_be_stopped_too(
    browser: Browser, app: str, service: ScriptedService
) -> None:
    service.enqueue(HALF)
    page = browser.new_page()
    page.goto(app)
    field = page.get_by_test_id("stChatInputTextArea")
    field.fill("Q1")
    field.press("Enter")
    expect(page.get_by_test_id("stChatMessage").nth(1)).to_contain_text("Half of it")
    stop = ".st-key-stop button"
    page.locator(stop).filter(visible=True).click()
    assert service.last.left.wait(2)
    expect(page.get_by_test_id("stChatMessage").nth(1)).to_contain_text(text.STOPPED)
    page.close()


def test_lines_of_a_question_stay_lines(chat: ChatPage, service: ScriptedService) -> None:
    chat.input.fill("one")
    for line in ("two", "  three"):
        chat.input.press("Shift+Enter")
        chat.page.keyboard.insert_text(line)
    chat.input.press("Enter")
    chat.expect_answer(1, "Answer 1.")
    assert chat.question(1).inner_text() == "one\ntwo\n  three"
    assert contents(service, 1) == ["one\ntwo\n  three"]


def test_stop_keeps_what_was_shown_and_cuts_the_service(
    chat: ChatPage, service: ScriptedService
) -> None:
    service.enqueue(HALF)
    chat.ask("Q1")
    expect(chat.answer(1)).to_contain_text("Half of it")
    chat.stop.click()
    assert service.last.left.wait(1)
    expect(chat.answer(1)).to_contain_text("Half of it")
    expect(chat.answer(1)).to_contain_text(text.STOPPED)
    expect(chat.answer(1)).not_to_contain_text("Writing")
    chat.ask("Q2")
    chat.expect_answer(2, "Answer 2.")
    expect(chat.answer(1)).to_contain_text("Half of it")
    assert contents(service, 2) == ["Q1", "Half of it", "Q2"]


def test_stop_before_the_first_word_never_sends_the_question_again(
    chat: ChatPage, service: ScriptedService
) -> None:
    service.enqueue(Reply(steps=[fake.stall]))
    chat.ask("Q1")
    service.wait_for(1)
    expect(chat.answer(1)).to_contain_text("Thinking")
    chat.stop.click()
    expect(chat.answer(1)).to_contain_text(text.STOPPED_EARLY)
    assert service.last.left.wait(1)
    chat.ask("Q2")
    chat.expect_answer(2, "Answer 2.")
    assert contents(service, 2) == ["Q2"]


def test_retry_after_stop_can_be_stopped_too_and_asks_the_question_again(
    chat: ChatPage, service: ScriptedService
) -> None:
    service.enqueue(HALF, HALF)
    chat.ask("Q1")
    expect(chat.answer(1)).to_contain_text("Half of it")
    chat.stop.click()
    chat.action(1, text.RETRY).click()
    service.wait_for(2)
    expect(chat.growing).to_have_count(1)
    chat.stop.click()
    assert service.last.left.wait(1)
    expect(chat.answer(1)).to_contain_text(text.STOPPED)
    chat.action(1, text.RETRY).click()
    chat.expect_answer(1, "Answer 3.")
    expect(chat.messages).to_have_count(2)
    expect(chat.answer(1)).not_to_contain_text(text.STOPPED)
    expect(chat.stop).to_be_hidden()
    assert contents(service, 3) == ["Q1"]


def test_a_failure_is_told_beside_its_question_and_retry_mends_it(
    chat: ChatPage, service: ScriptedService
) -> None:
    service.enqueue(failing(401, {"message": "bad key"}))
    chat.ask("Q1")
    alert = chat.answer(1).get_by_test_id("stAlert")
    expect(alert).to_contain_text("The service does not accept the key.")
    chat.action(1, text.RETRY).click()
    chat.expect_answer(1, "Answer 2.")
    expect(alert).to_have_count(0)


def test_a_change_in_the_sidebar_does_not_cut_the_answer_and_acts_on_the_next(
    chat: ChatPage, service: ScriptedService
) -> None:
    chat.ask("Q1")
    chat.expect_answer(1, "Answer 1.")
    released, reply = held("second half.")
    service.enqueue(reply)
    chat.ask("Q2")
    expect(chat.answer(2)).to_contain_text("First half,")
    chat.remember(0)
    chat.prompt("Be brief.")
    expect(chat.stop).to_be_visible()
    assert not service.last.left.is_set()
    released.set()
    chat.expect_answer(2, "First half, second half.")
    expect(chat.answer(2)).not_to_contain_text(text.STOPPED)
    chat.ask("Q3")
    chat.expect_answer(3, "Answer 3.")
    assert [m["content"] for m in service.last.messages] == ["Be brief.", "Q3"]


def test_stop_still_works_after_a_change_in_the_sidebar(
    chat: ChatPage, service: ScriptedService
) -> None:
    service.enqueue(HALF)
    chat.ask("Q1")
    expect(chat.answer(1)).to_contain_text("Half of it")
    chat.remember(0)
    chat.stop.click()
    assert service.last.left.wait(1)
    expect(chat.answer(1)).to_contain_text(text.STOPPED)
    chat.ask("Q2")
    chat.expect_answer(2, "Answer 2.")
    assert contents(service, 2) == ["Q2"]


def test_new_chat_and_retry_wait_for_the_end_of_an_answer(
    chat: ChatPage, service: ScriptedService
) -> None:
    service.enqueue(failing(401, {"message": "bad key"}))
    chat.ask("Q1")
    expect(chat.action(1, text.RETRY)).to_be_visible()
    released, reply = held("second half.")
    service.enqueue(reply)
    chat.ask("Q2")
    expect(chat.answer(2)).to_contain_text("First half,")
    chat.action(1, text.RETRY).click()
    released.set()
    expect(chat.answer(2)).to_contain_text("First half, second half.")
    chat.expect_answer(1, "Answer 3.")
    assert not service.requests[1].left.is_set()
    assert contents(service, 3) == ["Q1"]
    chat.button(text.NEW_CHAT).click()
    expect(chat.messages).to_have_count(0)
    expect(chat.page.get_by_text(text.GREETING)).to_be_visible()


@pytest.mark.parametrize("field", [text.SYSTEM_PROMPT, text.MAX_TOKENS])
def test_a_setting_changed_right_before_send_loses_no_question(
    chat: ChatPage, service: ScriptedService, field: str
) -> None:
    """The browser sends the change and the question as one message, in the setting's name."""
    if field == text.MAX_TOKENS:
        chat.sidebar.get_by_text(text.MORE).click()
    chat.input.fill("Q1")
    chat.sidebar.get_by_label(field, exact=True).fill("77")
    chat.page.get_by_test_id("stChatInputSubmitButton").click()
    chat.expect_answer(1, "Answer 1.")
    expect(chat.messages).to_have_count(2)
    expect(chat.stop).to_be_hidden()
    sent = service.last.json
    assert [m["content"] for m in sent["messages"]][-1] == "Q1"
    assert sent["messages"][0]["content"] == "77" or sent["max_completion_tokens"] == 77
    assert len(service.requests) == 1


def test_a_setting_changed_right_before_retry_and_new_chat_loses_neither(
    chat: ChatPage, service: ScriptedService
) -> None:
    service.enqueue(failing(401, {"message": "bad key"}))
    chat.ask("Q1")
    prompt = chat.sidebar.get_by_label(text.SYSTEM_PROMPT, exact=True)
    expect(chat.action(1, text.RETRY)).to_be_visible()
    prompt.fill("Be brief.")
    chat.action(1, text.RETRY).click()
    chat.expect_answer(1, "Answer 2.")
    assert [m["content"] for m in service.last.messages] == ["Be brief.", "Q1"]
    prompt.fill("Be kind.")
    chat.button(text.NEW_CHAT).click()
    expect(chat.messages).to_have_count(0)
    chat.ask("Q2")
    chat.expect_answer(1, "Answer 3.")
    assert [m["content"] for m in service.last.messages] == ["Be kind.", "Q2"]


def test_new_chat_begins_at_once_and_the_answer_is_kept_as_far_as_it_is_there(
    chat: ChatPage, service: ScriptedService
) -> None:
    _, reply = held("second half.")
    service.enqueue(reply)
    chat.ask("Q1")
    expect(chat.answer(1)).to_contain_text("First half,")
    chat.button(text.NEW_CHAT).click()
    expect(chat.messages).to_have_count(0)
    assert service.last.left.wait(timeout=10)
    chat.ask("Q2")
    chat.expect_answer(1, "Answer 2.")
    chat.sidebar.locator(".chats .open", has_text="Q1").click()
    expect(chat.answer(1)).to_contain_text("First half,")
    expect(chat.answer(1)).to_contain_text("Stopped")


def test_a_double_click_on_send_does_not_stop_the_answer(
    chat: ChatPage, service: ScriptedService
) -> None:
    released, reply = held("second half.")
    service.enqueue(reply)
    chat.input.fill("Q1")
    chat.page.get_by_test_id("stChatInputSubmitButton").dblclick()
    expect(chat.answer(1)).to_contain_text("First half,")
    released.set()
    chat.expect_answer(1, "First half, second half.")


def test_the_only_stop_is_ours(chat: ChatPage, service: ScriptedService) -> None:
    """Streamlit's own would leave the input closed."""
    service.enqueue(HALF)
    chat.button(text.suggestions()[0]).click()
    expect(chat.answer(1)).to_contain_text("Half of it")
    stops = chat.page.get_by_role("button", name=text.STOP, exact=True)
    expect(stops.locator("visible=true")).to_have_count(1)


def test_nothing_in_a_services_error_is_fetched(chat: ChatPage, service: ScriptedService) -> None:
    """The fixture fails for a request to any other host."""
    service.enqueue(failing(400, {"message": "![x](http://127.0.0.2:9/p.png)"}))
    chat.ask("Q1")
    expect(chat.answer(1)).to_contain_text("![x](http://127.0.0.2:9/p.png)")


def test_half_a_character_in_the_input_is_replaced_before_it_is_sent(
    chat: ChatPage, service: ScriptedService
) -> None:
    chat.input.fill("x")
    chat.input.evaluate(
        """area => {
            const set = Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, 'value').set;
            set.call(area, 'half \\ud83d of a smile');
            area.dispatchEvent(new Event('input', {bubbles: true}));
        }"""
    )
    chat.input.press("Enter")
    chat.expect_answer(1, "Answer 1.")
    assert contents(service, 1) == ["half \ufffd of a smile"]


def test_a_suggestion_asks_and_can_be_stopped(chat: ChatPage, service: ScriptedService) -> None:
    service.enqueue(HALF)
    chat.button(text.suggestions()[0]).click()
    expect(chat.answer(1)).to_contain_text("Half of it")
    expect(chat.button(text.suggestions()[1])).to_have_count(0)
    chat.stop.click()
    assert service.last.left.wait(1)
    expect(chat.answer(1)).to_contain_text(text.STOPPED)
    expect(chat.input).to_be_enabled()
    assert contents(service, 1) == [text.suggestions()[0]]


def test_a_closed_tab_cuts_the_service(
    browser: Browser, app: str, service: ScriptedService
) -> None:
    service.enqueue(HALF)
    with visitor(browser, app) as chat:
        chat.ask("Q1")
        expect(chat.answer(1)).to_contain_text("Half of it")
    assert service.last.left.wait(2)


def test_a_lost_connection_keeps_every_word(tab: Page, app: str, service: ScriptedService) -> None:
    sockets: list[WebSocketRoute] = []

    def pass_on(socket: WebSocketRoute) -> None:
        socket.connect_to_server()
        sockets.append(socket)

    tab.route_web_socket(re.compile("_stcore/stream"), pass_on)
    chat = opened(tab, app)
    service.enqueue(HALF)
    chat.ask("Q1")
    expect(chat.answer(1)).to_contain_text("Half of it")
    sockets[-1].close()
    assert service.last.left.wait(5)
    expect(chat.answer(1)).to_contain_text(text.failure(ConnectionLost())[0])
    chat.expect_answer(1, "Half of it")
    assert len(sockets) > 1
    chat.ask("Q2")
    chat.expect_answer(2, "Answer 2.")
    assert contents(service, 2) == ["Q1", "Half of it", "Q2"]


def test_two_visitors_share_nothing(browser: Browser, app: str, service: ScriptedService) -> None:
    released, reply = held("for Anna.")
    service.enqueue(reply, answering("Only for Ben."))
    with visitor(browser, app) as anna, visitor(browser, app) as ben:
        anna.ask("Anna's secret")
        expect(anna.answer(1)).to_contain_text("First half,")
        ben.remember(0)
        ben.prompt("Ben's prompt")
        ben.ask("Ben's question")
        ben.expect_answer(1, "Only for Ben.")
        released.set()
        anna.expect_answer(1, "First half, for Anna.")
        anna.ask("Anna again")
        anna.expect_answer(2, "Answer 3.")
        expect(ben.messages).to_have_count(2)
        expect(ben.page.get_by_text("Anna")).to_have_count(0)
    assert [m["content"] for m in service.requests[1].messages] == [
        "Ben's prompt",
        "Ben's question",
    ]
    assert [m["content"] for m in service.requests[2].messages] == [
        "You are a helpful assistant.",
        "Anna's secret",
        "First half, for Anna.",
        "Anna again",
    ]


def test_four_questions_with_two_rounds(chat: ChatPage, service: ScriptedService) -> None:
    service.enqueue(*[answering(f"A{number}") for number in range(1, 5)])
    chat.remember(2)
    for number in range(1, 5):
        chat.ask(f"Q{number}")
        chat.expect_answer(number, f"A{number}")
    assert [(m["role"], m["content"]) for m in service.last.messages] == [
        ("system", "You are a helpful assistant."),
        *(("user", "Q2"), ("assistant", "A2"), ("user", "Q3"), ("assistant", "A3")),
        ("user", "Q4"),
    ]
    expect(chat.messages).to_have_count(8)


def test_the_demo_says_what_it_is_and_remembers_what_it_is_sent(
    browser: Browser, demo_app: str
) -> None:
    with visitor(browser, demo_app) as chat:
        expect(chat.page.get_by_text("demo").first).to_be_visible()
        chat.remember(1)
        for number, question in enumerate(("Apples?", "Pears?"), start=1):
            chat.ask(question)
            chat.expect_answer(number, "this is all I can say")
        chat.ask("What is the first question you remember?")
        chat.expect_answer(3, "The first question I remember is:")
        expect(chat.answer(3)).to_contain_text("Pears?")
        chat.ask("Show me a table, please")
        expect(chat.answer(4).get_by_role("table")).to_contain_text("Banana")


@pytest.mark.parametrize("question", ["a" * 200_000, "<|endoftext|>"], ids=["long", "special"])
def test_odd_questions_are_plain_text(
    chat: ChatPage, service: ScriptedService, question: str
) -> None:
    chat.ask(question)
    chat.expect_answer(1, "Answer 1.")
    assert contents(service, 1) == [question]
    main = chat.page.locator(".stMain")
    assert main.evaluate("element => element.scrollWidth <= element.clientWidth")


def test_the_page_stays_usable_while_a_service_is_silent(
    chat: ChatPage, service: ScriptedService
) -> None:
    service.enqueue(Reply(steps=[fake.stall]))
    chat.ask("Q1")
    assert service.wait_for(1).finished.wait(0) is False
    expect(chat.answer(1)).to_contain_text(re.compile(r"Thinking … \d+ s"), timeout=PATIENCE * 1000)
    chat.stop.click()
    expect(chat.answer(1)).to_contain_text(text.STOPPED_EARLY)


MANY_BLOCKS = (
    f"# Title\n\n{'word ' * 60}\n\n- a list\n- of items\n\n{'word ' * 60}\n\n"
    "```python\nprint('hi')\nx = 1\n```\n\nAnd then:\n\n1. one\n2. two\n\n"
    f"> {'quoted ' * 50}\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n{'word ' * 60}\n\nThe end."
)
PLACES = """() => [...document.querySelectorAll('[data-testid="stChatMessage"]')[1]
  .querySelectorAll("h1, p, li, pre, blockquote, table")]
  .map((block) => block.getBoundingClientRect().top)
  .map((top, _, tops) => Math.round(top - tops[0]))"""


def test_an_answer_does_not_jump_when_it_ends(chat: ChatPage, service: ScriptedService) -> None:
    released = threading.Event()
    pieces = [MANY_BLOCKS[place : place + 40] for place in range(0, len(MANY_BLOCKS), 40)]
    paced = [step for piece in pieces for step in (fake.pause(0.03), chunk(piece))]
    end = [fake.wait(released), chunk(finish_reason="stop"), fake.done]
    service.enqueue(Reply(steps=[*paced, *end]))
    chat.page.set_viewport_size({"width": 1200, "height": 1600})
    chat.ask("Q1")
    expect(chat.answer(1)).to_contain_text("The end.")
    # It stands in several elements, so that only its last block is sent again and again.
    elements = chat.answer(1).get_by_test_id("stMarkdown")
    expect(elements.nth(3)).to_be_visible()
    growing: list[int] = chat.page.evaluate(PLACES)
    released.set()
    expect(chat.action(1, text.RETRY)).to_be_visible()
    expect(elements).to_have_count(1)
    ended: list[int] = chat.page.evaluate(PLACES)
    blocks = 12
    assert growing[:blocks] == ended[:blocks]


def test_whoever_asks_from_further_up_looks_at_the_end(
    chat: ChatPage, service: ScriptedService
) -> None:
    service.enqueue(answering("line\n\n" * 60))
    chat.ask("Q1")
    chat.expect_answer(1, "line")
    chat.question(1).scroll_into_view_if_needed()
    expect(chat.question(1)).to_be_in_viewport()
    service.enqueue(answering("line\n\n" * 60, "The end.", pace=0.2))
    chat.ask("Q2")
    expect(chat.answer(2).get_by_text("The end.")).to_be_in_viewport()


def test_an_input_that_comes_late_leaves_nothing_behind_it(
    tab: Page, app: str, service: ScriptedService
) -> None:
    wire = Wire(tab)
    wire.is_held = True
    tab.goto(app)
    wait_until(tab, lambda: bool(wire.ends))
    (input_,) = (
        place
        for place, message in enumerate(wire.held)
        if message.delta.new_element.HasField("chat_input")
    )
    wire.deliver(input_)
    is_loaded = in_program("() => true", name="showEnd", module="scroll.js")
    wait_until(tab, lambda: tab.evaluate(is_loaded))
    wire.is_held = False
    wire.deliver(len(wire.held))
    chat = ChatPage(tab)
    service.enqueue(answering("line\n\n" * 60))
    chat.ask("Q1")
    chat.expect_answer(1, "line")
    chat.question(1).scroll_into_view_if_needed()
    service.enqueue(answering("line\n\n" * 60, "The end.", pace=0.2))
    chat.ask("Q2")
    expect(chat.answer(2).get_by_text("The end.")).to_be_in_viewport()


def test_the_page_stays_at_its_end_while_an_answer_grows_unless_somebody_scrolls(
    chat: ChatPage, service: ScriptedService
) -> None:
    page = chat.page
    second, third = threading.Event(), threading.Event()
    paragraphs = [f"Part {number}: " + "word " * 30 + "\n\n" for number in range(60)]
    steps = [chunk("".join(paragraphs[:20])), fake.wait(second), chunk("".join(paragraphs[20:40]))]
    steps += [fake.wait(third), *answering(*paragraphs[40:], "The end.").steps]
    service.enqueue(Reply(steps=steps))
    chat.ask("Q1")
    expect(chat.answer(1)).to_contain_text("Part 19: word")
    expect_below(chat, "< 2")
    chat.main.hover()
    page.mouse.wheel(0, -600)
    expect_below(chat, "> 500")
    page.wait_for_timeout(500)  # as long as a wheel may still be turning
    looked_at = chat.main.evaluate("(main) => main.scrollTop")
    second.set()
    expect(chat.answer(1)).to_contain_text("Part 39: word")
    expect_below(chat, "> 1500")
    assert chat.main.evaluate("(main) => main.scrollTop") == looked_at
    page.mouse.wheel(0, 100_000)
    expect_below(chat, "< 2")
    third.set()
    expect(chat.answer(1)).to_contain_text("The end.")
    expect_below(chat, "< 2")


def growing(lines: int) -> Reply:
    """A page full of lines at once, and so many more, twenty a second."""
    more = answering(*[f"line {number}\n\n" for number in range(lines)], "The end.", pace=0.05)
    return Reply(steps=[chunk("above\n\n" * 60), *more.steps])


def test_who_scrolls_up_while_the_page_grows_is_not_pulled_back(
    chat: ChatPage, service: ScriptedService
) -> None:
    service.enqueue(growing(60))
    chat.ask("Q1")
    expect(chat.answer(1)).to_contain_text("line 9")
    chat.main.hover()
    chat.page.mouse.wheel(0, -1000)
    expect_below(chat, "> 500")
    looked_at = chat.main.evaluate("(main) => main.scrollTop")
    expect(chat.action(1, text.RETRY)).to_be_visible()
    expect(chat.answer(1)).to_contain_text("The end.")
    assert chat.main.evaluate("(main) => main.scrollTop") <= looked_at


def test_a_click_while_an_answer_grows_leaves_the_page_at_its_end(
    chat: ChatPage, service: ScriptedService
) -> None:
    service.enqueue(growing(40))
    chat.ask("Q1")
    expect(chat.answer(1)).to_contain_text("line 9")
    chat.main.click(position={"x": 60, "y": 300})
    expect(chat.action(1, text.RETRY)).to_be_visible()
    expect(chat.answer(1).get_by_text("The end.")).to_be_in_viewport()


def test_the_end_stays_in_view_while_there_is_less_room_for_it(
    chat: ChatPage, service: ScriptedService
) -> None:
    service.enqueue(answering("line\n\n" * 60 + "The end."))
    chat.ask("Q1")
    chat.expect_answer(1, "The end.")
    expect_below(chat, "< 2")
    lines = "(input) => input.value.split('\\n').length < input.offsetHeight / 20"
    chat.input.fill("a long question\n" * 7)
    chat.page.wait_for_function(lines, arg=chat.input.element_handle())
    expect_below(chat, "< 2")
    chat.page.set_viewport_size({"width": 1280, "height": 500})
    chat.page.wait_for_function("window.innerHeight === 500")
    expect_below(chat, "< 2")
