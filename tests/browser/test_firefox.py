"""The main ways through the app in Debian's Firefox, driven by `marionette-driver` (firefox.py)."""

from __future__ import annotations

import json
import threading
from base64 import b64encode
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from marionette_driver import By, Keys
from marionette_driver.marionette import Marionette

from chat.conversation.files import pictures_of, text_of
from chat.keeping.notice import Notice
from chat.languages.language import say
from chat.words import text
from tests import pictures
from tests.browser import firefox
from tests.browser.exports import EXPORT
from tests.browser.files import last_question, sent_pictures
from tests.browser.firefox import FirefoxPage
from tests.browser.keeping import WORDS, growing
from tests.fakes import service as fake
from tests.fakes.service import Reply, ScriptedService, answering, chunk
from tests.installed import require

COOKIES = "network.cookie.cookieBehavior"
NO_COOKIES = 2  # and no storage, and no channel between tabs
USED = 'indexedDB.open("x")'
# What a visitor who was here before leaves behind.
FORGET = """
const [done] = arguments;
sessionStorage.clear();
indexedDB.deleteDatabase("chat-transcripts").onsuccess = done;
"""
STORED = """
const [words, done] = arguments;
indexedDB.open("chat-transcripts").onsuccess = ({ target: { result } }) => {
  const all = result.transaction("records").objectStore("records").getAll();
  all.onsuccess = () => {
    result.close();
    done(JSON.stringify(all.result).includes(words));
  };
};
"""


@pytest.fixture(scope="module")
def marionette() -> Iterator[Marionette]:
    """The machine's Firefox; without one, CI fails and anybody else is told."""
    require(firefox.executable(), "Firefox is not installed, so the tests in it did not run.")
    with firefox.launched() as launched:
        yield launched


@pytest.fixture
def page(marionette: Marionette, app: str, service: ScriptedService) -> Iterator[FirefoxPage]:
    """The page in a Firefox that was never there before."""
    assert service.requests == []
    (kept_open,) = marionette.window_handles
    marionette.navigate(f"{app}/_stcore/health")
    marionette.execute_async_script(FORGET, sandbox=None)
    yield FirefoxPage(marionette, app)
    for tab in set(marionette.window_handles) - {kept_open}:
        marionette.switch_to_window(tab)
        marionette.close()
    marionette.switch_to_window(kept_open)


def expect_stored(page: FirefoxPage, words: str) -> None:
    """Wait until the browser keeps these words."""
    stored = page.marionette.execute_async_script
    page.expect(lambda: bool(stored(STORED, script_args=(words,), sandbox=None)))


def test_a_question_is_answered_and_kept(page: FirefoxPage) -> None:
    page.expect(lambda: page.says(text.GREETING))
    page.ask("Q1")
    page.expect_said("Q1", "Answer 1.")
    page.expect_free()
    page.ask("Q2")
    page.expect_said("Q1", "Answer 1.", "Q2", "Answer 2.")
    page.expect(lambda: page.says("Q1", ".chats li.current"))
    assert page.says(WORDS["kept"], ".chats")


def test_a_link_begins_a_new_chat_with_a_question_that_waits(page: FirefoxPage) -> None:
    page.ask("Q1")
    page.expect_said("Q1", "Answer 1.")
    page.expect_free()
    page.load("/?q=Q2&rounds=0")
    page.expect(lambda: page.typed() == "Q2")
    page.expect(lambda: page.run("return location.search") == "")
    page.load()
    page.expect(lambda: page.typed() == "Q2")
    assert page.messages() == []
    page.type(Keys.ENTER)
    page.expect_said("Q2", "Answer 2.")


def test_a_prompt_of_ones_own_is_kept_and_picked_by_a_slash(page: FirefoxPage) -> None:
    page.click(".ways button", say("own_prompts.save"))
    page.marionette.find_element(By.CSS_SELECTOR, ".prompts [name=name]").send_keys("Brief")
    page.marionette.find_element(By.CSS_SELECTOR, ".prompts [name=text]").send_keys(" Briefly.")
    page.click(".prompts .primary")
    page.expect(lambda: page.says("Brief", ".prompts li"))
    page.expect(lambda: page.says("Brief", ".own-prompts"))
    page.load()
    page.expect(lambda: page.says("Brief", ".own-prompts"))
    page.type("/b")
    page.expect(lambda: page.says("Brief", '[role="option"]'))
    page.type(Keys.ENTER)
    prompt = "You are a helpful assistant. Briefly."
    page.expect(lambda: page.says(f"Brief · System prompt: {prompt}"))
    assert page.typed() == ""


def test_stop_keeps_what_was_shown(page: FirefoxPage, service: ScriptedService) -> None:
    service.enqueue(growing(200))
    page.ask("Q1")
    page.expect_said("Q1", "w3 ")
    # Stop takes no click until a double click on Send is over (style.css).
    is_armed = "return document.querySelector('.st-key-stop').getAnimations().length === 0"
    page.expect(lambda: bool(page.run(is_armed)))
    page.click(".st-key-stop button")
    assert service.wait_for(1).left.wait(firefox.PATIENCE)
    page.expect_free()
    page.expect_said("Q1", text.STOPPED)
    page.expect_said("Q1", "w3 ")
    page.load()
    page.expect_said("Q1", "w3 ")
    page.expect_said("Q1", text.STOPPED)


def test_a_reload_in_the_middle_of_an_answer_keeps_it(
    page: FirefoxPage, service: ScriptedService
) -> None:
    service.enqueue(growing(200))
    page.ask("Q1")
    page.expect_said("Q1", "w3 ")
    expect_stored(page, "w3 ")
    page.type("Half a quest")
    page.load()
    page.expect_said("Q1", "w3 ")
    page.expect(lambda: page.typed() == "Half a quest")
    page.expect_free()
    page.type("ion" + Keys.ENTER)
    page.expect_said("Q1", "w3 ", "Half a question", "Answer 2.")
    page.expect_free()
    assert page.typed() == ""


def test_what_is_asked_while_an_answer_is_written_goes_off_after_it(
    page: FirefoxPage, service: ScriptedService
) -> None:
    ends = threading.Event()
    rest = answering(" is all.").steps
    service.enqueue(Reply(steps=[chunk("Half of it"), fake.wait(ends), *rest]))
    page.ask("Q1")
    page.expect_said("Q1", "Half of it")
    page.ask("Q2")
    page.expect(lambda: page.says("Q2", ".queue li"))
    page.ask("Q3")
    page.expect(lambda: page.says(say("queue.next", count=2), ".queue"))
    assert page.typed() == ""
    ends.set()
    page.expect_said("Q1", "is all.", "Q2", "Answer 2.", "Q3", "Answer 3.")
    page.expect(lambda: not page.has(".queue li"))
    assert len(service.requests) == 3


def test_what_waits_is_kept_by_a_reload_and_sent_by_hand(
    page: FirefoxPage, service: ScriptedService
) -> None:
    service.enqueue(Reply(steps=[chunk("Half of it"), fake.stall]))
    page.ask("Q1")
    page.expect_said("Q1", "Half of it")
    page.ask("Q2")
    page.expect(lambda: page.says("Q2", ".queue li"))
    expect_stored(page, "Half of it")
    page.load()
    page.expect_said("Q1", "Half of it")
    page.expect(lambda: page.says(say("queue.held", count=1), ".queue"))
    page.click(".queue .send")
    page.expect_said("Q1", "Half of it", "Q2", "Answer 2.")


def test_words_come_back_once_however_often_the_page_is_loaded(page: FirefoxPage) -> None:
    said: list[str] = []
    for number in (1, 2, 3):
        page.type(f"Question {number}")
        page.load()
        page.load()
        page.expect(partial(_has, page, f"Question {number}"))
        page.type(Keys.ENTER)
        said += [f"Question {number}", f"Answer {number}."]
        page.expect_said(*said)
        page.expect_free()
        assert page.typed() == ""
        expect_stored(page, said[-1])


def _has(page: FirefoxPage, typed: str) -> bool:
    return page.typed() == typed


def test_two_tabs_with_a_chat_follow_each_other(page: FirefoxPage, app: str) -> None:
    page.ask("Q1")
    page.expect_said("Q1", "Answer 1.")
    expect_stored(page, "Answer 1.")
    other = FirefoxPage(page.marionette, app)
    other.expect_said("Q1", "Answer 1.")
    other.ask("Q2")
    page.expect_said("Q1", "Answer 1.", "Q2", "Answer 2.")
    page.expect_free()
    page.ask("Q3")
    other.expect_said("Q1", "Answer 1.", "Q2", "Answer 2.", "Q3", "Answer 3.")


def test_where_cookies_are_blocked_one_can_chat_and_is_told(page: FirefoxPage) -> None:
    with page.marionette.using_prefs({COOKIES: NO_COOKIES}):
        page.load()
        assert page.run(f"try {{ {USED} }} catch ({{ name }}) {{ return name }}") == "SecurityError"
        page.expect(lambda: page.says(text.GREETING))
        for number in (1, 2):
            page.ask(f"Q{number}")
            page.expect(partial(page.says, f"Answer {number}.", ".stMain"))
            page.expect_free()
        page.expect(lambda: page.says(WORDS["forbidden"], ".chats"))
        page.expect(lambda: page.says(text.notice(Notice.FORBIDDEN)))


def test_an_answer_is_copied(page: FirefoxPage, service: ScriptedService) -> None:
    service.enqueue(answering("It *is*\n\n- so"))
    page.ask("Q1")
    page.expect_said("Q1", "so")
    page.expect_free()
    page.click("[class*='st-key-actions-'] [data-copy]")
    page.expect(lambda: page.says(text.COPIED))
    page.type(Keys.CONTROL + "v")
    page.expect(lambda: page.typed() == "It *is*\n\n- so")


def test_a_chat_is_copied_and_opened_from_its_link(
    page: FirefoxPage, service: ScriptedService
) -> None:
    service.enqueue(answering("It *is*\n\n- so"))
    page.ask("Q1")
    page.expect_said("Q1", "so")
    page.expect_free()
    page.click(".st-key-chats-and-more summary")
    page.click(".st-key-copy_chat button")
    page.expect(lambda: page.says(text.COPIED))
    page.type(Keys.CONTROL + "v")
    page.expect(lambda: page.typed().endswith("> Q1\n\nIt *is*\n\n- so\n"))
    page.type(Keys.CONTROL + "a")
    page.click(".st-key-copy_link button")
    page.expect(lambda: page.says(say("sharing.link_copied")))
    page.type(Keys.CONTROL + "v")
    page.expect(lambda: page.typed().startswith(f"{page.address}/#chat="))
    _, _, linked = page.typed().partition("#")
    for asked in (f"/#{linked}", f"/?lang=en#{linked}"):  # in the open page, and in another one
        page.load(asked)
        page.expect(lambda: page.says(text.CHAT_FROM_LINK))
        page.expect_said("Q1", "so")
        assert page.run("return location.hash") == ""
    assert len(service.requests) == 1


DROP = """
const [name, type, data] = arguments;
const transfer = new DataTransfer();
transfer.items.add(new File([Uint8Array.from(atob(data), (c) => c.charCodeAt(0))], name, { type }));
const event = { dataTransfer: transfer, bubbles: true, cancelable: true };
for (const kind of ["dragover", "drop"])
  document.querySelector(".stMain").dispatchEvent(new DragEvent(kind, event));
"""


def test_files_go_along_with_a_question_and_are_kept(
    page: FirefoxPage, service: ScriptedService, tmp_path: Path
) -> None:
    photo = tmp_path / "cat.jpg"
    photo.write_bytes(pictures.photo())
    there = "return document.querySelectorAll('.tray li:not(.coming)').length"
    page.run("document.querySelector('.tray input').hidden = false")  # or no key reaches it
    page.marionette.find_element(By.CSS_SELECTOR, ".tray input").send_keys(str(photo))
    page.expect(lambda: page.run(there) == 1)
    page.run(DROP, "notes.md", "text/markdown", b64encode(b"# Milk").decode())
    page.expect(lambda: page.run(there) == 2)
    page.ask("What is it?")
    page.expect_said("What is it?", "Answer 1.")
    (sent,) = sent_pictures(service)
    seen = pictures.opened(sent)
    assert seen.size == (800, 1_200)
    assert pictures.is_red(seen, 400, 20)
    assert "# Milk" in text_of(last_question(service))
    page.expect_free()
    expect_stored(page, "picture")
    page.load()
    page.expect_said("What is it?", "Answer 1.")
    assert page.has(".pictures img")
    page.ask("And now?")
    page.expect_said("What is it?", "Answer 1.", "And now?", "Answer 2.")
    again = pictures_of(service.last.messages[1]["content"])
    assert again == [f"data:image/jpeg;base64,{b64encode(sent).decode()}"]


def test_nothing_of_a_temporary_chat_is_kept(page: FirefoxPage) -> None:
    page.ask("Q1")
    page.expect_said("Q1", "Answer 1.")
    page.expect_free()
    page.click(".st-key-temporary_chat button")
    page.expect(lambda: page.has(".st-key-temporary") and page.messages() == [])
    page.ask("A secret")
    page.expect_said("A secret", "Answer 2.")
    page.expect_free()
    page.load()
    page.expect(lambda: page.says("Q1", ".chats"))
    assert page.messages() == []
    assert not page.says("A secret")


def test_chats_of_another_app_are_imported_and_found(page: FirefoxPage, tmp_path: Path) -> None:
    export = tmp_path / "conversations.json"
    export.write_text(json.dumps(EXPORT))
    page.click(".st-key-more summary")
    page.expect(lambda: page.has(".load input"))
    page.marionette.find_element(By.CSS_SELECTOR, ".load input").send_keys(str(export))
    page.expect(lambda: page.says(say("taking.imported", count=2), ".load-status"))
    page.click(".chats li .open", "Old")
    page.expect_said("What is old?", "Rome.")
    page.ask("And now?")
    page.expect_said("What is old?", "Rome.", "And now?", "Answer 1.")
