"""What a click costs in a chat of 20, 200 and 1,000 messages. Prints; nothing passes or fails.

    python -m tests.benchmarks.clicks

A chat is loaded from a file, and then another version of its last answer is turned to, back and
forth, which draws the page anew. Measured are the bytes that the browser receives and the CPU time
of the app's process, as medians.
"""

from __future__ import annotations

import statistics
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, expect, sync_playwright

from chat.conversation.answer import Answer, Status
from chat.conversation.round import Round
from chat.conversation.tree import Conversation
from chat.keeping.transcript import to_json
from chat.options import Options
from chat.words import text
from tests import ranks
from tests.benchmarks.process import Running, ours
from tests.browser.chat_page import ChatPage
from tests.browser.chromium import launched
from tests.fakes.service import ScriptedService

REPEATS = 9
MESSAGES = (20, 200, 1_000)
LETTERS = 2_000  # of each answer


def chat_of(messages: int) -> str:
    """The file of a chat of so many messages, whose last answer has two versions."""
    conversation = Conversation(rounds=3)
    for number in range(messages // 2):
        words = f"Answer {number}. " + "word " * (LETTERS // 5)
        versions = [Answer(text=words, status=Status.COMPLETE, model="gpt-4o")]
        conversation.end.add(Round(question=f"Q{number}", versions=versions))
    last = conversation.history[-1]
    last.add(Answer(text="The other version.", status=Status.COMPLETE, model="gpt-4o"))
    return to_json(conversation, Options(model="gpt-4o"))


def measured(browser: Browser, app: Running, file: Path) -> tuple[list[float], list[float]]:
    """The kilobytes and the milliseconds of CPU time of each click."""
    page = browser.new_page(bypass_csp=True)
    received = [0]

    def opened(socket: Any) -> None:  # noqa: ANN401 - Playwright's own type
        socket.on("framereceived", lambda frame: received.append(len(frame)))

    page.on("websocket", opened)
    page.goto(app.address)
    chat = ChatPage(page)
    chat.sidebar.locator('input[type="file"]').set_input_files(file)
    last = page.get_by_test_id("stChatMessage").last
    expect(last).to_contain_text("The other version.")
    sizes, times = [], []
    for number in range(REPEATS):
        before, cpu = sum(received), app.busy
        name, shown = (
            (text.LATER_VERSION, "2 / 2") if number % 2 else (text.EARLIER_VERSION, "1 / 2")
        )
        last.get_by_role("button", name=name).click()
        expect(last).to_contain_text(shown)
        expect(page.get_by_test_id("stApp")).to_have_attribute(
            "data-test-script-state", "notRunning"
        )
        page.wait_for_timeout(300)
        sizes.append((sum(received) - before) / 1000)
        times.append(app.busy - cpu)
    page.close()
    return sizes, times


def main() -> None:
    """Measure in turn, and print what was measured."""
    expect.set_options(timeout=30_000)
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        ranks.unpack_into(Path(folder))
        service = stack.enter_context(ScriptedService())
        browser = stack.enter_context(launched(stack.enter_context(sync_playwright())))
        app = stack.enter_context(ours(service.base_url, Path(folder)))
        print(f"{'messages':>8} {'kB to the browser':>18} {'ms of CPU':>10}")
        for messages in (MESSAGES[0], *MESSAGES):  # the first round warms everything up
            file = Path(folder) / f"{messages}.json"
            file.write_text(chat_of(messages), encoding="utf-8")
            sizes, times = (statistics.median(m) for m in measured(browser, app, file))
            print(f"{messages:8,} {sizes:18.1f} {times:10.1f}", flush=True)


if __name__ == "__main__":
    main()
