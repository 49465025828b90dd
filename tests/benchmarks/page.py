"""How soon a page can be used, and what a click costs, with little and with much in the chat."""

from __future__ import annotations

import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page, WebSocket

from tests.benchmarks.clicks import chat_of
from tests.benchmarks.process import Running

REPEATS = 7
# Notes when a key was pressed in the sidebar, and when the page changed last.
WATCH = """
addEventListener("keydown", () => {
  window.clicked = performance.now();
  window.over = 0;
}, true);
new MutationObserver(() => (window.over = performance.now())).observe(document, {
  subtree: true,
  childList: true,
  characterData: true,
  attributes: true,
});
"""
USABLE = """(last) => {
  const input = document.querySelector('[data-testid="stChatInputTextArea"]');
  const messages = [...document.querySelectorAll('[data-testid="stChatMessage"]')];
  const isThere = !last || messages.at(-1)?.textContent.includes(last);
  return input && !input.disabled && isThere;
}"""


@dataclass(frozen=True, kw_only=True)
class Opened:
    """What a page with so many messages takes: milliseconds, kilobytes."""

    usable: float  # from its address to an input that can be used, below the last message
    click: float  # from a key on the slider to the last change of the page
    click_cpu: float
    click_received: float


def opened(browser: Browser, app: Running, messages: int, *, is_ours: bool) -> list[Opened]:
    """Open a page again and again, and change a setting on it."""
    context = browser.new_context(bypass_csp=True)
    last = "" if not messages else "The other version." if is_ours else "word"
    if is_ours and messages:
        _keep(context, app, messages)
    found = []
    for _ in range(REPEATS + 1):
        page = context.new_page()
        page.add_init_script(WATCH)
        received = _counting(page)
        began = time.perf_counter()
        page.goto(app.address, wait_until="commit")
        page.wait_for_function(USABLE, arg=last, timeout=60_000)
        usable = 1000 * (time.perf_counter() - began)
        page.wait_for_timeout(1500)
        slider = page.get_by_role("slider").first
        slider.focus()
        before, cpu = sum(received), app.busy
        page.keyboard.press("ArrowRight")
        page.wait_for_timeout(2_000)
        click = page.evaluate("window.over - window.clicked")
        found.append(
            Opened(
                usable=usable,
                click=click,
                click_cpu=app.busy - cpu,
                click_received=(sum(received) - before) / 1000,
            )
        )
        page.close()
    context.close()
    return found[1:]


def _counting(page: Page) -> list[int]:
    """The sizes of what comes to the page, as it comes."""
    received: list[int] = []

    def listen(socket: WebSocket) -> None:
        socket.on("framereceived", lambda frame: received.append(len(frame)))

    page.on("websocket", listen)
    return received


def _keep(context: BrowserContext, app: Running, messages: int) -> None:
    """Let the browser keep a chat of so many messages."""
    page: Page = context.new_page()
    page.goto(app.address)
    page.wait_for_function(USABLE, arg="", timeout=60_000)
    page.wait_for_timeout(1000)
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        file.write(chat_of(messages))
        file.flush()
        page.locator('.stSidebar input[type="file"]').set_input_files(Path(file.name))
        page.wait_for_function(USABLE, arg="The other version.", timeout=60_000)
        page.wait_for_timeout(3000)
    page.close()
