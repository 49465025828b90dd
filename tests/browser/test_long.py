"""Long messages on the page: what stands there at once, and how to come to the rest."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import Locator, expect

from chat.keeping.transcript import from_json
from chat.keeping.untrusted import LARGEST, ROOM, Fault
from chat.words import text
from tests.browser.chat_page import ChatPage
from tests.browser.keeping import expect_kept
from tests.fakes.service import ScriptedService, answering

pytestmark = pytest.mark.one_page

ROW = "| some | **cell** | 12345 | x |\n"
TABLE = "| a | b | c | d |\n|---|---|---|---|\n" + ROW * 30_000
CELLS = 5_000  # that a browser draws in less than a second or so


def load(chat: ChatPage, question: str, answer: str) -> None:
    messages = [{"role": "user", "content": question}, {"role": "assistant", "content": answer}]
    chat.open_more()
    chat.sidebar.locator("input[type=file]").set_input_files(
        {"name": "c.json", "mimeType": "application/json", "buffer": json.dumps(messages).encode()}
    )
    expect(chat.messages).to_have_count(2)


def longest(texts: Locator) -> int:
    return max(map(len, texts.all_text_contents()))


def test_of_a_table_of_a_megabyte_the_beginning_is_drawn(chat: ChatPage) -> None:
    load(chat, "Q", TABLE)
    expect_kept(chat, "12345")
    answer = chat.answer(1)
    for _ in range(2):
        expect(answer.get_by_role("button", name=text.SHOW_ALL)).to_be_visible()
        expect(answer.get_by_role("cell", name="some").first).to_be_visible()
        assert answer.get_by_role("cell").count() < CELLS
        chat.page.reload()
    answer.get_by_role("button", name=text.SHOW_ALL).click()
    expect(answer.get_by_role("button", name=text.SHOW_LESS)).to_be_visible()
    assert answer.get_by_role("cell").count() < CELLS
    pieces = answer.get_by_test_id("stText")
    assert pieces.count() > 10
    assert longest(pieces) <= 25_000
    expect(answer).to_contain_text(text.REST_IN_FILE)
    answer.get_by_role("button", name=text.SHOW_LESS).click()
    expect(pieces).to_have_count(0)


def test_a_long_question_and_what_is_behind_it_can_be_read(chat: ChatPage) -> None:
    question = "line\n" * 40_000 + "the end of it"
    load(chat, question, "A")
    asked = chat.messages.first
    expect(asked).not_to_contain_text("the end of it")
    asked.get_by_role("button", name=text.SHOW_ALL).click()
    expect(asked).to_contain_text("the end of it")
    assert longest(asked.get_by_test_id("stText")) <= 25_000
    expect(asked.get_by_role("button", name=text.SAVE_TEXT)).to_be_visible()
    with chat.page.expect_download() as saved:
        asked.get_by_role("button", name=text.SAVE_TEXT).click()
    assert saved.value.path().read_text(encoding="utf-8") == question


def test_a_table_that_comes_at_once_does_not_block_the_page(
    chat: ChatPage, service: ScriptedService
) -> None:
    service.enqueue(answering(TABLE[: len(TABLE) // 2], TABLE[len(TABLE) // 2 :], "the end"))
    chat.ask("A table, please")
    chat.expect_answer(1, text.SHOW_ALL)
    assert chat.answer(1).get_by_role("cell").count() < CELLS
    expect(chat.answer(1)).not_to_contain_text(text.GROWS_ON)
    service.enqueue(answering("Short."))
    chat.ask("And now a short one")
    chat.expect_answer(2, "Short.")


@pytest.mark.parametrize("thought", [TABLE[:100_000], "word " * 400_000])
def test_long_thoughts_are_drawn_in_part(
    chat: ChatPage, service: ScriptedService, thought: str
) -> None:
    service.enqueue(answering(f"<think>{thought}</think>", "Four."))
    chat.ask("Think")
    chat.expect_answer(1, "Four.")
    chat.answer(1).get_by_text(text.REASONING).click()
    expect(chat.answer(1).get_by_role("button", name=text.SHOW_ALL)).to_be_visible()
    assert chat.answer(1).get_by_role("cell").count() < CELLS


def test_a_chat_at_the_bound_is_kept_opened_saved_and_loaded(chat: ChatPage) -> None:
    answer = "begin " + '"' * ((LARGEST - ROOM - 3_000) // 4)  # of which each is sent as four
    load(chat, "Q", answer)
    expect_kept(chat, "begin ")
    chat.page.reload()
    expect(chat.answer(1)).to_contain_text("begin")
    chat.open_more()
    with chat.page.expect_download() as saved:
        chat.sidebar.get_by_role("button", name=text.DOWNLOAD_JSON).click()
    content = saved.value.path().read_bytes()
    assert from_json(content).conversation.history[0].answer.text == answer
    chat.button(text.NEW_CHAT).click()
    expect(chat.messages).to_have_count(0)
    chat.sidebar.locator("input[type=file]").set_input_files(saved.value.path())
    expect(chat.answer(1)).to_contain_text("begin")


def test_a_file_beyond_the_bound_is_refused_in_a_sentence(chat: ChatPage) -> None:
    chat.open_more()
    messages = [{"role": "user", "content": "Q" + '"' * 5_200_000}]
    chat.sidebar.locator("input[type=file]").set_input_files(
        {"name": "c.json", "mimeType": "application/json", "buffer": json.dumps(messages).encode()}
    )
    expect(chat.sidebar).to_contain_text(text.fault(Fault.TOO_LARGE))
    expect(chat.messages).to_have_count(0)
