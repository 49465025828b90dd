"""This app beside the chat app of Streamlit's tutorial, and Gradio's and Chainlit's if installed.

    python -m tests.benchmarks [FOLDER [PART ...]]      # all of it in about forty minutes

The parts are replies, questions, histories, crowds, memory and replicas (where nginx is installed).
Prints a table and writes benchmarks.csv and two pictures into the folder. Nothing passes or fails.
Everything is measured in turn, in one run; a value is the median, with the least and the most.
"""

from __future__ import annotations

import csv
import platform
import statistics
import sys
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from tests import nginx, ranks
from tests.benchmarks import page, pictures, process, visitors
from tests.benchmarks.clicks import chat_of
from tests.benchmarks.process import Running
from tests.benchmarks.reply import Reply, Visit
from tests.benchmarks.visitors import Crowd
from tests.browser.chromium import launched
from tests.visitor import Heard, Visitor, run

REPEATS = 5
# Tokens, tokens a second, and milliseconds that the service thinks.
REPLIES = ((400, 80, 0), (800, 80, 0), (1_500, 300, 0), (100, 80, 300))
HISTORIES = (0, 20, 50, 500)  # messages
ROUNDS = (0, 12, 200)
CROWDS = (1, 10, 25, 50, 100, 150, 200)
LATE = 4_000  # milliseconds; with more visitors than make an end so late it is not tried
REPLICAS = (1, 2, 4)  # processes
REPLICA_CROWDS = (50, 100, 200)
IDLE, PASSING = 100, 1_000  # visitors
GONE_AFTER = 5  # seconds after which a session without its page ends, in this measurement


@dataclass
class Table:
    """What was measured: by what it is and by the app, all values."""

    rows: dict[str, dict[str, list[float]]] = field(default_factory=dict)

    def add(self, what: str, app: str, value: float) -> None:
        """Note a value."""
        self.rows.setdefault(what, {}).setdefault(app, []).append(value)

    def median(self, what: str, app: str) -> float | None:
        """The middle of what was noted; None where nothing was."""
        values = self.rows.get(what, {}).get(app)
        return statistics.median(values) if values else None

    def show(self) -> None:
        """Print everything."""
        apps = list(dict.fromkeys(app for row in self.rows.values() for app in row))
        print(f"\n{'':58}" + "".join(f"{app:>24}" for app in apps) + f"{'ratio':>8}")
        for what, row in self.rows.items():
            cells = [_cell(row.get(app, [])) for app in apps]
            mine, theirs = self.median(what, apps[0]), self.median(what, "tutorial")
            ratio = f"{mine / theirs:.2f}" if mine is not None and theirs else ""
            print(f"{what:58}" + "".join(f"{cell:>24}" for cell in cells) + f"{ratio:>8}")

    def write(self, file: Path) -> None:
        """Write every value."""
        with file.open("w", newline="", encoding="utf-8") as output:
            writer = csv.writer(output)
            writer.writerow(["what", "app", "value"])
            for what, row in self.rows.items():
                writer.writerows(
                    (what, app, value) for app, all_of in row.items() for value in all_of
                )


def _cell(values: list[float]) -> str:
    if not values:
        return "-"
    return f"{statistics.median(values):.0f} ({min(values):.0f} to {max(values):.0f})"


REPLY_ROWS = {
    "to_request": "Enter to request, ms",
    "on_page": "Enter to the question on the page, ms",
    "first_word": "first chunk to page, ms",
    "to_first_word": "Enter to first word, ms",
    "end": "last chunk to page, ms",
    "gap": "longest gap, ms",
    "received": "to the browser, kB",
    "messages": "to the browser, messages",
    "main_thread": "browser's main thread, ms",
    "server": "server's CPU, ms",
}


def replies(table: Table, browser: Browser, ranks_folder: Path, service: Running) -> None:
    """One visitor, who waits for answers."""
    compared = process.compared(ranks_folder)
    with ExitStack() as stack:
        base_url = f"{service.address}/v1"
        apps = {name: stack.enter_context(start(base_url)) for name, start in compared.items()}
        for tokens, pace, thought in REPLIES:
            load = f"{tokens:,} tokens at {pace}/s" + f" after {thought} ms" * (thought > 0)
            for number in range(REPEATS + 1):
                for name, app in apps.items():
                    question = f"{name} {number} {tokens} {pace} after {thought}"
                    reply = _reply(browser, app, service, question)
                    if number == 0:
                        continue  # the first warms everything up
                    for attribute, what in REPLY_ROWS.items():
                        table.add(f"{load}: {what}", name, getattr(reply, attribute))
            print(f"{load}: done", flush=True)


def _reply(browser: Browser, app: Running, service: Running, question: str) -> Reply:
    visit = Visit(browser, app)
    visit.ask(service, f"before {question.replace(' ', '-')} 20 100")
    reply = visit.ask(service, question)
    visit.close()
    return reply


def questions(table: Table, ranks_folder: Path, service: Running) -> None:
    """What a question with an answer of two words sends to a page with so many rounds."""

    async def asked(app: Running, rounds: int, *, is_ours: bool) -> Heard:
        async with Visitor(app.address) as visitor:
            if is_ours and rounds:
                await visitor.load(chat_of(2 * rounds))
            return await visitor.ask(f"{app.pid} {rounds} 2 100")

    base_url = f"{service.address}/v1"
    for rounds in ROUNDS:
        with (
            process.ours(base_url, ranks_folder) as ours,
            process.tutorial(base_url, seeded=2 * rounds) as tutorial,
        ):
            for name, app in (("this app", ours), ("tutorial", tutorial)):
                heard = run(asked(app, rounds, is_ours=app is ours))
                table.add(f"short question, {rounds} rounds: messages", name, heard.messages)
                table.add(f"short question, {rounds} rounds: kB", name, heard.received / 1000)


def histories(table: Table, browser: Browser, ranks_folder: Path, service: Running) -> None:
    """Pages with little and with much in the chat."""
    base_url = f"{service.address}/v1"
    for messages in HISTORIES:
        with (
            process.ours(base_url, ranks_folder) as ours,
            process.tutorial(base_url, seeded=messages) as tutorial,
        ):
            for name, app in (("this app", ours), ("tutorial", tutorial)):
                for found in page.opened(browser, app, messages, is_ours=app is ours):
                    table.add(f"{messages} messages: page to usable, ms", name, found.usable)
                    table.add(f"{messages} messages: sidebar change, ms", name, found.click)
                    table.add(f"{messages} messages: its CPU, ms", name, found.click_cpu)
                    table.add(f"{messages} messages: its kB", name, found.click_received)
        print(f"{messages} messages: done", flush=True)


def crowds(table: Table, ranks_folder: Path, service: Running) -> None:
    """Many visitors at once."""
    too_many: set[str] = set()
    for count in CROWDS:
        for number in range(3):
            for name, start in process.compared(ranks_folder).items():
                if name in ("Gradio", "Chainlit") or name in too_many:
                    continue
                with start(f"{service.address}/v1") as app:
                    crowd = visitors.measured([app], service, count)
                _add(table, count, name, crowd)
                if number == 2 and crowd.end > LATE:
                    too_many.add(name)
        print(f"{count} visitors: done", flush=True)


def _add(table: Table, count: int, name: str, crowd: Crowd) -> None:
    table.add(f"{count} visitors: first word late, median ms", name, crowd.first_word)
    table.add(f"{count} visitors: end late, 95th percentile ms", name, crowd.end)
    table.add(f"{count} visitors: CPU for each reply, ms", name, crowd.cpu)
    table.add(f"{count} visitors: memory, MB", name, crowd.memory)


def memory(table: Table, ranks_folder: Path, service: Running) -> None:
    """What visitors leave behind."""
    base_url = f"{service.address}/v1"
    with process.ours(
        base_url, ranks_folder, STREAMLIT_SERVER_DISCONNECTED_SESSION_TTL=str(GONE_AFTER)
    ) as app:
        found = visitors.memory(app, idle=IDLE, passing=PASSING, gone_after=4 * GONE_AFTER)
    table.add("an idle visitor, kB", "this app", found.idle)
    table.add(f"before {PASSING:,} visitors came, MB", "this app", found.before)
    table.add(f"after {PASSING:,} visitors went, MB", "this app", found.after)


def replicas(table: Table, ranks_folder: Path, service: Running) -> None:
    """Many visitors, and several processes behind nginx."""
    if nginx.executable() is None:
        print("replicas: nginx is not installed", flush=True)
        return
    for count in REPLICA_CROWDS:
        for _ in range(3):
            for processes in REPLICAS:
                with process.replicas(f"{service.address}/v1", ranks_folder, processes) as found:
                    address, apps = found
                    crowd = visitors.measured(apps, service, count, address=address)
                name = f"{processes} behind nginx"
                _add(table, count, name, crowd)
        print(f"{count} visitors behind nginx: done", flush=True)


def main() -> None:
    """Measure everything, or the parts that are asked for."""
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else ".")
    folder.mkdir(parents=True, exist_ok=True)
    table = Table()
    with ExitStack() as stack:
        ranks_folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        ranks.unpack_into(ranks_folder)
        service = stack.enter_context(process.paced_service())
        browser = stack.enter_context(launched(stack.enter_context(sync_playwright())))
        parts: dict[str, Callable[[], None]] = {
            "replies": partial(replies, table, browser, ranks_folder, service),
            "questions": partial(questions, table, ranks_folder, service),
            "histories": partial(histories, table, browser, ranks_folder, service),
            "crowds": partial(crowds, table, ranks_folder, service),
            "memory": partial(memory, table, ranks_folder, service),
            "replicas": partial(replicas, table, ranks_folder, service),
        }
        for part in sys.argv[2:] or parts:
            parts[part]()
            table.write(folder / "benchmarks.csv")  # so that nothing is lost with a later part
    print(platform.platform(), platform.python_version())
    table.show()
    pictures.draw(table.rows, folder)


if __name__ == "__main__":
    main()
