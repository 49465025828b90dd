"""Whatever is the very first thing that a page presses after a break, it is heard and done."""

from __future__ import annotations

import json
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, WebSocket, expect

from chat.conversation.files import text_of
from chat.errors import ConnectionLost
from chat.languages.language import say
from chat.words import text
from tests import nginx
from tests.browser.chat_page import ChatPage, in_program, opened, visitor, wait_until
from tests.browser.keeping import ask, expect_kept
from tests.browser.wire import Wire
from tests.fakes import service as fake
from tests.fakes.service import Reply, ScriptedService, answering, chunk
from tests.running import free_port, started_app


class Server:
    """The app at one port, which can be started again."""

    def __init__(self, service: ScriptedService, rank_files: Path, folder: Path) -> None:
        self.service = service
        self.port = free_port()
        self.environment = {
            **service.reach,
            "TIKTOKEN_CACHE_DIR": str(rank_files),
            "STREAMLIT_SERVER_COOKIE_SECRET": "the same for all",
        }
        self._folder = folder
        self._stack = ExitStack()
        self._process: subprocess.Popen[bytes] | None = None
        self._starts = 0

    def run(self) -> str:
        """Start it, unless it runs, and say its address."""
        if self._process is not None and self._process.poll() is None:
            return f"http://127.0.0.1:{self.port}"
        return self.start()

    def start(self, **environment: str) -> str:
        """Start it, and say its address."""
        self._starts += 1
        log = self._folder / f"log {self.port} {self._starts}"
        started = started_app(
            log, "streamlit_app.py", self.port, **{**self.environment, **environment}
        )
        address, self._process = self._stack.enter_context(started)
        return address

    def kill(self) -> None:
        """End it without a word, if it runs."""
        if self._process is None:
            return
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()
        self._stack.close()


@pytest.fixture(scope="module")
def servers(
    provider: ScriptedService, rank_files: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[list[Server]]:
    """Two apps, each of which is left running for the next test."""
    servers = [Server(provider, rank_files, tmp_path_factory.mktemp("server")) for _ in range(2)]
    yield servers
    for each in servers:
        each.kill()


@pytest.fixture
def server(servers: list[Server], service: ScriptedService) -> Server:
    """An app that may run from the test before, with a service that was asked nothing."""
    assert service.requests == []
    return servers[0]


@pytest.fixture
def other_server(service: ScriptedService, rank_files: Path, tmp_path: Path) -> Iterator[Server]:
    """An app that is not started yet."""
    server = Server(service, rank_files, tmp_path)
    yield server
    server.kill()


def reconnected(chat: ChatPage) -> None:
    """Wait until the page has seen that its server was gone, and has one again."""
    app = chat.page.get_by_test_id("stApp")
    expect(app).to_have_attribute("data-test-connection-state", "CONNECTED", timeout=60_000)


def lost(chat: ChatPage) -> None:
    """Wait until the page knows that its server is gone."""
    app = chat.page.get_by_test_id("stApp")
    expect(app).not_to_have_attribute("data-test-connection-state", "CONNECTED")


def said(chat: ChatPage) -> Locator:
    """The sentence that stands over the page for a while."""
    return chat.page.locator(".said")


# From now on, how often a sentence comes to stand there.
COUNTED = """() => {
  window.alerts = 0;
  const come = (changes) => {
    const added = changes.flatMap(({ addedNodes }) => [...addedNodes]);
    window.alerts += added.filter(({ className }) => className === "said").length;
  };
  new MutationObserver(come).observe(document.body, { childList: true, subtree: true });
}"""


def arrived(service: ScriptedService, number: int) -> bool:
    """Whether so many requests have come."""
    return len(service.requests) >= number


def contents(service: ScriptedService) -> list[str]:
    """What the last request carried behind the system prompt."""
    return [text_of(message["content"]) for message in service.last.messages][1:]


BEFORE = ["Q1", "Answer 1.", "Q2", "Answer 2."]


def asks(chat: ChatPage, service: ScriptedService) -> None:
    chat.ask("Q3")
    chat.expect_answer(3, "Answer 3.")
    assert contents(service) == [*BEFORE, "Q3"]


def retries(chat: ChatPage, service: ScriptedService) -> None:
    chat.action(1, text.RETRY).click()
    chat.expect_answer(1, "Answer 3.")
    assert contents(service) == ["Q1"]
    expect(chat.answer(2)).to_contain_text("Answer 2.")


def deletes(chat: ChatPage, _: ScriptedService) -> None:
    chat.action(1, text.DELETE).click()
    expect(chat.messages).to_have_count(2)
    expect(chat.question(1)).to_have_text("Q2")


def undoes(chat: ChatPage, _: ScriptedService) -> None:
    chat.action(2, text.UNDO).click()
    expect(chat.messages).to_have_count(2)
    expect(chat.input).to_have_value("Q2")


def begins_anew(chat: ChatPage, _: ScriptedService) -> None:
    chat.button(text.NEW_CHAT).click()
    expect(chat.messages).to_have_count(0)
    expect(chat.button(text.BRING_BACK)).to_be_visible()
    chat.button(text.BRING_BACK).click()
    expect(chat.question(2)).to_have_text("Q2")


def edits(chat: ChatPage, service: ScriptedService) -> None:
    chat.of_question(2, text.EDIT).click()
    field = chat.page.get_by_label(text.EDIT_QUESTION)
    expect(field).to_have_value("Q2")
    field.fill("Q2, but better")
    chat.button(text.SAVE_EDIT).click()
    chat.expect_answer(2, "Answer 3.")
    assert contents(service) == ["Q1", "Answer 1.", "Q2, but better"]


def looks(chat: ChatPage, _: ScriptedService) -> None:
    chat.button(text.WHAT_WILL_BE_SENT).click()
    dialog = chat.page.get_by_role("dialog")
    expect(dialog.get_by_text("Answer 2.", exact=True)).to_be_visible()


def loads(chat: ChatPage, _: ScriptedService) -> None:
    chat.open_more()
    messages = [{"role": "user", "content": "Q"}, {"role": "assistant", "content": "Loaded."}]
    said = json.dumps(messages).encode()
    chat.sidebar.locator(".load input").set_input_files(
        {"name": "chat.json", "mimeType": "application/json", "buffer": said}
    )
    expect(chat.answer(1)).to_contain_text("Loaded.")


FIRST: dict[str, Callable[[ChatPage, ScriptedService], None]] = {
    "question": asks,
    "retry": retries,
    "delete": deletes,
    "undo": undoes,
    "new chat": begins_anew,
    "edit": edits,
    "what will be sent": looks,
    "load": loads,
}


@pytest.mark.parametrize(
    ("first", "pauses"),
    [
        *(pytest.param(first, False, id=f"{name} at once") for name, first in FIRST.items()),
        # By then all are alike: what is pressed acts by itself.
        pytest.param(FIRST["question"], True, id="question after a while"),
        pytest.param(FIRST["edit"], True, id="edit after a while"),
    ],
)
def test_the_first_thing_that_a_server_which_was_started_again_hears_is_done(
    browser: Browser,
    server: Server,
    first: Callable[[ChatPage, ScriptedService], None],
    *,
    pauses: bool,
) -> None:
    with visitor(browser, server.run()) as chat:
        ask(chat, 1, "Q1")
        ask(chat, 2, "Q2")
        server.kill()
        lost(chat)
        server.start()
        reconnected(chat)
        if pauses:  # and the page stands there, idle
            is_settled = in_program("() => isSettled()", name="isSettled", module="settled.js")
            wait_until(chat, lambda: chat.page.evaluate(is_settled))
        first(chat, server.service)


def test_what_was_typed_before_a_break_is_sent_after_it(browser: Browser, server: Server) -> None:
    with visitor(browser, server.run()) as chat:
        ask(chat, 1, "Q1")
        chat.input.fill("typed before")
        server.kill()
        lost(chat)
        server.start()
        reconnected(chat)
        chat.input.press("Enter")
        chat.expect_answer(2, "Answer 2.")
        assert contents(server.service) == ["Q1", "Answer 1.", "typed before"]
        expect_kept(chat, "typed before")


def test_a_suggestion_is_the_first_thing_after_a_break(browser: Browser, server: Server) -> None:
    with visitor(browser, server.run()) as chat:
        expect(chat.button(text.suggestions()[0])).to_be_visible()
        server.kill()
        lost(chat)
        server.start()
        reconnected(chat)
        chat.button(text.suggestions()[0]).click()
        chat.expect_answer(1, "Answer 1.")


def test_a_password_is_the_first_thing_after_a_break_and_what_was_typed_is_still_there(
    browser: Browser, other_server: Server
) -> None:
    def come_in() -> None:
        page.get_by_label(text.PASSWORD, exact=True).fill("sesame")
        page.get_by_role("button", name=text.SIGN_IN).click()

    context = browser.new_context()
    page = context.new_page()
    page.goto(other_server.start(CHAT_PASSWORD="sesame"))
    expect(page.get_by_label(text.PASSWORD, exact=True)).to_be_visible()
    other_server.kill()
    app = page.get_by_test_id("stApp")
    expect(app).not_to_have_attribute("data-test-connection-state", "CONNECTED")
    other_server.start(CHAT_PASSWORD="sesame")
    come_in()
    chat = ChatPage(page)
    ask(chat, 1, "Q1")
    chat.input.fill("typed before")
    other_server.kill()
    lost(chat)
    other_server.start(CHAT_PASSWORD="sesame")
    come_in()
    expect(chat.input).to_have_value("typed before")
    chat.input.press("Enter")
    chat.expect_answer(2, "Answer 2.")
    assert contents(other_server.service) == ["Q1", "Answer 1.", "typed before"]
    context.close()


def test_a_press_on_what_did_not_come_back_is_told(browser: Browser, other_server: Server) -> None:
    with visitor(browser, other_server.start(CHAT_STORE="off")) as chat:
        chat.ask("Q1")
        chat.expect_answer(1, "Answer 1.")
        expect(chat.action(1, text.DELETE)).to_be_enabled()
        other_server.kill()
        lost(chat)
        chat.page.evaluate(
            """(name) => {
              const press = () => {
                const button = [...document.querySelectorAll(".stChatMessage button")]
                  .find(({ textContent }) => textContent.includes(name));
                if (button?.disabled === false) button.click();
                else setTimeout(press, 1);
              };
              press();
            }""",
            text.DELETE,
        )
        other_server.start(CHAT_STORE="off")
        expect(chat.page.get_by_text(text.PRESS_IS_GONE)).to_be_visible(timeout=60_000)
        chat.ask("Q2")
        chat.expect_answer(1, "Answer 2.")


def test_an_answer_whose_page_was_lost_for_a_while_says_so_and_can_go_on(
    tab: Page, app: str, service: ScriptedService
) -> None:
    wire = Wire(tab)
    chat = opened(tab, app)
    for number, begun in enumerate([[chunk("Half of it ")], []], 1):
        service.enqueue(Reply(steps=[*begun, fake.stall]))
        chat.ask(f"Q{number}")
        # Whatever is on the wire is passed on only while the page is waited for.
        wait_until(chat, partial(arrived, service, number))
        if number == 1:
            expect(chat.answer(1)).to_contain_text("Half of it")
        wire.cut()
        lost(chat)
        wait_until(chat, service.last.left.is_set)
        wire.mend()
        reconnected(chat)
        expect(chat.answer(number)).to_contain_text(text.failure(ConnectionLost())[0])
        expect(chat.answer(number)).not_to_contain_text(text.STOPPED)
        expect(chat.input).to_be_enabled()
        action = text.GO_ON if begun else text.RETRY
        expect(said(chat)).to_have_text(say("back_broken", action=action))
    expect(chat.action(2, text.GO_ON)).to_have_count(0)
    service.enqueue(answering("and the rest."))
    chat.action(1, text.GO_ON).click()
    chat.expect_answer(1, "Half of it and the rest.")


def test_an_answer_that_went_on_without_its_page_is_told_to_be_whole(
    tab: Page, app: str, service: ScriptedService
) -> None:
    wire = Wire(tab)
    chat = opened(tab, app)
    service.enqueue(
        Reply(steps=[chunk("Half of it "), fake.pause(1.1), *answering("whole.").steps])
    )
    chat.ask("Q1")
    expect(chat.answer(1)).to_contain_text("Half of it")
    wire.is_held = True  # as on a phone that sleeps: the server does not know it
    wait_until(chat, lambda: bool(wire.finished))
    wire.cut()
    lost(chat)
    wire.is_held = False
    wire.mend()
    reconnected(chat)
    expect(said(chat)).to_have_text(text.BACK_WHOLE)
    chat.expect_answer(1, "Half of it whole.")
    expect(said(chat)).to_have_count(0, timeout=20_000)
    # Nothing was written when the connection was lost again.
    chat.page.evaluate(COUNTED)
    wire.cut()
    lost(chat)
    wire.mend()
    reconnected(chat)
    chat.ask("Q2")
    chat.expect_answer(2, "Answer 2.")
    assert chat.page.evaluate("() => window.alerts") == 0


def test_after_a_break_a_server_that_was_started_again_offers_to_go_on(
    browser: Browser, server: Server
) -> None:
    with visitor(browser, server.run()) as chat:
        half = [chunk("Half of it "), fake.pause(1.1), chunk("x"), fake.stall]
        server.service.enqueue(Reply(steps=half))
        chat.ask("Q1")
        expect_kept(chat, "Half of it")
        server.kill()
        lost(chat)
        server.start()
        reconnected(chat)
        expect(said(chat)).to_have_text(say("back_broken", action=text.GO_ON))
        server.service.enqueue(answering("and the rest."))
        chat.action(1, text.GO_ON).click()
        expect(chat.answer(1)).to_contain_text("and the rest.")
        chat.expect_free()


@pytest.mark.parametrize("is_sticky", [True, False], ids=["sticky", "round robin"])
def test_the_first_question_after_a_turn_to_the_second_server_is_asked(
    browser: Browser,
    servers: list[Server],
    service: ScriptedService,
    tmp_path: Path,
    *,
    is_sticky: bool,
) -> None:
    for each in servers:
        each.run()
    ports = [each.port for each in servers]
    with (
        nginx.before(tmp_path, ports, is_sticky=is_sticky) as address,
        visitor(browser, address) as chat,
    ):
        ask(chat, 1, "Q1")
        ask(chat, 2, "Q2")
        chat.input.fill("Q3")
        sockets: list[WebSocket] = []
        chat.page.on("websocket", lambda socket: sockets.extend([socket]))
        servers[0].kill()
        servers[0].start()
        servers[1].kill()  # so that whichever it was, it is another one now
        # What is sent before the page has seen it is lost, and comes back into the input.
        chat.page.evaluate("fetch('_stcore/health')")
        wait_until(chat, lambda: bool(sockets) and not sockets[-1].is_closed())
        reconnected(chat)
        chat.input.press("Enter")
        chat.expect_answer(3, "Answer 3.")
        assert contents(service) == [*BEFORE, "Q3"]
