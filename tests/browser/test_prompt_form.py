"""The form of a prompt of one's own: what is written there stays, and what is wrong is said."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from chat.languages.language import say
from chat.words import text
from tests.browser.chat_page import ChatPage, in_program, opened, wait_until
from tests.browser.prompting import WORDS, dialog, expect_kept, press, save


@pytest.fixture
def chat(tab: Page, app: str) -> ChatPage:
    """The page of somebody who has no prompts yet."""
    return opened(tab, app)


# Eight seconds are over soon.
IMPATIENT = """() => {
  const { setTimeout } = window;
  const shorter = (time) => (time === 8000 ? 500 : time);
  window.setTimeout = (work, time, ...more) => setTimeout(work, shorter(time), ...more);
}"""


def field(chat: ChatPage, label: str) -> Locator:
    return dialog(chat).get_by_label(label, exact=True)


def test_what_is_written_is_there_again_after_escape(chat: ChatPage) -> None:
    save(chat, "Brief", "Be terse.", rounds="3")
    chat.button(WORDS["title"]).click()
    press(chat, "edit", prompt="Brief")
    field(chat, text.SYSTEM_PROMPT).fill("Be *very* terse.")
    rounds = dialog(chat).locator("[name=rounds]")
    rounds.select_option("")
    chat.page.keyboard.press("Escape")
    opener = dialog(chat).get_by_role("button", name=WORDS["edit"].format(prompt="Brief"))
    expect(opener).to_be_focused()
    press(chat, "edit", prompt="Brief")
    expect(field(chat, text.SYSTEM_PROMPT)).to_have_value("Be *very* terse.")
    expect(rounds).to_have_value("")
    expect(rounds.locator("option")).to_have_text([WORDS["as_it_is"], "3"])
    dialog(chat).get_by_role("button", name=say("leave_edit")).click()
    expect(opener).to_be_focused()
    press(chat, "edit", prompt="Brief")
    expect(field(chat, text.SYSTEM_PROMPT)).to_have_value("Be terse.")


def test_another_system_prompt_begins_another_form(chat: ChatPage) -> None:
    for prompt, there in (("One.", ""), ("One.", "Typed"), ("Two.", "")):
        chat.prompt(prompt)
        chat.button(WORDS["save"]).click()
        expect(field(chat, WORDS["name"])).to_have_value(there)
        expect(field(chat, text.SYSTEM_PROMPT)).to_have_value(prompt)
        field(chat, WORDS["name"]).fill("Typed")
        chat.page.keyboard.press("Escape")
        chat.page.keyboard.press("Escape")
        expect(dialog(chat)).to_have_count(0)


def test_what_is_too_long_is_named_and_not_cut(chat: ChatPage) -> None:
    chat.button(WORDS["save"]).click()
    error = dialog(chat).get_by_role("alert")
    family = "👨‍👩‍👧‍👦"  # seven characters, which take eleven of JavaScript's
    for label, kind, words, most in (
        (WORDS["icon"], "icon", family, 10),
        (WORDS["name"], "name", "Family", 60),
        (text.SYSTEM_PROMPT, "text", "Be kind.", 100_000),
    ):
        field(chat, label).fill("x" * 100_001)
        press(chat, "keep")
        expect(error).to_have_text(say("own_prompts.too_long", field=label, count=most))
        expect(dialog(chat).locator(f"[name={kind}]")).to_be_focused()
        field(chat, label).fill("")
        field(chat, label).focus()
        chat.page.keyboard.insert_text(words)
    press(chat, "keep")
    expect_kept(chat, "Family")
    expect(dialog(chat).get_by_role("button", name=f"{family} Family")).to_be_visible()


def test_a_file_that_is_chosen_while_another_tab_saves_is_read(
    chat: ChatPage, app: str, tmp_path: Path
) -> None:
    kept: dict[str, object] = {"format": "all-chats", "version": 1, "chats": []}
    kept["prompts"] = [{"name": "Mine", "text": "T"}]
    (tmp_path / "own.json").write_text(json.dumps(kept))
    chat.button(WORDS["title"]).click()
    with chat.page.expect_file_chooser() as chooser:
        dialog(chat).locator("label.load").click()
    other = chat.page.context.new_page()
    save(opened(other, app), "Brief", "Be terse.")
    expect(dialog(chat).get_by_role("button", name="Be terse.")).to_be_visible()
    chooser.value.set_files(tmp_path / "own.json")
    expect_kept(chat, "Brief", "Mine")


def test_what_another_tab_has_changed_meanwhile_is_not_written_over(
    chat: ChatPage, app: str
) -> None:
    save(chat, "Brief", "Be terse.")
    other = opened(chat.page.context.new_page(), app)
    for page in (chat, other):
        page.button(WORDS["title"]).click()
        press(page, "edit", prompt="Brief")
    field(chat, text.SYSTEM_PROMPT).fill("Mine.")
    press(chat, "keep")
    known = in_program("() => prompts.find('Brief').text", name="prompts", module="prompts.js")
    wait_until(other, lambda: bool(other.page.evaluate(known) == "Mine."))
    field(other, text.SYSTEM_PROMPT).fill("Theirs.")
    press(other, "keep")
    expect(dialog(other).get_by_role("alert")).to_have_text(WORDS["taken"])
    field(other, WORDS["name"]).fill("Briefer")
    press(other, "keep")
    expect(dialog(chat).locator("small")).to_have_text(["Mine.", "Theirs."])
    expect_kept(chat, "Brief", "Briefer")


def test_the_cursor_stays_in_the_list_when_a_prompt_can_be_had_back_no_more(chat: ChatPage) -> None:
    save(chat, "Brief", "Be terse.")
    chat.page.evaluate(IMPATIENT)
    chat.button(WORDS["title"]).click()
    press(chat, "remove", prompt="Brief")
    undo = dialog(chat).get_by_role("button", name=text.UNDO)
    expect(undo).to_be_focused()
    expect(undo).to_have_count(0)
    expect(dialog(chat).get_by_role("button", name=WORDS["save"])).to_be_focused()
