"""What can be done with a message, by mouse and by keyboard; no move loses or cuts anything."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from playwright.sync_api import expect

from chat.conversation.files import text_of
from chat.conversation.window import GO_ON
from chat.ui.dialogue import LATEST
from chat.words import text
from tests.browser.chat_page import ChatPage
from tests.browser.keeping import again, expect_kept
from tests.fakes import service as fake
from tests.fakes.service import Reply, ScriptedService, answering, chunk, failing

pytestmark = pytest.mark.one_page


def contents(service: ScriptedService) -> list[str]:
    """What the last request carried behind the system prompt."""
    return [text_of(message["content"]) for message in service.last.messages][1:]


def asked(chat: ChatPage, service: ScriptedService, *answers: str) -> None:
    """Ask Q1, Q2 and so on, answered like this."""
    for number, answer in enumerate(answers, 1):
        service.enqueue(answering(answer))
        chat.ask(f"Q{number}")
        chat.expect_answer(number, answer)


def test_every_version_of_an_answer_is_kept_and_the_one_shown_is_sent(
    chat: ChatPage, service: ScriptedService
) -> None:
    asked(chat, service, "First version.", "To the second.")
    service.enqueue(answering("Second version."))
    chat.action(1, text.RETRY).click()
    chat.expect_answer(1, "Second version.")
    assert contents(service) == ["Q1"]
    expect(chat.answer(1)).to_contain_text("2 / 2")
    chat.action(1, text.EARLIER_VERSION).click()
    expect(chat.answer(1)).to_contain_text("First version.")
    expect(chat.answer(1)).to_contain_text("1 / 2")
    expect(chat.action(1, text.EARLIER_VERSION)).to_be_disabled()
    chat.ask("Q3")
    chat.expect_answer(3, "Answer 4.")
    assert contents(service) == ["Q1", "First version.", "Q2", "To the second.", "Q3"]


def test_the_former_answer_stands_until_the_first_word_and_is_back_after_a_failure(
    chat: ChatPage, service: ScriptedService
) -> None:
    asked(chat, service, "First version.")
    released = threading.Event()
    service.enqueue(Reply(steps=[lambda connection: connection.wait(released), fake.cut]))
    chat.action(1, text.RETRY).click()
    service.wait_for(2)
    expect(chat.answer(1)).to_contain_text("Thinking")
    expect(chat.answer(1)).to_contain_text("First version.")
    released.set()
    expect(chat.answer(1)).to_contain_text(text.FORMER_ANSWER)
    expect(chat.answer(1)).to_contain_text("First version.")
    expect(chat.answer(1)).not_to_contain_text("/")


def test_an_edited_question_is_asked_anew_and_the_former_continuation_is_one_click_away(
    chat: ChatPage, service: ScriptedService
) -> None:
    asked(chat, service, "A1", "A2", "A3")
    chat.of_question(2, text.EDIT).click()
    field = chat.page.get_by_label(text.EDIT_QUESTION)
    expect(field).to_have_value("Q2")
    field.fill("Q2, but better")
    chat.button(text.SAVE_EDIT).click()
    chat.expect_answer(2, "Answer 4.")
    assert contents(service) == ["Q1", "A1", "Q2, but better"]
    expect(chat.messages).to_have_count(4)
    chat.of_question(2, text.EARLIER_VERSION).click()
    expect(chat.messages).to_have_count(6)
    expect(chat.answer(3)).to_contain_text("A3")
    chat.of_question(2, text.LATER_VERSION).click()
    expect(chat.question(2)).to_have_text("Q2, but better")


def test_beneath_an_answer_that_grows_nothing_of_the_former_continuation_is_shown(
    chat: ChatPage, service: ScriptedService
) -> None:
    asked(chat, service, "A1", "A2", "A3")
    ends = threading.Event()
    service.enqueue(Reply(steps=[chunk("Half. "), fake.wait(ends), *answering("End.").steps]))
    chat.of_question(1, text.EDIT).click()
    chat.page.get_by_label(text.EDIT_QUESTION).fill("Q1, but better")
    chat.button(text.SAVE_EDIT).click()
    expect(chat.answer(1)).to_contain_text("Half.")
    for words in ("Q2", "A2", "Q3", "A3"):
        expect(chat.main.get_by_text(words, exact=True)).to_be_hidden()
    ends.set()
    chat.expect_answer(1, "Half. End.")
    chat.of_question(1, text.EARLIER_VERSION).click()
    expect(chat.answer(3).get_by_text("A3", exact=True)).to_be_visible()


def test_an_edit_can_be_left_and_an_empty_one_is_not_sent(
    chat: ChatPage, service: ScriptedService
) -> None:
    asked(chat, service, "A1")
    chat.of_question(1, text.EDIT).click()
    chat.page.get_by_label(text.EDIT_QUESTION).fill(" ")
    chat.button(text.SAVE_EDIT).click()
    expect(chat.page.get_by_text("There was no question to send.")).to_be_visible()
    chat.button(text.LEAVE_EDIT).click()
    expect(chat.question(1)).to_have_text("Q1")
    assert len(service.requests) == 1


def test_two_questions_are_edited_at_once_and_each_is_saved_by_itself(
    chat: ChatPage, service: ScriptedService
) -> None:
    asked(chat, service, "A1", "A2")
    chat.of_question(1, text.EDIT).click()
    fields = chat.page.get_by_label(text.EDIT_QUESTION)
    fields.fill("Q1 edited")
    chat.of_question(2, text.EDIT).click()
    expect(fields).to_have_count(2)
    fields.nth(1).fill("Q2 edited")
    chat.of_question(1, text.SAVE_EDIT).click()
    chat.expect_answer(1, "Answer 3.")
    assert contents(service) == ["Q1 edited"]
    chat.of_question(1, text.EARLIER_VERSION).click()
    expect(fields).to_have_count(1)  # while the page is drawn, the former ones are still in it
    expect(fields).to_have_value("Q2 edited")
    chat.of_question(2, text.SAVE_EDIT).click()
    chat.expect_answer(2, "Answer 4.")
    assert contents(service) == ["Q1", "A1", "Q2 edited"]


def test_undo_keeps_what_was_typed_and_not_sent(chat: ChatPage, service: ScriptedService) -> None:
    asked(chat, service, "A1")
    chat.input.fill("Half typed")
    chat.action(1, text.UNDO).click()
    expect(chat.input).to_have_value("Half typed\n\nQ1")
    chat.input.press("Enter")
    chat.expect_answer(1, "Answer 2.")
    assert contents(service) == ["Half typed\n\nQ1"]


def test_undo_puts_the_question_back_and_delete_takes_one_round(
    chat: ChatPage, service: ScriptedService
) -> None:
    asked(chat, service, "A1", "A2", "A3")
    chat.action(3, text.UNDO).click()
    expect(chat.input).to_have_value("Q3")
    expect(chat.messages).to_have_count(4)
    chat.action(1, text.DELETE).click()
    expect(chat.messages).to_have_count(2)
    expect(chat.question(1)).to_have_text("Q2")
    chat.input.press("Enter")
    chat.expect_answer(2, "Answer 4.")
    assert contents(service) == ["Q2", "A2", "Q3"]


def test_a_double_click_on_delete_or_undo_takes_only_one_round(
    chat: ChatPage, service: ScriptedService
) -> None:
    asked(chat, service, "A1", "A2", "A3")
    chat.action(1, text.DELETE).dblclick()
    expect(chat.messages).to_have_count(4)
    chat.action(2, text.UNDO).dblclick()
    expect(chat.input).to_have_value("Q3")
    expect(chat.messages).to_have_count(2)
    chat.action(1, text.RETRY).dblclick()
    chat.expect_answer(1, "Answer 4.")
    expect(chat.answer(1)).to_contain_text("2 / 2")
    assert len(service.requests) == 4


def test_the_last_chat_can_be_had_back_until_the_next_question(
    chat: ChatPage, service: ScriptedService
) -> None:
    asked(chat, service, "A1")
    chat.button(text.NEW_CHAT).click()
    expect(chat.messages).to_have_count(0)
    chat.button(text.BRING_BACK).click()
    expect(chat.answer(1)).to_contain_text("A1")
    chat.button(text.NEW_CHAT).click()
    expect(chat.messages).to_have_count(0)
    chat.ask("Q2")
    chat.expect_answer(1, "Answer 2.")
    chat.button(text.NEW_CHAT).click()
    chat.button(text.BRING_BACK).click()
    expect(chat.question(1)).to_have_text("Q2")


def test_an_answer_that_was_cut_goes_on(chat: ChatPage, service: ScriptedService) -> None:
    service.enqueue(answering("one, t", finish_reason="length"), answering("wo, three"))
    chat.ask("Count.")
    expect(chat.answer(1)).to_contain_text(text.CUT_BY_LENGTH)
    chat.action(1, text.GO_ON).click()
    chat.expect_answer(1, "one, two, three")
    assert contents(service) == ["Count.", "one, t", GO_ON]
    expect(chat.action(1, text.GO_ON)).to_have_count(0)
    chat.ask("Q2")
    chat.expect_answer(2, "Answer 3.")
    assert contents(service) == ["Count.", "one, two, three", "Q2"]


def test_copy_takes_the_markdown_of_an_answer_and_a_question_as_typed(
    chat: ChatPage, service: ScriptedService
) -> None:
    chat.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    answer = '**Bold** "quoted" <b> & \\(x\\)\n\n- a\n- b --> c <!-- d --></script></title> x[y]>z'
    service.enqueue(answering(answer))
    chat.ask("# *Q*  1 <i> --> </style>")
    chat.expect_answer(1, "quoted")
    for button, expected in (
        (chat.action(1, text.COPY), answer),
        (chat.of_question(1, text.COPY), "# *Q*  1 <i> --> </style>"),
    ):
        button.click()
        expect(button).to_have_count(0)  # it says that it has copied
        assert chat.page.evaluate("navigator.clipboard.readText()") == expected
        expect(button).to_be_visible()


@pytest.mark.own_page
def test_where_the_browser_forbids_to_copy_the_text_opens_selected(
    chat: ChatPage, service: ScriptedService
) -> None:
    chat.page.evaluate(
        "() => { navigator.clipboard.writeText = () => Promise.reject(new Error('no')) }"
    )
    service.enqueue(answering("**A1**"))
    chat.ask("Q1")
    chat.expect_answer(1, "A1")
    chat.action(1, text.COPY).click()
    dialog = chat.page.locator("dialog.to-copy")
    expect(dialog).to_contain_text(text.COPY_FAILED)
    expect(dialog.locator("textarea")).to_have_value("**A1**")
    assert chat.page.evaluate("getSelection().toString()") == "**A1**"
    chat.page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    chat.action(1, text.COPY).click()
    dialog.get_by_role("button", name=text.close()).click()
    expect(dialog).to_have_count(0)
    expect(chat.input).to_be_focused()


def test_turning_and_editing_wait_for_the_end_of_an_answer_or_do_not_touch_it(
    chat: ChatPage, service: ScriptedService
) -> None:
    asked(chat, service, "First version.")
    service.enqueue(answering("Second version."))
    chat.action(1, text.RETRY).click()
    chat.expect_answer(1, "Second version.")
    released = threading.Event()
    steps = [chunk("First half,"), lambda connection: connection.wait(released)]
    rest = [chunk(" second half."), chunk(finish_reason="stop"), fake.done]
    service.enqueue(Reply(steps=[*steps, *rest]))
    chat.ask("Q2")
    expect(chat.answer(2)).to_contain_text("First half,")
    chat.action(1, text.EARLIER_VERSION).click()
    released.set()
    expect(chat.answer(2)).to_contain_text("First half, second half.")
    expect(chat.answer(1)).to_contain_text("First version.")
    assert not service.last.left.is_set()


@pytest.mark.parametrize("number", [1, 2])
def test_a_question_is_edited_at_once_while_an_answer_is_written(
    chat: ChatPage, service: ScriptedService, number: int
) -> None:
    asked(chat, service, "First answer.")
    service.enqueue(Reply(steps=[chunk("Half of it"), fake.stall]))
    chat.ask("Q2")
    expect(chat.answer(2)).to_contain_text("Half of it")
    chat.of_question(number, text.EDIT).click()
    expect(chat.page.get_by_role("textbox", name=text.EDIT_QUESTION)).to_be_visible()
    assert service.last.left.wait(timeout=10)
    expect(chat.answer(2)).to_contain_text("Half of it")
    expect(chat.answer(2)).to_contain_text("Stopped")


@pytest.mark.own_page
def test_the_keyboard_stops_begins_anew_and_finds_the_input(
    chat: ChatPage, service: ScriptedService
) -> None:
    expect(chat.input).to_be_focused()
    service.enqueue(Reply(steps=[chunk("Half of it"), fake.stall]))
    chat.ask("Q1")
    expect(chat.answer(1)).to_contain_text("Half of it")
    expect(chat.stop).to_have_css("pointer-events", "auto")
    chat.page.keyboard.press("Escape")
    assert service.last.left.wait(2)
    expect(chat.answer(1)).to_contain_text(text.STOPPED)
    expect(chat.input).to_be_focused()
    chat.action(1, text.RETRY).focus()
    chat.page.keyboard.press("Enter")
    chat.expect_answer(1, "Answer 2.")
    expect(chat.input).to_be_focused()
    chat.page.keyboard.press("Control+Shift+O")
    expect(chat.messages).to_have_count(0)


def test_who_writes_or_sets_something_keeps_the_cursor_at_an_answers_end(
    chat: ChatPage, service: ScriptedService
) -> None:
    prompt = chat.sidebar.get_by_label(text.SYSTEM_PROMPT, exact=True)
    slider = chat.sidebar.get_by_role("slider", name=text.ROUNDS)
    prompt.fill("Be")
    for number, field in enumerate([prompt, slider], 1):
        ends = threading.Event()
        service.enqueue(Reply(steps=[chunk("Half. "), fake.wait(ends), *answering("End.").steps]))
        chat.ask(f"Q{number}")
        expect(chat.answer(number)).to_contain_text("Half.")
        field.focus()
        chat.page.keyboard.press("End")
        ends.set()
        chat.expect_answer(number, "Half. End.")
        expect(chat.input).to_be_enabled()
        chat.page.keyboard.type(" kind.")
    expect(prompt).to_have_value("Be kind.")
    expect(slider).to_have_value("20")
    expect(slider).to_be_focused()
    expect(chat.input).to_have_value("")


def test_every_move_is_reached_by_tab_and_has_a_name(
    chat: ChatPage, service: ScriptedService
) -> None:
    asked(chat, service, "A1")
    names = [text.EDIT, text.COPY, text.RETRY, text.COPY, text.UNDO, text.DELETE, text.ABOUT]
    chat.of_question(1, names[0]).focus()
    for name in names[1:]:
        chat.page.keyboard.press("Tab")
        focused = chat.page.locator("*:focus")
        expect(focused).to_have_accessible_name(name)


@pytest.mark.own_page
def test_thoughts_are_folded_away_and_never_sent_back(
    chat: ChatPage, service: ScriptedService
) -> None:
    steps = [chunk(reasoning_content="First I think."), chunk("<b>Then I say.")]
    service.enqueue(Reply(steps=[*steps, chunk(finish_reason="stop"), fake.done]))
    chat.ask("Q1")
    chat.expect_answer(1, "Then I say.")
    thoughts = chat.answer(1).get_by_text("First I think.")
    expect(thoughts).to_be_hidden()
    chat.answer(1).get_by_text(text.REASONING).click()
    expect(thoughts).to_be_visible()
    expect(chat.answer(1)).to_contain_text("≈ 4 tokens in 1 s")
    chat.ask("Q2")
    chat.expect_answer(2, "Answer 2.")
    assert contents(service) == ["Q1", "<b>Then I say.", "Q2"]


def test_thoughts_of_a_retry_that_failed_can_be_read(
    chat: ChatPage, service: ScriptedService
) -> None:
    asked(chat, service, "A1")
    service.enqueue(Reply(steps=[chunk(reasoning_content="In vain I think."), fake.cut]))
    chat.action(1, text.RETRY).click()
    expect(chat.answer(1)).to_contain_text(text.FORMER_ANSWER)
    expect(chat.answer(1)).to_contain_text("A1")
    chat.answer(1).get_by_text(text.REASONING).click()
    expect(chat.answer(1).get_by_text("In vain I think.")).to_be_visible()


def test_a_wide_table_scrolls_by_itself_and_not_the_page(
    chat: ChatPage, service: ScriptedService
) -> None:
    row = "| " + " | ".join(f"column{number}" for number in range(20)) + " |"
    table = f"{row}\n|{'---|' * 20}\n{row}"
    service.enqueue(answering(table), answering(f"{table}\n\n\\[x = 1\\]"))
    chat.page.set_viewport_size({"width": 390, "height": 800})
    for number in (1, 2):  # without a formula, and with one
        chat.ask(f"Q{number}")
        chat.expect_answer(number, "column19")
        wide = chat.answer(number).locator("table")
        room = wide.evaluate("(table) => [table.scrollWidth, table.clientWidth]")
        assert room[0] > room[1]
        main = chat.page.locator(".stMain")
        assert main.evaluate("(main) => main.scrollWidth <= main.clientWidth")
        wide.evaluate("(table) => (table.scrollLeft = 9999)")
        expect(wide.locator("th").last).to_be_in_viewport()


def test_only_the_latest_rounds_are_drawn_and_the_rest_is_one_click_away(
    chat: ChatPage, service: ScriptedService
) -> None:
    rounds = LATEST + 4
    for number in range(1, rounds + 1):
        chat.ask(f"Q{number}")
        expect(chat.page.get_by_text(f"Answer {number}.", exact=True)).to_be_visible()
    expect(chat.messages).to_have_count(2 * rounds)  # until the whole page is drawn
    expect_kept(chat, f"Answer {rounds}.")
    chat = again(chat.page)
    expect(chat.messages).to_have_count(2 * LATEST)
    expect(chat.question(1)).to_have_text("Q5")
    chat.button(text.show_earlier(4)).click()
    expect(chat.messages).to_have_count(2 * rounds)
    expect(chat.question(1)).to_have_text("Q1")
    assert not [request for request in service.requests if request.left.is_set()]


def test_a_failed_answer_can_be_deleted(chat: ChatPage, service: ScriptedService) -> None:
    service.enqueue(failing(401, {"message": "bad key"}))
    chat.ask("Q1")
    expect(chat.answer(1).get_by_test_id("stAlert")).to_be_visible()
    chat.action(1, text.DELETE).click()
    expect(chat.page.get_by_text(text.GREETING)).to_be_visible()


def test_a_chat_is_saved_loaded_and_the_one_it_replaced_had_back(
    chat: ChatPage, service: ScriptedService, tmp_path: Path
) -> None:
    asked(chat, service, "First version.")
    chat.prompt("Be kind.")
    service.enqueue(answering("Second version."))
    chat.action(1, text.RETRY).click()
    chat.expect_answer(1, "Second version.")
    chat.open_more()
    saved = {}
    for name in (text.DOWNLOAD_MARKDOWN, text.DOWNLOAD_JSON):
        with chat.page.expect_download() as download:
            chat.button(name).click()
        saved[name] = tmp_path / download.value.suggested_filename
        download.value.save_as(saved[name])
    assert saved[text.DOWNLOAD_MARKDOWN].read_text("utf-8").endswith("> Q1\n\nSecond version.\n")
    chat.prompt("Be brief.")
    chat.button(text.NEW_CHAT).click()
    expect(chat.messages).to_have_count(0)
    chat.ask("Another")
    chat.expect_answer(1, "Answer 3.")
    chooser = chat.sidebar.locator('input[type="file"]')
    chooser.set_input_files(saved[text.DOWNLOAD_JSON])
    expect(chat.answer(1)).to_contain_text("Second version.")
    expect(chat.sidebar.get_by_label(text.SYSTEM_PROMPT, exact=True)).to_have_value("Be kind.")
    expect(chat.page.get_by_test_id("stAlert")).to_have_count(0)
    chat.action(1, text.EARLIER_VERSION).click()
    expect(chat.answer(1)).to_contain_text("First version.")
    chat.button(text.BRING_BACK).click()
    expect(chat.question(1)).to_have_text("Another")
    chat.button(text.NEW_CHAT).click()
    expect(chat.messages).to_have_count(0)
    chooser.set_input_files(saved[text.DOWNLOAD_JSON])
    expect(chat.answer(1)).to_contain_text("Second version.")
    chat.button(text.BRING_BACK).click()  # the one before the new one, which had nothing in it
    expect(chat.question(1)).to_have_text("Another")
    bad = tmp_path / "bad.json"
    bad.write_text("no JSON", encoding="utf-8")
    chooser.set_input_files(bad)
    expect(chat.sidebar.get_by_text("This file is not JSON.")).to_be_visible()
    expect(chat.question(1)).to_have_text("Another")
