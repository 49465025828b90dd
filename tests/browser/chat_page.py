"""The page as a person uses it: what there is to press, and what there is to read."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from chat.words import text

OWN_HOSTS = {"127.0.0.1", None}


class ChatPage:
    """One visitor's page. Everything waits for what it needs."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.input = page.get_by_test_id("stChatInputTextArea")
        self.stop = page.locator(".st-key-stop button")
        self.growing = page.locator(".live")  # stands beneath an answer while it is written
        self.messages = page.get_by_test_id("stChatMessage")
        self.main = page.locator(".stMain")  # what scrolls
        self.sidebar = page.get_by_test_id("stSidebar")
        self.counter = self.sidebar.locator(".st-key-meter")
        expect(self.input).to_be_enabled(timeout=30_000)  # the first page takes its time
        self.expect_drawn()  # what is pressed before waits for it
        # Where Enter makes a line, and the button sends.
        self.is_touched = page.evaluate("matchMedia('(hover: none) and (pointer: coarse)').matches")

    def ask(self, question: str) -> None:
        """Type a question and send it, as soon as nothing is being answered."""
        self.expect_free()
        self.input.fill(question)
        if self.is_touched:
            self.page.get_by_test_id("stChatInputSubmitButton").tap()
            return
        self.input.press("Enter")
        if self.growing.count() and self.input.input_value() == question:
            # What had waited is answered first, and what was typed stays there meanwhile.
            self.expect_free()
            self.input.press("Enter")

    def question(self, number: int) -> Locator:
        """The text of a question, counted from 1."""
        return self.messages.nth(2 * number - 2).get_by_test_id("stText")

    def answer(self, number: int) -> Locator:
        """The answer to a question, with the line beneath it."""
        return self.messages.nth(2 * number - 1)

    def action(self, number: int, name: str) -> Locator:
        """A button beneath an answer, by its name."""
        return self.answer(number).get_by_role("button", name=name)

    def of_question(self, number: int, name: str) -> Locator:
        """A button beneath a question, by its name."""
        return self.messages.nth(2 * number - 2).get_by_role("button", name=name)

    def button(self, name: str) -> Locator:
        """A button of the dialogue or the sidebar, by its name."""
        return self.page.locator(".stMain, .stSidebar").get_by_role("button", name=name)

    def open_more(self) -> None:
        """Unfold the settings that are seldom needed, the export and the language."""
        # What is unfolded moves for a moment, and a list within it would be closed by that.
        self.sidebar.locator(".st-key-chats-and-more details").evaluate(
            """async (details) => {
              if (details.open) return;
              details.querySelector('summary').click();
              await new Promise(requestAnimationFrame);
              await new Promise(requestAnimationFrame);
              const moves = details.getAnimations({ subtree: true });
              await Promise.allSettled(moves.map(({ finished }) => finished));
            }"""
        )

    def remember(self, rounds: int) -> None:
        """Set the number of rounds by keyboard."""
        slider = self.sidebar.get_by_role("slider", name=text.ROUNDS)
        slider.focus()
        slider.press("Home")
        for _ in range(rounds):
            slider.press("ArrowRight")
        expect(slider).to_have_value(str(rounds))

    def pick(self, label: str, name: str, *, then: str = "") -> None:
        """Pick one of the values of a setting; `then` is its label in another language."""
        box = self.sidebar.get_by_role("combobox", name=label)
        options = self.page.get_by_role("option")

        def is_found() -> bool:
            # A scroll closes its list.
            box.evaluate("box => box.scrollIntoView({block: 'center'})")
            box.fill("")
            box.fill(name)
            self.page.wait_for_timeout(100)
            return options.count() == 1

        wait_until(self, is_found)
        box.press("Enter")
        picked = self.sidebar.get_by_role("combobox", name=then or label)
        expect(picked).to_have_value(name)

    def prompt(self, prompt: str) -> None:
        """Set the system prompt, and leave its field."""
        field = self.sidebar.get_by_label(text.SYSTEM_PROMPT, exact=True)
        field.fill(prompt)
        field.press("Control+Enter")

    def expect_answer(self, number: int, answer: str) -> None:
        """Wait until an answer stands there whole, and the input is open again."""
        expect(self.answer(number)).to_contain_text(answer)
        self.expect_free()

    def expect_drawn(self) -> None:
        """Wait until all of the page is drawn."""
        app = self.page.get_by_test_id("stApp")
        expect(app).to_have_attribute("data-test-script-state", "notRunning")

    def expect_free(self) -> None:
        """Wait until nothing is being answered."""
        expect(self.input).to_be_enabled()
        expect(self.growing).to_have_count(0)


def hosts_of(context: BrowserContext) -> set[str | None]:
    """The hosts that a browser's pages ask for anything, which grows with each of them."""
    hosts: set[str | None] = set()
    context.on("request", lambda request: hosts.add(urlsplit(request.url).hostname))
    return hosts


@contextmanager
def tab_of(
    browser: Browser,
    *,
    locale: str = "en-US",
    **device: Any,  # noqa: ANN401 - whatever Playwright knows of one
) -> Iterator[Page]:
    """An empty tab of somebody with a browser of their own, which asks no other host for anything.

    What a page is to find from its beginning is set here: a page that is loaded in vain takes
    three seconds of a processor.
    """
    context: BrowserContext = browser.new_context(locale=locale, **device)
    context.set_default_timeout(20_000)
    hosts = hosts_of(context)
    try:
        yield context.new_page()
    finally:
        context.close()
    assert hosts <= OWN_HOSTS


@contextmanager
def visitor(
    browser: Browser,
    address: str,
    **device: Any,  # noqa: ANN401 - as `tab_of` takes it
) -> Iterator[ChatPage]:
    """Somebody with a browser of their own, whose page asks no other host for anything."""
    with tab_of(browser, **device) as page:
        yield opened(page, address)


def opened(page: Page, address: str) -> ChatPage:
    """The page at an address, in a tab."""
    page.goto(address)
    return ChatPage(page)


def in_program(script: str, *, name: str = "store", module: str = "store.js") -> str:
    """A function of JavaScript in which something of the page's own program has its name.

    Before that was loaded, it does nothing.
    """
    return f"""async (argument) => {{
      const {{ program }} = document.body.dataset;
      if (!program) return;
      const address = new URL(program, document.baseURI);
      const {{ {name} }} = await import(new URL("{module}", address));
      return await ({script})(argument);
    }}"""


def wait_for_storage(chat: ChatPage) -> None:
    """Wait until the page has opened its browser's storage."""
    wait_until(chat, lambda: chat.page.evaluate(in_program("() => !!store.database")))


def wait_until(chat: ChatPage | Page, comes_true: Callable[[], bool]) -> None:
    """Wait for what the page itself does not show, such as what its browser has stored."""
    page = chat.page if isinstance(chat, ChatPage) else chat
    deadline = time.monotonic() + 20
    while not comes_true():
        assert time.monotonic() < deadline
        page.wait_for_timeout(50)
