"""A link begins a new chat, with what it asks for to be looked at; and so does a prompt."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest
from playwright.sync_api import Page, expect

from chat.words import text
from tests.browser.chat_page import ChatPage, opened, wait_for_storage, wait_until
from tests.browser.keeping import again, ask, entry
from tests.fakes.service import ScriptedService, answering
from tests.running import running_app


def link(app: str, **asked: str) -> str:
    return f"{app}/?{urlencode({'lang': 'en', **asked})}"


def expect_asked_for_nothing_more(page: Page) -> None:
    """Wait until the address has lost what the page has taken of it, and nothing else."""
    wait_until(page, lambda: urlsplit(page.url).query == "lang=en")


def expect_set(chat: ChatPage, prompt: str, rounds: int) -> None:
    """Wait until the sidebar has this system prompt, and so many rounds."""
    expect(chat.sidebar.get_by_label(text.SYSTEM_PROMPT, exact=True)).to_have_value(prompt)
    expect(chat.sidebar.get_by_role("slider", name=text.ROUNDS)).to_have_value(str(rounds))


def test_a_link_begins_a_new_chat_with_a_question_that_waits(
    tab: Page, app: str, service: ScriptedService
) -> None:
    ask(opened(tab, app), 1, "Q1")
    came_by = tab.evaluate("history.length")
    chat = opened(tab, link(app, q="What & why?", send="1", prompt="Be terse.", rounds="0"))
    expect(chat.input).to_have_value("What & why?")
    expect(chat.input).to_be_focused()
    expect(chat.messages).to_have_count(0)
    expect(tab.get_by_text("From the link · System prompt: Be terse.")).to_be_visible()
    expect_set(chat, "Be terse.", 0)
    wait_until(tab, lambda: urlsplit(tab.url).query == "lang=en&send=1")
    assert tab.evaluate("history.length") == came_by + 1  # Back leads to where one came from
    assert len(service.requests) == 1

    chat = again(tab)  # the question was not sent, and the chat before is not in its way
    expect(chat.input).to_have_value("What & why?")
    expect(chat.messages).to_have_count(0)
    expect(entry(chat, "Q1")).to_be_visible()

    service.enqueue(answering("Because."))
    chat.input.press("Enter")
    chat.expect_answer(1, "Because.")
    assert [m["content"] for m in service.last.messages if m["role"] == "user"] == ["What & why?"]


def test_what_was_typed_and_not_sent_stands_before_the_question_of_a_link(
    tab: Page, app: str
) -> None:
    chat = opened(tab, app)
    wait_for_storage(chat)
    chat.input.fill("Half a thou")
    wait_until(chat, lambda: "Half" in (tab.evaluate("sessionStorage.getItem('unsent')") or ""))
    chat = opened(tab, link(app, q="Q"))
    expect(chat.input).to_have_value("Half a thou\n\nQ")


@pytest.mark.parametrize("is_answered", [True, False], ids=["answered", "closed"])
def test_what_a_prompt_leaves_open_is_asked_for_by_keyboard(
    tab: Page, app: str, *, is_answered: bool
) -> None:
    chat = opened(tab, link(app, prompt="Translate into {{language}}.", rounds="1", q="Q"))
    dialog = tab.get_by_role("dialog")
    field = dialog.get_by_label("language")
    expect(field).to_be_focused()
    tab.keyboard.type("Latin")
    if is_answered:
        field.press("Enter")
    else:
        tab.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    prompt, rounds = ("Translate into Latin.", 1) if is_answered else (None, 3)
    expect_set(chat, prompt or "You are a helpful assistant.", rounds)
    expect(chat.input).to_have_value("Q")
    chat.remember(2)  # which draws the page, and no dialog
    chat.expect_drawn()
    expect(dialog).to_have_count(0)
    expect_asked_for_nothing_more(tab)


def test_a_prompt_is_picked_and_filled_in_by_keyboard(
    tab: Page, service: ScriptedService, rank_files: Path, tmp_path: Path
) -> None:
    file = tmp_path / "prompts.toml"
    file.write_text(
        '[[prompt]]\nname = "Brief"\ntext = "Be terse."\nrounds = 0\n'
        '[[prompt]]\nname = "Translator"\ntext = "Into {{language}}."\n',
        encoding="utf-8",
    )
    variables = {"CHAT_PROMPTS": str(file), "TIKTOKEN_CACHE_DIR": str(rank_files)}
    with running_app(tmp_path / "log", **service.reach, **variables) as address:
        chat = opened(tab, address)
        chat.button("Brief").press("Enter")
        expect_set(chat, "Be terse.", 0)
        expect(chat.input).to_be_focused()
        chat.button("Translator").press("Enter")
        expect(tab.get_by_role("dialog").get_by_label("language")).to_be_focused()
        tab.keyboard.type("Latin")
        tab.keyboard.press("Enter")
        expect_set(chat, "Into Latin.", 3)
        expect(chat.input).to_be_focused()
        service.enqueue(answering("Salve."))
        tab.keyboard.type("Hello")
        tab.keyboard.press("Enter")
        chat.expect_answer(1, "Salve.")
        assert service.last.messages[0]["content"] == "Into Latin."
