"""What the moving meter costs the server while an answer streams. Prints; nothing passes or fails.

    python -m tests.benchmarks.meter

The app as it is beside the same app whose meter stands still, in turn: 400 tokens at 80 a second
from the scripted service, read in Chromium. Measured is the CPU time of the app's process from
Enter to the whole answer. Linux only, as it reads /proc.
"""

from __future__ import annotations

import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from playwright.sync_api import Browser, expect, sync_playwright

from tests import ranks
from tests.browser.chat_page import ChatPage
from tests.browser.chromium import launched
from tests.fakes.service import ScriptedService, answering

REPEATS = 7
TOKENS = 400
PER_SECOND = 80

START = """
import sys
from chat.ui.meter import Meter
if {still}:
    Meter.follow = lambda self, answer: None
from streamlit.web.cli import main
sys.argv = ["streamlit", "run", "streamlit_app.py", "--server.port", "{port}",
            "--server.headless", "true"]
main()
"""


@contextmanager
def running(service: ScriptedService, folder: str, *, still: bool) -> Iterator[tuple[int, str]]:
    """The app in a process of its own: its process id and its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {
        "OPENAI_API_KEY": "sk-benchmark",
        "OPENAI_BASE_URL": service.base_url,
        "CHAT_MODEL": "gpt-4o",
        "TIKTOKEN_CACHE_DIR": folder,
    }
    process = subprocess.Popen(
        [sys.executable, "-c", START.format(still=still, port=port)],
        env={**os.environ, **environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        while True:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=1)
                break
            except OSError:
                time.sleep(0.1)
        yield process.pid, f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()


def busy(process: int) -> float:
    """The CPU time of all threads of a process so far, in milliseconds."""
    threads = Path(f"/proc/{process}/task").glob("*/schedstat")
    return sum(int(thread.read_text().split()[0]) for thread in threads) / 1e6


def cost(chat: ChatPage, service: ScriptedService, process: int, number: int) -> float:
    """The CPU time of one answer, in milliseconds."""
    service.enqueue(answering(*["word "] * TOKENS, pace=1 / PER_SECOND))
    before = busy(process)
    chat.ask(f"Q{number}")
    chat.expect_answer(number, "word " * (TOKENS - 1))
    return busy(process) - before


def opened(browser: Browser, address: str) -> ChatPage:
    """A visitor's page."""
    page = browser.new_page()
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
            name: stack.enter_context(running(service, folder, still=name == "still"))
            for name in costs
        }
        pages = {name: opened(browser, address) for name, (_, address) in apps.items()}
        for number in range(1, REPEATS + 2):
            for name, (process, _) in apps.items():
                taken = cost(pages[name], service, process, number)
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
