"""Whose requests are counted, and who sees it."""

from __future__ import annotations

import time

import pytest
from streamlit.testing.v1 import AppTest

from chat.ledger.used import Row
from chat.ui import process
from chat.words import text
from tests.fakes.service import ScriptedService, answering, failing
from tests.ui.driving import Open, ask, labels
from tests.usage.days import DANGEROUS, row


def counted() -> list[Row]:
    """What was counted today."""
    tally = process.current().tally
    while not tally.is_empty:
        time.sleep(0.01)
    ((_, rows),) = tally.read(1)
    return rows


def test_requests_on_the_owners_key_are_counted_with_their_failures(
    page: AppTest, service: ScriptedService
) -> None:
    service.enqueue(answering("One."), failing(401, "No."))
    ask(page, "Q1")
    ask(page, "Q2")
    (shared,) = counted()
    assert (shared.who, shared.has_own_key) == ("127.0.0.1", False)
    assert (shared.used.requests, shared.used.failures) == (2, 1)
    assert (shared.used.prompt_tokens, shared.used.completion_tokens) == (20, 10)
    assert (shared.used.unreported, shared.used.unpriced) == (0, 1)


def test_what_is_asked_with_an_own_key_is_marked_and_the_demo_is_not_counted(
    open_page: Open, service: ScriptedService
) -> None:
    page = open_page(OPENAI_BASE_URL=service.base_url, CHAT_OWN_KEY="on")
    ask(page, "To the demo")
    assert counted() == []
    page.text_input(key="own_key").set_value("sk-visitor-0123456789").run()
    service.enqueue(answering("One."))
    ask(page, "To the service")
    (own,) = counted()
    assert (own.has_own_key, own.used.cost, own.used.unpriced) == (True, 0, 0)


def test_who_is_no_owner_has_no_button(page: AppTest) -> None:
    assert text.USAGE not in labels(page)


@pytest.fixture
def owned(open_page: Open, reach: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> AppTest:
    """The page as its owner has it."""
    monkeypatch.setattr(process, "is_owner", lambda: True)
    return open_page(**reach)


def opened_by_the_button(page: AppTest) -> str:
    """What is drawn when the button is pressed."""
    (button,) = [button for button in page.button if button.label == text.USAGE]
    button.click().run()
    assert not page.exception
    return " ".join(element.proto.body for element in page.get("html"))


def test_an_owner_reads_names_as_text(owned: AppTest) -> None:
    tally = process.current().tally
    tally.add(row("<b>v</b>", DANGEROUS, unpriced=1))
    counted()
    drawn = opened_by_the_button(owned)
    assert "<bdi>&lt;b&gt;v&lt;/b&gt;</bdi>" in drawn
    assert "<bdi>=HYPERLINK(" in drawn
    assert "\x1b" not in drawn


def test_a_press_by_who_is_no_owner_opens_nothing(
    owned: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    process.current().tally.add(row("somebody", "m"))
    counted()
    monkeypatch.setattr(process, "is_owner", lambda: False)
    assert "somebody" not in opened_by_the_button(owned)
