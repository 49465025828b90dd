"""Whatever is pressed, at whatever moment: the input is free again when the answer has ended."""

from __future__ import annotations

import json
import random
import threading
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from chat.words import text
from tests.browser.chat_page import ChatPage, opened, wait_until
from tests.browser.keeping import chats, expect_kept, kept
from tests.browser.wire import Wire
from tests.fakes import service as fake
from tests.fakes.service import Connection, Reply, ScriptedService, Step, answering, chunk

PRESSES: dict[str, Callable[[ChatPage], None]] = {
    "what will be sent": lambda chat: chat.button(text.WHAT_WILL_BE_SENT).click(),
    "look into tokens": lambda chat: chat.button(text.INSPECT).click(),
}


@pytest.mark.parametrize("press", PRESSES.values(), ids=PRESSES)
def test_a_press_that_waits_for_the_end_of_an_answer_never_locks_the_input(
    tab: Page, app: str, service: ScriptedService, press: Callable[[ChatPage], None]
) -> None:
    wire = Wire(tab)
    chat = opened(tab, app)
    service.enqueue(answering("A1"))
    chat.ask("Q1")
    chat.expect_answer(1, "A1")
    ends = threading.Event()
    service.enqueue(Reply(steps=[chunk("Half. "), fake.wait(ends), *answering("End.").steps]))
    chat.ask("Q2")
    expect(chat.answer(2)).to_contain_text("Half.")
    # All that the press leads to comes at once, as on a slow machine.
    wire.is_held = True
    press(chat)
    ends.set()
    # The answer's run, the press's callback, and what that draws.
    wait_until(chat, lambda: len(wire.finished) >= 3)
    wire.deliver(len(wire.held))
    wire.is_held = False
    expect(chat.answer(2)).to_contain_text("Half. End.")
    dialog = chat.page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    chat.page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    chat.ask("Q3")
    chat.expect_answer(3, "Answer 3.")


def loads(chat: ChatPage) -> None:
    messages = [{"role": "user", "content": "Q"}, {"role": "assistant", "content": "Loaded."}]
    chat.sidebar.locator(".load input").set_input_files(
        {"name": "c.json", "mimeType": "application/json", "buffer": json.dumps(messages).encode()}
    )


def sets_model(chat: ChatPage) -> None:
    chat.sidebar.get_by_role("combobox", name=text.MODEL).fill("other")
    chat.page.keyboard.press("Enter")


def saves(chat: ChatPage) -> None:
    chat.open_more()
    with chat.page.expect_download():
        chat.sidebar.get_by_role("button", name=text.DOWNLOAD_JSON).click()


def turns_back(chat: ChatPage) -> None:
    chat.action(1, text.EARLIER_VERSION).click()


def sets_rounds(chat: ChatPage) -> None:
    chat.sidebar.get_by_role("slider", name=text.ROUNDS).press("ArrowRight")


def edits(chat: ChatPage) -> None:
    chat.of_question(1, text.EDIT).click()


def begins_anew(chat: ChatPage) -> None:
    chat.button(text.NEW_CHAT).click()


def opens_another(chat: ChatPage) -> None:
    chats(chat).locator("li:not(.current) button.open").first.click()


# What there is to press, in an order in which each finds what it needs; the first rounds are there.
EVERYTHING: list[Callable[[ChatPage], None]] = [
    lambda chat: chat.action(1, text.RETRY).click(),
    turns_back,
    lambda chat: chat.action(1, text.LATER_VERSION).click(),
    lambda chat: chat.action(1, text.DELETE).click(),
    edits,
    lambda chat: chat.page.get_by_label(text.EDIT_QUESTION).press_sequentially("!"),
    lambda chat: chat.button(text.LEAVE_EDIT).click(),
    lambda chat: chat.of_question(2, "Copy").click(),
    PRESSES["what will be sent"],
    PRESSES["look into tokens"],
    sets_rounds,
    lambda chat: chat.prompt("Be brief."),
    sets_model,
    lambda chat: chat.sidebar.get_by_text(text.MORE).click(),
    lambda chat: chat.open_more(),
    saves,
    begins_anew,
    opens_another,
    loads,
    sets_rounds,
]
STOPPING = (edits, begins_anew, opens_another)  # which wait for no answer


def reaching(moment: threading.Event) -> Step:
    """Say that the answer has come so far."""

    def reach(_: Connection) -> None:
        moment.set()

    return reach


def test_whatever_is_pressed_while_twenty_answers_grow_each_question_is_answered(
    chat: ChatPage, service: ScriptedService
) -> None:
    moments = random.Random(16)  # noqa: S311 - the same moments every time
    for number in (1, 2):
        chat.ask(f"First {number}")
        chat.expect_answer(number, f"Answer {number}.")
    for number, press in enumerate(EVERYTHING):
        reached = threading.Event()
        words = [step for word in "abcdefgh" for step in (chunk(f"{word} "), fake.pause(0.04))]
        words.insert(moments.randrange(len(words)), reaching(reached))
        service.enqueue(Reply(steps=[*words, *answering(f"End {number}.").steps]))
        chat.ask(f"Question {number}")
        wait_until(chat, reached.is_set)
        press(chat)
        # The input is free by itself, whatever else has come or gone.
        expect(chat.page.get_by_test_id("stApp")).to_have_attribute(
            "data-test-script-state", "notRunning"
        )
        expect(chat.input).to_be_enabled()
        dialog = chat.page.get_by_role("dialog")
        if press in PRESSES.values():
            expect(dialog).to_be_visible()
            chat.page.keyboard.press("Escape")
            expect(dialog).to_be_hidden()
    # Each was answered, to the end but where something else was turned to: so it is kept, in
    # whatever chat.
    expect_kept(chat, f"End {len(EVERYTHING) - 1}.")
    everything = "\n".join(kept(chat))
    for number in range(len(EVERYTHING)):
        assert f'"Question {number}"' in everything
        assert f"End {number}." in everything or EVERYTHING[number] in STOPPING


def test_a_second_press_of_retry_that_comes_while_the_answer_grows_asks_nothing(
    tab: Page, app: str, service: ScriptedService
) -> None:
    wire = Wire(tab)
    chat = opened(tab, app)
    chat.ask("Q1")
    chat.expect_answer(1, "Answer 1.")
    ends = threading.Event()
    service.enqueue(Reply(steps=[fake.wait(ends), *answering("A2").steps]))
    wire.is_held = True
    chat.action(1, text.RETRY).click()
    wait_until(chat, lambda: len(service.requests) >= 2)
    chat.action(1, text.RETRY).click()
    wire.deliver(len(wire.held))
    wire.is_held = False
    ends.set()
    chat.expect_answer(1, "A2")
    chat.ask("Q2")
    chat.expect_answer(2, "Answer 3.")
    expect(chat.answer(1)).to_contain_text("2 / 2")
    assert len(service.requests) == 3
