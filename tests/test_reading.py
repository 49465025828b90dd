"""What the bytes of an event stream amount to, wherever they were cut."""

from __future__ import annotations

import json
from collections.abc import Iterable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat import errors
from chat.events import Ended, Event, ReasoningDelta, TextDelta, Usage, UsageReported
from chat.reading import LONGEST_REASON, ErrorEvent, Reading
from chat.transcript import LONGEST_NAME


def event(*, finish_reason: str | None = None, usage: object = None, **delta: object) -> bytes:
    said = {"choices": [{"delta": delta, "finish_reason": finish_reason}], "usage": usage}
    return b"data: " + json.dumps(said, ensure_ascii=False).encode() + b"\r\n\r\n"


STREAM = b"".join(
    [
        b": a comment\n\nevent: message\n",
        event(role="assistant", content=""),
        event(reasoning_content="Hm 🤔"),
        event(content="Grüße, "),
        event(content="Welt 👋🏽"),
        event(finish_reason="stop", usage={"prompt_tokens": 3, "completion_tokens": 4}),
        b"data: [DONE]\n\n",
        b"data: what comes behind the end is no JSON\n\n",
    ]
)


def read(pieces: Iterable[bytes]) -> tuple[str, str, list[Usage], object]:
    """The text, the reasoning, the usage and the end of a stream."""
    reading = Reading()
    events: list[Event] = []
    for piece in pieces:
        events += reading.take(piece)
        if reading.is_done:
            break
    events += reading.rest()
    return (
        "".join(event.text for event in events if isinstance(event, TextDelta)),
        "".join(event.text for event in events if isinstance(event, ReasoningDelta)),
        [event.usage for event in events if isinstance(event, UsageReported)],
        reading.end("text/event-stream"),
    )


@given(st.lists(st.integers(0, len(STREAM)), max_size=20))
def test_a_stream_says_the_same_wherever_it_is_cut(places: list[int]) -> None:
    bounds = [0, *sorted(places), len(STREAM)]
    pieces = [STREAM[begin:end] for begin, end in pairwise(bounds)]
    usage = Usage(prompt_tokens=3, completion_tokens=4)
    assert read(pieces) == ("Grüße, Welt 👋🏽", "Hm 🤔", [usage], Ended("stop"))


@pytest.mark.parametrize("odd", [None, 1, "", [], {}, [None], [{}], {"delta": 1}, [{"delta": [1]}]])
def test_an_event_without_what_it_should_have_says_nothing(odd: object) -> None:
    strange = [odd, {"choices": odd}, {"usage": odd}, {"choices": [{"delta": {"content": odd}}]}]
    pieces = [b"data: " + json.dumps(said).encode() + b"\n\n" for said in strange]
    assert read([*pieces, STREAM])[:2] == ("Grüße, Welt 👋🏽", "Hm 🤔")


@pytest.mark.parametrize("odd", [-1, True, 1.5, "3", 10**20, None])
def test_usage_that_cannot_be_is_none(odd: object) -> None:
    for usage in (
        {"prompt_tokens": odd, "completion_tokens": 4},
        {"prompt_tokens": 3, "completion_tokens": odd},
    ):
        assert read([event(content="A", usage=usage)])[2] == []


def test_a_finish_reason_is_not_longer_than_a_file_may_have_it() -> None:
    *_, end = read([event(content="A"), event(finish_reason="x" * 999)])
    assert end == Ended("x" * LONGEST_REASON)
    assert LONGEST_REASON <= LONGEST_NAME


def test_what_is_no_json_or_no_text_is_a_value_error() -> None:
    for broken in (b"data: {\n\n", b'data: "\xff"\n\n', b"data:\n\n"):
        with pytest.raises(ValueError):  # noqa: PT011 - of two kinds
            list(Reading().take(broken))


def test_an_error_in_the_stream_is_raised_with_what_it_says() -> None:
    with pytest.raises(ErrorEvent) as told:
        list(Reading().take(b'data: {"error": {"message": "overloaded"}}\n\n'))
    assert told.value.body == {"message": "overloaded"}


def test_a_stream_that_is_cut_is_no_whole_answer() -> None:
    *_, end = read([event(content="Half")])
    assert isinstance(end, errors.BrokenOff)
