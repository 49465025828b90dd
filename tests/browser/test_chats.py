"""Chats that survive: a reload, a restart, two tabs, and a storage that fails."""

from __future__ import annotations

import json
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from chat.records import Notice
from chat.titles import WISH
from chat.ui import text
from tests.browser.chat_page import ChatPage, wait_until
from tests.browser.conftest import KEY, free_port, running_app, started_app, visitor
from tests.fakes import service as fake
from tests.fakes.service import Reply, ScriptedService, answering, chunk
from tests.test_records import VERSION_1

WORDS = text.CHATS_WORDS
# What a page keeps, as {chat's id: {record's name: record}}.
READ = """async () => {
  if (!(await indexedDB.databases()).length) return {};
  const result = (of) => new Promise((resolve) => (of.onsuccess = () => resolve(of.result)));
  const database = await result(indexedDB.open("chat-transcripts"));
  const records = database.transaction("records").objectStore("records");
  const [names, values] = [await result(records.getAllKeys()), await result(records.getAll())];
  database.close();
  const kept = {};
  names.forEach(([chat, name], place) => ((kept[chat] ??= {})[name] = values[place]));
  return kept;
}"""
# Puts chats and records into a storage that the app has made.
FILL = """async ([chats, records]) => {
  const result = (of) => new Promise((resolve) => (of.onsuccess = () => resolve(of.result)));
  const database = await result(indexedDB.open("chat-transcripts"));
  const transaction = database.transaction(["chats", "records"], "readwrite");
  chats.forEach((chat) => transaction.objectStore("chats").put(chat));
  records.forEach(([key, value]) => transaction.objectStore("records").put(value, key));
  await new Promise((resolve) => (transaction.oncomplete = resolve));
  database.close();
}"""


def kept(chat: ChatPage) -> list[str]:
    """All words that the browser keeps."""
    records: dict[str, dict[str, object]] = chat.page.evaluate(READ)
    return [json.dumps(record) for chat in records.values() for record in chat.values()]


def expect_kept(chat: ChatPage, words: str) -> None:
    """Wait until the browser keeps these words."""
    wait_until(chat, lambda: any(words in record for record in kept(chat)))


def chats(chat: ChatPage) -> Locator:
    """The list in the sidebar."""
    return chat.sidebar.locator(".chats")


def entry(chat: ChatPage, title: str) -> Locator:
    """One chat of the list."""
    return chats(chat).locator("li").filter(has_text=title)


def ask(chat: ChatPage, number: int, question: str) -> None:
    """Ask, and wait for the answer that the service gives by itself."""
    chat.ask(question)
    chat.expect_answer(number, "Answer ")
    expect_kept(chat, question)


def seed(chat: ChatPage, id: str, records: dict[str, object], title: str = "Seeded") -> None:
    """Put a chat into the browser's storage, and reload the page."""
    chat.page.wait_for_function("window.chatStore?.database")
    index = {"id": id, "title": title, "created": 1, "changed": 1, "stamp": "s 3"}
    entries = [([id, name], record) for name, record in records.items()]
    chat.page.evaluate(FILL, [[index], entries])
    reload_forgetting(chat)


def reload_forgetting(chat: ChatPage) -> None:
    """Reload the page as a new tab, which has shown no chat; it notes none until it is gone."""
    with chat.page.expect_navigation():
        chat.page.evaluate("""() => {
          sessionStorage.clear();
          Storage.prototype.setItem = () => {};
          location.reload();
        }""")


def again(page: Page) -> ChatPage:
    """The page after it was loaded again."""
    page.reload()
    return ChatPage(page)


def test_a_chat_is_back_after_a_reload_with_all_that_belongs_to_it(
    chat: ChatPage, service: ScriptedService
) -> None:
    service.enqueue(answering("First version."), answering("Second version."), answering("Third."))
    chat.prompt("Answer in verse.")
    chat.remember(7)
    chat.ask("Q1")
    chat.expect_answer(1, "First version.")
    chat.action(1, text.RETRY).click()
    chat.expect_answer(1, "Second version.")
    chat.action(1, text.EARLIER_VERSION).click()
    expect(chat.answer(1)).to_contain_text("1 / 2")
    chat.ask("Q2")
    chat.expect_answer(2, "Third.")
    expect_kept(chat, "Third.")
    chat = again(chat.page)
    expect(chat.messages).to_have_count(4)
    expect(chat.answer(1)).to_contain_text("First version.")
    expect(chat.answer(1)).to_contain_text("1 / 2")
    expect(chat.sidebar.get_by_label(text.SYSTEM_PROMPT, exact=True)).to_have_value(
        "Answer in verse."
    )
    expect(chat.sidebar.get_by_role("slider", name=text.ROUNDS)).to_have_value("7")
    expect(chat.counter).to_contain_text("60 in, 30 out")
    chat.ask("Q3")
    chat.expect_answer(3, "Answer 4.")
    contents = [message["content"] for message in service.last.messages]
    assert contents == ["Answer in verse.", "Q1", "First version.", "Q2", "Third.", "Q3"]


def test_the_page_opens_at_the_end_of_a_long_chat(chat: ChatPage, service: ScriptedService) -> None:
    service.enqueue(*[answering("line\n\n" * 30) for _ in range(3)])
    for number in range(1, 4):
        chat.ask(f"Q{number}")
        chat.expect_answer(number, "line")
    expect_kept(chat, "Q3")
    chat = again(chat.page)
    expect(chat.action(3, text.RETRY)).to_be_in_viewport()
    chat.button(text.NEW_CHAT).click()
    expect(chat.messages).to_have_count(0)
    service.enqueue(answering("line\n\n" * 40))
    chat.ask("Short")
    chat.expect_answer(1, "line")
    expect_kept(chat, "Short")
    chat.question(1).scroll_into_view_if_needed()
    entry(chat, "Q1").get_by_role("button").first.click()
    expect(chat.action(3, text.RETRY)).to_be_in_viewport()


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


def test_a_reload_in_the_middle_of_an_answer_loses_a_second_of_it_at_most(
    chat: ChatPage, service: ScriptedService
) -> None:
    words = [chunk(f"word{number} ") for number in range(20)]
    paced = [step for word in words for step in (fake.pause(0.1), word)]
    service.enqueue(Reply(steps=[*paced, fake.stall]))
    chat.ask("Q1")
    expect_kept(chat, "word9")
    chat = again(chat.page)
    expect(chat.answer(1)).to_contain_text("word9")
    expect(chat.answer(1)).to_contain_text("The answer broke off.")
    chat.action(1, text.RETRY).click()
    chat.expect_answer(1, "Answer 2.")
    assert service.requests[0].left.wait(20)


def test_a_stopped_answer_is_kept_whole(chat: ChatPage, service: ScriptedService) -> None:
    service.enqueue(Reply(steps=[chunk("Half of "), chunk("it"), fake.stall]))
    chat.ask("Q1")
    expect(chat.answer(1)).to_contain_text("Half of it")
    chat.stop_in_input.click()
    expect(chat.answer(1)).to_contain_text(text.STOPPED)
    expect_kept(chat, "stopped")
    chat = again(chat.page)
    expect(chat.answer(1)).to_contain_text("Half of it")
    expect(chat.answer(1)).to_contain_text(text.STOPPED)


def test_chats_are_switched_renamed_searched_and_deleted(chat: ChatPage) -> None:
    for topic in ("apples", "pears", "plums", "figs", "dates", "limes"):
        ask(chat, 1, f"About {topic}")
        chat.button(text.NEW_CHAT).click()
        expect(chat.messages).to_have_count(0)
    expect(chats(chat).locator("li .open").first).to_have_text("About limes")
    expect(chats(chat)).to_contain_text(WORDS["today"])

    entry(chat, "About pears").locator(".open").click()
    expect(chat.question(1)).to_have_text("About pears")
    expect(entry(chat, "About pears")).to_have_class("current")
    ask(chat, 2, "More of them")

    entry(chat, "About figs").hover()
    entry(chat, "About figs").get_by_role("button", name=WORDS["rename"]).click()
    name = chats(chat).get_by_role("textbox", name=WORDS["rename"])
    name.fill("Fruit salad")
    name.press("Enter")
    expect(entry(chat, "Fruit salad")).to_be_visible()

    search = chats(chat).get_by_role("searchbox")
    search.fill("more OF")  # what was said, not only titles
    expect(chats(chat).locator("li")).to_have_count(1)
    expect(entry(chat, "About pears")).to_be_visible()
    search.fill("salad")
    expect(entry(chat, "Fruit salad")).to_be_visible()
    search.fill("nothing like it")
    expect(chats(chat)).to_contain_text(WORDS["none"])
    search.fill("")

    entry(chat, "About pears").hover()
    entry(chat, "About pears").get_by_role("button", name=WORDS["remove"]).click()
    expect(chat.messages).to_have_count(0)
    expect(entry(chat, "About pears")).to_have_count(0)
    chats(chat).get_by_role("button", name=WORDS["undo"]).click()
    expect(chat.question(2)).to_have_text("More of them")

    chat = again(chat.page)
    expect(chat.question(2)).to_have_text("More of them")
    chats(chat).get_by_role("button", name=WORDS["removeAll"]).click()
    chats(chat).get_by_role("button", name=WORDS["removeAllReally"]).click()
    expect(chat.messages).to_have_count(0)
    expect(chats(chat).locator("li")).to_have_count(0)
    assert kept(chat) == []
    chat = again(chat.page)
    expect(chat.page.get_by_text(text.GREETING)).to_be_visible()
    ask(chat, 1, "Anew")


def test_a_deleted_chat_is_really_gone(chat: ChatPage) -> None:
    ask(chat, 1, "A secret")
    entry(chat, "A secret").hover()
    entry(chat, "A secret").get_by_role("button", name=WORDS["remove"]).click()
    wait_until(chat, lambda: kept(chat) == [])


def test_a_reload_keeps_a_new_chat_new_and_a_new_tab_opens_the_last(
    chat: ChatPage, app: str
) -> None:
    ask(chat, 1, "Q1")
    chat.button(text.NEW_CHAT).click()
    expect(chat.messages).to_have_count(0)
    chat = again(chat.page)
    expect(chat.page.get_by_text(text.GREETING)).to_be_visible()
    expect(chat.messages).to_have_count(0)
    tab = chat.page.context.new_page()
    tab.goto(app)
    expect(ChatPage(tab).question(1)).to_have_text("Q1")


def test_another_visitor_has_another_storage(chat: ChatPage, browser: Browser, app: str) -> None:
    ask(chat, 1, "Mine alone")
    with visitor(browser, app) as other:
        expect(other.page.get_by_text(text.GREETING)).to_be_visible()
        expect(chats(other).locator("li")).to_have_count(0)


def test_a_second_tab_follows_the_first(chat: ChatPage, app: str) -> None:
    ask(chat, 1, "Q1")
    page = chat.page.context.new_page()
    page.goto(app)
    tab = ChatPage(page)
    expect(tab.question(1)).to_have_text("Q1")
    ask(chat, 2, "Q2")
    expect(tab.question(2)).to_have_text("Q2")
    ask(tab, 3, "Q3")
    expect(chat.question(3)).to_have_text("Q3")


def test_two_tabs_that_answer_at_once_keep_both(
    chat: ChatPage, app: str, service: ScriptedService
) -> None:
    ask(chat, 1, "Q1")
    page = chat.page.context.new_page()
    page.goto(app)
    tab = ChatPage(page)
    expect(tab.question(1)).to_have_text("Q1")
    released = threading.Event()
    held = Reply(steps=[chunk("Slowly "), fake.wait(released), *answering("done.").steps])
    service.enqueue(held)
    chat.ask("From the first")
    expect_kept(chat, "From the first")
    tab.ask("From the second")
    tab.expect_answer(2, "Answer 3.")
    released.set()
    chat.expect_answer(2, "Slowly done.")
    expect(chats(chat).locator("li")).to_have_count(2)
    expect_kept(chat, "From the second")
    expect_kept(chat, "Slowly done.")
    chat, tab = again(chat.page), again(tab.page)
    expect(chat.question(2)).to_have_text("From the first")
    expect(chat.answer(2)).to_contain_text("Slowly done.")
    expect(tab.question(2)).to_have_text("From the second")


def second_tab(chat: ChatPage, app: str) -> ChatPage:
    """Another tab of the same visitor."""
    page = chat.page.context.new_page()
    page.goto(app)
    return ChatPage(page)


def growing(words: int, pace: float = 0.1) -> Reply:
    """An answer in so many words, each of which takes its time."""
    paced = [(fake.pause(pace), chunk(f"w{number} ")) for number in range(words)]
    return Reply(steps=[*(step for steps in paced for step in steps), *answering("END").steps])


def remove(chat: ChatPage, title: str) -> None:
    """Delete a chat from the list."""
    entry(chat, title).hover()
    entry(chat, title).get_by_role("button", name=WORDS["remove"]).click()


def test_who_only_looks_from_another_tab_disturbs_no_answer(
    chat: ChatPage, app: str, service: ScriptedService
) -> None:
    ask(chat, 1, "Q1")
    service.enqueue(growing(60))
    chat.ask("Q2")
    expect_kept(chat, "w5 ")
    tab = second_tab(chat, app)
    expect(tab.answer(2)).to_contain_text("w5 ")
    expect_kept(chat, "w40 ")
    expect(chat.stop_in_input).to_be_visible()  # it was kept while it was written
    chat.expect_answer(2, "END")
    expect(tab.answer(2)).to_contain_text("END")
    expect(chats(chat).locator("li")).to_have_count(1)


@pytest.mark.parametrize("then", ["reload", "new chat"])
def test_an_answer_goes_on_in_a_chat_of_its_own_where_another_tab_writes(
    chat: ChatPage, app: str, service: ScriptedService, then: str
) -> None:
    ask(chat, 1, "Q1")
    tab = second_tab(chat, app)
    expect(tab.question(1)).to_have_text("Q1")
    service.enqueue(growing(80))
    chat.ask("From the first")
    expect_kept(chat, "w5 ")
    ask(tab, 2, "From the second")
    if then == "reload":
        expect_kept(chat, "w40 ")
        expect(chat.stop_in_input).to_be_visible()
        chat = again(chat.page)
        expect(chat.answer(2)).to_contain_text("w5 w6 w7 w8")
        expect(chat.answer(2)).to_contain_text("w40 ")
    else:
        chat.button(text.NEW_CHAT).click()
        expect(chat.messages).to_have_count(0)
        expect_kept(chat, "END")
    expect(chats(chat).locator("li")).to_have_count(2)
    tab = again(tab.page)
    expect(tab.messages).to_have_count(4)
    expect(tab.question(2)).to_have_text("From the second")


def test_a_chat_that_is_deleted_and_had_back_while_it_is_answered_loses_no_word(
    chat: ChatPage, service: ScriptedService
) -> None:
    ask(chat, 1, "Q1")
    service.enqueue(growing(40))
    chat.ask("Q2")
    expect_kept(chat, "w5 ")
    remove(chat, "Q1")
    expect(chat.answer(2)).to_contain_text("w20 ")
    chats(chat).get_by_role("button", name=WORDS["undo"]).click()
    expect_kept(chat, "w20 ")
    chat.expect_answer(2, "w38 w39 END")
    expect_kept(chat, "END")
    expect(again(chat.page).answer(2)).to_contain_text("w18 w19 w20 w21")


def test_a_chat_that_was_deleted_and_had_back_in_another_tab_is_kept_in_this_one(
    chat: ChatPage, app: str
) -> None:
    ask(chat, 1, "Q1")
    tab = second_tab(chat, app)
    expect(tab.question(1)).to_have_text("Q1")
    remove(chat, "Q1")
    expect(tab.messages).to_have_count(0)
    chats(chat).get_by_role("button", name=WORDS["undo"]).click()
    entry(tab, "Q1").locator(".open").click()
    expect(tab.question(1)).to_have_text("Q1")
    ask(tab, 2, "Q2")


def test_several_deleted_chats_are_had_back_together(chat: ChatPage) -> None:
    for topic in ("apples", "pears"):
        ask(chat, 1, topic)
        chat.button(text.NEW_CHAT).click()
        expect(chat.messages).to_have_count(0)
    remove(chat, "apples")
    expect(entry(chat, "apples")).to_have_count(0)
    remove(chat, "pears")
    expect(chats(chat)).to_contain_text(WORDS["removedMore"].replace("{}", "2"))
    # The chat that the new one took the place of is not offered any more.
    expect(chat.button(text.BRING_BACK)).to_have_count(0)
    chats(chat).get_by_role("button", name=WORDS["undo"]).click()
    expect(chats(chat).locator("li")).to_have_count(2)
    expect(chat.messages).to_have_count(0)


def test_a_chat_that_was_deleted_just_before_a_reload_is_gone_soon_after(chat: ChatPage) -> None:
    ask(chat, 1, "A secret")
    remove(chat, "A secret")
    expect(chat.messages).to_have_count(0)
    chat = again(chat.page)
    assert kept(chat) != []
    wait_until(chat, lambda: kept(chat) == [])


def test_what_the_browser_says_is_said_again_until_it_is_heard(chat: ChatPage) -> None:
    ask(chat, 1, "Q1")
    chat.button(text.NEW_CHAT).click()
    expect(chat.messages).to_have_count(0)
    # As where the connection is lost at this moment.
    chat.page.evaluate("""() => {
      const { chatStore } = window, { send } = chatStore;
      chatStore.send = () => (chatStore.send = send);
    }""")
    entry(chat, "Q1").locator(".open").click()
    expect(chat.question(1)).to_have_text("Q1")


def test_a_write_that_is_lost_is_made_good_with_the_next_one(
    chat: ChatPage, service: ScriptedService
) -> None:
    ask(chat, 1, "Q1")
    service.enqueue(growing(60))
    chat.ask("Q2")
    expect_kept(chat, "w5 ")
    chat.page.evaluate("""() => {
      const { chatStore } = window, { take } = chatStore;
      chatStore.take = () => (chatStore.take = take);
    }""")
    expect_kept(chat, "w40 ")
    expect(chat.stop_in_input).to_be_visible()
    expect(again(chat.page).answer(2)).to_contain_text(" ".join(f"w{n}" for n in range(41)))


def test_the_last_write_that_is_lost_is_asked_for(chat: ChatPage) -> None:
    ask(chat, 1, "Q1")
    chat.page.evaluate("window.chatStore.take = () => {}")
    chat.ask("Q2")
    chat.expect_answer(2, "Answer 2.")
    chat.page.evaluate("delete window.chatStore.take")
    chat.remember(4)
    expect_kept(chat, "Answer 2.")


def test_a_moment_without_room_costs_nothing_and_is_told_at_once(
    chat: ChatPage, service: ScriptedService
) -> None:
    chat.page.add_init_script(FULL)
    chat = again(chat.page)
    ask(chat, 1, "Q1")
    service.enqueue(growing(60))
    chat.ask("Q2")
    expect_kept(chat, "w5 ")
    chat.page.evaluate("window.isFull = true")
    expect(chats(chat)).to_contain_text(WORDS["full"])
    expect(chat.stop_in_input).to_be_visible()
    chat.page.evaluate("window.isFull = false")
    expect(chats(chat)).to_contain_text(WORDS["kept"])
    expect_kept(chat, "w40 ")
    expect(chat.stop_in_input).to_be_visible()
    expect(again(chat.page).answer(2)).to_contain_text(" ".join(f"w{n}" for n in range(41)))


def test_a_passing_fault_is_told_only_while_it_lasts(chat: ChatPage) -> None:
    ask(chat, 1, "Q1")
    chat.page.evaluate("window.chatStore.enqueue(() => Promise.reject(new Error('a hiccup')))")
    expect(chat.page.get_by_text(text.KEEPING[Notice.FORBIDDEN])).to_be_visible()
    ask(chat, 2, "Q2")
    expect(chat.page.get_by_text(text.KEEPING[Notice.FORBIDDEN])).to_have_count(0)


def test_a_reload_in_the_first_chat_of_a_tab_shows_that_chat(chat: ChatPage, app: str) -> None:
    ask(chat, 1, "Of the first tab")
    tab = second_tab(chat, app)
    expect(tab.question(1)).to_have_text("Of the first tab")
    tab.button(text.NEW_CHAT).click()
    expect(tab.messages).to_have_count(0)
    ask(tab, 1, "Of the second tab")
    expect(again(chat.page).question(1)).to_have_text("Of the first tab")
    expect(again(tab.page).question(1)).to_have_text("Of the second tab")


def test_changes_of_the_settings_write_a_little_and_miss_nothing(chat: ChatPage, app: str) -> None:
    ask(chat, 1, "Q1")
    tab = second_tab(chat, app)
    expect(tab.question(1)).to_have_text("Q1")
    chat.page.evaluate("""() => {
      const { chatStore } = window, { take, taken, tell } = chatStore;
      window.written = [];
      window.told = [];
      chatStore.take = (writes) => {
        const isNew = ({ number }) => number > chatStore.taken;
        window.written.push(...writes.filter(isNew).map(({ whole }) => whole));
        return take.call(chatStore, writes);
      };
      chatStore.tell = (message) => {
        window.told.push(message.kind);
        return tell.call(chatStore, message);
      };
    }""")
    chat.remember(6)
    expect(tab.sidebar.get_by_role("slider", name=text.ROUNDS)).to_have_value("6")
    assert chat.page.evaluate("window.told") == []
    assert set(chat.page.evaluate("window.written")) == {False}
    expect(chats(tab).locator("li")).to_have_count(1)


def test_a_search_holds_up_nothing(chat: ChatPage) -> None:
    chat.page.wait_for_function("window.chatStore?.database")
    fill_with_many(chat, 7)
    chat = ChatPage(chat.page)
    expect(chats(chat).locator("li")).to_have_count(7)
    # It takes for ever.
    chat.page.evaluate("void (window.chatStore.storage.all = () => new Promise(() => {}))")
    chats(chat).get_by_role("searchbox").fill("chat 6")
    expect(chats(chat).locator("li")).to_have_count(1)  # by its title
    chats(chat).get_by_role("searchbox").fill("half of it")
    expect(chats(chat)).to_contain_text(WORDS["searching"])
    ask(chat, 3, "Q3")


def test_a_search_bears_any_record(chat: ChatPage) -> None:
    chat.page.wait_for_function("window.chatStore?.database")
    fill_with_many(chat, 7, [[[f"{6:032x}", 5], "odd"], [["zz", 5], "odd"]])
    chat = ChatPage(chat.page)
    chats(chat).get_by_role("searchbox").fill("second")  # an answer
    expect(chats(chat).locator("li")).to_have_count(7)
    chats(chat).get_by_role("searchbox").fill("nothing like it")
    expect(chats(chat)).to_contain_text(WORDS["none"])
    chats(chat).get_by_role("searchbox").fill("")
    ask(chat, 3, "Q3")


def test_an_index_that_was_edited_by_hand_is_listed_as_far_as_it_goes(chat: ChatPage) -> None:
    ask(chat, 1, "Good")
    chat.page.evaluate("""async () => {
      const { database } = window.chatStore;
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
    chat = again(chat.page)
    expect(chat.question(1)).to_have_text("Good")
    expect(chats(chat).locator("li .open")).to_have_count(4)
    expect(entry(chat, WORDS["untitled"])).to_be_visible()
    expect(chat.page.get_by_test_id("stAlert")).to_have_count(0)


def test_a_notice_of_one_chat_is_not_shown_with_another(chat: ChatPage) -> None:
    seed(chat, SEEDED, json.loads(VERSION_1) | {"foo": 1})
    chat = ChatPage(chat.page)
    expect(chat.page.get_by_text(text.KEEPING[Notice.DAMAGED])).to_be_visible()
    chat.button(text.NEW_CHAT).click()
    expect(chat.messages).to_have_count(0)
    expect(chat.page.get_by_text(text.KEEPING[Notice.DAMAGED])).to_have_count(0)


def test_a_damaged_chat_is_mended_by_the_next_change_and_not_before(
    chat: ChatPage, app: str
) -> None:
    seed(chat, SEEDED, json.loads(VERSION_1) | {"foo": 1})
    chat = ChatPage(chat.page)
    expect(chat.page.get_by_text(text.KEEPING[Notice.DAMAGED])).to_be_visible()
    tab = second_tab(chat, app)
    expect(tab.page.get_by_text(text.KEEPING[Notice.DAMAGED])).to_be_visible()
    assert chat.page.evaluate(READ)[SEEDED]["foo"] == 1
    ask(chat, 3, "Q3")
    assert "foo" not in chat.page.evaluate(READ)[SEEDED]
    expect(tab.question(3)).to_have_text("Q3")
    expect(tab.page.get_by_text(text.KEEPING[Notice.DAMAGED])).to_have_count(0)
    expect(chats(chat).locator("li")).to_have_count(1)


def test_a_chat_that_is_too_long_to_be_sent_stays_where_it_is(chat: ChatPage) -> None:
    chat.page.wait_for_function("window.chatStore?.database")
    records = json.loads(VERSION_1)
    fill_with_many(chat, 1)
    chat = ChatPage(chat.page)
    chat.page.evaluate("""async () => {
      const transaction = window.chatStore.database.transaction("records", "readwrite");
      transaction.objectStore("records").put('"'.repeat(9_000_000), ["0".repeat(32), "question/1"]);
      await new Promise((resolve) => (transaction.oncomplete = resolve));
    }""")
    reload_forgetting(chat)
    chat = ChatPage(chat.page)
    expect(chat.page.get_by_text(text.KEEPING[Notice.TOO_LONG])).to_be_visible()
    ask(chat, 1, "Q1")
    assert len(chat.page.evaluate(READ)["0" * 32]) == len(records)


def test_escape_leaves_a_name_as_it_was(chat: ChatPage) -> None:
    ask(chat, 1, "Q1")
    entry(chat, "Q1").hover()
    entry(chat, "Q1").get_by_role("button", name=WORDS["rename"]).click()
    name = chats(chat).get_by_role("textbox", name=WORDS["rename"])
    name.fill("Not this")
    name.press("Escape")
    expect(entry(chat, "Q1")).to_be_visible()
    expect(entry(chat, "Not this")).to_have_count(0)


def test_a_chat_with_nothing_in_it_has_no_title(chat: ChatPage) -> None:
    ask(chat, 1, "Q1")
    chat.action(1, text.UNDO).click()
    expect(chats(chat).locator("li .open")).to_have_text(WORDS["untitled"])


def test_a_chat_that_is_picked_during_an_answer_says_that_it_waits(
    chat: ChatPage, service: ScriptedService
) -> None:
    ask(chat, 1, "Apples")
    chat.button(text.NEW_CHAT).click()
    expect(chat.messages).to_have_count(0)
    service.enqueue(growing(30))
    chat.ask("Pears")
    expect_kept(chat, "w5 ")
    entry(chat, "Apples").locator(".open").click()
    expect(entry(chat, "Apples")).to_contain_text(WORDS["waits"])
    expect(chat.question(1)).to_have_text("Apples")
    expect(entry(chat, "Apples")).not_to_contain_text(WORDS["waits"])
    expect_kept(chat, "END")


def test_a_reload_opens_the_chat_that_was_picked_though_it_was_not_shown_yet(
    chat: ChatPage, service: ScriptedService
) -> None:
    ask(chat, 1, "Apples")
    chat.button(text.NEW_CHAT).click()
    expect(chat.messages).to_have_count(0)
    service.enqueue(Reply(steps=[chunk("Half of it"), fake.stall]))
    chat.ask("Pears")
    expect_kept(chat, "Half of it")
    entry(chat, "Apples").locator(".open").click()
    expect(entry(chat, "Apples")).to_contain_text(WORDS["waits"])
    chat = again(chat.page)
    expect(chat.question(1)).to_have_text("Apples")
    entry(chat, "Pears").locator(".open").click()
    expect(chat.answer(1)).to_contain_text("Half of it")


def test_a_title_has_the_whole_width_and_a_finger_finds_what_to_press(
    chat: ChatPage, browser: Browser, app: str
) -> None:
    ask(chat, 1, "word " * 30)
    title, item = entry(chat, "word").locator(".open span"), entry(chat, "word")
    chat.page.mouse.move(900, 300)
    width = title.evaluate("(element) => element.clientWidth")
    assert width > item.evaluate("(element) => element.clientWidth") - 20
    context = browser.new_context(
        viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True
    )
    phone = ChatPage(_at(context, app))
    phone.ask("Q1")
    phone.expect_answer(1, "Answer 2.")
    phone.page.get_by_test_id("stExpandSidebarButton").click()
    for icon in entry(phone, "Q1").locator(".icon").all():
        box = icon.bounding_box()
        assert box is not None
        assert box["width"] >= 32
        assert box["height"] >= 40
    context.close()


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


def test_a_browser_that_forbids_it_chats_on_and_says_so(chat: ChatPage) -> None:
    chat.page.add_init_script(FORBIDDEN)
    chat = again(chat.page)
    expect(chat.page.get_by_text(text.KEEPING[Notice.FORBIDDEN])).to_be_visible()
    expect(chat.page.get_by_text(text.GREETING)).to_be_visible()
    chat.ask("Q1")
    chat.expect_answer(1, "Answer 1.")
    chat.ask("Q2")
    chat.expect_answer(2, "Answer 2.")


def test_a_full_storage_says_so_and_is_tried_again(chat: ChatPage) -> None:
    chat.page.add_init_script(FULL)
    chat = again(chat.page)
    ask(chat, 1, "Q1")
    chat.page.evaluate("window.isFull = true")
    chat.ask("Q2")
    chat.expect_answer(2, "Answer 2.")
    expect(chat.page.get_by_text(text.KEEPING[Notice.FULL])).to_be_visible()
    chat.page.evaluate("window.isFull = false")
    ask(chat, 3, "Q3")
    expect(chat.page.get_by_text(text.KEEPING[Notice.FULL])).to_have_count(0)
    chat = again(chat.page)
    expect(chat.question(2)).to_have_text("Q2")
    expect(chat.answer(3)).to_contain_text("Answer 3.")


def test_a_real_quota_is_met(chat: ChatPage, app: str, service: ScriptedService) -> None:
    session = chat.page.context.new_cdp_session(chat.page)
    session.send("Storage.overrideQuotaForOrigin", {"origin": app, "quotaSize": 1000})
    service.enqueue(answering("word " * 20_000))
    chat.ask("Q1")
    expect(chat.page.get_by_text(text.KEEPING[Notice.FULL])).to_be_visible()
    chat.expect_answer(1, "word word")


SEEDED = "0123456789abcdef0123456789abcdef"


def test_a_database_that_somebody_else_made_is_shared_and_left_alone(chat: ChatPage) -> None:
    chat.page.wait_for_function("window.chatStore?.database")
    chat.page.evaluate("""async () => {
      const { database } = window.chatStore;
      database.onversionchange = database.onclose = null;
      database.close();
      const result = (of) => new Promise((done) => (of.onsuccess = () => done(of.result)));
      await result(indexedDB.deleteDatabase("chat-transcripts"));
      const request = indexedDB.open("chat-transcripts", 3);
      request.onupgradeneeded = () => request.result.createObjectStore("foreign").put("theirs", 1);
      (await result(request)).close();
    }""")
    chat = again(chat.page)
    ask(chat, 1, "Q1")
    chat = again(chat.page)
    expect(chat.question(1)).to_have_text("Q1")
    assert (
        chat.page.evaluate("""async () => {
      const result = (of) => new Promise((done) => (of.onsuccess = () => done(of.result)));
      const foreign = window.chatStore.database.transaction("foreign").objectStore("foreign");
      return await result(foreign.get(1));
    }""")
        == "theirs"
    )


def test_a_database_that_another_page_holds_is_waited_for_by_nobody(
    chat: ChatPage, app: str
) -> None:
    chat.page.goto(f"{app}/_stcore/health")  # another page of this host
    chat.page.evaluate("""async () => {
      await new Promise((done) => (indexedDB.deleteDatabase("chat-transcripts").onsuccess = done));
      const request = indexedDB.open("chat-transcripts", 1);
      window.held = await new Promise((done) => (request.onsuccess = () => done(request.result)));
    }""")
    page = chat.page.context.new_page()
    page.goto(app)
    tab = ChatPage(page)
    expect(tab.page.get_by_text(text.KEEPING[Notice.FORBIDDEN])).to_be_visible()
    tab.ask("Q1")
    tab.expect_answer(1, "Answer 1.")


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
    expect(chat.page.get_by_text(text.KEEPING[Notice.DAMAGED])).to_be_visible()
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
    expect(chat.page.get_by_text(text.KEEPING[notice])).to_be_visible()
    ask(chat, 1, "Q1")
    expect(chats(chat).locator("li")).to_have_count(2)
    assert json.dumps(next(iter(records.values()))) in kept(chat)


def fill_with_many(chat: ChatPage, count: int, more: list[list[object]] | None = None) -> None:
    """Put so many chats into the browser's storage, and reload the page as a new tab."""
    chat.page.wait_for_function("window.chatStore?.database")
    now = chat.page.evaluate("Date.now()")
    index = [
        {
            "id": f"{number:032x}",
            "title": f"Chat {number}",
            "created": 1,
            "changed": now - number * 8 * 3_600_000,
            "stamp": "s 1",
        }
        for number in range(count)
    ]
    records = [
        [[chat["id"], name], record]
        for chat in index
        for name, record in json.loads(VERSION_1).items()
    ]
    chat.page.evaluate(FILL, [index, records + (more or [])])
    reload_forgetting(chat)


def test_two_hundred_chats_are_listed_by_day(chat: ChatPage) -> None:
    fill_with_many(chat, 200)
    chat = ChatPage(chat.page)
    expect(chats(chat).locator("li")).to_have_count(200)
    for day in ("today", "yesterday", "week"):
        expect(chats(chat)).to_contain_text(WORDS[day])
    expect(chat.question(1)).to_have_text("Q1")


@pytest.fixture
def forgetful_app(tmp_path: Path, rank_files: Path) -> Iterator[str]:
    """The demo, whose owner wants no chat to be kept."""
    with running_app(
        tmp_path / "log", CHAT_STORE="off", TIKTOKEN_CACHE_DIR=str(rank_files)
    ) as address:
        yield address


def test_nothing_is_kept_where_the_owner_wants_so(browser: Browser, forgetful_app: str) -> None:
    with visitor(browser, forgetful_app) as chat:
        expect(chat.sidebar).to_contain_text(text.NOT_KEPT)
        chat.ask("Q1")
        chat.expect_answer(1, "demo")
        assert chat.page.evaluate("indexedDB.databases()") == []
        assert chat.page.evaluate("sessionStorage.getItem('chat')") is None
        expect(again(chat.page).page.get_by_text(text.GREETING)).to_be_visible()


def test_the_model_names_a_chat_where_the_owner_wants_so(
    browser: Browser, service: ScriptedService, rank_files: Path, tmp_path: Path
) -> None:
    environment = {
        "OPENAI_API_KEY": KEY,
        "OPENAI_BASE_URL": service.base_url,
        "CHAT_MODEL": "scripted",
        "CHAT_TITLES": "on",
        "TIKTOKEN_CACHE_DIR": str(rank_files),
    }
    with running_app(tmp_path / "log", **environment) as address, visitor(browser, address) as chat:
        expect(chat.sidebar).to_contain_text(text.ASKS_FOR_TITLES)
        service.enqueue(answering("A long answer."), answering("“Tokens, briefly”"))
        chat.ask("Q1")
        chat.expect_answer(1, "A long answer.")
        expect(entry(chat, "Tokens, briefly")).to_be_visible()
        chat.ask("Q2")
        chat.expect_answer(2, "Answer 3.")
        expect(chat.counter).to_contain_text("60 in, 30 out")  # the title is counted, too
        expect(entry(chat, "Tokens, briefly")).to_be_visible()
        assert [len(request.messages) for request in service.requests] == [2, 3, 4]
        assert service.requests[1].messages[-1]["content"] == WISH


def test_a_server_that_is_killed_and_started_again_goes_on_where_it_was(
    browser: Browser, service: ScriptedService, rank_files: Path, tmp_path: Path
) -> None:
    port = free_port()
    environment = {
        "OPENAI_API_KEY": KEY,
        "OPENAI_BASE_URL": service.base_url,
        "CHAT_MODEL": "scripted",
        "TIKTOKEN_CACHE_DIR": str(rank_files),
    }
    app = "streamlit_app.py"
    with started_app(tmp_path / "first", app, port, **environment) as (address, process):
        context = browser.new_context()
        chat = ChatPage(_at(context, address))
        ask(chat, 1, "Q1")
        service.enqueue(
            Reply(steps=[chunk("Half of it "), fake.pause(1.1), chunk("x"), fake.stall])
        )
        chat.ask("Q2")
        expect_kept(chat, "Half of it")
        process.send_signal(signal.SIGKILL)
        process.wait()
    with started_app(tmp_path / "second", app, port, **environment):
        expect(chat.answer(2)).to_contain_text("The answer broke off.", timeout=60_000)
        expect(chat.answer(2)).to_contain_text("Half of it")
        expect(chat.question(1)).to_have_text("Q1")
        chat.action(2, text.RETRY).click()
        chat.expect_answer(2, "Answer 3.")
        contents = [message["content"] for message in service.last.messages][1:]
        assert contents == ["Q1", "Answer 1.", "Q2"]
        context.close()


def _at(context: BrowserContext, address: str) -> Page:
    page = context.new_page()
    page.goto(address)
    return page
