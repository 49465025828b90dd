"""A visitor who goes on from test to test: to load a page takes longer than most of them."""

from __future__ import annotations

import time
from contextlib import ExitStack

from playwright.sync_api import Browser, Page, ViewportSize, expect

from chat.access.rules import Bounds
from chat.words import text
from tests.browser.chat_page import OWN_HOSTS, ChatPage, hosts_of, opened, tab_of, wait_until
from tests.browser.keeping import READ, WORDS, chats

MESSAGES = 45  # more than a test sends faster than it is given back
# What is typed, set, unfolded, open or noted on a page.
STATE = """() => [
  [...document.querySelectorAll("textarea, .stSidebar input")].map(({ value }) => value),
  document.querySelectorAll("details[open], dialog, [role=dialog], .tray li").length,
  sessionStorage.getItem("unsent"),
]"""
FOLD = """async () => {
  const unfolded = [...document.querySelectorAll("details[open]")];
  for (const details of unfolded) details.querySelector("summary").click();
  await new Promise(requestAnimationFrame);
  await new Promise(requestAnimationFrame);
  const moves = unfolded.flatMap((details) => details.getAnimations({ subtree: true }));
  await Promise.allSettled(moves.map(({ finished }) => finished));
  await new Promise(requestAnimationFrame);
}"""


class Pace:
    """What the page may still send at once, by the doorkeeper's own bounds.

    A test is faster than any person, and after some of them on one page it would be closed.
    """

    def __init__(self) -> None:
        self._bounds = Bounds()
        self._own = self._bounds.moves_at_first
        self._shared = self._bounds.more_moves_at_once
        self._at = time.monotonic()

    def watch(self, page: Page) -> None:
        """Count what a new page sends."""
        self._fill()
        self._own = self._bounds.moves_at_first
        page.on("websocket", lambda socket: socket.on("framesent", lambda _: self._take()))

    def wait(self, page: Page) -> None:
        """Wait until as much may be sent as a test sends."""
        self._fill()
        while self._own + self._shared < MESSAGES:
            page.wait_for_timeout(100)
            self._fill()

    def _take(self) -> None:
        self._fill()
        if self._own >= 1:
            self._own -= 1
        else:
            self._shared -= 1

    def _fill(self) -> None:
        now, bounds = time.monotonic(), self._bounds
        seconds, self._at = now - self._at, now
        self._own = min(bounds.moves_at_once, self._own + seconds * bounds.moves)
        self._shared = min(bounds.more_moves_at_once, self._shared + seconds * bounds.more_moves)


class Visit:
    """Somebody who begins one chat after another on a page, while that is as it was at first."""

    def __init__(self, browser: Browser, address: str) -> None:
        self._browser = browser
        self._address = address
        self._tab = ExitStack()
        self._chat: ChatPage | None = None
        self._size: ViewportSize | None = None
        self._prompt = ""
        self._rounds = 0
        self._at_first: object = None
        self._hosts: set[str | None] = set()
        self._pace = Pace()

    def begin(self) -> ChatPage:
        """A new chat, and no other; on another page, where something is set on this one by now."""
        chat, self._chat = self._chat, None
        if chat is None or not self._is_begun_anew_on(chat):
            self.end()
            page = self._tab.enter_context(tab_of(self._browser))
            self._hosts = hosts_of(page.context)
            self._pace.watch(page)
            chat = opened(page, self._address)
            self._size = page.viewport_size
            self._prompt, self._rounds = _prompt(chat), _rounds(chat)
            self._at_first = page.evaluate(STATE)
        self._pace.wait(chat.page)
        self._chat = chat
        return chat

    def _is_begun_anew_on(self, chat: ChatPage) -> bool:
        is_covered = chat.page.get_by_role("dialog").count() > 0
        if is_covered or chat.page.viewport_size != self._size:
            return False
        for other in chat.page.context.pages:
            if other is not chat.page:
                other.close()
        self._set_back(chat)
        chat.button(text.NEW_CHAT).click()
        expect(chat.messages).to_have_count(0)
        chat.page.evaluate(FOLD)
        remove_all = chats(chat).get_by_role("button", name=WORDS["remove_all"])
        if remove_all.is_visible():
            remove_all.click()
            chats(chat).get_by_role("button", name=WORDS["remove_all_really"]).click()
        wait_until(chat, lambda: chat.page.evaluate(READ) == {})
        chat.expect_drawn()
        for _ in range(20):
            if chat.page.evaluate(STATE) == self._at_first:
                return True
            chat.page.wait_for_timeout(50)  # the page notes what is typed a moment later
        return False

    def _set_back(self, chat: ChatPage) -> None:
        """What tests set most often."""
        chat.input.fill("")
        if _prompt(chat) != self._prompt:
            chat.prompt(self._prompt)
        if _rounds(chat) != self._rounds:
            chat.remember(self._rounds)

    def expect_harmless(self) -> None:
        """See that no other host was asked for anything."""
        assert self._hosts <= OWN_HOSTS

    def end(self) -> None:
        """Leave the page."""
        self._chat = None
        self._tab.close()


def _prompt(chat: ChatPage) -> str:
    return chat.sidebar.get_by_label(text.SYSTEM_PROMPT, exact=True).input_value()


def _rounds(chat: ChatPage) -> int:
    return int(chat.sidebar.get_by_role("slider", name=text.ROUNDS).input_value())
