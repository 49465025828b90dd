"""A draft: it has every word before anybody else, and says how it ended."""

from __future__ import annotations

from collections.abc import Generator

import pytest

from chat.conversation.answer import Answer, Status
from chat.conversation.events import Ended, Event, ReasoningDelta, TextDelta, UsageReported, Waiting
from chat.errors import BrokenOff, ServiceDown
from chat.models import Usage

USAGE = Usage(prompt_tokens=20, completion_tokens=10)


def test_an_answer_grows_by_its_events_before_they_are_handed_on() -> None:
    answer = Answer()
    events: list[Event] = [
        Waiting(),
        ReasoningDelta("hm"),
        TextDelta("Hel"),
        TextDelta("lo"),
        UsageReported(USAGE),
        Ended("stop"),
    ]
    texts = [answer.text for _ in answer.grow(events)]
    assert texts == ["", "", "Hel", "Hello", "Hello", "Hello"]
    assert (answer.status, answer.reasoning, answer.usage, answer.error) == (
        Status.COMPLETE,
        "hm",
        USAGE,
        None,
    )


@pytest.mark.parametrize(
    ("reason", "status"),
    [("stop", Status.COMPLETE), ("length", Status.CUT), ("content_filter", Status.CUT)],
)
def test_the_finish_reason_says_whether_an_answer_was_cut(reason: str, status: Status) -> None:
    answer = Answer()
    list(answer.grow([TextDelta("Hello"), Ended(reason)]))
    assert (answer.status, answer.finish_reason) == (status, reason)


def test_closing_the_events_stops_the_answer_and_its_source_and_keeps_the_text() -> None:
    closed = []

    def source() -> Generator[Event]:
        try:
            yield TextDelta("Hel")
            yield TextDelta("lo")
        finally:
            closed.append(True)

    answer = Answer()
    events = answer.grow(source())
    next(events)
    events.close()
    assert (answer.text, answer.status, closed) == ("Hel", Status.STOPPED, [True])


def test_an_interruption_from_the_source_stops_the_answer_and_goes_on() -> None:
    def source() -> Generator[Event]:
        yield TextDelta("Hel")
        raise KeyboardInterrupt

    answer = Answer()
    with pytest.raises(KeyboardInterrupt):
        list(answer.grow(source()))
    assert (answer.text, answer.status) == ("Hel", Status.STOPPED)


@pytest.mark.parametrize(
    ("text", "status"), [("", Status.FAILED), (" \n", Status.FAILED), ("Hel", Status.INTERRUPTED)]
)
def test_a_failure_is_kept_with_the_answer(text: str, status: Status) -> None:
    failure = ServiceDown("busy")

    def source() -> Generator[Event]:
        yield TextDelta(text)
        raise failure

    answer = Answer()
    list(answer.grow(source()))
    assert (answer.text, answer.status, answer.error) == (text, status, failure)


def test_events_that_end_without_an_end_are_an_interruption() -> None:
    answer = Answer()
    list(answer.grow([TextDelta("Hel")]))
    assert answer.status is Status.INTERRUPTED
    assert isinstance(answer.error, BrokenOff)
