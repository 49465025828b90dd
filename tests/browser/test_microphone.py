"""A question that is spoken, in Chromium, whose microphone beeps."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, expect

from chat import errors
from chat.languages.language import spoken
from chat.words import log as said
from chat.words import text
from tests.browser.chat_page import ChatPage, visitor, wait_until
from tests.fakes import service as fake
from tests.fakes.service import Reply, ScriptedService, answering, failing, transcript
from tests.running import free_port, running_app, started_app

WORDS = {name: str(word) for name, word in text.microphone_words().items()}


@pytest.fixture(scope="module")
def address(
    provider: ScriptedService, rank_files: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """An app whose service turns speech into text."""
    with running_app(
        tmp_path_factory.mktemp("hearing") / "log",
        **provider.reach,
        CHAT_TRANSCRIPTION_MODEL="hears",
        TIKTOKEN_CACHE_DIR=str(rank_files),
    ) as address:
        yield address


class Microphone:
    """The microphone in the input."""

    def __init__(self, chat: ChatPage) -> None:
        self.chat = chat
        self.element = chat.page.locator(".microphone")
        self.button = self.element.locator(".record")
        self.fault = self.element.locator(".fault")
        self.row = self.element.locator(".row")

    def record(self, *, until: str = "0:00") -> None:
        """Begin to record, by keyboard."""
        self.button.press("Enter")
        expect(self.row).to_contain_text(f"{WORDS['recording']}{until}")

    def speak(self, *, until: str = "0:00") -> None:
        """Record a moment, and stop."""
        self.record(until=until)
        self.button.press("Enter")
        expect(self.row).not_to_contain_text(WORDS["recording"])

    def press(self, word: str) -> None:
        self.row.get_by_role("button", name=WORDS[word]).click()

    def heard(self, role: str) -> Locator:
        """What a screen reader says."""
        return self.chat.page.locator(f'.heard[role="{role}"]')


@pytest.fixture(scope="module")
def page(browser: Browser, address: str) -> Iterator[Microphone]:
    """A page that may hear; one for all that is tried here."""
    with visitor(browser, address, permissions=["microphone"]) as chat:
        yield Microphone(chat)


@pytest.fixture
def microphone(page: Microphone, service: ScriptedService) -> Microphone:
    """The same, with nothing typed, and nothing asked of the service."""
    assert not service.requests
    page.chat.input.fill("")
    return page


def test_what_is_spoken_stands_with_what_was_typed(
    microphone: Microphone, service: ScriptedService
) -> None:
    chat, released = microphone.chat, threading.Event()
    hears = transcript("what time is it?", type="duration", seconds=1)
    service.enqueue(Reply(headers=hears.headers, steps=[fake.wait(released), *hears.steps]))
    chat.input.fill("Tell me:")
    microphone.speak(until="0:01")
    expect(microphone.row).to_contain_text(WORDS["turning"])
    expect(microphone.heard("status")).to_have_text(WORDS["recording"])
    chat.input.press_sequentially(" please,")  # the page can be used meanwhile
    sent = service.wait_for(1)
    released.set()
    expect(chat.input).to_have_value("Tell me: please, what time is it?")
    expect(chat.input).to_be_focused()
    expect(microphone.heard("status")).to_have_text(WORDS["turned"])
    expect(microphone.row).to_be_hidden()
    form = sent.form
    assert (sent.path, form["model"], form["language"]) == (fake.TRANSCRIPTIONS, b"hears", b"en")
    assert form["filename"] == b"speech.webm"
    assert form["file"].startswith(b"\x1aE\xdf\xa3")
    assert len(service.requests) == 1


def test_what_failed_is_kept_and_goes_once_more_as_it_was(
    microphone: Microphone, service: ScriptedService
) -> None:
    service.enqueue(failing(503, {"message": "busy"}))
    microphone.speak()
    expect(microphone.fault).to_contain_text("The service has a problem or is overloaded.")
    expect(microphone.heard("alert")).to_contain_text("overloaded")
    microphone.press("again")
    expect(microphone.chat.input).to_have_value("Spoken words.")
    expect(microphone.fault).to_be_empty()
    first, second = (request.form["file"] for request in service.requests)
    assert first == second


def test_what_is_not_wanted_any_more_is_dropped_at_its_source(
    microphone: Microphone, service: ScriptedService
) -> None:
    service.enqueue(Reply(steps=[fake.stall]))
    microphone.speak()
    dropped = service.wait_for(1)
    microphone.press("cancel")
    assert dropped.left.wait(fake.PATIENCE)
    expect(microphone.row).to_be_hidden()
    expect(microphone.chat.input).to_have_value("")


def test_one_speaks_while_an_answer_grows_and_escape_ends_the_recording_alone(
    microphone: Microphone, service: ScriptedService
) -> None:
    chat, ended = microphone.chat, threading.Event()
    begins, *rest = answering("whole.").steps
    service.enqueue(Reply(steps=[begins, fake.chunk("Half, "), fake.wait(ended), *rest]))
    chat.ask("Q")
    expect(chat.answer(1)).to_contain_text("Half")
    microphone.record()
    chat.page.keyboard.press("Escape")
    expect(microphone.row).to_be_hidden()
    microphone.speak()
    expect(chat.growing).to_have_count(1)
    ended.set()
    expect(chat.input).to_have_value("Spoken words.")
    chat.expect_answer(1, "Half, whole.")
    assert len(service.requests) == 2


def test_a_page_that_may_not_hear_says_so_and_a_small_phone_has_room(
    browser: Browser, address: str
) -> None:
    size = {"width": 320, "height": 568}
    with visitor(browser, address, viewport=size, has_touch=True, is_mobile=True) as chat:
        microphone = Microphone(chat)
        microphone.button.tap()
        expect(microphone.fault).to_have_text(WORDS["forbidden"])
        send = chat.page.get_by_test_id("stChatInputSubmitButton")
        ends = 0.0
        for button in (chat.page.locator(".tray .add"), microphone.button, send):
            box = button.bounding_box()
            assert box is not None
            assert min(box["width"], box["height"]) >= 44
            assert box["x"] >= ends
            ends = box["x"] + box["width"]
        assert ends <= size["width"]


def test_a_server_that_ends_hands_over_what_was_spoken_and_hears_no_more(
    browser: Browser, service: ScriptedService, rank_files: Path, tmp_path: Path
) -> None:
    environment = {
        **service.reach,
        "CHAT_TRANSCRIPTION_MODEL": "hears",
        "TIKTOKEN_CACHE_DIR": str(rank_files),
    }
    log, may_hear = tmp_path / "log", {"permissions": ["microphone"]}
    with (
        started_app(log, "streamlit_app.py", free_port(), **environment) as (address, process),
        visitor(browser, address, **may_hear) as chat,
        visitor(browser, address, **may_hear) as other,
    ):
        microphone, late = Microphone(chat), Microphone(other)
        hears, released = transcript("what time is it?"), threading.Event()
        service.enqueue(Reply(headers=hears.headers, steps=[fake.wait(released), *hears.steps]))
        microphone.speak()
        service.wait_for(1)
        process.send_signal(signal.SIGTERM)
        wait_until(chat, lambda: said.leaving(1) in log.read_text(encoding="utf-8"))
        late.speak()
        sentence = spoken().joined(*text.failure(errors.Restarting()))
        expect(late.fault).to_have_text(sentence)
        released.set()
        expect(chat.input).to_have_value("what time is it?")
        process.wait(60)
    assert len(service.requests) == 1
