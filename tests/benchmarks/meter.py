"""What the moving meter costs the server while an answer streams. Prints; nothing passes or fails.

    python -m tests.benchmarks.meter

The app as it is beside the same app whose meter stands still, in turn: 400 tokens at 80 a second
from the scripted service, read in Chromium. Measured is the CPU time of the app's process from
Enter to the whole answer.
"""

from __future__ import annotations

import statistics
import tempfile
from contextlib import ExitStack
from pathlib import Path

from playwright.sync_api import Browser, expect, sync_playwright

from tests import ranks
from tests.benchmarks.process import Running, ours
from tests.browser.chat_page import ChatPage
from tests.browser.chromium import launched
from tests.fakes.service import ScriptedService, answering

REPEATS = 7  # more would push the first answers off the page
TOKENS = 400
PER_SECOND = 80


def cost(chat: ChatPage, service: ScriptedService, app: Running, number: int) -> float:
    """The CPU time of one answer, in milliseconds."""
    service.enqueue(answering(*["word "] * TOKENS, pace=1 / PER_SECOND))
    before = app.busy
    chat.ask(f"Q{number}")
    chat.expect_answer(number, "word " * (TOKENS - 1))
    return app.busy - before


def opened(browser: Browser, address: str) -> ChatPage:
    """A visitor's page."""
    page = browser.new_page(bypass_csp=True)
    page.goto(address)
    return ChatPage(page)


def main() -> None:
    """Measure in turn, and print what was measured."""
    expect.set_options(timeout=30_000)
    costs: dict[str, list[float]] = {"moving": [], "still": []}
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        ranks.unpack_into(Path(folder))
        service = stack.enter_context(ScriptedService())
        browser = stack.enter_context(launched(stack.enter_context(sync_playwright())))
        apps = {
            name: stack.enter_context(ours(service.base_url, Path(folder), still=name == "still"))
            for name in costs
        }
        pages = {name: opened(browser, app.address) for name, app in apps.items()}
        for number in range(1, REPEATS + 2):
            for name, app in apps.items():
                taken = cost(pages[name], service, app, number)
                if number > 1:  # the first answer warms everything up
                    costs[name].append(taken)
    for name, measured in costs.items():
        print(
            f"meter {name:7} {statistics.median(measured):6.0f} ms of CPU per answer"
            f"   ({min(measured):.0f} to {max(measured):.0f}, {len(measured)} answers)"
        )
    moving, still = (statistics.median(costs[name]) for name in ("moving", "still"))
    print(f"difference: {(moving - still) / moving:.1%} of the answer's server time")


if __name__ == "__main__":
    main()
