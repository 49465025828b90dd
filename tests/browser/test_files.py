"""Pictures and documents in a question, in Chromium."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from chat.conversation.files import text_of
from chat.words import text
from tests import pictures
from tests.browser.chat_page import ChatPage, in_program, visitor, wait_until
from tests.browser.files import Brought, Tray, last_question, sent_pictures
from tests.fakes import service as fake
from tests.fakes.service import Reply, ScriptedService, answering, chunk

pytestmark = pytest.mark.one_page

PHOTO = Brought("cat.jpg", "image/jpeg", pictures.photo())
NOTES = Brought("notes.md", "text/markdown", "# Milk\nand bread – süß".encode())
WORDS = text.tray_words()
NOTED = in_program(
    "async () => (await store.storage.waiting(sessionStorage.getItem('waiting'))).length"
)


@pytest.fixture
def tray(chat: ChatPage) -> Tray:
    return Tray(chat)


def test_files_come_by_button_paste_and_drop(
    tray: Tray, chat: ChatPage, service: ScriptedService
) -> None:
    for number, way in enumerate((tray.choose, tray.paste, tray.drop), start=1):
        way(PHOTO, NOTES)
        tray.expect("cat.jpg", "notes.md")
        assert len(service.requests) == number - 1
        chat.ask("What is it?")
        chat.expect_answer(number, f"Answer {number}.")
        tray.expect()
        picture, notes, question = last_question(service)
        assert picture["type"] == "image_url"
        assert picture["image_url"]["detail"] == "high"
        assert text_of([notes]) == "===== notes.md =====\n# Milk\nand bread – süß\n====="
        assert question == {"type": "text", "text": "What is it?"}
        (sent,) = sent_pictures(service)
        seen = pictures.opened(sent)
        assert (seen.format, seen.size) == ("JPEG", (800, 1200))  # upright
        assert pictures.is_red(seen, 400, 20)
        assert not seen.getexif()
        assert b"Exif" not in sent


def test_every_picture_is_sent_as_a_small_jpeg_on_white(
    tray: Tray, chat: ChatPage, service: ScriptedService
) -> None:
    kinds = (
        (Brought("a.png", "image/png", pictures.see_through()), (64, 48), False),
        (Brought("a.webp", "image/webp", pictures.see_through("WEBP")), (64, 48), False),
        (Brought("a.gif", "image/gif", pictures.moving()), (40, 30), True),
        (Brought("a.jpg", "image/jpeg", pictures.photo(4_000, 1_000)), (392, 1_568), True),
        (Brought("b.jpg", "image/jpeg", pictures.detailed()), (1_568, 1_176), None),
        (Brought("c.jpg", "image/jpeg", pictures.detailed(grain=2)), (1_254, 941), None),
    )
    tray.choose(*[file for file, _, _ in kinds])
    tray.expect(*[file.name for file, _, _ in kinds])
    chat.input.press("Enter")  # pictures alone are a question
    chat.expect_answer(1, "Answer 1.")
    assert len(last_question(service)) == len(kinds)
    for (_, size, is_red), sent in zip(kinds, sent_pictures(service), strict=True):
        seen = pictures.opened(sent)
        assert (seen.format, seen.size) == ("JPEG", size)
        assert len(sent) <= 350_000
        if is_red is not None:
            assert pictures.is_red(seen, size[0] // 2, 5) is is_red
        if is_red is False:
            assert seen.convert("RGB").getpixel((5, 5)) == (255, 255, 255)


def test_what_waits_is_there_after_a_reload(
    tray: Tray, chat: ChatPage, service: ScriptedService
) -> None:
    def reloaded() -> tuple[ChatPage, Tray]:
        chat.page.reload()
        again = ChatPage(chat.page)
        return again, Tray(again)

    # The page is gone before the first is read.
    chat.page.evaluate("() => { createImageBitmap = () => new Promise(() => {}); }")
    tray.choose(PHOTO, NOTES)
    chat.input.fill("What is it?")
    wait_until(chat, lambda: chat.page.evaluate(NOTED) == 2)
    chat, tray = reloaded()
    tray.expect("cat.jpg", "notes.md")
    expect(chat.input).to_have_value("What is it?")
    chat.input.press("Enter")
    chat.expect_answer(1, "Answer 1.")
    asked = last_question(service)
    assert [part["type"] for part in asked] == ["image_url", "text", "text"]
    tray.expect()

    chat.action(1, text.UNDO).click()
    tray.expect("cat.jpg", "notes.md")
    chat, tray = reloaded()  # it came back, and the server alone had it
    tray.expect("cat.jpg", "notes.md")
    tray.element.get_by_role("button", name=str(WORDS["remove"]).format(name="notes.md")).click()
    tray.expect("cat.jpg")
    chat, tray = reloaded()
    tray.expect("cat.jpg")
    chat.ask("What is it?")
    chat.expect_answer(1, "Answer 2.")
    assert last_question(service) == [asked[0], asked[2]]


def test_what_is_shown_is_what_is_sent(
    tray: Tray, chat: ChatPage, service: ScriptedService
) -> None:
    tray.choose(PHOTO, NOTES)
    tray.expect("cat.jpg", "notes.md")
    chat.sidebar.get_by_role("button", name=text.WHAT_WILL_BE_SENT).click()
    dialog = chat.page.get_by_role("dialog")
    expect(dialog.locator(".pictures img")).to_have_count(1)
    shown = dialog.locator(".pictures img").get_attribute("src")
    expect(dialog).to_contain_text("===== notes.md =====")
    dialog.press("Escape")
    expect(dialog).to_have_count(0)
    chat.ask("What is it?")
    chat.expect_answer(1, "Answer 1.")
    assert last_question(service)[0] == {
        "type": "image_url",
        "image_url": {"url": shown, "detail": "high"},
    }
    tokens = re.compile(r"≈")
    expect(chat.counter).to_contain_text(tokens)


def test_a_chip_is_taken_away_looked_at_and_put_into_the_question(
    tray: Tray, chat: ChatPage, service: ScriptedService
) -> None:
    tray.choose(PHOTO, NOTES)
    tray.expect("cat.jpg", "notes.md")
    tray.element.get_by_role("button", name=str(WORDS["remove"]).format(name="cat.jpg")).click()
    tray.expect("notes.md")
    tray.element.locator(".look").click()
    dialog = chat.page.get_by_role("dialog")
    expect(dialog).to_contain_text("# Milk")
    dialog.get_by_role("button", name=text.PUT_INTO_QUESTION).click()
    expect(dialog).to_have_count(0)
    tray.expect()
    expect(chat.input).to_have_value(NOTES.data.decode())
    assert not service.requests


def test_a_long_paste_becomes_a_chip_and_a_short_or_plain_one_stays(
    tray: Tray, chat: ChatPage, service: ScriptedService
) -> None:
    long = "All work and no play. " * 200
    tray.paste(Brought(type="text/plain", text=long))
    tray.expect(str(WORDS["pasted"]))
    expect(chat.input).to_have_value("")
    chat.ask("Shorten it.")
    chat.expect_answer(1, "Answer 1.")
    assert long in text_of(last_question(service))
    # In the browser's own way, with Shift.
    chat.page.keyboard.down("Shift")
    tray.paste(Brought(type="text/plain", text=long))
    chat.page.keyboard.up("Shift")
    tray.expect()


def test_cells_and_rich_text_stay_text_and_pictures_of_a_page_do_not(tray: Tray) -> None:
    shown = Brought("image.png", "image/png", pictures.see_through())
    tray.paste(Brought(type="text/plain", text="1\t2"), shown)
    tray.paste(Brought(type="text/html", text="<img>"), shown)
    tray.expect("image.png")
    tray.paste(Brought(type="text/plain", text="/home/me/a.png"), Brought("a.png", *shown_png()))
    tray.expect("image.png", "a.png")


def shown_png() -> tuple[str, bytes]:
    """The type and the bytes of a picture."""
    return "image/png", pictures.see_through()


@pytest.mark.own_page
def test_a_question_waits_for_its_files(
    tray: Tray, chat: ChatPage, service: ScriptedService
) -> None:
    # Held back where the picture is read.
    chat.page.evaluate(
        """() => {
          const read = window.createImageBitmap;
          window.createImageBitmap = async (...all) => {
            await new Promise((go) => (window.goOn = go));
            return read(...all);
          };
        }"""
    )
    tray.choose(PHOTO)
    expect(tray.coming).to_have_count(1)
    chat.input.fill("What is it?")
    chat.input.press("Enter")
    expect(chat.input).to_have_value("What is it?")
    chat.page.evaluate("() => window.goOn()")
    chat.expect_answer(1, "Answer 1.")
    assert len(sent_pictures(service)) == 1


def test_files_may_come_while_an_answer_is_written(
    tray: Tray, chat: ChatPage, service: ScriptedService
) -> None:
    released = threading.Event()
    service.enqueue(Reply(steps=[chunk("One "), fake.wait(released), *answering("two.").steps]))
    chat.ask("Count.")
    expect(chat.growing).to_have_count(1)
    tray.choose(NOTES)
    expect(tray.chips).to_have_count(1)
    released.set()
    chat.expect_answer(1, "One two.")
    tray.expect("notes.md")
    chat.ask("And this?")
    chat.expect_answer(2, "Answer 2.")
    assert "Milk" in text_of(last_question(service))


def test_what_fails_says_so_and_the_rest_stays(tray: Tray) -> None:
    tray.choose(NOTES)
    tray.expect("notes.md")
    tray.choose(
        Brought("broken.png", "image/png", b"\x89PNG\r\n\x1a\nno picture"),
        Brought("x.bin", "application/octet-stream", bytes(range(256)) * 40),
        Brought("more.txt", "text/plain", b"Bread"),
    )
    tray.expect("notes.md", "more.txt")
    for name in ("broken.png", "x.bin"):
        expect(tray.fault).to_contain_text(name)
    tray.choose(*[Brought(f"{number}.txt", "text/plain", b"x") for number in range(9)])
    expect(tray.chips).to_have_count(8)
    expect(tray.fault).not_to_be_empty()


def test_edit_retry_and_undo_keep_the_files(
    tray: Tray, chat: ChatPage, service: ScriptedService
) -> None:
    tray.choose(PHOTO, NOTES)
    tray.expect("cat.jpg", "notes.md")
    chat.ask("What is it?")
    chat.expect_answer(1, "Answer 1.")
    chat.action(1, text.RETRY).click()
    chat.expect_answer(1, "Answer 2.")
    assert len(sent_pictures(service)) == 1
    chat.of_question(1, text.EDIT).click()
    chat.messages.nth(0).get_by_role("button", name=text.remove_file("notes.md")).click()
    expect(chat.messages.nth(0)).not_to_contain_text("notes.md")
    field = chat.messages.nth(0).locator("textarea")
    field.fill("And what is this?")
    field.press("Control+Enter")
    chat.expect_answer(1, "Answer 3.")
    assert [part["type"] for part in last_question(service)] == ["image_url", "text"]
    expect(chat.messages.nth(0).locator("img")).to_have_count(1)
    chat.action(1, text.UNDO).click()
    tray.expect("cat.jpg")
    expect(chat.input).to_have_value("And what is this?")
    chat.input.press("Enter")
    chat.expect_answer(2, "Answer 4.")
    assert len(sent_pictures(service)) == 1


@pytest.fixture
def phone(browser: Browser, app: str, service: ScriptedService) -> Iterator[ChatPage]:
    """Somebody with a phone."""
    assert not service.requests
    size = {"width": 390, "height": 844}
    with visitor(browser, app, viewport=size, has_touch=True, is_mobile=True) as page:
        yield page


def test_on_a_phone_files_are_chosen_and_sent_by_touch(
    phone: ChatPage, service: ScriptedService
) -> None:
    tray = Tray(phone)
    with phone.page.expect_file_chooser() as chooser:
        tray.element.get_by_role("button", name=str(WORDS["add"])).tap()
    chooser.value.set_files({"name": "cat.jpg", "mimeType": "image/jpeg", "buffer": PHOTO.data})
    tray.expect("cat.jpg")
    tray.element.get_by_role("button", name=str(WORDS["send"]), exact=True).tap()
    phone.expect_answer(1, "Answer 1.")
    assert len(sent_pictures(service)) == 1
    assert phone.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
