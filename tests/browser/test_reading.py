"""What helps to read a long chat: the way to its end, paper, and a list of the keys."""

from __future__ import annotations

from io import BytesIO

import pypdfium2
import pytest
from playwright.sync_api import expect

from chat.words import text
from tests.browser.chat_page import ChatPage
from tests.fakes.service import ScriptedService, answering

pytestmark = pytest.mark.one_page

LONG = "\n\n".join(f"Paragraph {number} of many." for number in range(80))


def test_who_has_scrolled_up_has_a_way_to_the_end(chat: ChatPage, service: ScriptedService) -> None:
    service.enqueue(answering(LONG))
    chat.ask("Go on")
    expect(chat.answer(1).get_by_text("Paragraph 79 of")).to_be_visible()
    chat.expect_free()
    way = chat.page.get_by_role("button", name=text.TO_END)
    expect(way).to_be_hidden()
    chat.answer(1).get_by_text("Paragraph 40 of").hover()
    chat.page.mouse.wheel(0, -3000)
    expect(way).to_be_visible()
    way.click()
    expect(way).to_be_hidden()
    expect(chat.answer(1).get_by_text("Paragraph 79 of")).to_be_in_viewport()
    expect(chat.input).to_be_focused()


def test_what_grows_covers_nothing_of_what_is_read(
    chat: ChatPage, service: ScriptedService
) -> None:
    service.enqueue(answering(LONG), answering(*["word "] * 300, pace=0.05))
    chat.ask("Long")
    expect(chat.answer(1).get_by_text("Paragraph 79 of")).to_be_visible()
    chat.expect_free()
    chat.ask("Another")
    expect(chat.answer(2)).to_contain_text("word word word")
    chat.answer(1).get_by_text("Paragraph 70 of").hover()
    chat.page.mouse.wheel(0, -800)
    expect(chat.page.get_by_role("button", name=text.TO_END)).to_be_visible()
    expect(chat.question(2)).not_to_be_in_viewport()
    chat.stop.click()
    chat.expect_free()


def test_on_paper_is_the_dialogue_alone_and_whole(chat: ChatPage, service: ScriptedService) -> None:
    wide = "word_" * 60
    service.enqueue(answering(f"{LONG}\n\n```\n{wide}\n```"))
    chat.ask("A question for paper")
    expect(chat.answer(1)).to_contain_text(wide)
    chat.expect_free()
    paper = pypdfium2.PdfDocument(BytesIO(chat.page.pdf(format="A4")))
    assert len(paper) > 1
    said = "".join(page.get_textpage().get_text_range() for page in paper)
    assert "A question for paper" in said
    assert "Paragraph 0 of" in said
    assert "Paragraph 79 of" in said
    assert "".join(said.split()).count("word_") == 60
    for beside in (text.SYSTEM_PROMPT, text.NEW_CHAT, text.COPY, text.RETRY, text.ASK):
        assert beside not in said
    (corner,) = {page.render(scale=0.1).to_pil().getpixel((1, 1)) for page in paper}
    assert corner == (255, 255, 255)


def test_a_list_of_the_keys(chat: ChatPage) -> None:
    chat.open_more()
    button = chat.button(text.SHORTCUTS)
    button.click()
    shown = chat.page.get_by_role("dialog", name=text.SHORTCUTS)
    expect(shown).to_contain_text("Esc")
    shown.get_by_role("button").click()
    expect(shown).to_have_count(0)
    button.press("?")
    expect(shown).to_be_visible()
    chat.page.keyboard.press("Escape")
    expect(shown).to_have_count(0)


def test_an_arrow_up_edits_the_last_question(chat: ChatPage) -> None:
    chat.ask("The first")
    expect(chat.answer(1)).to_contain_text("Answer")
    chat.ask("The last")
    expect(chat.answer(2)).to_contain_text("Answer")
    chat.expect_free()
    chat.input.press("ArrowUp")
    field = chat.messages.nth(2).locator("textarea")
    expect(field).to_be_focused()
    expect(field).to_have_value("The last")
    field.press("Escape")


def test_a_list_of_the_questions_leads_to_each(chat: ChatPage, service: ScriptedService) -> None:
    outline = chat.button(text.OUTLINE)
    for number in range(1, 13):
        assert outline.count() == (number > 4)
        service.enqueue(answering(f"Answer {number}. " + "Long.\n\n" * 20))
        chat.ask(f"Question {number}?")
        expect(chat.main).to_contain_text(f"Answer {number}.")
        chat.expect_free()
        expect(outline).to_have_count(int(number >= 4))
    outline.click()
    chat.page.get_by_role("dialog").get_by_role("button", name="Question 1?", exact=True).click()
    expect(chat.page.get_by_role("dialog")).to_have_count(0)
    expect(chat.question(1)).to_have_text("Question 1?")
    expect(chat.question(1)).to_be_in_viewport()
    for _ in range(2):
        outline.click()
        dialog = chat.page.get_by_role("dialog")
        dialog.get_by_role("button", name="Question 9?", exact=True).click()
        expect(chat.question(9)).to_be_in_viewport()
        chat.main.hover()
        chat.page.mouse.wheel(0, -20_000)
        expect(chat.question(9)).not_to_be_in_viewport()
