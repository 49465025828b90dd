"""What a photo costs from its drop to its chip, and a chat with many. Prints.

    python -m tests.benchmarks.photo

A photo of 12 megapixels is put into a page again and again: how long until it waits for the
question, the bytes to the server and the CPU time of the app's process. Then chats of 20 questions,
of which each has a picture or none, are opened from the browser's storage. All are medians.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, expect, sync_playwright

from chat.conversation.answer import Answer, Status
from chat.conversation.files import File
from chat.conversation.round import Round
from chat.conversation.tree import Conversation
from chat.files import pictures
from chat.keeping.transcript import to_json
from chat.options import Options
from tests import ranks
from tests.benchmarks.files import photo
from tests.benchmarks.process import Running, ours
from tests.browser.chat_page import ChatPage, in_program
from tests.browser.chromium import launched
from tests.browser.files import Brought, Tray
from tests.fakes.service import ScriptedService

REPEATS = 7
QUESTIONS = 20
LAST = "The last answer."
STORED = in_program("() => !store.drafts.isBehind && store.queue.then(() => true)")


def counting(page: Page, event: str) -> list[int]:
    """The sizes of what goes to the server, or comes from it."""
    sizes: list[int] = []

    def listen(socket: Any) -> None:  # noqa: ANN401 - Playwright's own type
        socket.on(event, lambda frame: sizes.append(len(frame)))

    page.on("websocket", listen)
    return sizes


def dropped(browser: Browser, app: Running, data: bytes) -> list[tuple[float, float, float]]:
    """The milliseconds to the chip, the kilobytes sent, the milliseconds of CPU of each drop."""
    page = browser.new_page(bypass_csp=True)
    sent = counting(page, "framesent")
    page.goto(app.address)
    tray = Tray(ChatPage(page))
    found = []
    for _ in range(REPEATS + 1):
        before, busy, began = sum(sent), app.busy, time.perf_counter()
        tray.drop(Brought("photo.jpg", "image/jpeg", data))
        tray.expect("photo.jpg")
        seconds = time.perf_counter() - began
        page.wait_for_timeout(500)  # what follows belongs to it, too
        found.append((1_000 * seconds, (sum(sent) - before) / 1_000, app.busy - busy))
        tray.element.locator("li .icon").click()
        tray.expect()
        page.wait_for_timeout(500)
    page.close()
    return found[1:]


def opened(browser: Browser, app: Running, file: str) -> list[tuple[float, float]]:
    """The milliseconds until a kept chat is there, and the kilobytes that were sent until then."""
    context = browser.new_context(bypass_csp=True)
    page = context.new_page()
    page.goto(app.address)
    chat = ChatPage(page)
    with tempfile.NamedTemporaryFile("w", suffix=".json") as kept:
        kept.write(file)
        kept.flush()
        chat.sidebar.locator('input[type="file"]').set_input_files(Path(kept.name))
        expect(page.get_by_text(LAST)).to_be_visible(timeout=60_000)
    page.wait_for_function(STORED)
    found = []
    for _ in range(REPEATS + 1):
        page = context.new_page()
        sent = counting(page, "framesent")
        began = time.perf_counter()
        page.goto(app.address)
        expect(page.get_by_text(LAST)).to_be_visible(timeout=60_000)
        found.append((1_000 * (time.perf_counter() - began), sum(sent) / 1_000))
        page.close()
    context.close()
    return found[1:]


def chat_with(*files: File) -> str:
    """The file of a chat of so many questions, each with one of these where there are any."""
    conversation = Conversation(rounds=0)  # so that the next request carries none
    for number in range(QUESTIONS):
        answer = Answer(text="Yes.", status=Status.COMPLETE, model="gpt-4o")
        round = Round(question=f"Q{number}", files=files[number : number + 1], versions=[answer])
        conversation.end.add(round)
    conversation.history[-1].answer.text = LAST
    return to_json(conversation, Options(model="gpt-4o"))


def main() -> None:
    """Measure, and print a line each."""
    large, small = photo(4_000, 3_000), photo(1_568, 1_176)
    sent = [pictures.scaled(f"{number}.jpg", small) for number in range(QUESTIONS)]
    with (
        tempfile.TemporaryDirectory() as folder,
        ScriptedService() as service,
        sync_playwright() as playwright,
        launched(playwright) as browser,
    ):
        ranks.unpack_into(Path(folder))
        with ours(service.base_url, Path(folder)) as app:
            times, kilobytes, busy = zip(*dropped(browser, app, large), strict=True)
            print(f"a photo of 12 megapixels, {len(large) / 1_000:,.0f} kB", flush=True)
            print(f"  from its drop to its chip  {statistics.median(times):8.0f} ms")
            print(f"  sent to the server         {statistics.median(kilobytes):8.0f} kB")
            print(f"  the server's CPU           {statistics.median(busy):8.1f} ms", flush=True)
            for what, chat in (("with", chat_with(*sent)), ("without", chat_with())):
                times, kilobytes = zip(*opened(browser, app, chat), strict=True)
                print(f"a chat of {QUESTIONS} questions {what} pictures", flush=True)
                print(f"  from its address to its last answer {statistics.median(times):8.0f} ms")
                print(f"  sent to the server         {statistics.median(kilobytes):8.0f} kB")


if __name__ == "__main__":
    main()
