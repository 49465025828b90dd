"""Pictures of a chat stay in the browser, and come when a request carries them."""

from __future__ import annotations

from base64 import b64encode
from pathlib import Path

import pytest
from playwright.sync_api import expect

from chat.conversation.files import Picture, pictures_of
from chat.conversation.tree import Conversation
from chat.keeping.transcript import from_json, to_json
from chat.options import Options
from chat.words import text
from tests.browser.chat_page import ChatPage, in_program, wait_for_storage, wait_until
from tests.browser.keeping import READ, again, ask
from tests.fakes.service import ScriptedService
from tests.keeping.moves import BLUE, GREEN, NOTES, RED, came

pytestmark = pytest.mark.one_page


def imported(chat: ChatPage, folder: Path, *questions: tuple[Picture, ...]) -> None:
    """Let a page show a chat with pictures, and wait until the browser keeps them."""
    conversation = Conversation(system_prompt="S", rounds=2)
    for number, files in enumerate(questions, 1):
        asked = conversation.ask(f"Q{number}", files=[*files, NOTES])
        list(asked.answer.grow(came(0, str(number))))
    file = folder / "chat.json"
    file.write_text(to_json(conversation, Options(model="scripted")), encoding="utf-8")
    chat.open_more()
    chat.sidebar.locator('input[type="file"]').set_input_files(file)
    expect(chat.question(len(questions))).to_have_text(f"Q{len(questions)}")
    expect_pictures(chat, *(picture for files in questions for picture in files))


def expect_pictures(chat: ChatPage, *pictures: Picture) -> None:
    """Wait until the browser keeps the bytes of these pictures and of no other."""
    wanted = {f"picture/{picture.hash}": data_of(picture) for picture in pictures}

    def are_kept() -> bool:
        kept = [records for records in chat.page.evaluate(READ).values() if "files/1" in records]
        return [
            {name: record for name, record in records.items() if name.startswith("picture/")}
            for records in kept
        ] == [wanted]

    wait_until(chat, are_kept)


def data_of(picture: Picture) -> str:
    return b64encode(picture.data or b"").decode()


def carried(service: ScriptedService) -> list[str]:
    """The pictures on the wire, as base64."""
    contents = [message["content"] for message in service.last.messages]
    urls = [url for content in contents for url in pictures_of(content)]
    return [url.partition(",")[2] for url in urls]


def downloaded(chat: ChatPage, folder: Path) -> list[Picture]:
    """The pictures of the chat's backup."""
    with chat.page.expect_download() as download:
        chat.button(text.DOWNLOAD_JSON).click()
    download.value.save_as(folder / "backup.json")
    rounds = from_json((folder / "backup.json").read_bytes()).conversation.all_rounds
    return [picture for round in rounds for picture in round.pictures]


HELD = in_program("""() => {
  const { storage } = store;
  const released = new Promise((resolve) => (window.release = resolve));
  const { picture } = storage;
  storage.picture = async (...of) => {
    window.isHeld = true;
    await released;
    return picture.apply(storage, of);
  };
}""")


def test_a_chat_that_was_reloaded_sends_its_pictures_with_the_next_question(
    chat: ChatPage, service: ScriptedService, tmp_path: Path
) -> None:
    imported(chat, tmp_path, (GREEN,), (RED,), (RED, BLUE))
    chat = again(chat.page)
    expect(chat.answer(3)).to_contain_text("A3")
    ask(chat, 4, "Q4")
    assert carried(service) == [data_of(RED), data_of(RED), data_of(BLUE)]
    expect_pictures(chat, GREEN, RED, BLUE)

    # A backup takes them all along, the first of which nobody has asked for yet.
    chat.open_more()
    chat.button(text.COLLECT_PICTURES).click()
    whole = downloaded(chat, tmp_path)
    assert [picture.data for picture in whole] == [p.data for p in (GREEN, RED, RED, BLUE)]
    chat.sidebar.get_by_text(text.WITH_PICTURES).click()
    expect(chat.sidebar.get_by_label(text.WITH_PICTURES)).not_to_be_checked()
    assert [picture.data for picture in downloaded(chat, tmp_path)] == [None] * 4


@pytest.mark.own_page
def test_a_question_waits_until_the_browser_has_read_its_pictures(
    chat: ChatPage, service: ScriptedService, tmp_path: Path
) -> None:
    imported(chat, tmp_path, (GREEN,), (RED,), (BLUE,))
    chat = again(chat.page)
    expect(chat.answer(3)).to_contain_text("A3")
    wait_for_storage(chat)
    chat.page.evaluate(HELD)
    chat.remember(3)
    chat.ask("Q4")
    expect(chat.input).to_have_value("")
    wait_until(chat, lambda: chat.page.evaluate("window.isHeld"))
    assert not service.requests
    chat.page.evaluate("window.release()")
    chat.expect_answer(4, "Answer 1.")
    assert carried(service) == [data_of(GREEN), data_of(RED), data_of(BLUE)]


def test_a_picture_that_the_browser_has_lost_is_named(
    chat: ChatPage, service: ScriptedService, tmp_path: Path
) -> None:
    imported(chat, tmp_path, (RED, BLUE))
    chat.page.evaluate(
        in_program("""async (name) => {
      const transaction = store.database.transaction("records", "readwrite");
      transaction.objectStore("records").delete([store.shown, name]);
      await new Promise((resolve) => (transaction.oncomplete = resolve));
    }"""),
        f"picture/{RED.hash}",
    )
    chat = again(chat.page)
    expect(chat.answer(1)).to_contain_text("A1")
    ask(chat, 2, "Q2")
    assert carried(service) == [data_of(BLUE)]
    assert "[red.jpeg]" in str(service.last.messages[1]["content"])
    chat.open_more()
    chat.button(text.COLLECT_PICTURES).click()
    expect(chat.sidebar).to_contain_text(text.pictures_missing(1))
    assert [picture.data for picture in downloaded(chat, tmp_path)] == [None, BLUE.data]


def test_a_picture_goes_when_the_last_round_that_has_it_cannot_be_had_back(
    chat: ChatPage, tmp_path: Path
) -> None:
    imported(chat, tmp_path, (RED,), (RED, BLUE))
    chat = again(chat.page)
    expect(chat.answer(2)).to_contain_text("A2")
    chat.action(2, text.DELETE).click()
    expect(chat.messages).to_have_count(2)
    chat.button(text.BRING_ROUND_BACK).click()
    expect(chat.messages).to_have_count(4)
    expect_pictures(chat, RED, BLUE)
    chat.action(2, text.DELETE).click()
    expect(chat.messages).to_have_count(2)
    ask(chat, 2, "Q2")
    expect_pictures(chat, RED)
