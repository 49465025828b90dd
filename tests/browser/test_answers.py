"""What the page tells of an answer: who wrote it, how long it took, what failed or was mended."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, expect

from chat import errors
from chat.words import text
from tests.browser.chat_page import ChatPage, visitor
from tests.browser.keeping import again, expect_kept
from tests.fakes import service as fake
from tests.fakes.service import Reply, ScriptedService, answering, chunk, failing
from tests.running import running_app

pytestmark = pytest.mark.one_page

REASON = "The deployment is being moved & comes back <soon>."
CLOCKED = "tests/browser/clocked_app.py"


def facts(chat: ChatPage, number: int) -> Locator:
    """What is known of an answer."""
    return chat.answer(number).locator(".about dl")


def test_an_answer_tells_its_model_time_tokens_and_cost_by_key_and_after_a_reload(
    chat: ChatPage,
) -> None:
    chat.pick(text.MODEL, "gpt-4o")
    chat.ask("Q1")
    chat.expect_answer(1, "Answer 1.")
    expect(facts(chat, 1)).to_be_hidden()
    expect_kept(chat, "Answer 1.")
    for page in (chat, again(chat.page)):
        about = page.answer(1).locator(f'[aria-label="{text.ABOUT}"]')
        about.focus()
        about.press("Enter")
        expect(facts(page, 1)).to_be_visible()
        said = facts(page, 1).inner_text().split("\n")
        rows = dict(zip(filter(None, said[::2]), filter(None, said[1::2]), strict=True))
        assert rows[text.MODEL] == "gpt-4o"
        assert (rows["Tokens"], rows["Cost"]) == ("20 tokens sent, 10 received", "$0.00015")
        assert re.fullmatch(r"\d+ s", rows["Time"])
        assert re.fullmatch(r"\w+ \d{1,2}, \d{4}, \d{1,2}:\d\d.[AP]M", rows["Asked"])
        about.press("Enter")
        expect(facts(page, 1)).to_be_hidden()


def test_where_several_models_have_answered_each_answer_names_its_own(
    chat: ChatPage,
) -> None:
    chat.ask("Q1")
    chat.expect_answer(1, "Answer 1.")
    expect(chat.answer(1)).not_to_contain_text(text.by("scripted"))
    chat.pick(text.MODEL, "other")
    chat.ask("Q2")
    chat.expect_answer(2, "Answer 2.")
    expect(chat.answer(1)).to_contain_text(text.by("scripted"))
    expect(chat.answer(2)).to_contain_text(text.by("other"))
    chat.action(2, text.DELETE).click()
    expect(chat.messages).to_have_count(2)
    expect(chat.answer(1)).not_to_contain_text(text.by("scripted"))


def test_a_refusal_unfolds_to_the_services_own_words(
    chat: ChatPage, service: ScriptedService
) -> None:
    service.enqueue(failing(403, {"message": REASON}))
    chat.ask("Q1")
    happened = text.failure(errors.NotAllowed())[0]
    expect(chat.answer(1)).to_contain_text(happened)
    words = chat.answer(1).get_by_text("being moved")
    expect(words).to_be_hidden()
    chat.answer(1).get_by_text(text.REASON).click()
    expect(words).to_be_visible()
    expect(words).to_have_text("The deployment is being moved & comes back .")
    expect(chat.action(1, text.RETRY)).to_be_visible()


def test_an_unknown_effort_is_mended_and_said_also_after_a_reload(
    chat: ChatPage, service: ScriptedService
) -> None:
    why = "Unsupported value: 'reasoning_effort' is 'high'. Supported are: 'low' and 'medium'."
    refusal = {"message": why, "code": "unsupported_value"}
    service.enqueue(failing(400, refusal), answering("Thought less."))
    effort = chat.sidebar.get_by_role("combobox", name=text.EFFORT)
    effort.click()
    chat.page.get_by_role("option", name="high", exact=True).click()
    expect(effort).to_have_value("high")
    chat.ask("Q1")
    chat.expect_answer(1, "Thought less.")
    sent = [request.json.get("reasoning_effort") for request in service.requests]
    assert sent == ["high", None]
    expect(chat.answer(1)).to_contain_text(text.not_sent(("reasoning_effort",)))
    expect_kept(chat, "Thought less.")
    expect(again(chat.page).answer(1)).to_contain_text(text.not_sent(("reasoning_effort",)))


@contextmanager
def page_with_a_clock(
    browser: Browser, service: ScriptedService, folder: Path
) -> Iterator[tuple[ChatPage, Path]]:
    """A page of an app whose clock is ahead by the seconds that a file has."""
    ahead = folder / "ahead"
    ahead.write_text("0")
    environment = {**service.reach, "CLOCK_AHEAD": str(ahead)}
    with (
        running_app(folder / "log", CLOCKED, **environment) as address,
        visitor(browser, address) as chat,
    ):
        yield chat, ahead


def test_a_model_that_is_silent_for_70_seconds_is_waited_for_and_can_be_stopped(
    browser: Browser, service: ScriptedService, tmp_path: Path
) -> None:
    released = threading.Event()
    late = [fake.wait(released), chunk("At last."), chunk(finish_reason="stop"), fake.done]
    service.enqueue(Reply(steps=late), Reply(steps=[fake.stall]))
    with page_with_a_clock(browser, service, tmp_path) as (chat, ahead):
        chat.ask("Q1")
        expect(chat.answer(1)).to_contain_text("Thinking")
        expect(chat.answer(1)).not_to_contain_text("You can stop at any time.")
        ahead.write_text("70")
        expect(chat.answer(1)).to_contain_text(re.compile(r"Thinking … 7\d s"))
        expect(chat.answer(1)).to_contain_text("You can stop at any time.")
        released.set()
        chat.expect_answer(1, "At last.")
        expect(chat.answer(1)).not_to_contain_text("You can stop at any time.")

        chat.ask("Q2")
        expect(chat.answer(2)).to_contain_text("Thinking")
        ahead.write_text("140")
        expect(chat.answer(2)).to_contain_text(re.compile(r"Thinking … 7\d s"))
        chat.stop.click()
        expect(chat.answer(2)).to_contain_text(text.STOPPED_EARLY)
        assert service.wait_for(2).left.wait(fake.PATIENCE)
