"""What the bytes of an event stream amount to, wherever they were cut."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chat import errors
from chat.conversation.events import Ended, Event, ReasoningDelta, TextDelta, UsageReported
from chat.keeping.untrusted import LONGEST_NAME
from chat.services.reading import LONGEST_REASON, ErrorEvent, Reading
from chat.usage import Usage


def event(*, finish_reason: object = None, usage: object = None, **delta: object) -> bytes:
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
    for broken in (b"data: {\n\n", b'data: "\xff"\n\n'):
        with pytest.raises(ValueError):  # noqa: PT011 - of two kinds
            list(Reading().take(broken))


def test_an_error_in_the_stream_is_raised_with_what_it_says() -> None:
    with pytest.raises(ErrorEvent) as raised:
        list(Reading().take(b'data: {"error": {"message": "overloaded"}}\n\n'))
    assert raised.value.body == {"message": "overloaded"}


def test_a_stream_that_is_cut_is_no_whole_answer() -> None:
    *_, end = read([event(content="Half")])
    assert isinstance(end, errors.BrokenOff)


TEXT = {"type": "text", "text": "Four"}
THOUGHT = {"type": "thinking", "thinking": [{"type": "text", "text": "Two and "}, "two."]}


@pytest.mark.parametrize(
    ("content", "text", "thought"),
    [
        ([TEXT], "Four", ""),
        (TEXT, "Four", ""),
        (["Fo", "ur"], "Four", ""),
        ([THOUGHT, TEXT, THOUGHT], "Four", "Two and two.Two and two."),
        ([{"type": "thinking", "thinking": "Hm."}], "", "Hm."),
        ([{"thinking": "Hm."}, {"text": "Four"}], "Four", "Hm."),
        ([{"type": "reasoning", "summary": [{"type": "summary_text", "text": "Hm."}]}], "", "Hm."),
        ([{"type": "thinking", "content": [{"type": "new", "text": "Hm."}]}], "", "Hm."),
        ([{"type": "output_text", "text": {"value": "Four", "annotations": []}}], "Four", ""),
        ([{"type": "refusal", "refusal": "No."}], "No.", ""),
        ([TEXT, {"type": "new", "text": "!"}], "Four!", ""),
        ([TEXT, {"type": "reference", "reference_ids": [1]}], "Four[reference]", ""),
        ([{"type": "image_url", "image_url": {"url": "https://host/x.png"}}], "[image_url]", ""),
        ([{"type": "<script>", "data": 1}], "[…]", ""),
        ([{"type": "text", "text": ""}, {"type": "text", "text": None}, TEXT], "Four", ""),
        ([{"type": "reasoning.encrypted", "data": "xyz"}, TEXT], "Four", ""),
    ],
)
@pytest.mark.parametrize("name", ["delta", "message"])
def test_a_content_of_parts_loses_no_words(
    name: str, content: object, text: str, thought: str
) -> None:
    said = {"choices": [{name: {"content": content}, "finish_reason": "stop"}]}
    assert read([b"data: " + json.dumps(said).encode() + b"\n\n"])[:2] == (text, thought)


def test_parts_and_plain_text_follow_each_other() -> None:
    pieces = [event(content=[THOUGHT]), event(content=[TEXT]), event(content=" it is.")]
    assert read(pieces)[:2] == ("Four it is.", "Two and two.")


WORDS = st.integers(0, 10**6).map("w{:07}".format)
PARTS = st.recursive(
    WORDS,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.tuples(
            st.sampled_from(["text", "thinking", "reasoning.text", "new", 7, None]),
            st.dictionaries(
                st.sampled_from(["text", "thinking", "content", "summary", "refusal"]), inner
            ),
        ).map(lambda part: {"type": part[0], **part[1]})
    ),
)


@given(st.lists(st.tuples(st.sampled_from(["content", "reasoning", "reasoning_details"]), PARTS)))
@settings(deadline=None)
def test_no_word_of_any_parts_is_lost(deltas: list[tuple[str, object]]) -> None:
    text, thought, *_ = read(event(**{name: content}) for name, content in deltas)
    for word in re.findall(r"w\d{7}", json.dumps(deltas)):
        assert word in text + thought


@pytest.mark.parametrize(
    "details",
    [
        [{"type": "reasoning.text", "text": "I recall.", "index": 0}],
        [{"type": "reasoning.summary", "summary": "I recall."}],
        "I recall.",
    ],
)
@pytest.mark.parametrize("also", [{}, {"reasoning": "I recall."}])
def test_thoughts_under_another_name_are_said_once(details: object, also: dict[str, str]) -> None:
    pieces = [event(reasoning_details=details, **also), event(content="Paris.")]
    assert read(pieces)[:2] == ("Paris.", "I recall.")


def message(content: object) -> bytes:
    return b"data: " + json.dumps({"choices": [{"message": {"content": content}}]}).encode() + b"\n"


def test_a_message_that_says_all_once_more_is_not_shown_twice() -> None:
    deltas = [event(content="Four"), event(content=" it is")]
    assert read([*deltas, message("Four it is")])[0] == "Four it is"
    assert read([*deltas, message([TEXT, " it is", "."])])[0] == "Four it is."
    assert read([message("Four"), message(" it"), message(" is")])[0] == "Four it is"


def test_content_and_refusal_are_both_said() -> None:
    assert read([event(content="As asked: ", refusal="no.")])[0] == "As asked: no."


def test_deep_parts_are_read() -> None:
    content: object = "deep"
    for _ in range(200):
        content = [{"type": "thinking", "thinking": content}]
    assert read([event(content=content)])[1] == "deep"


def test_odd_ends_of_lines_lose_nothing() -> None:
    whole = event(content="Four").rstrip()
    assert read([b"\xef\xbb\xbf" + whole])[0] == "Four"  # no line's end
    assert read([b"\xef\xbb\xbfevent: message\n", whole])[0] == "Four"
    assert read([b"data:\n\n", b"data: \n\n", whole])[0] == "Four"
    assert read([event(content="Fo"), whole[:-9]])[0] == "Fo"


def test_half_a_character_at_the_end_of_a_thought_is_seen() -> None:
    half = b'data: {"choices": [{"delta": {"reasoning": "Hm\\ud83e"}}]}\n'
    assert read([half])[1] == "Hm\ufffd"
