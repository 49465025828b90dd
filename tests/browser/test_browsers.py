"""Browsers that lack something, forbid it, or never answer: the app works, and says what is so."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect

from chat.keeping.notice import Notice
from chat.languages.language import language
from chat.words import text
from tests.browser.chat_page import ChatPage, in_program, opened, tab_of, wait_until
from tests.browser.keeping import WORDS, again, ask, chats, entry, expect_kept, second_tab
from tests.fakes.service import ScriptedService, answering

Opened = Callable[[str], ChatPage]
FORBIDS = """
const forbidden = () => {
  throw new DOMException("The operation is insecure.", "SecurityError");
};
const forbid = (name) => Object.defineProperty(window, name, { get: forbidden });
"""
NOT_WELL_FORMED = """
  delete String.prototype.isWellFormed;
  delete String.prototype.toWellFormed;
"""
# What a browser of the last three years may lack, or forbid, though it keeps what it is given. What
# has nothing to do with each other is lacking at once.
LACKING = {
    "groupBy, isWellFormed, structuredClone, clipboard, randomUUID, scrollend, reflected ARIA": f"""
      delete Map.groupBy;
      delete Object.groupBy;
      {NOT_WELL_FORMED}
      delete window.structuredClone;
      delete Navigator.prototype.clipboard;
      delete Crypto.prototype.randomUUID;
      delete window.onscrollend;
      delete Document.prototype.onscrollend;
      for (const name of Object.getOwnPropertyNames(Element.prototype))
        if (name === "role" || name.startsWith("aria")) delete Element.prototype[name];
    """,
    "databases": "delete IDBFactory.prototype.databases;",
    "databases that never answer": "IDBFactory.prototype.databases = () => new Promise(() => {});",
    "BroadcastChannel": "delete window.BroadcastChannel;",
    "BroadcastChannel forbidden": f"{FORBIDS} window.BroadcastChannel = class {{"
    " constructor() { forbidden(); } };",
    "sessionStorage forbidden": f"{FORBIDS} forbid('sessionStorage');",
    "sessionStorage full": """
      Storage.prototype.setItem = () => {
        throw new DOMException("full", "QuotaExceededError");
      };
    """,
}
# As Firefox is where its cookies are blocked, and others of the kind.
FORBIDDING = {
    "all": f"{FORBIDS} for (const name of ['indexedDB', 'sessionStorage', 'localStorage'])"
    " forbid(name); window.BroadcastChannel = class { constructor() { forbidden(); } };",
    "opening": f"{FORBIDS} IDBFactory.prototype.open = IDBFactory.prototype.databases = forbidden;"
    " window.BroadcastChannel = class { constructor() { forbidden(); } };",
    "no indexedDB": "delete window.indexedDB;",
}
# No request of the database is answered while `window.isSilent`.
NEVER_OPENS = """
window.isSilent = true;
const open = IDBFactory.prototype.open;
IDBFactory.prototype.open = function (...all) {
  return window.isSilent ? {} : open.apply(this, all);
};
"""
NEVER_ENDS = """
const { set } = Object.getOwnPropertyDescriptor(IDBTransaction.prototype, "oncomplete");
Object.defineProperty(IDBTransaction.prototype, "oncomplete", {
  set(heard) {
    if (!window.isSilent) set.call(this, heard);
  },
});
IDBTransaction.prototype.abort = ((abort) => function () {
  if (!window.isSilent) abort.call(this);
})(IDBTransaction.prototype.abort);
"""
NEVER_READS = """
const { set } = Object.getOwnPropertyDescriptor(IDBRequest.prototype, "onsuccess");
Object.defineProperty(IDBRequest.prototype, "onsuccess", {
  set(heard) {
    if (!window.isSilent) set.call(this, heard);
  },
});
"""


STORED = in_program("""() => new Promise((resolve) => {
  const records = store.database.transaction("records").objectStore("records");
  const request = records.getAll();
  request.onsuccess = () => resolve(JSON.stringify(request.result));
})""")


@pytest.fixture
def errors(tab: Page) -> list[str]:
    """What went wrong in the page's scripts."""
    found: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if "The list of the chats" in message.text or "cannot be kept" in message.text:
            found.append(message.text)

    tab.on("pageerror", lambda error: found.append(str(error)))
    tab.on("console", note)
    return found


def ask_by_its_own_means(chat: ChatPage, number: int) -> None:
    """Ask, and wait until the page has stored the answer."""
    chat.ask(f"Q{number}")
    chat.expect_answer(number, f"Answer {number}.")
    wait_until(chat, lambda: f"Answer {number}." in chat.page.evaluate(STORED))


@pytest.fixture
def opened_with(tab: Page, app: str) -> Opened:
    """Opens the page in a browser with these faults."""

    def open_page(script: str) -> ChatPage:
        tab.add_init_script(f"(() => {{ {script} }})()")
        return opened(tab, app)

    return open_page


@pytest.mark.parametrize("lacking", LACKING)
def test_what_a_browser_lacks_costs_no_chat(
    opened_with: Opened, errors: list[str], lacking: str
) -> None:
    chat = opened_with(LACKING[lacking])
    expect(chat.page.get_by_text(text.GREETING)).to_be_visible()
    ask_by_its_own_means(chat, 1)
    expect(entry(chat, "Q1")).to_have_class("current")
    expect(chats(chat)).to_contain_text(WORDS["today"])
    expect(chats(chat)).to_contain_text(WORDS["kept"])
    chat = again(chat.page)
    expect(chat.question(1)).to_have_text("Q1")
    chat.action(1, text.COPY).click()
    chat.page.keyboard.press("Escape")  # where it cannot be copied, it is shown
    ask_by_its_own_means(chat, 2)
    expect(chat.page.get_by_test_id("stAlert")).to_have_count(0)
    assert errors == []


def test_a_browser_in_which_streamlit_cannot_run_says_so_in_its_language(
    browser: Browser, app: str
) -> None:
    """As before Chrome 112: no program of Streamlit's, which such a browser cannot even read."""
    context = browser.new_context(locale="de-DE")
    page = context.new_page()
    page.add_init_script("""RegExp = class extends RegExp {
      constructor(pattern, flags) {
        if (flags === "v") throw new SyntaxError("Invalid flags");
        super(pattern, flags);
      }
    }""")
    page.route("**/static/js/*", lambda route: route.fulfill(body="/x/unknown"))
    page.goto(app)
    sentence = page.get_by_text(language("de").say("too_old"))
    expect(sentence).to_be_visible()
    expect(sentence).to_have_attribute("lang", "de")
    context.close()


def test_a_browser_in_which_streamlit_runs_says_nothing_of_its_age(chat: ChatPage) -> None:
    expect(chat.page.get_by_text(text.TOO_OLD)).to_be_hidden()
    expect(chat.page.locator("#too-old")).to_have_count(1)


def test_half_a_character_is_replaced_in_a_browser_that_cannot_look_for_it(
    opened_with: Opened,
) -> None:
    chat = opened_with(NOT_WELL_FORMED)
    chat.input.fill("x")
    chat.input.evaluate("""(field) => {
      const { set } = Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, "value");
      set.call(field, "\\ud83d a \\u{1F600} \\ude00");
      field.dispatchEvent(new Event("input", { bubbles: true }));
    }""")
    expect(chat.input).to_have_value("\ufffd a \U0001f600 \ufffd")
    chat.input.press("Enter")
    expect(chat.question(1)).to_have_text("\ufffd a \U0001f600 \ufffd")


@pytest.mark.parametrize("forbidding", FORBIDDING)
def test_a_browser_that_forbids_to_keep_anything_chats_on_and_says_so(
    opened_with: Opened, forbidding: str
) -> None:
    chat = opened_with(FORBIDDING[forbidding])
    expect(chats(chat)).to_contain_text(WORDS["forbidden"])
    expect(chat.page.get_by_text(text.notice(Notice.FORBIDDEN))).to_be_visible()
    expect(chat.page.get_by_text(text.GREETING)).to_be_visible()
    for number in (1, 2):
        chat.ask(f"Q{number}")
        chat.expect_answer(number, f"Answer {number}.")


def test_a_list_that_cannot_be_drawn_is_no_fault_of_the_storage(
    tab: Page, app: str, errors: list[str]
) -> None:
    chat = opened(tab, app)
    ask(chat, 1, "Q1")
    chat.page.evaluate("""() => {
      Date.prototype.setHours = () => {
        throw new TypeError("no dates");
      };
    }""")
    ask(chat, 2, "Q2")
    expect(chats(chat)).to_contain_text(WORDS["kept"])
    expect(chat.page.get_by_test_id("stAlert")).to_have_count(0)
    assert any("cannot be drawn" in error for error in errors)
    assert not any("cannot be kept" in error for error in errors)


def expect_silence(chat: ChatPage) -> None:
    expect(chats(chat)).to_contain_text(WORDS["silent"])
    expect(chats(chat)).not_to_contain_text(WORDS["kept"])
    expect(chat.page.get_by_text(text.notice(Notice.SILENT))).to_be_visible()


def expect_healed(chat: ChatPage) -> None:
    expect(chats(chat)).to_contain_text(WORDS["kept"], timeout=40_000)
    expect(chat.page.get_by_text(text.notice(Notice.SILENT))).to_have_count(0)


def test_a_storage_that_never_opens_is_told_of_until_it_does(opened_with: Opened, app: str) -> None:
    chat = opened_with(NEVER_OPENS)
    expect(chat.page.get_by_text(text.GREETING)).to_be_visible()
    chat.ask("Q1")
    chat.expect_answer(1, "Answer 1.")
    expect_silence(chat)
    chat.ask("Q2")
    chat.expect_answer(2, "Answer 2.")
    chat.page.evaluate("window.isSilent = false")
    expect_healed(chat)
    for words in ("Q1", "Answer 1.", "Answer 2."):
        expect_kept(chat, words)
    expect(entry(chat, "Q1")).to_have_class("current")
    expect(second_tab(chat, app).answer(2)).to_contain_text("Answer 2.")


def test_a_storage_that_falls_silent_is_told_of_until_it_answers(
    browser: Browser, app: str, service: ScriptedService
) -> None:
    with ExitStack() as tabs:
        pages: list[ChatPage] = []
        # Two at once, as each is waited for as long as a page waits for its storage.
        for silence in (NEVER_ENDS, NEVER_READS):
            page = tabs.enter_context(tab_of(browser))
            page.add_init_script(f"(() => {{ {silence} }})()")
            pages.append(opened(page, app))
        for chat in pages:
            ask(chat, 1, "Q1")
            chat.page.evaluate("window.isSilent = true")
            service.enqueue(answering("In silence."))
            chat.ask("Q2")
            chat.expect_answer(2, "In silence.")
        for chat in pages:
            expect_silence(chat)
            chat.page.evaluate("window.isSilent = false")
        for chat in pages:
            expect_healed(chat)
            expect_kept(chat, "In silence.")
            expect(again(chat.page).answer(2)).to_contain_text("In silence.")


def test_a_database_that_another_page_held_is_used_as_soon_as_it_is_free(
    tab: Page, app: str
) -> None:
    tab.goto(f"{app}/_stcore/health")  # another page of this host
    tab.evaluate("""async () => {
      await new Promise((done) => (indexedDB.deleteDatabase("chat-transcripts").onsuccess = done));
      const request = indexedDB.open("chat-transcripts", 1);
      window.held = await new Promise((done) => (request.onsuccess = () => done(request.result)));
    }""")
    chat = opened(tab.context.new_page(), app)
    expect(chat.page.get_by_text(text.notice(Notice.SILENT))).to_be_visible()
    chat.ask("Q1")
    chat.expect_answer(1, "Answer 1.")
    tab.evaluate("window.held.close()")
    expect(chats(chat)).to_contain_text(WORDS["kept"])
    expect(chat.page.get_by_text(text.notice(Notice.SILENT))).to_have_count(0)
    expect_kept(chat, "Answer 1.")
