"""A visitor who goes on from test to test: to load a page takes longer than most of them."""

from __future__ import annotations

from contextlib import ExitStack

from playwright.sync_api import Browser, ViewportSize, expect

from chat.words import text
from tests.browser.chat_page import OWN_HOSTS, ChatPage, hosts_of, opened, tab_of, wait_until
from tests.browser.keeping import READ, WORDS, chats

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

    def begin(self) -> ChatPage:
        """A new chat, and no other; on another page, where something is set on this one by now."""
        chat, self._chat = self._chat, None
        if chat is None or not self._is_begun_anew_on(chat):
            self.end()
            page = self._tab.enter_context(tab_of(self._browser))
            self._hosts = hosts_of(page.context)
            chat = opened(page, self._address)
            self._size = page.viewport_size
            self._prompt, self._rounds = _prompt(chat), _rounds(chat)
            self._at_first = page.evaluate(STATE)
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
