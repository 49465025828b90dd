"""Prompts of one's own: saved, kept in the browser, and picked."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from chat.languages.language import say
from chat.words import text
from tests.browser.chat_page import ChatPage, opened, tab_of
from tests.browser.keeping import again, ask, growing, second_tab
from tests.browser.prompting import WORDS, dialog, expect_kept, press, save
from tests.fakes.service import ScriptedService, answering
from tests.running import running_app

FILL_UP = """() => {
  IDBObjectStore.prototype.put = () => { throw new DOMException("", "QuotaExceededError"); };
}"""


@pytest.fixture
def chat(tab: Page, app: str) -> ChatPage:
    """The page of somebody who has no prompts yet."""
    return opened(tab, app)


def row(chat: ChatPage) -> Locator:
    """Those that stand in an empty chat."""
    return chat.main.locator(".own-prompts button")


def options(chat: ChatPage) -> Locator:
    """Those that `/` lists."""
    return chat.page.get_by_role("option")


def system_prompt(chat: ChatPage) -> Locator:
    return chat.sidebar.get_by_label(text.SYSTEM_PROMPT, exact=True)


def test_a_prompt_is_saved_found_after_a_reload_and_picked(
    chat: ChatPage, service: ScriptedService
) -> None:
    chat.remember(7)
    save(chat, "Brief", "Be *terse*.", rounds="7", model="scripted")
    expect_kept(chat, "Brief")
    chat.prompt("Something else.")
    chat.remember(1)
    chat = again(chat.page)
    expect(chat.button(text.suggestions()[0])).to_be_hidden()
    row(chat).filter(has_text="Brief").click()
    expect(system_prompt(chat)).to_have_value("Be *terse*.")
    said = "Brief · System prompt: Be *terse*. · Model: scripted · Rounds to remember: 7"
    expect(chat.main.get_by_text(said)).to_be_visible()
    expect(row(chat)).to_have_class("picked")
    service.enqueue(answering("Yes."))
    chat.ask("Q")
    chat.expect_answer(1, "Yes.")
    assert service.last.messages[0]["content"] == "Be *terse*."
    expect(row(chat)).to_have_count(0)


def test_a_slash_picks_by_keyboard_and_asks_for_what_is_open(
    chat: ChatPage, service: ScriptedService
) -> None:
    save(chat, "Brief", "Be terse.")
    save(chat, "Translator", "Into {{language}}.")
    chat.input.click()
    chat.page.keyboard.type("/")
    expect(options(chat)).to_have_text(["Brief", "Translator"])
    chat.page.keyboard.press("ArrowDown")
    expect(options(chat).nth(1)).to_have_attribute("aria-selected", "true")
    chat.page.keyboard.press("Enter")
    expect(chat.page.get_by_role("dialog").get_by_label("language")).to_be_focused()
    expect(chat.input).to_have_value("")
    chat.page.keyboard.type("Latin")
    chat.page.keyboard.press("Enter")
    expect(system_prompt(chat)).to_have_value("Into Latin.")
    expect(chat.input).to_be_focused()
    assert service.requests == []


def test_a_slash_changes_a_chat_that_has_begun_and_can_be_taken_back(
    chat: ChatPage, service: ScriptedService
) -> None:
    save(chat, "Brief", "Be terse.")
    save(chat, "Teacher", "First.")
    chat.prompt("Before.")
    row(chat).filter(has_text="Brief").click()
    row(chat).filter(has_text="Teacher").click()
    expect(chat.main.get_by_text("Teacher · System prompt: First.")).to_be_visible()
    ask(chat, 1, "Q1")
    assert service.last.messages[0]["content"] == "First."
    chat.page.keyboard.type("/br")
    expect(options(chat)).to_have_text(["Brief"])
    chat.page.keyboard.press("Tab")
    set_by = chat.main.get_by_text("Brief · System prompt: Be terse.")
    expect(set_by).to_be_visible()
    chat.main.locator(".st-key-unbegin button").click()
    expect(system_prompt(chat)).to_have_value("First.")
    expect(set_by).to_have_count(0)
    chat.input.click()
    chat.page.keyboard.type("/")
    options(chat).filter(has_text="Brief").click()
    expect(set_by).to_be_visible()
    expect(chat.input).to_be_focused()
    ask(chat, 2, "Q2")
    assert service.last.messages[0]["content"] == "Be terse."
    expect(set_by).to_have_count(0)


def test_what_is_picked_while_an_answer_is_written_waits_for_its_end(
    chat: ChatPage, service: ScriptedService
) -> None:
    save(chat, "Brief", "Be terse.")
    service.enqueue(growing(20))
    chat.ask("Q1")
    expect(chat.answer(1)).to_contain_text("w1")
    chat.page.keyboard.type("/b")
    chat.page.keyboard.press("Enter")
    expect(chat.page.get_by_text(text.PRESS_WAITS)).to_be_visible()
    chat.expect_answer(1, "END")
    expect(chat.main.get_by_text("Brief · System prompt: Be terse.")).to_be_visible()
    expect(chat.input).to_have_value("")
    assert len(service.requests) == 1


def test_a_question_that_begins_with_a_slash_is_sent_as_it_is(
    chat: ChatPage, service: ScriptedService
) -> None:
    save(chat, "Brief", "Be terse.")
    chat.input.click()
    chat.page.keyboard.type("/etc/hosts?")
    expect(options(chat)).to_have_count(0)
    chat.page.keyboard.press("Enter")
    chat.expect_answer(1, "Answer ")
    chat.page.keyboard.type("/b")
    expect(options(chat)).to_have_count(1)
    chat.page.keyboard.press("Escape")
    expect(options(chat)).to_have_count(0)
    chat.page.keyboard.press("Enter")
    chat.expect_answer(2, "Answer ")
    asked = [m["content"] for m in service.last.messages if m["role"] == "user"]
    assert asked == ["/etc/hosts?", "/b"]


def test_a_prompt_is_changed_deleted_and_had_back(chat: ChatPage) -> None:
    save(chat, "Brief", "Be terse.")
    save(chat, "Other", "Be odd.")
    chat.button(WORDS["title"]).click()
    press(chat, "edit", prompt="Other")
    name = dialog(chat).get_by_label(WORDS["name"])
    name.fill("brief")
    name.press("Enter")
    expect(dialog(chat).get_by_role("alert")).to_have_text(WORDS["taken"])
    name.fill("")
    name.press("Enter")
    expect(dialog(chat).get_by_role("alert")).to_have_text(WORDS["missing"])
    name.fill("Renamed")
    name.press("Enter")
    press(chat, "remove", prompt="Brief")
    expect_kept(chat, "Renamed")
    undo = dialog(chat).get_by_role("button", name=text.UNDO)
    expect(undo).to_be_focused()
    undo.press("Enter")
    expect_kept(chat, "Brief", "Renamed")
    expect(row(chat)).to_have_text(["Brief", "Renamed"])


def test_prompts_go_along_in_files_and_come_back_once(
    browser: Browser, app: str, chat: ChatPage, tmp_path: Path
) -> None:
    save(chat, "Brief", "Be terse.", rounds="3")
    chat.button(WORDS["title"]).click()
    with chat.page.expect_download() as own:
        press(chat, "export")
    own.value.save_as(tmp_path / "own.json")
    chat.page.keyboard.press("Escape")
    chat.open_more()
    with chat.page.expect_download() as everything:
        chat.sidebar.get_by_role("button", name=say("taking.save_all")).click()
    everything.value.save_as(tmp_path / "all.json")
    kept = json.loads((tmp_path / "own.json").read_text(encoding="utf-8"))["prompts"]
    assert kept == [{"name": "Brief", "text": "Be terse.", "rounds": 3}]
    with tab_of(browser) as page:
        other = opened(page, app)
        other.open_more()
        other.sidebar.locator(".load input").set_input_files(tmp_path / "all.json")
        expect_kept(other, "Brief")
        expect(other.sidebar.get_by_text(say("taking.prompts", count=1))).to_be_visible()
        other.button(WORDS["title"]).click()
        dialog(other).locator("input").set_input_files(tmp_path / "own.json")
        known = f"{say('taking.prompts', count=0)} {say('taking.known', count=1)}"
        expect(dialog(other).get_by_role("status")).to_have_text(known)
        expect_kept(other, "Brief")


def test_other_tabs_follow(chat: ChatPage, app: str) -> None:
    other = second_tab(chat, app)
    save(chat, "Brief", "Be terse.")
    expect(row(other)).to_have_text(["Brief"])
    other.button(WORDS["title"]).click()
    press(other, "remove", prompt="Brief")
    expect(row(chat)).to_have_count(0)


def test_another_person_in_the_same_browser_has_none(
    tab: Page, rank_files: Path, tmp_path: Path
) -> None:
    header = "X-Forwarded-Email"
    variables = {
        "STREAMLIT_SERVER_TRUSTED_USER_HEADERS": f'{{"{header}": "email"}}',
        "TIKTOKEN_CACHE_DIR": str(rank_files),
    }
    with running_app(tmp_path / "log", **variables) as address:
        tab.context.set_extra_http_headers({header: "ada@example.org"})
        save(opened(tab, address), "Brief", "Be terse.")
        tab.context.set_extra_http_headers({header: "grace@example.org"})
        grace = opened(tab, address)
        expect_kept(grace)
        expect(row(grace)).to_have_count(0)
        tab.context.set_extra_http_headers({header: "ada@example.org"})
        expect(row(opened(tab, address))).to_have_text(["Brief"])


def test_what_the_browser_does_not_keep_is_there_as_long_as_the_page(chat: ChatPage) -> None:
    chat.page.evaluate(FILL_UP)
    chat.prompt("Be terse.")
    chat.button(WORDS["save"]).click()
    chat.page.keyboard.type("Brief")
    chat.page.keyboard.press("Enter")
    expect(dialog(chat).get_by_role("status")).to_have_text(WORDS["not_kept"])
    press(chat, "remove", prompt="Brief")
    dialog(chat).get_by_role("button", name=text.UNDO).click()
    chat.page.keyboard.press("Escape")
    chat.prompt("Something else.")
    row(chat).click()
    expect(system_prompt(chat)).to_have_value("Be terse.")
