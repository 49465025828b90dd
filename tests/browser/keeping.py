"""What the browser keeps of a visitor's chats, and the list in the sidebar."""

from __future__ import annotations

import json

from playwright.sync_api import Locator, Page

from chat.languages.language import ENGLISH, language, say
from tests.browser.chat_page import ChatPage, wait_for_storage, wait_until
from tests.fakes import service as fake
from tests.fakes.service import Reply, answering, chunk
from tests.keeping.kept import VERSION_1

WORDS = {
    name: say(f"chats.{name}", count=1, chat="{chat}") for name in language(ENGLISH).table("chats")
}
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
    wait_for_storage(chat)
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


def fill_with_many(chat: ChatPage, count: int, more: list[list[object]] | None = None) -> None:
    """Put so many chats into the browser's storage, and reload the page as a new tab."""
    wait_for_storage(chat)
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
