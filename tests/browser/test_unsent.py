"""What was typed and not sent is where it was, and what was sent is nowhere else."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from functools import partial
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, expect

from chat.words import text
from tests.browser.chat_page import ChatPage, in_program, visitor, wait_until
from tests.browser.keeping import again, ask, entry, expect_kept
from tests.fakes.service import ScriptedService, answering
from tests.running import free_port, started_app

pytestmark = pytest.mark.one_page

NOTED = "JSON.parse(sessionStorage.getItem('unsent'))"


def edits(chat: ChatPage) -> Locator:
    """The fields of the questions that are being edited."""
    return chat.page.get_by_label(text.EDIT_QUESTION)


def prompt(chat: ChatPage) -> Locator:
    """The field of the system prompt."""
    return chat.sidebar.get_by_label(text.SYSTEM_PROMPT, exact=True)


def expect_noted(chat: ChatPage, *words: str) -> None:
    """Wait until the tab has noted just these."""

    def noted() -> list[str]:
        note = chat.page.evaluate(NOTED) or {"typed": "", "edits": [], "prompt": None}
        prompts = [note["prompt"]["text"]] if note["prompt"] else []
        typed = [note["typed"]] if note["typed"] else []
        return [*typed, *(edit["text"] for edit in note["edits"]), *prompts]

    wait_until(chat, lambda: noted() == list(words))


def expect_idle(chat: ChatPage) -> None:
    """Wait until the server has taken in what was typed."""
    chat.page.wait_for_timeout(300)
    wait_until(chat, lambda: chat.page.evaluate(in_program("() => store.isSettled")))


def expect_in_place(chat: ChatPage, *, edited: str, typed: str, prompted: str) -> None:
    """Wait until everything is where it was typed."""
    expect(edits(chat)).to_have_count(1)
    expect(edits(chat)).to_have_value(edited)
    expect(chat.messages.nth(2).get_by_label(text.EDIT_QUESTION)).to_have_value(edited)
    expect(chat.input).to_have_value(typed)
    expect(prompt(chat)).to_have_value(prompted)


def reloaded_with(note: object, chat: ChatPage) -> ChatPage:
    """The page, loaded again in a tab that has noted this."""
    with chat.page.expect_navigation():
        chat.page.evaluate(
            """(note) => {
              sessionStorage.setItem("unsent", note);
              Storage.prototype.setItem = Storage.prototype.removeItem = () => {};
              location.reload();
            }""",
            json.dumps(note),
        )
    return ChatPage(chat.page)


@pytest.fixture
def restarting(
    tmp_path: Path, rank_files: Path
) -> Iterator[tuple[str, ScriptedService, AbstractContextManager[None]]]:
    """An app whose server can be ended and started again, and its service."""
    port = free_port()
    with ExitStack() as stack:
        service = stack.enter_context(ScriptedService())
        environment = {
            **service.reach,
            "TIKTOKEN_CACHE_DIR": str(rank_files),
        }
        running = ExitStack()
        stack.enter_context(running)

        class Restart(AbstractContextManager[None]):
            starts = 0

            def __enter__(self) -> None:
                running.close()

            def __exit__(self, *_: object) -> None:
                self.starts += 1
                log = tmp_path / f"log {self.starts}"
                running.enter_context(started_app(log, "streamlit_app.py", port, **environment))

        restart = Restart()
        restart.__exit__()
        yield f"http://127.0.0.1:{port}", service, restart


def is_settled_in_another_session(chat: ChatPage, former: str) -> bool:
    """Whether the page has its chat from another server; Streamlit's own key has it drawn anew."""
    is_other: bool = chat.page.evaluate(in_program("(former) => store.session !== former"), former)
    if not is_other:
        chat.button(text.NEW_CHAT).press("r")
        chat.page.wait_for_timeout(500)
    return is_other and bool(chat.page.evaluate(in_program("() => store.isSettled")))


def type_everywhere(chat: ChatPage, *, is_left: bool) -> None:
    """Edit the second question, begin a third, and change the system prompt."""
    chat.of_question(2, text.EDIT).click()
    edits(chat).fill("Q2, but better")
    prompt(chat).fill("Be ki")
    chat.input.fill("Half a quest")
    if not is_left:
        prompt(chat).fill("Be kind")  # and the cursor stays there
        return
    chat.input.press("End")
    expect_kept(chat, "Be ki")


@pytest.mark.parametrize("is_left", [False, True], ids=["entered", "left"])
def test_what_was_typed_is_where_it_was_after_a_reload(chat: ChatPage, *, is_left: bool) -> None:
    ask(chat, 1, "Q1")
    ask(chat, 2, "Q2")
    type_everywhere(chat, is_left=is_left)
    prompted = "Be ki" if is_left else "Be kind"
    for _ in range(2):
        chat = again(chat.page)
        expect_in_place(chat, edited="Q2, but better", typed="Half a quest", prompted=prompted)
    chat.input.press("End")
    chat.input.press_sequentially("ion")
    chat.input.press("Enter")
    chat.expect_answer(3, "Answer 3.")
    expect(chat.question(3)).to_have_text("Half a question")
    expect(edits(chat)).to_have_value("Q2, but better")
    chat.of_question(2, text.SAVE_EDIT).click()
    chat.expect_answer(2, "Answer 4.")
    expect(chat.question(2)).to_have_text("Q2, but better")
    expect_kept(chat, "Answer 4.")
    expect_noted(chat)
    chat = again(chat.page)
    expect(chat.question(2)).to_have_text("Q2, but better")
    expect(chat.input).to_have_value("")
    expect(edits(chat)).to_have_count(0)


def test_what_was_typed_is_where_it_was_after_a_restart_of_the_server(
    browser: Browser, restarting: tuple[str, ScriptedService, AbstractContextManager[None]]
) -> None:
    address, service, restart = restarting
    with visitor(browser, address) as entering, visitor(browser, address) as leaving:
        for chat in (entering, leaving):
            ask(chat, 1, "Q1")
            ask(chat, 2, "Q2")
            type_everywhere(chat, is_left=chat is leaving)
        session = in_program("() => store.session")
        formers = [chat.page.evaluate(session) for chat in (entering, leaving)]
        with restart:
            pass
        for chat, former, prompted, answers in (
            (entering, formers[0], "Be kind", ("Answer 1.", "Answer 5.")),
            (leaving, formers[1], "Be ki", ("Answer 3.", "Answer 6.")),
        ):
            wait_until(chat, partial(is_settled_in_another_session, chat, former))
            expect_in_place(chat, edited="Q2, but better", typed="Half a quest", prompted=prompted)
            chat.of_question(2, text.SAVE_EDIT).click()
            chat.expect_answer(2, answers[1])
            sent = [message["content"] for message in service.last.messages]
            assert sent == [prompted, "Q1", answers[0], "Q2, but better"]
            expect(chat.input).to_have_value("Half a quest")
            expect_noted(chat, "Half a quest")


def test_what_was_typed_is_noted_as_it_is_typed(chat: ChatPage) -> None:
    ask(chat, 1, "Q1")
    chat.input.fill("a")
    expect_noted(chat, "a")
    chat.input.fill("")
    expect_noted(chat)
    chat.of_question(1, text.EDIT).click()
    edits(chat).fill("Q1 edited")
    expect_noted(chat, "Q1 edited")
    edits(chat).fill("Q1")
    expect_noted(chat)
    edits(chat).fill("Q1 edited")
    chat.button(text.LEAVE_EDIT).click()
    expect(chat.question(1)).to_have_text("Q1")
    expect_noted(chat)
    prompt(chat).fill("P")
    expect_noted(chat, "P")
    prompt(chat).press("Control+Enter")
    expect_kept(chat, '"P"')
    expect_noted(chat)


def test_a_prompt_of_a_chat_that_has_not_begun_is_back(chat: ChatPage) -> None:
    chat.prompt("Be kind")
    chat = again(chat.page)
    expect(prompt(chat)).to_have_value("Be kind")
    ask(chat, 1, "Q1")
    expect_noted(chat)
    chat.button(text.NEW_CHAT).click()
    expect(chat.messages).to_have_count(0)


def test_an_edit_waits_for_its_chat(chat: ChatPage) -> None:
    ask(chat, 1, "Q1")
    chat.of_question(1, text.EDIT).click()
    edits(chat).fill("Q1 edited")
    chat.input.focus()
    expect_idle(chat)
    chat.button(text.NEW_CHAT).click()
    expect(chat.messages).to_have_count(0)
    ask(chat, 1, "Q2")
    chat = again(chat.page)
    expect(chat.question(1)).to_have_text("Q2")
    expect(chat.input).to_have_value("")
    entry(chat, "Q1").locator(".open").click()
    expect(edits(chat)).to_have_value("Q1 edited")


def test_an_edit_whose_question_is_not_shown_is_in_the_input(chat: ChatPage) -> None:
    ask(chat, 1, "Q1")
    chat.of_question(1, text.EDIT).click()
    edits(chat).fill("Q1 edited")
    chat.input.fill("Half a quest")
    expect_noted(chat, "Half a quest", "Q1 edited")
    note = chat.page.evaluate(NOTED)
    note["edits"][0]["question"] = "gone"
    chat = reloaded_with(note, chat)
    expect(chat.input).to_have_value("Q1 edited\n\nHalf a quest")
    chat.input.press("Enter")
    chat.expect_answer(2, "Answer 2.")
    expect(chat.input).to_have_value("")
    expect_noted(chat)


LATE_REACT = """
window.held = 0;
window.addEventListener(
  "input",
  (event) => {
    const { target } = event;
    const isOurs = !event.isTrusted && !event.isLate;
    if (!isOurs || !target.matches('[data-testid="stChatInputTextArea"]')) return;
    event.stopImmediatePropagation();
    const { set } = Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, "value");
    const { value } = target;
    set.call(target, "");
    window.held += 1;
    setTimeout(() => {
      set.call(target, value);
      target.dispatchEvent(Object.assign(new Event("input", { bubbles: true }), { isLate: true }));
    }, 300);
  },
  true,
);
"""


@pytest.mark.own_page
def test_words_that_react_sets_late_are_sent_once(chat: ChatPage) -> None:
    ask(chat, 1, "Q1")
    chat.input.fill("Half a quest")
    chat.page.add_init_script(LATE_REACT)
    chat = again(chat.page)
    expect(chat.question(1)).to_have_text("Q1")
    expect(chat.input).to_have_value("Half a quest")
    assert chat.page.evaluate("window.held") == 1
    chat.input.press("Enter")
    chat.expect_answer(2, "Answer 2.")
    ask(chat, 3, "Q3")
    expect(chat.input).to_have_value("")
    expect_noted(chat)
    expect(again(chat.page).question(3)).to_have_text("Q3")
    expect(chat.input).to_have_value("")


def test_words_that_the_input_changes_are_sent_once(chat: ChatPage) -> None:
    ask(chat, 1, "Q1")
    note: dict[str, object] = {"typed": "one\r\ntwo \ud83d", "edits": [], "prompt": None}
    chat = reloaded_with(note, chat)
    expect(chat.question(1)).to_have_text("Q1")
    expect(chat.input).to_have_value("one\ntwo \ufffd")
    chat.input.press("Enter")
    chat.expect_answer(2, "Answer 2.")
    expect(chat.input).to_have_value("")
    expect_noted(chat)


# The page ends in the moment in which it is sent, before Streamlit has emptied the input.
END_WHEN_SENT = """() => {
  window.moment = null;
  const look = () => {
    if (window.moment) return;
    window.dispatchEvent(new Event("pagehide"));
    const value = document.querySelector('[data-testid="stChatInputTextArea"]').value;
    window.moment = [value, sessionStorage.getItem("unsent")];
  };
  document.addEventListener("keydown", look, true);
  document.addEventListener("click", look, true);
}"""


@pytest.mark.own_page
def test_what_was_just_sent_is_not_noted_though_it_still_stands_there(chat: ChatPage) -> None:
    ask(chat, 1, "Q1")
    send = chat.page.get_by_test_id("stChatInputSubmitButton")
    ways: list[Callable[[], None]] = [partial(chat.input.press, "Enter"), send.click]
    for number, how in enumerate(ways, start=2):
        chat.input.fill(f"Q{number}")
        expect_noted(chat, f"Q{number}")
        chat.page.evaluate(END_WHEN_SENT)
        how()
        chat.expect_answer(number, f"Answer {number}.")
        assert chat.page.evaluate("window.moment") == [f"Q{number}", None]


@pytest.mark.own_page
def test_words_come_back_once_however_often_the_page_is_loaded(
    chat: ChatPage, service: ScriptedService
) -> None:
    slowed = chat.page.context.new_cdp_session(chat.page)
    for number in range(1, 4):
        chat.input.fill(f"Question {number}")
        # A machine that is busy, and a page that is loaded once more before it was drawn.
        slowed.send("Emulation.setCPUThrottlingRate", {"rate": 2 * number - 1})
        chat.page.reload()
        chat = again(chat.page)
        expect(chat.messages).to_have_count(2 * number - 2)
        expect(chat.input).to_have_value(f"Question {number}")
        service.enqueue(answering(f"A{number}"))
        chat.input.press("Enter")
        chat.expect_answer(number, f"A{number}")
        expect(chat.input).to_have_value("")
        expect_kept(chat, f"A{number}")
    assert [request.messages[-1]["content"] for request in service.requests] == [
        f"Question {number}" for number in range(1, 4)
    ]
