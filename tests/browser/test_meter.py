"""The token meter in Chromium: it moves, it is right, and nothing that is slow holds it up."""

from __future__ import annotations

import json
import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from chat.words import text
from tests.browser.chat_page import ChatPage, visitor, wait_until
from tests.fakes import service as fake
from tests.fakes.service import Reply, ScriptedService, answering, chunk
from tests.running import running_app

pytestmark = pytest.mark.one_page


@contextmanager
def page_of(
    browser: Browser, service: ScriptedService, log: Path, **environment: str
) -> Iterator[ChatPage]:
    """A page of an app of its own, for a model whose encoding is known."""
    reach = {**service.reach, "CHAT_MODEL": "gpt-4o"}
    with running_app(log, **reach, **environment) as address, visitor(browser, address) as chat:
        yield chat


def test_the_meter_follows_the_answer_and_ends_with_the_services_count(
    chat: ChatPage, service: ScriptedService
) -> None:
    expect(chat.counter).to_contain_text(text.NEXT_REQUEST)
    released = threading.Event()
    steps = [chunk("First half, "), fake.wait(released), chunk("second half.")]
    ending = [chunk(finish_reason="stop"), fake.usage(4321, 987), fake.done]
    service.enqueue(Reply(steps=[*steps, *ending]))
    chat.ask("Q1")
    expect(chat.counter).to_contain_text(text.THIS_REQUEST)
    expect(chat.counter).to_contain_text(re.compile(rf"{text.PART_QUESTION}\s*\d+"))
    expect(chat.counter).to_contain_text(re.compile(rf"{text.PART_REPLY}\s*[1-9]"))
    released.set()
    expect(chat.counter).to_contain_text(
        re.compile(rf"{text.LAST_ANSWER}\s*4,321 tokens sent, 987 received")
    )
    expect(chat.counter).to_contain_text(text.NEXT_REQUEST)


@pytest.mark.own_page
def test_the_meter_moves_at_least_five_times_a_second(
    chat: ChatPage, service: ScriptedService
) -> None:
    chat.page.evaluate(
        """() => {
            window.moves = new Set();
            const reply = () => document.querySelector('.meter li.reply b')?.textContent;
            new MutationObserver(() => reply() && window.moves.add(reply()))
                .observe(document.body, {subtree: true, childList: true, characterData: true});
        }"""
    )
    service.enqueue(answering(*["word "] * 150, pace=0.02))
    chat.ask("Q1")
    chat.expect_answer(1, "word " * 149)
    seconds = 150 * 0.02
    assert chat.page.evaluate("window.moves.size") >= 5 * seconds


def test_what_will_be_sent_is_what_the_service_receives(
    chat: ChatPage, service: ScriptedService
) -> None:
    questions = ["Ünder <b> & *stars*", "two\n lines", "three", "four"]
    service.enqueue(*[answering(f"**A{number}** — “quoted” $x$\n\n") for number in range(1, 5)])
    chat.remember(2)
    chat.prompt('Be "brief".\nAnd kind: 😀')
    for number, question in enumerate(questions, start=1):
        chat.input.fill(question)
        chat.input.press("Enter")
        chat.expect_answer(number, f"A{number}")
    chat.button(text.WHAT_WILL_BE_SENT).click()
    announced = chat.page.get_by_role("dialog").get_by_test_id("stCode").locator("code")
    messages = json.loads(announced.inner_text())
    chat.page.keyboard.press("Escape")
    chat.ask("five")
    chat.expect_answer(5, "Answer 5.")
    assert service.last.messages == [*messages, {"role": "user", "content": "five"}]
    assert messages[0] == {"role": "system", "content": 'Be "brief".\nAnd kind: 😀'}


def test_the_line_where_memory_begins_moves_when_an_answer_ends(chat: ChatPage) -> None:
    chat.remember(1)
    chat.ask("Q1")
    chat.expect_answer(1, "Answer 1.")
    assert memory_begins_before(chat) == []
    chat.ask("Q2")
    chat.expect_answer(2, "Answer 2.")
    wait_until(chat, lambda: memory_begins_before(chat) == ["Q2"])
    chat.remember(2)
    wait_until(chat, lambda: memory_begins_before(chat) == [])


def memory_begins_before(chat: ChatPage) -> list[str]:
    """The questions above which a line says that the model no longer sees what is above."""
    return [
        place.get_by_test_id("stText").inner_text()
        for place in chat.page.locator('[class*="st-key-place-"]').all()
        if text.MEMORY_BEGINS in place.evaluate("at => getComputedStyle(at, '::before').content")
    ]


def test_the_inspector_shows_tokens_with_their_ids(chat: ChatPage) -> None:
    chat.button(text.INSPECT).click()
    dialog = chat.page.get_by_role("dialog")
    field = dialog.get_by_label(text.INSPECT_INPUT)
    field.fill("Hi <b>👋🏽</b>")
    field.press("Control+Enter")
    tokens = dialog.locator(".tokens > span")
    expect(tokens.first).to_have_text(re.compile(r"^Hi\d+$"))
    expect(dialog).to_contain_text("o200k_base")
    expect(dialog.locator(".tokens em").first).to_contain_text("F0 9F")
    expect(dialog.get_by_test_id("stText")).to_have_text("Hi <b>👋🏽</b>")


def test_a_host_that_accepts_and_never_answers_changes_nothing_but_the_sign(
    browser: Browser, service: ScriptedService, tmp_path: Path
) -> None:
    """The rank file is asked for through a proxy that is silent, on a machine without a package."""
    hidden = tmp_path / "hidden" / "bpe_openai"
    hidden.mkdir(parents=True)
    (hidden / "__init__.py").write_text("raise ImportError", encoding="utf-8")
    with socket.create_server(("127.0.0.1", 0)) as silent:
        proxy = f"http://127.0.0.1:{silent.getsockname()[1]}"
        environment = {
            **dict.fromkeys(("HTTPS_PROXY", "https_proxy"), proxy),
            "PYTHONPATH": str(hidden.parent),
            "TIKTOKEN_CACHE_DIR": str(tmp_path / "ranks"),
        }
        with page_of(browser, service, tmp_path / "log", **environment) as chat:
            expect(chat.counter).to_contain_text(text.LOADING_ENCODING)
            service.enqueue(answering("Hello.", tokens=None))
            chat.ask("Q1")
            chat.expect_answer(1, "Hello.")
            expect(chat.counter).to_contain_text("≈")
            # The download is given up after ten seconds, and the page says so by itself.
            expect(chat.counter).to_contain_text("TIKTOKEN_CACHE_DIR", timeout=20_000)
            chat.ask("Q2")
            chat.expect_answer(2, "Answer 2.")


def test_exact_numbers_take_the_place_of_estimates_by_themselves(
    browser: Browser, service: ScriptedService, rank_files: Path, tmp_path: Path
) -> None:
    folder = str(rank_files)
    with page_of(browser, service, tmp_path / "log", TIKTOKEN_CACHE_DIR=folder) as chat:
        expect(chat.counter).to_contain_text("12 tokens")
        expect(chat.counter).not_to_contain_text("≈")
