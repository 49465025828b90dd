"""What becomes of an answer that is stopped, of a chat after a reload, and of a picture's address.

`python -m tests.benchmarks.stops`, for this app, the tutorial's, Gradio's and Chainlit's, where
they are installed. The service goes on, a word every fifth of a second, until it is cut off.
"""

from __future__ import annotations

import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from tests.benchmarks.process import Running, compared
from tests.browser.chromium import launched
from tests.fakes.service import Reply, ScriptedService, answering, chunk, pause

SETTLED = 4_000  # milliseconds after which nothing more is expected
PATIENCE = 10.0  # seconds in which a service that was cut has noticed it
INPUT = {"Gradio": "textarea", "Chainlit": "#chat-input"}
STOP = {
    "this app": ".st-key-stop button",
    "tutorial": '[data-testid="stStatusWidget"] button',
    "Gradio": "button.stop-button",
    "Chainlit": "#stop-button",
}
ENDLESS = Reply(
    steps=[
        chunk("Kept words. "),
        *(step for _ in range(300) for step in (pause(0.2), chunk("more "))),
    ]
)


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What was seen of one app."""

    is_cut: bool  # the service noticed the Stop
    is_shown: bool  # what had come stands on the page behind the next question
    is_sent: bool  # and goes along with that
    is_fetched: bool  # a picture in an answer is fetched by the browser by itself
    is_there: bool  # the chat, after the page was loaded again


def main() -> int:
    """Print what each app does."""
    with (
        tempfile.TemporaryDirectory() as folder,
        sync_playwright() as playwright,
        launched(playwright) as browser,
    ):
        for name, app in compared(Path(folder)).items():
            with ScriptedService(["gpt-4o"]) as service, app(service.base_url) as running:
                print(name, seen(browser, name, running, service), flush=True)
    return 0


def seen(browser: Browser, name: str, app: Running, service: ScriptedService) -> Outcome:
    """Ask, stop, ask again, and load the page again, as a visitor with a browser of their own."""
    with browser.new_context() as context, _pictures() as (picture, fetched):
        page = context.new_page()
        page.goto(app.address)
        service.enqueue(ENDLESS, answering(f"Second answer. ![a picture]({picture}) It ends."))
        _ask(page, name, "The first question")
        page.get_by_text("Kept words.").first.wait_for()
        page.wait_for_timeout(SETTLED)
        page.locator(STOP[name]).first.click()
        is_cut = service.requests[0].left.wait(PATIENCE)
        _ask(page, name, "The second question")
        page.get_by_text("Second answer.").first.wait_for()
        page.wait_for_timeout(SETTLED)
        is_shown = page.get_by_text("Kept words.").count() > 0
        page.reload()
        page.locator(_input(name)).first.wait_for()
        page.wait_for_timeout(SETTLED)
        return Outcome(
            is_cut=is_cut,
            is_shown=is_shown,
            is_sent="Kept words." in str(service.last.messages),
            is_fetched=fetched.is_set(),
            is_there=page.get_by_text("Second answer.").count() > 0,
        )


def _input(name: str) -> str:
    return INPUT.get(name, '[data-testid="stChatInputTextArea"]')


def _ask(page: Page, name: str, question: str) -> None:
    field = page.locator(_input(name)).first
    field.wait_for()
    page.wait_for_timeout(SETTLED)  # some take no question before
    field.click()
    field.press_sequentially(question)
    field.press("Enter")


@contextmanager
def _pictures() -> Iterator[tuple[str, threading.Event]]:
    """The address of a picture at a host of its own, and whether it was fetched."""
    fetched = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            fetched.set()
            self.send_error(404)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/picture.png", fetched
    finally:
        server.shutdown()
        server.server_close()


if __name__ == "__main__":
    sys.exit(main())
