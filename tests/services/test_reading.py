"""What the bytes of an event stream amount to, wherever they were cut."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterable
from itertools import pairwise, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat import errors
from chat.conversation.answer import Answer
from chat.conversation.events import Ended, Event, Reread, TextDelta, UsageReported
from chat.keeping.untrusted import LONGEST_NAME
from chat.models import Usage
from chat.services.finish_reasons import LONGEST_REASON
from chat.services.reading import ErrorEvent, Reading, UnreadableEvent


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
    answer = Answer()
    for _ in answer.grow(iter([*events, Ended("stop")])):
        pass
    return (
        answer.text,
        answer.reasoning,
        [event.usage for event in events if isinstance(event, UsageReported)],
        reading.end(is_event_stream=True, is_announced=False),
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


@pytest.mark.parametrize("cut", [0, 1, 2])
@pytest.mark.parametrize("ends", [b"\n", b"\r", b"\r\n"])
def test_a_stream_says_the_same_cut_at_every_byte_and_whatever_ends_its_lines(
    ends: bytes, cut: int
) -> None:
    stream = b"\xef\xbb\xbf" + STREAM.replace(b"\r\n", b"\n").replace(b"\n", ends)
    usage = Usage(prompt_tokens=3, completion_tokens=4)
    whole = ("Grüße, Welt 👋🏽", "Hm 🤔", [usage], Ended("stop"))
    assert read(stream[at : at + 1] for at in range(len(stream))) == whole
    for place in range(len(stream)):
        assert (
            read([stream[:place], b"", stream[place : place + cut], stream[place + cut :]]) == whole
        )


@pytest.mark.parametrize(
    ("stream", "text"),
    [
        ('data: {"choices": [{"delta":\ndata: {"content": "Four"}}]}\n\n', "Four"),  # on two lines
        ('data:{"choices": [{"delta": {"content": "Four"}}]}\nid: 7\nretry: 9\n\n', "Four"),
        ('data: {"choices": [{"delta": {"content": "Four"}}]}\nevent: x\n\n', "Four"),
        ("event: ping\ndata: still here\n\ndata: \n\ndata\n\n: a comment\n", ""),
        ('{"choices": [{"message": {"content": "Four"}}]}', "Four"),
        ('{\n  "choices": [\n    {"message": {"content": "Four"}}\n  ]\n}\n', "Four"),
        ('{"choices": [{"delta": {"content": "Fo"}}]}\n{"choices": [{"text": "ur"}]}\n', "Four"),
        ('data: {"choices": [{"text": "Fo"}]}\ndata: {"choices": [{"text": "ur"}]}\n', "Four"),
        ('{"message": {"role": "assistant", "content": "Four"}, "done": true}', "Four"),
        ('{"role": "assistant", "content": [{"type": "text", "text": "Four"}]}', "Four"),
        ('{"result": {"choices": [{"message": {"content": "Four"}}]}, "success": true}', "Four"),
        ('{"code": 0, "message": "ok"}\n\n{"choices": [{"text": "Four"}]}\n', "Four"),
        (' \n  {"choices": [{"message": {"content": "Four"}}]}', "Four"),
        (
            '   data: {"choices": [{"text": "Fo"}]}\n\n data: {"choices": [{"text": "ur"}]}\n',
            "Four",
        ),
        ('data: data: {"choices": [{"text": "Four"}]}\n\n', "Four"),
        ('data: : keep-alive\n\ndata: ping\n\ndata: {"choices": [{"text": "Four"}]}\n', "Four"),
    ],
)
def test_an_event_is_read_as_the_standard_says_and_where_services_differ(
    stream: str, text: str
) -> None:
    assert read([stream.encode()])[0] == text
    assert read([bytes([byte]) for byte in stream.encode()])[0] == text


def test_an_event_without_an_empty_line_behind_it_is_seen_with_the_next() -> None:
    reading = Reading()
    line = b'data: {"choices": [{"text": "Fo"}]}\n'
    assert [*reading.take(line), *reading.take(line)] == [TextDelta("Fo")]


@pytest.mark.parametrize(
    ("said", "end"),
    [
        *((word, Ended("length")) for word in ("length", "MAX_TOKENS", "FinishReason.MAX_TOKENS")),
        *((word, Ended("length")) for word in ("model_length", "max_output_tokens")),
        *((word, Ended("length")) for word in ("max_new_tokens", "maxTokens", "CONTEXT_OVERFLOW")),
        *((word, Ended("length")) for word in ("LengthLimitReached", "repetition_truncation")),
        *((word, Ended("content_filter")) for word in ("content_filter", "SAFETY", "RECITATION")),
        *((word, Ended("content_filter")) for word in ("contentFilter", "ERROR_TOXIC", "refused")),
        *((word, Ended("content_filter")) for word in ("policy-violation", "risk_control")),
        *((word, Ended(word)) for word in ("stop", "STOP", "end_turn", "eos", "COMPLETE")),
        ({"type": "length"}, Ended("length")),
        *((word, errors.BrokenOff) for word in ("null", "", "FINISH_REASON_UNSPECIFIED")),
        *((word, errors.ServiceDown) for word in ("error", "aborted", "TIMEOUT", "user_cancelled")),
        ("insufficient_system_resource", errors.ServiceDown),
    ],
)
def test_a_finish_reason_means_what_it_means(said: object, end: object) -> None:
    *_, found = read([event(content="A"), event(finish_reason=said)])
    assert found == end or type(found) is end


def test_a_finish_reason_is_found_where_services_keep_it() -> None:
    text = '"choices": [{"delta": {"content": "A"%s}%s}]%s'
    for places in product(("", ', "finish_reason": "length"'), repeat=3):
        *_, end = read([f"data: {{{text % places}}}\n\n".encode()])
        assert end == Ended("length") or not any(places)
    *_, end = read([b'{"message": {"role": "a", "content": "A"}, "done_reason": "length"}'])
    assert end == Ended("length")
    *_, end = read([b'{"choices": [{"text": "A", "stop_reason": "max_tokens"}]}'])
    assert end == Ended("length")


def test_tags_around_a_thought_that_comes_apart_are_not_seen() -> None:
    thoughts = ("<think>\nHm", " <b>, `</think>`, [1]", ".\n</think>\n")
    stream = [event(reasoning_content=thought) for thought in thoughts]
    assert read([*stream, event(content="Four")])[:2] == ("Four", "\nHm <b>, `</think>`, [1].\n")
    again = [event(reasoning_content="<think>B</think>"), event(content=" or five")]
    assert read([*stream, event(content="Four"), *again])[1].endswith(", [1].\nB")


def test_tags_that_a_thought_speaks_of_are_not_lost() -> None:
    thoughts = ("<think>Say ", "<think>", " and ", "</think>", "", " to them", "</think>")
    stream = [event(reasoning_content=thought, content="") for thought in thoughts]
    told = "Say <think> and </think> to them"
    assert read([*stream, event(content="Four")])[:2] == ("Four", told)


@pytest.mark.parametrize("done", ["[DONE]", "[done]", "DONE", " [DONE] ", '"[DONE]"'])
def test_done_is_an_end_however_it_is_written(done: str) -> None:
    assert read([event(content="A"), f"data: {done}\n\n".encode()])[3] == Ended("stop")


@pytest.mark.parametrize(
    "mark", [{"thought": True}, {"type": "thinking"}, {"role": "reasoning"}, {"type": "thought"}]
)
def test_a_delta_that_is_marked_as_a_thought_is_one(mark: dict[str, object]) -> None:
    assert read([event(content="Hm.", **mark), event(content="Four")])[:2] == ("Four", "Hm.")


@pytest.mark.parametrize("reason", ["SAFETY", "PROHIBITED_CONTENT", "BLOCKLIST", "sensitive"])
def test_a_filter_before_the_first_word_is_a_refusal(reason: str) -> None:
    assert isinstance(read([event(finish_reason=reason)])[3], errors.ContentRefused)


CALLS = [{"index": 0, "function": {"name": "search", "arguments": "{}"}}]


@pytest.mark.parametrize("reason", ["tool_calls", "stop", None])
@pytest.mark.parametrize("delta", [{"tool_calls": CALLS}, {"function_call": CALLS[0]["function"]}])
def test_a_model_that_wants_a_tool_is_named_with_it(
    reason: object, delta: dict[str, object]
) -> None:
    stream = [event(**delta), event(finish_reason=reason), b"data: [DONE]\n\n"]
    *_, end = read(stream)
    assert isinstance(end, errors.ToolWanted)
    assert end.detail == "search"
    assert read([event(content="Let me look."), *stream])[0] == "Let me look.\n\n[search]"


@pytest.mark.parametrize(
    ("stream", "body"),
    [
        (
            'data: {"choices": null, "base_resp": {"status_code": 7}}\n\n',
            {"choices": None, "base_resp": {"status_code": 7}},
        ),
        ('data: {"error": {"message": "m"}}\n\n', {"message": "m"}),
        ('data: {"error": "m"}\n\n', "m"),
        ('data: {"choices": [{"error": {"message": "m"}}]}\n\n', {"message": "m"}),
        ('data: {"object": "error", "message": "m"}\n\n', {"object": "error", "message": "m"}),
        ('data: {"text": "m", "error_code": 7}\n\n', {"text": "m", "error_code": 7}),
        ('data: {"message": "m"}\n\n', {"message": "m"}),
        ('data: {"detail": "m"}\n\n', {"detail": "m"}),
        ('data: {"code": 7, "msg": "m"}\n\n', {"code": 7, "msg": "m"}),
        ('event: error\ndata: {"message": "m"}\n\n', {"message": "m"}),
        ('data: {"error": {"message": "m"}}\nevent: error\n\n', {"message": "m"}),
        ("event: error\ndata: the engine died\n\n", "the engine died"),
        ('error: {"message": "m"}\n\n', {"message": "m"}),
        ('{"error": {"message": "m"}}\n', {"message": "m"}),
        ('[{"error": {"message": "m"}}]', {"message": "m"}),
        ('{"error":\n {"message": "m"}}', {"message": "m"}),
    ],
)
@pytest.mark.parametrize("before", [[], [event(content="Hel")]])
def test_an_error_in_an_answer_is_found_in_every_shape(
    before: list[bytes], stream: str, body: object
) -> None:
    with pytest.raises(ErrorEvent) as raised:
        read([*before, stream.encode()])
    assert raised.value.body == body


def test_done_or_the_end_of_all_that_was_announced_is_an_end() -> None:
    assert read([event(content="Paris."), b"data: [DONE]\n\n"])[3] == Ended("stop")
    assert read([event(content="Paris."), b'data: "[DONE]"'])[3] == Ended("stop")
    reading = Reading()
    list(reading.take(event(content="Paris.")))
    assert reading.end(is_event_stream=True, is_announced=True) == Ended("stop")


@pytest.mark.parametrize("said", ['{"ok": true}', "<html>Sign in</html>", "Sign in."])
def test_what_cannot_be_read_is_said(said: str) -> None:
    *_, end = read([said.encode()])
    assert isinstance(end, errors.NotUnderstood)
    assert end.detail == said


def test_an_event_that_is_no_json_is_raised_with_its_words() -> None:
    with pytest.raises(UnreadableEvent) as raised:
        read([b"data: Sign in.\n\n"])
    assert raised.value.words == "Sign in."


def test_googles_mark_is_a_thought_and_its_tags_are_gone() -> None:
    mark = {"google": {"thought": True}}
    plain = [event(content="Hm.", extra_content=mark), event(content="Paris.")]
    tagged = [event(content="<thought>Hm.", extra_content=mark), event(content="</thought>Paris.")]
    assert read(plain)[:2] == read(tagged)[:2] == ("Paris.", "Hm.")


def test_an_end_of_thoughts_without_a_beginning_takes_the_text_back() -> None:
    reading = Reading()
    events = [*reading.take(event(content="Hm.")), *reading.take(event(content="</think>\n\nYes"))]
    assert events == [TextDelta("Hm."), Reread(text="", reasoning="Hm."), TextDelta("Yes")]
    assert reading.has_text


@pytest.mark.parametrize("delta", [{"content": "word "}, {"reasoning_content": "word "}])
def test_a_line_or_an_answer_that_is_long_costs_no_more_for_each_byte(
    delta: dict[str, str],
) -> None:
    def seconds(times: int) -> float:
        reading = Reading()
        began = time.process_time()
        for _ in range(times):
            list(reading.take(event(**delta)))
        for _ in range(times):
            list(reading.take(b"x" * 1_000))  # of one line
        return time.process_time() - began

    short = min(seconds(1_000) for _ in range(3))
    assert min(seconds(10_000) for _ in range(2)) < 30 * short


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
