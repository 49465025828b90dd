"""What the browser keeps: nothing too much, and nothing less when the storage fails."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from chat.keeping.notice import Notice
from chat.keeping.untrusted import Fault
from chat.words import text
from tests.browser.chat_page import ChatPage, in_program, opened, visitor, wait_for_storage
from tests.browser.keeping import (
    READ,
    WORDS,
    again,
    ask,
    chats,
    entry,
    expect_kept,
    fill_with_many,
    growing,
    kept,
    reload_forgetting,
    second_tab,
    seed,
)
from tests.fakes.service import KEY, ScriptedService, answering
from tests.keeping.kept import VERSION_1

pytestmark = pytest.mark.one_page

FORBIDDEN = """
for (const name of ["indexedDB", "sessionStorage"])
  Object.defineProperty(window, name, {
    get() {
      throw new DOMException("no", "SecurityError");
    },
  });
"""
FULL = """
const put = IDBObjectStore.prototype.put;
IDBObjectStore.prototype.put = function (...all) {
  if (!window.isFull) return put.apply(this, all);
  throw new DOMException("full", "QuotaExceededError");
};
"""
SEEDED = "0123456789abcdef0123456789abcdef"


def test_no_key_is_kept(chat: ChatPage) -> None:
    ask(chat, 1, "Q1")
    assert all(KEY not in words for words in kept(chat))


def test_text_that_looks_like_a_script_stays_text(chat: ChatPage, service: ScriptedService) -> None:
    wicked = "</script><script>document.title='gone'</script><!--<img src=x onerror=alert(1)>"
    service.enqueue(answering(wicked))
    chat.ask(wicked)
    chat.expect_answer(1, "</script>")
    expect(chats(chat).locator("li .open")).to_have_text(wicked[:60] + " …")
    expect_kept(chat, "onerror=alert(1)")
    chat = again(chat.page)
    expect(chat.question(1)).to_have_text(wicked)
    expect(chat.page).to_have_title("Chat")


def test_what_the_browser_says_is_said_again_until_it_is_heard(chat: ChatPage) -> None:
    ask(chat, 1, "Q1")
    chat.button(text.NEW_CHAT).click()
    expect(chat.messages).to_have_count(0)
    # As where the connection is lost at this moment.
    chat.page.evaluate(
        in_program("""() => {
      const { outbox } = store;
      const { send } = outbox;
      outbox.send = () => (outbox.send = send);
    }""")
    )
    entry(chat, "Q1").locator(".open").click()
    expect(chat.question(1)).to_have_text("Q1")


def test_a_write_that_is_lost_is_made_good_with_the_next_one(
    chat: ChatPage, service: ScriptedService
) -> None:
    ask(chat, 1, "Q1")
    service.enqueue(growing(60))
    chat.ask("Q2")
    expect_kept(chat, "w5 ")
    chat.page.evaluate(
        in_program("""() => {
      const { drafts } = store;
      drafts.take = () => delete drafts.take;
    }""")
    )
    expect_kept(chat, "w40 ")
    expect(chat.stop).to_be_visible()
    expect(again(chat.page).answer(2)).to_contain_text(" ".join(f"w{n}" for n in range(41)))


def test_the_last_write_that_is_lost_is_asked_for(chat: ChatPage) -> None:
    ask(chat, 1, "Q1")
    chat.page.evaluate(in_program("() => (store.drafts.take = () => {}, null)"))
    chat.ask("Q2")
    chat.expect_answer(2, "Answer 2.")
    chat.page.evaluate(in_program("() => delete store.drafts.take"))
    chat.remember(4)
    expect_kept(chat, "Answer 2.")


def test_a_moment_without_room_costs_nothing_and_is_told_at_once(
    tab: Page, app: str, service: ScriptedService
) -> None:
    tab.add_init_script(FULL)
    chat = opened(tab, app)
    ask(chat, 1, "Q1")
    service.enqueue(growing(60))
    chat.ask("Q2")
    expect_kept(chat, "w5 ")
    chat.page.evaluate("window.isFull = true")
    expect(chats(chat)).to_contain_text(WORDS["full"])
    expect(chat.stop).to_be_visible()
    chat.page.evaluate("window.isFull = false")
    expect(chats(chat)).to_contain_text(WORDS["kept"])
    expect_kept(chat, "w40 ")
    expect(chat.stop).to_be_visible()
    expect(again(chat.page).answer(2)).to_contain_text(" ".join(f"w{n}" for n in range(41)))


def test_a_passing_fault_is_told_only_while_it_lasts(chat: ChatPage) -> None:
    ask(chat, 1, "Q1")
    chat.page.evaluate(
        in_program("() => store.enqueue(() => Promise.reject(new Error('a hiccup')))")
    )
    expect(chat.page.get_by_text(text.notice(Notice.FAILED))).to_be_visible()
    ask(chat, 2, "Q2")
    expect(chat.page.get_by_text(text.notice(Notice.FAILED))).to_have_count(0)


@pytest.mark.own_page
def test_changes_of_the_settings_write_a_little_and_miss_nothing(chat: ChatPage, app: str) -> None:
    ask(chat, 1, "Q1")
    tab = second_tab(chat, app)
    expect(tab.question(1)).to_have_text("Q1")
    chat.page.evaluate(
        in_program("""() => {
      const { drafts, outbox } = store;
      const { take } = drafts;
      const { add } = outbox;
      window.written = [];
      window.told = [];
      drafts.take = (writes) => {
        const isNew = ({ number }) => number > drafts.taken;
        window.written.push(...writes.filter(isNew).map(({ whole }) => whole));
        return take.call(drafts, writes);
      };
      outbox.add = (message) => {
        window.told.push(message.kind);
        return add.call(outbox, message);
      };
    }""")
    )
    chat.remember(6)
    expect(tab.sidebar.get_by_role("slider", name=text.ROUNDS)).to_have_value("6")
    assert chat.page.evaluate("window.told") == []
    assert set(chat.page.evaluate("window.written")) == {False}
    expect(chats(tab).locator("li")).to_have_count(1)


def test_an_index_that_was_edited_by_hand_is_listed_as_far_as_it_goes(chat: ChatPage) -> None:
    ask(chat, 1, "Good")
    chat.page.evaluate(
        in_program("""async () => {
      const { database } = store;
      const transaction = database.transaction("chats", "readwrite");
      const id = (number) => String(number).padStart(32, "0");
      const odd = { toString: 1, valueOf: 1 };
      for (const chat of [
        { id: "x", title: "No id" },
        { id: id(1), title: "Long ago", changed: -1e300 },
        { id: id(2), title: odd, name: odd, changed: odd, created: odd, stamp: odd },
        { id: id(3), title: "To come", changed: 1e300 },
      ])
        transaction.objectStore("chats").put(chat);
      await new Promise((resolve) => (transaction.oncomplete = resolve));
    }""")
    )
    chat = again(chat.page)
    expect(chat.question(1)).to_have_text("Good")
    expect(chats(chat).locator("li .open")).to_have_count(4)
    expect(entry(chat, WORDS["untitled"])).to_be_visible()
    expect(chat.page.get_by_test_id("stAlert")).to_have_count(0)


def test_a_notice_of_one_chat_is_not_shown_with_another(chat: ChatPage) -> None:
    seed(chat, SEEDED, json.loads(VERSION_1) | {"foo": 1})
    chat = ChatPage(chat.page)
    expect(chat.page.get_by_text(text.notice(Notice.DAMAGED))).to_be_visible()
    chat.button(text.NEW_CHAT).click()
    expect(chat.messages).to_have_count(0)
    expect(chat.page.get_by_text(text.notice(Notice.DAMAGED))).to_have_count(0)


@pytest.mark.own_page
def test_a_damaged_chat_is_mended_by_the_next_change_and_not_before(
    chat: ChatPage, app: str
) -> None:
    seed(chat, SEEDED, json.loads(VERSION_1) | {"foo": 1})
    chat = ChatPage(chat.page)
    expect(chat.page.get_by_text(text.notice(Notice.DAMAGED))).to_be_visible()
    tab = second_tab(chat, app)
    expect(tab.page.get_by_text(text.notice(Notice.DAMAGED))).to_be_visible()
    assert chat.page.evaluate(READ)[SEEDED]["foo"] == 1
    ask(chat, 3, "Q3")
    assert "foo" not in chat.page.evaluate(READ)[SEEDED]
    expect(tab.question(3)).to_have_text("Q3")
    expect(tab.page.get_by_text(text.notice(Notice.DAMAGED))).to_have_count(0)
    expect(chats(chat).locator("li")).to_have_count(1)


def test_a_chat_that_is_too_long_to_be_sent_stays_where_it_is(chat: ChatPage) -> None:
    wait_for_storage(chat)
    records = json.loads(VERSION_1)
    fill_with_many(chat, 1)
    chat = ChatPage(chat.page)
    wait_for_storage(chat)
    chat.page.evaluate(
        in_program("""async () => {
      const transaction = store.database.transaction("records", "readwrite");
      transaction.objectStore("records").put('"'.repeat(9_000_000), ["0".repeat(32), "question/1"]);
      await new Promise((resolve) => (transaction.oncomplete = resolve));
    }""")
    )
    reload_forgetting(chat)
    chat = ChatPage(chat.page)
    expect(chat.page.get_by_text(text.notice(Notice.TOO_LONG))).to_be_visible()
    ask(chat, 1, "Q1")
    assert len(chat.page.evaluate(READ)["0" * 32]) == len(records)


def test_a_file_that_would_be_too_large_on_its_way_is_refused(
    chat: ChatPage, tmp_path: Path
) -> None:
    ask(chat, 1, "Q1")
    quotes = tmp_path / "quotes.json"
    content = (
        '"\n' * 3_700_000
    )  # each of which takes four bytes in the file, and seven when it is sent
    quotes.write_text(json.dumps([{"role": "user", "content": content}]), encoding="utf-8")
    chat.open_more()
    chat.sidebar.locator('input[type="file"]').set_input_files(quotes)
    expect(chat.sidebar.get_by_text(text.fault(Fault.TOO_LARGE))).to_be_visible()
    ask(chat, 2, "Q2")


def test_a_browser_that_forbids_it_chats_on_and_says_so(tab: Page, app: str) -> None:
    tab.add_init_script(FORBIDDEN)
    chat = opened(tab, app)
    expect(chat.page.get_by_text(text.notice(Notice.FORBIDDEN))).to_be_visible()
    expect(chat.page.get_by_text(text.GREETING)).to_be_visible()
    chat.ask("Q1")
    chat.expect_answer(1, "Answer 1.")
    chat.ask("Q2")
    chat.expect_answer(2, "Answer 2.")


def test_a_full_storage_says_so_and_is_tried_again(tab: Page, app: str) -> None:
    tab.add_init_script(FULL)
    chat = opened(tab, app)
    ask(chat, 1, "Q1")
    chat.page.evaluate("window.isFull = true")
    chat.ask("Q2")
    chat.expect_answer(2, "Answer 2.")
    expect(chat.page.get_by_text(text.notice(Notice.FULL))).to_be_visible()
    chat.page.evaluate("window.isFull = false")
    ask(chat, 3, "Q3")
    expect(chat.page.get_by_text(text.notice(Notice.FULL))).to_have_count(0)
    chat = again(chat.page)
    expect(chat.question(2)).to_have_text("Q2")
    expect(chat.answer(3)).to_contain_text("Answer 3.")


@pytest.mark.own_page
def test_a_real_quota_is_met(chat: ChatPage, app: str, service: ScriptedService) -> None:
    session = chat.page.context.new_cdp_session(chat.page)
    session.send("Storage.overrideQuotaForOrigin", {"origin": app, "quotaSize": 1000})
    service.enqueue(answering("word " * 20_000))
    chat.ask("Q1")
    expect(chat.page.get_by_text(text.notice(Notice.FULL))).to_be_visible()
    chat.expect_answer(1, "word word")


@pytest.mark.own_page
def test_a_database_that_somebody_else_made_is_shared_and_left_alone(chat: ChatPage) -> None:
    wait_for_storage(chat)
    chat.page.evaluate(
        in_program("""async () => {
      const { database } = store;
      database.onversionchange = database.onclose = null;
      database.close();
      const result = (of) => new Promise((done) => (of.onsuccess = () => done(of.result)));
      await result(indexedDB.deleteDatabase("chat-transcripts"));
      const request = indexedDB.open("chat-transcripts", 3);
      request.onupgradeneeded = () => request.result.createObjectStore("foreign").put("theirs", 1);
      (await result(request)).close();
    }""")
    )
    chat = again(chat.page)
    ask(chat, 1, "Q1")
    chat = again(chat.page)
    expect(chat.question(1)).to_have_text("Q1")
    assert (
        chat.page.evaluate(
            in_program("""async () => {
      const result = (of) => new Promise((done) => (of.onsuccess = () => done(of.result)));
      const foreign = store.database.transaction("foreign").objectStore("foreign");
      return await result(foreign.get(1));
    }""")
        )
        == "theirs"
    )


def test_version_1_of_the_storage_is_read(chat: ChatPage) -> None:
    seed(chat, SEEDED, json.loads(VERSION_1))
    chat = ChatPage(chat.page)
    expect(chat.answer(1)).to_contain_text("Second")
    expect(chat.answer(2)).to_contain_text("Half of it")
    expect(chat.sidebar.get_by_label(text.SYSTEM_PROMPT, exact=True)).to_have_value("S")
    ask(chat, 3, "Q3")


def test_what_can_be_read_of_a_damaged_chat_is_read(chat: ChatPage) -> None:
    records = json.loads(VERSION_1) | {"answer/2": "edited", "round/4": {"after": []}, "head": 0}
    seed(chat, SEEDED, records)
    chat = ChatPage(chat.page)
    expect(chat.page.get_by_text(text.notice(Notice.DAMAGED))).to_be_visible()
    expect(chat.answer(1)).to_contain_text("Second")
    expect(chat.question(2)).to_have_text("Q2")
    ask(chat, 3, "Q3")


@pytest.mark.parametrize(
    ("records", "notice"),
    [({"head": {"version": 9}}, Notice.NEWER), ({"answer/1": "?"}, Notice.UNREADABLE)],
)
def test_a_chat_that_cannot_be_read_is_left_alone(
    chat: ChatPage, records: dict[str, object], notice: Notice
) -> None:
    seed(chat, SEEDED, records)
    chat = ChatPage(chat.page)
    expect(chat.page.get_by_text(text.notice(notice))).to_be_visible()
    ask(chat, 1, "Q1")
    expect(chats(chat).locator("li")).to_have_count(2)
    assert json.dumps(next(iter(records.values()))) in kept(chat)


def test_nothing_is_kept_or_noted_where_the_owner_wants_so(
    browser: Browser, forgetful_app: str
) -> None:
    with visitor(browser, forgetful_app) as chat:
        expect(chat.sidebar).to_contain_text(text.NOT_KEPT)
        chat.ask("Q1")
        chat.expect_answer(1, "demo")
        assert chat.page.evaluate("indexedDB.databases()") == []
        assert chat.page.evaluate("sessionStorage.getItem('chat')") is None
        chat.of_question(1, text.EDIT).click()
        chat.page.get_by_label(text.EDIT_QUESTION).fill("Q1 edited")
        chat.sidebar.get_by_label(text.SYSTEM_PROMPT, exact=True).fill("Be kind")
        chat.input.fill("Never sent")
        chat.page.evaluate("window.dispatchEvent(new Event('pagehide'))")
        assert chat.page.evaluate("sessionStorage.length") == 0
        after = again(chat.page)
        expect(after.page.get_by_text(text.GREETING)).to_be_visible()
        expect(after.input).to_have_value("")
