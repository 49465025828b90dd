"""What one visitor waits for and what a reply costs, in Chromium."""

from __future__ import annotations

import json
import urllib.request
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Browser, CDPSession, Page

from tests.benchmarks.paced import ends
from tests.benchmarks.process import Running

INPUT = "textarea:not([disabled]), #chat-input"
# Notes when Enter was pressed, when the question, the first and the last word stood on the page,
# and how long it stood still in between at the longest. Looks at the last messages alone.
WATCH = """
const MESSAGES = '[data-testid="stChatMessage"], .bot.message, .user.message, [data-step-type]';
window.watched = {};
window.watchFor = (first, last, question) => {
  window.watched = { words: [first, last], question };
};
addEventListener("keydown", ({ key }) => {
  if (key === "Enter") window.watched.enter = performance.timeOrigin + performance.now();
}, true);
new MutationObserver(() => {
  const { watched } = window;
  if (!watched.enter || watched.last) return;
  const messages = [...document.querySelectorAll(MESSAGES)].slice(-2);
  const text = messages.at(-1)?.textContent ?? "";
  const now = performance.timeOrigin + performance.now();
  if (messages.some((message) => message.textContent.includes(watched.question))) {
    watched.asked ??= now;
  }
  if (!watched.first && !text.includes(watched.words[0])) return;
  if (watched.length === text.length) return;
  if (watched.first) watched.gap = Math.max(watched.gap ?? 0, now - watched.at);
  watched.first ??= now;
  watched.at = now;
  watched.length = text.length;
  if (text.includes(watched.words[1])) watched.last = now;
}).observe(document, { subtree: true, childList: true, characterData: true });
"""


@dataclass(frozen=True, kw_only=True)
class Reply:
    """What one reply took: times in milliseconds, sizes in kilobytes."""

    to_request: float
    on_page: float  # since Enter: the question
    first_word: float
    to_first_word: float  # since Enter
    end: float
    gap: float
    received: float
    messages: float
    main_thread: float
    server: float


class Visit:
    """A page in Chromium, watched."""

    def __init__(self, browser: Browser, app: Running) -> None:
        self._app = app
        # Our policy lets nothing be evaluated, by which the moment of the last word is found.
        self._context = browser.new_context(bypass_csp=True)
        self.page: Page = self._context.new_page()
        self.page.add_init_script(WATCH)
        self._bytes = self._messages = 0
        self._devtools: CDPSession = self._context.new_cdp_session(self.page)
        self._devtools.send("Network.enable")
        self._devtools.send("Performance.enable")
        self._devtools.on("Network.webSocketFrameReceived", self._frame)
        self._devtools.on("Network.dataReceived", self._data)
        self.page.goto(app.address)
        self.input = self.page.locator(INPUT).last
        self.input.wait_for(state="visible")
        self.page.wait_for_timeout(1_000)

    def _frame(self, event: dict[str, Any]) -> None:
        payload = event["response"]["payloadData"]
        self._bytes += len(payload) * 3 // 4 if event["response"]["opcode"] == 2 else len(payload)
        self._messages += 1

    def _data(self, event: dict[str, Any]) -> None:
        self._bytes += event["dataLength"]
        self._messages += 1

    @property
    def _main_thread(self) -> float:
        metrics = self._devtools.send("Performance.getMetrics")["metrics"]
        return 1000 * float(next(m["value"] for m in metrics if m["name"] == "TaskDuration"))

    def ask(self, service: Running, question: str) -> Reply:
        """Ask, and wait until the last word stands there and the page is quiet."""
        self.input = self.page.locator(INPUT).last
        self.input.fill(question)
        received, messages = self._bytes, self._messages
        main_thread, server = self._main_thread, self._app.busy
        self.page.evaluate("(words) => watchFor(...words)", [*ends(question), question])
        self.input.press("Enter")
        # At every frame, as is the default, it would make the browser draw sixty a second.
        self.page.wait_for_function("window.watched.last", timeout=120_000, polling=250)
        self.page.wait_for_timeout(700)
        watched = self.page.evaluate("window.watched")
        with urllib.request.urlopen(f"{service.address}/times") as answered:
            arrived, first, last = (1000 * at for at in json.load(answered)[question])
        return Reply(
            to_request=arrived - watched["enter"],
            on_page=watched["asked"] - watched["enter"],
            first_word=watched["first"] - first,
            to_first_word=watched["first"] - watched["enter"],
            end=watched["last"] - last,
            gap=watched.get("gap", 0.0),
            received=(self._bytes - received) / 1000,
            messages=self._messages - messages,
            main_thread=self._main_thread - main_thread,
            server=self._app.busy - server,
        )

    def close(self) -> None:
        """Leave the page."""
        self._context.close()
