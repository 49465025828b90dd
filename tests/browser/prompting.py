"""Prompts of one's own, as they are saved and kept."""

from __future__ import annotations

from playwright.sync_api import Locator, expect

from chat.languages.language import ENGLISH, language, say
from chat.words import text
from tests.browser.chat_page import ChatPage, in_program, wait_for_storage, wait_until

WORDS = {
    name: say(f"own_prompts.{name}", count=1, prompt="{prompt}", field="{field}")
    for name in language(ENGLISH).table("own_prompts")
}


def dialog(chat: ChatPage) -> Locator:
    """What opens over the page."""
    return chat.page.locator("dialog.prompts")


def press(chat: ChatPage, word: str, *, prompt: str = "") -> None:
    """Press a button of the dialog."""
    name = WORDS[word].replace("{prompt}", prompt)
    dialog(chat).get_by_role("button", name=name, exact=True).click()


def expect_kept(chat: ChatPage, *names: str) -> None:
    """Wait until the browser keeps these prompts."""
    kept = in_program(
        """async () => {
          const all = store.database.transaction("prompts").objectStore("prompts").getAll();
          await new Promise((resolve) => (all.onsuccess = resolve));
          return all.result.map(({ name }) => name).sort();
        }"""
    )
    wait_for_storage(chat)
    wait_until(chat, lambda: bool(chat.page.evaluate(kept) == sorted(names)))


def save(chat: ChatPage, name: str, prompt: str, **settings: str) -> None:
    """Save a prompt with these settings, and close the list."""
    chat.prompt(prompt)
    chat.button(WORDS["save"]).click()
    expect(dialog(chat).get_by_label(text.SYSTEM_PROMPT)).to_have_value(prompt)
    chat.page.keyboard.type(name)
    for label, value in settings.items():
        dialog(chat).locator(f"[name={label}]").select_option(value)
    chat.page.keyboard.press("Tab")
    press(chat, "keep")
    expect(dialog(chat).get_by_role("button", name=prompt)).to_be_visible()
    chat.page.keyboard.press("Escape")
    expect(dialog(chat)).to_have_count(0)
