"""Chats come from other apps, and all of them go into one file and come back from it."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from chat.languages.language import say
from chat.words import text
from tests.browser.chat_page import ChatPage, visitor
from tests.browser.exports import EXPORT
from tests.browser.keeping import WORDS, ask, chats, entry, kept
from tests.fakes.service import ScriptedService

pytestmark = pytest.mark.one_page


def take(chat: ChatPage, file: object) -> None:
    """Import a file."""
    chat.open_more()
    data = file if isinstance(file, bytes) else json.dumps(file).encode()
    chat.sidebar.locator(".load input").set_input_files(
        {"name": "chats.json", "mimeType": "application/json", "buffer": data}
    )


def expect_said(chat: ChatPage, imported: int, known: int = 0) -> None:
    """Wait until the page has said what became of a file."""
    sentence = say("taking.imported", count=imported)
    sentence += f" {say('taking.known', count=known)}" if known else ""
    expect(chat.sidebar.locator(".load-status")).to_have_text(sentence)


def test_several_chats_of_another_app_are_kept_and_can_be_gone_on_with(
    chat: ChatPage, service: ScriptedService
) -> None:
    ask(chat, 1, "Mine")
    take(chat, EXPORT)
    expect_said(chat, 2)
    expect(chat.question(1)).to_have_text("Mine")
    expect(chats(chat).locator("h3")).to_contain_text(["Today", "September 2020", "July 2017"])
    take(chat, EXPORT)
    expect_said(chat, 0, known=2)
    entry(chat, "Newer").locator(".open").click()
    expect(chat.answer(1)).to_contain_text("Later news.")
    expect(chat.answer(1)).to_contain_text("2 / 2")
    chat.action(1, text.EARLIER_VERSION).click()
    expect(chat.answer(1)).to_contain_text("First news.")
    ask(chat, 2, "And then?")
    sent = [message["content"] for message in service.last.messages]
    assert sent[-3:] == ["What is new?", "First news.", "And then?"]


def test_the_archive_that_another_app_sends_is_taken_as_it_is(chat: ChatPage) -> None:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("chat.html", "<p>")
        file.writestr("conversations.json", json.dumps(EXPORT))
    take(chat, archive.getvalue())
    expect_said(chat, 2)


def test_one_chat_of_another_app_is_opened(chat: ChatPage) -> None:
    one = {"title": "Colours", "chat": {"messages": [{"role": "user", "content": "Red?"}]}}
    take(chat, [one])
    expect(chat.question(1)).to_have_text("Red?")
    expect(entry(chat, "Colours")).to_be_visible()


def test_all_chats_go_into_one_file_and_come_back_from_it(chat: ChatPage, tmp_path: Path) -> None:
    ask(chat, 1, "Mine")
    take(chat, EXPORT)
    expect_said(chat, 2)
    before = sorted(kept(chat))
    with chat.page.expect_download() as download:
        chat.sidebar.get_by_role("button", name=say("taking.save_all")).click()
    assert download.value.suggested_filename.startswith("chats-")
    file = tmp_path / "chats.json"
    download.value.save_as(file)
    take(chat, file.read_bytes())
    expect_said(chat, 0, known=3)
    chats(chat).get_by_role("button", name=WORDS["remove_all"], exact=True).click()
    chats(chat).get_by_role("button", name=WORDS["remove_all_really"]).click()
    expect(chats(chat).locator("li")).to_have_count(0)
    take(chat, file.read_bytes())
    expect_said(chat, 3)
    assert sorted(kept(chat)) == before
    entry(chat, "Mine").locator(".open").click()
    expect(chat.question(1)).to_have_text("Mine")
    ask(chat, 2, "On with it")


def test_where_no_chats_are_kept_the_newest_of_a_file_is_opened(
    browser: Browser, forgetful_app: str
) -> None:
    with visitor(browser, forgetful_app) as chat:
        take(chat, EXPORT)
        expect(chat.question(1)).to_have_text("What is new?")
        expect(chat.sidebar.get_by_text(text.others_in_file(1))).to_be_visible()
        expect(chat.sidebar.locator(".load-all")).to_be_hidden()
