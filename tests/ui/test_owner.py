"""What an owner decides: who comes in, whose key is used, and how much of it."""

from __future__ import annotations

import time
from functools import partial
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from chat import errors
from chat.access.password import FREE, Password
from chat.ledger.ledger import FILE, PAUSE, Ledger
from chat.ledger.limits import Limits
from chat.ledger.sqlite import FORMER, SqliteStore
from chat.markup.plain import literal
from chat.ui import owner, process
from chat.words import text
from tests.fakes.service import ScriptedService, answering, failing
from tests.ui.driving import (
    Open,
    ask,
    dialogue,
    meter_of,
    opened,
    opened_with_the_environment,
    press,
)

OWN_KEY = "sk-visitor-0123456789"


def enter(page: AppTest, password: str) -> AppTest:
    """Give the password."""
    page.text_input[0].set_value(password)
    return press(page, text.SIGN_IN)


@pytest.fixture
def guarded(open_page: Open, reach: dict[str, str]) -> AppTest:
    return open_page(**reach, CHAT_PASSWORD="open sesame")


def test_nothing_runs_before_the_password(guarded: AppTest, service: ScriptedService) -> None:
    assert not guarded.chat_input
    assert not guarded.sidebar.children
    assert "page" not in guarded.session_state
    enter(guarded, "wrong")
    assert [warning.value for warning in guarded.warning] == [text.WRONG_PASSWORD]
    assert not guarded.chat_input
    enter(guarded, "open sesame")
    assert guarded.chat_input
    ask(guarded, "Hi")
    assert service.last.messages[-1]["content"] == "Hi"


def test_after_some_wrong_passwords_one_has_to_wait_even_on_a_new_page(guarded: AppTest) -> None:
    still = SqliteStore(clock=lambda: 0.0)
    process.current().password = Password("open sesame", Ledger(still))
    for _ in range(FREE):
        enter(guarded, "wrong")
    assert "Try again in 1 s" in guarded.warning[0].value
    page = opened()
    assert "Try again in 1 s" in page.warning[0].value
    enter(page, "open sesame")
    assert not page.chat_input


def test_a_visitor_uses_a_key_of_their_own_where_the_owner_has_none(
    open_page: Open, service: ScriptedService
) -> None:
    page = open_page(OPENAI_BASE_URL=service.base_url, CHAT_OWN_KEY="on")
    assert page.caption[0].value == f"{text.DEMO} {text.DEMO_OWN_KEY}"
    page.text_input(key="own_key").set_value("no key").run()
    assert [warning.value for warning in page.warning] == [text.NO_KEY]
    ask(page, "Still the demo?")
    assert "demo" in dialogue(page)[1][1]
    assert not service.requests

    page.text_input(key="own_key").set_value(f" {OWN_KEY}\n").run()
    assert not page.warning
    service.enqueue(answering("With your key."))
    ask(page, "And now?")
    assert dialogue(page)[3][1] == "With your key."
    assert service.last.headers["authorization"] == f"Bearer {OWN_KEY}"

    # It belongs to this page's session alone.
    other = opened()
    ask(other, "Hello")
    assert "demo" in dialogue(other)[1][1]
    page.text_input(key="own_key").set_value("").run()
    ask(page, "Without?")
    assert "demo" in dialogue(page)[5][1]
    assert len(service.requests) == 1


def test_what_a_visitor_reads_of_a_failure_is_what_that_visitor_can_do(
    open_page: Open, service: ScriptedService, capsys: pytest.CaptureFixture[str]
) -> None:
    service.enqueue(
        failing(401, {"message": "No."}), failing(404, {"message": "There is no such model."})
    )
    page = open_page(OPENAI_BASE_URL=service.base_url, CHAT_OWN_KEY="on")
    page.text_input(key="own_key").set_value(OWN_KEY).run()
    ask(page, "Q1")
    assert "Check the key that you put into the sidebar." in page.warning[0].value
    assert "For the owner" not in page.warning[0].value + capsys.readouterr().err

    # Of one model, and without a field for a key.
    page = open_page(**service.reach, CHAT_DAILY_TOKENS="100000")
    ask(page, "Q1")
    advice = "For the owner: check CHAT_MODEL and CHAT_MODELS."
    happened, _ = text.failure(errors.NoSuchModel())
    assert [warning.value for warning in page.warning] == [literal(happened)]
    assert owner.note("check CHAT_MODEL and CHAT_MODELS.") in [
        html.proto.body for html in page.get("html")
    ]
    line = f"NoSuchModel | 404 | model scripted | There is no such model. | {advice}"
    assert line in capsys.readouterr().err.splitlines()


def test_with_the_owners_key_no_other_is_asked_for(open_page: Open, reach: dict[str, str]) -> None:
    page = open_page(**reach, CHAT_OWN_KEY="on")
    assert not [field for field in page.text_input if field.label == text.OWN_KEY]


@pytest.fixture
def bounded(open_page: Open, reach: dict[str, str]) -> Open:
    return partial(open_page, **reach, CHAT_VISITOR_TOKENS="100", CHAT_DAILY_TOKENS="400")


def test_a_visitor_sees_what_is_left_and_reads_why_nothing_is(
    bounded: Open, service: ScriptedService
) -> None:
    page = bounded()
    assert f"{text.LEFT_FOR_YOU}|100|" in meter_of(page)
    assert f"{text.LEFT_FOR_ALL}|400|" in meter_of(page)
    service.enqueue(answering("One.", tokens=(60, 20)))
    ask(page, "Q1")
    assert service.last.json["max_completion_tokens"] < 100
    assert f"{text.LEFT_FOR_YOU}|20|" in meter_of(page)
    assert f"{text.LEFT_FOR_ALL}|320|" in meter_of(page)
    ask(page, "Q2")
    assert len(service.requests) == 1
    happened, to_do = text.failure(errors.VisitorBudgetSpent())
    assert [warning.value for warning in page.warning] == [f"{happened} {to_do}"]
    assert dialogue(page)[:3] == [("user", "Q1"), ("assistant", "One."), ("user", "Q2")]


def test_a_failed_question_is_not_charged(bounded: Open, service: ScriptedService) -> None:
    page = bounded()
    service.enqueue(failing(401, {"message": "no"}))
    ask(page, "Q1")
    assert f"{text.LEFT_FOR_YOU}|100|" in meter_of(page)


def test_the_days_sum_is_kept_in_a_folder(
    bounded: Open, service: ScriptedService, tmp_path: Path
) -> None:
    service.enqueue(answering("One.", tokens=(60, 20)))
    ask(bounded(CHAT_DATA=str(tmp_path / "data")), "Q1")
    ledger = Ledger(SqliteStore(tmp_path / "data" / FILE))
    assert Limits(ledger, daily_tokens=400).left("anybody").all == 320


def test_while_the_ledger_is_away_nothing_is_asked_with_the_owners_key(
    bounded: Open, service: ScriptedService, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    page = bounded(CHAT_DATA=str(tmp_path))
    (tmp_path / FILE).rename(tmp_path / "elsewhere")
    for question in ("Q1", "Q2"):
        ask(page, question)
    assert not service.requests
    happened, to_do = text.failure(errors.LedgerAway())
    assert [warning.value for warning in page.warning] == [f"{happened} {to_do}"] * 2
    assert text.LEFT_FOR_YOU not in meter_of(page)
    assert capfd.readouterr().err.count("The ledger cannot be used") == 1
    (tmp_path / "elsewhere").rename(tmp_path / FILE)
    time.sleep(PAUSE)
    service.enqueue(answering("Three.", tokens=(60, 20)))
    ask(page, "Q3")
    assert dialogue(page)[-1] == ("assistant", "Three.")
    assert f"{text.LEFT_FOR_YOU}|20|" in meter_of(page)


def test_own_keys_go_on_while_the_ledger_is_away(
    open_page: Open, service: ScriptedService, tmp_path: Path
) -> None:
    budgets = {"CHAT_DAILY_TOKENS": "400", "CHAT_DATA": str(tmp_path), "CHAT_OWN_KEY": "on"}
    page = open_page(OPENAI_BASE_URL=service.base_url, **budgets)
    (tmp_path / FILE).unlink()
    ask(page, "Hello")
    assert "demo" in dialogue(page)[-1][1]
    page.text_input(key="own_key").set_value(OWN_KEY).run()
    service.enqueue(answering("Mine."))
    ask(page, "Q")
    assert dialogue(page)[-1] == ("assistant", "Mine.")


def test_nobody_is_let_in_while_the_tries_cannot_be_counted(
    open_page: Open, reach: dict[str, str], tmp_path: Path
) -> None:
    page = open_page(**reach, CHAT_PASSWORD="open sesame", CHAT_DATA=str(tmp_path))
    (tmp_path / FILE).unlink()
    page.text_input[0].set_value("open sesame")
    page.button[0].click().run()
    assert not page.exception
    assert not page.chat_input
    assert [warning.value for warning in page.warning] == [
        " ".join(text.failure(errors.LedgerAway()))
    ]


def test_a_folder_that_cannot_be_written_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("CHAT_DATA", "/proc/nothing")
    page = opened_with_the_environment()
    assert page.error[0].value.endswith("CHAT_DATA is /proc/nothing, where nothing can be written.")
    assert not page.chat_input


def test_a_sum_that_is_damaged_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("CHAT_DAILY_TOKENS", "400")
    monkeypatch.setenv("CHAT_DATA", str(tmp_path))
    (tmp_path / FORMER).write_text("[" * 100_000)
    page = opened_with_the_environment()
    assert page.error[0].value.endswith("damaged: delete it to begin the day anew.")
    assert not page.chat_input
    assert not page.exception


def test_a_question_may_not_be_longer_than_the_owner_allows(
    bounded: Open, service: ScriptedService
) -> None:
    page = bounded(CHAT_MAX_CHARS="10")
    assert page.chat_input[0].proto.max_chars == 10
    press(page, text.suggestions()[0])  # what was not typed is bounded, too
    happened, to_do = text.failure(errors.TooLong())
    assert [warning.value for warning in page.warning] == [f"{happened} {to_do}"]
    assert not service.requests
    ask(page, "x" * 20)  # around the browser
    assert service.last.messages[-1]["content"] == "x" * 10


def test_only_the_owners_models_are_offered(bounded: Open) -> None:
    page = bounded(CHAT_MODELS="better")
    assert page.selectbox(key="model").options == ["scripted", "better"]
    assert not page.selectbox(key="model").proto.accept_new_options


def test_a_chat_of_another_model_goes_on_with_the_owners(bounded: Open) -> None:
    def opened() -> None:
        from chat.conversation.tree import Conversation
        from chat.options import Options
        from chat.ui.page import current_page

        page = current_page()
        page.visitor.show(Conversation(), Options(model="dear"))
        page.take_settings()

    bounded()
    shown = AppTest.from_function(opened).run()
    assert not shown.exception
    assert shown.session_state["model"] == "scripted"
