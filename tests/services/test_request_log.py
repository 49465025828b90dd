"""How each request went is a line of the log, and what was said is not in it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace

import pytest

from chat import errors
from chat.conversation.events import Ended, ReasoningDelta, TextDelta, Waiting
from chat.ledger.used import Row, Used
from chat.services.base import log, write_log_as
from chat.services.failure_log import line
from chat.services.request_log import Logged, Noted, pseudonym
from tests.services.budgets import OPTIONS, Scripted, Seconds, used, window


def noted_after(service: Scripted, *, take: int = 100, clock: Seconds | None = None) -> Noted:
    """What is noted of a request of which so many events are taken, a second apart."""
    notes: list[Noted] = []
    clock = clock or Seconds()
    logged = Logged(service, who="v", note=notes.append, clock=clock)
    events = logged.stream(window(), OPTIONS)
    try:
        for _, _ in zip(range(take), events, strict=False):
            clock.now += 1
    except errors.ChatError:
        pass
    events.close()
    assert service.closed <= 1
    (note,) = notes
    return note


def test_a_whole_answer_is_noted_with_its_numbers() -> None:
    service = Scripted(Waiting(), ReasoningDelta("Hm"), TextDelta("Hi"), used(90, 7), Ended("stop"))
    noted = noted_after(service)
    assert noted.fields == {
        "visitor": "v",
        "model": OPTIONS.model,
        "own_key": False,
        "prompt_tokens": 90,
        "completion_tokens": 7,
        "first_word_ms": 1_000,
        "ms": 5_000,
        "ended": "stop",
    }
    assert noted.line.startswith(f"Request | visitor v | model {OPTIONS.model} | own_key no | ")
    assert noted.line.endswith(
        " | prompt_tokens 90 | completion_tokens 7 | first_word_ms 1000 | ms 5000 | ended stop"
    )


@pytest.mark.parametrize(
    ("service", "take", "ended"),
    [
        (Scripted(Waiting(), errors.TooSlow()), 100, "TooSlow"),
        (Scripted(Waiting(), TextDelta("Hi"), Ended("stop")), 1, "stopped"),
        (Scripted(TextDelta("Hi"), Ended("length")), 100, "length"),
    ],
)
def test_how_it_ended_is_noted_and_what_is_not_known_is_left_out(
    service: Scripted, take: int, ended: str
) -> None:
    noted = noted_after(service, take=take)
    assert noted.ended == ended
    assert "tokens" not in noted.line


@pytest.mark.parametrize(
    ("typed", "logged"),
    [
        ("a\nRequest | ended stop", "a Request / ended stop"),
        ("<script>steal()</script><b>a</b>", "a"),
        (f"sk-{'0123456789' * 2}", "[key]"),
        ("a" * 1_000, "a" * 299 + "…"),
        ("org/name-1.5:free", "org/name-1.5:free"),
    ],
    ids=["a line", "markup", "a key", "long", "a name"],
)
def test_a_models_name_is_a_few_words_of_one_line_whatever_was_typed(
    typed: str, logged: str
) -> None:
    notes: list[Noted] = []
    service = Logged(Scripted(Ended("a\nb")), who="v", note=notes.append)
    [*service.stream(window(), replace(OPTIONS, model=typed))]
    assert notes[0].line.startswith(f"Request | visitor v | model {logged} | own_key no | ")
    assert notes[0].line.endswith("| ended a b")
    assert notes[0].row("v").model == logged
    failed = line(errors.NotReachable(), typed, ())
    assert failed == f"NotReachable | model {logged}"


def row_after(service: Scripted, *, own: bool = False, model: str = "gpt-4o") -> Row:
    """What the ledger counts of a request."""
    notes: list[Noted] = []
    logged = Logged(service, who="v", note=notes.append, has_own_key=own)
    with suppress(errors.ChatError):
        [*logged.stream(window(), replace(OPTIONS, model=model))]
    return notes[0].row("203.0.113.7")


def test_a_request_is_counted_with_its_tokens_and_its_cost() -> None:
    row = row_after(Scripted(TextDelta("Hi"), used(1_000, 10), Ended("stop")))
    assert row == Row(
        who="203.0.113.7",
        model="gpt-4o",
        has_own_key=False,
        used=Used(requests=1, prompt_tokens=1_000, completion_tokens=10, cost=2_600_000),
    )


@pytest.mark.parametrize(
    ("service", "model", "counted"),
    [
        (Scripted(used(9, 7), Ended("stop")), "nobody-knows-its-price", (0, 0, 1)),
        (Scripted(TextDelta("Hi"), Ended("stop")), "gpt-4o", (0, 1, 1)),
        (Scripted(errors.TooSlow()), "gpt-4o", (1, 1, 1)),
        (Scripted(errors.NoSuchModel()), "gpt-4o", (1, 0, 0)),
        (Scripted(TextDelta("Hi"), errors.ServiceDown()), "gpt-4o", (1, 1, 1)),
    ],
    ids=["no price", "no usage", "may be billed", "never billed", "broken off"],
)
def test_what_is_not_known_is_counted_as_such_and_never_as_nothing(
    service: Scripted, model: str, counted: tuple[int, int, int]
) -> None:
    used = row_after(service, model=model).used
    assert (used.failures, used.unreported, used.unpriced) == counted
    assert used.cost == 0


def test_a_request_with_an_own_key_costs_the_owner_nothing() -> None:
    row = row_after(Scripted(used(1_000, 10), Ended("stop")), own=True)
    assert (row.has_own_key, row.used.cost, row.used.unpriced) == (True, 0, 0)
    assert row.used.tokens == 1_010


def test_a_visitors_name_is_the_same_each_time_and_no_address() -> None:
    assert pseudonym("192.0.2.1") == pseudonym("192.0.2.1") != pseudonym("192.0.2.2")
    assert set(pseudonym("192.0.2.1")) <= set("0123456789abcdef")


@pytest.fixture
def as_json() -> Iterator[None]:
    write_log_as("json")
    yield
    write_log_as("text")


@pytest.mark.usefixtures("as_json")
def test_a_log_of_json_has_an_object_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    log("It failed:\n“no”")
    log("Request", {"ms": 5})
    first, second = map(json.loads, capsys.readouterr().err.splitlines())
    assert first["message"] == "It failed:\n“no”"
    assert (second["message"], second["ms"]) == ("Request", 5)
    assert first["time"] <= second["time"]


def test_no_line_of_the_log_commands_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    log(Noted(who="v", model="a\x1b[2J\x9b2Jb\u2028\u202ec", has_own_key=True).line)
    written = capsys.readouterr().err
    assert "model a [2J 2Jb  c |" in written
    assert written.rstrip("\n").isprintable()


def test_a_log_of_text_has_the_lines_alone(capsys: pytest.CaptureFixture[str]) -> None:
    log("Request", {"ms": 5})
    assert capsys.readouterr().err == "Request\n"
