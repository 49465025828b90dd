"""A conversation survives its file, and no file can do harm."""

from __future__ import annotations

import copy
import json
from dataclasses import replace
from hashlib import sha256
from itertools import product
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import given

from chat.conversation.answer import Answer, Status
from chat.conversation.events import Ended, Event, TextDelta
from chat.conversation.files import Picture, named
from chat.conversation.tree import Conversation
from chat.files.bounds import BOUNDS
from chat.keeping.files import encoded
from chat.keeping.transcript import ANSWERS_2, SETTINGS_2, from_json, to_json, to_markdown
from chat.keeping.untrusted import LARGEST, MOST, MOST_ANSWERS, MOST_VALUES, Fault, TranscriptError
from tests.keeping.moves import (
    BLUE,
    GREEN,
    NOTES,
    OPTIONS,
    PLAIN_OPTIONS,
    RED,
    conversations,
    drawn,
    played,
)


@given(conversations)
def test_a_conversation_comes_back_exactly(conversation: Conversation) -> None:
    written = to_json(conversation, OPTIONS)
    transcript = from_json(written.encode())
    assert transcript.options == OPTIONS
    assert to_json(transcript.conversation, OPTIONS) == written
    assert transcript.conversation.messages == conversation.messages
    before, after = list(conversation.all_rounds), list(transcript.conversation.all_rounds)
    assert [r.question for r in after] == [r.question for r in before]
    assert [[without_error(a) for a in r.versions] for r in after] == [
        [without_error(a) for a in r.versions] for r in before
    ]
    paths = [[r.question for r in c.history] for c in (conversation, transcript.conversation)]
    assert paths[0] == paths[1]


def without_error(answer: Answer) -> dict[str, Any]:
    error = answer.error and (type(answer.error), answer.error.detail)
    return {**vars(answer), "error": error, "key": ""}


def test_an_answer_that_is_being_written_is_stopped_in_the_file() -> None:
    conversation = Conversation()
    conversation.ask("Q").answer.text = "Half"
    answer = from_json(to_json(conversation, OPTIONS)).conversation.history[0].answer
    assert (answer.text, answer.status) == ("Half", Status.STOPPED)


def test_a_long_chat_comes_back() -> None:
    both = ",".join(
        f'{{"role": "user", "content": "Q{n}"}}, {{"role": "assistant", "content": "A"}}'
        for n in range(MOST // 2)
    )
    whole = from_json(f"[{both}]").conversation
    again = from_json(to_json(whole, OPTIONS)).conversation
    assert [r.question for r in again.history] == [f"Q{n}" for n in range(MOST // 2)]


def test_a_plain_list_of_messages_is_taken_in() -> None:
    parts = [{"type": "text", "text": "A1"}, {"type": "text", "text": "more"}]
    messages = [
        {"role": "developer", "content": "S"},
        {"role": "user", "content": "Q1"},
        {"role": "assistant", "content": parts},
        {"role": "user", "content": "Q2"},
        {"role": "user", "content": "and"},
    ]
    for data in (messages, {"messages": messages}):
        conversation = from_json("\ufeff".encode() + json.dumps(data).encode()).conversation
        assert conversation.system_prompt == "S"
        assert [(r.question, r.answer.text) for r in conversation.history] == [
            ("Q1", "A1\n\nmore"),
            ("Q2\n\nand", ""),
        ]
        assert conversation.history[1].answer.status is Status.STOPPED


def test_a_plain_list_that_begins_with_an_answer_loses_nothing() -> None:
    conversation = from_json('[{"role": "assistant", "content": "Hello"}]').conversation
    assert [(r.question, r.answer.text) for r in conversation.history] == [("…", "Hello")]


VALID = json.loads(to_json(played([("ask", 3), ("edit", 4), ("retry", 4)], ["x"]), OPTIONS))


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (b"", Fault.NOT_JSON),
        (b"\xff\xfe", Fault.NOT_JSON),
        (b"not json", Fault.NOT_JSON),
        (b"[" * 100_000, Fault.NOT_JSON),
        (b"9" * 10_000, Fault.NOT_JSON),
        (b" " * (LARGEST + 1), Fault.TOO_LARGE),
        (b"[]", Fault.NOT_A_TRANSCRIPT),
        (b"{}", Fault.NOT_A_TRANSCRIPT),
        (b"null", Fault.NOT_A_TRANSCRIPT),
        (b'[{"role": "tool", "content": "x"}]', Fault.NOT_A_TRANSCRIPT),
        (b'[{"role": [], "content": "x"}]', Fault.NOT_A_TRANSCRIPT),
        (b'[{"role": "user", "content": [1]}]', Fault.NOT_A_TRANSCRIPT),
        (b'[{"role": "user"}]', Fault.NOT_A_TRANSCRIPT),
        (json.dumps([{"role": "user", "content": "x"}] * (MOST + 1)), Fault.TOO_LARGE),
        (json.dumps({**VALID, "version": 4}), Fault.NEWER),
        (json.dumps({**VALID, "rounds": VALID["rounds"] * MOST}), Fault.TOO_LARGE),
        (json.dumps({**VALID, "api_key": "sk-1"}), Fault.DAMAGED),
        (json.dumps({**VALID, "remember": 21}), Fault.DAMAGED),
        (json.dumps({**VALID, "remember": True}), Fault.DAMAGED),
        (json.dumps({**VALID, "discarded": float("nan")}), Fault.DAMAGED),
        (json.dumps({**VALID, "rounds": [{**VALID["rounds"][0], "after": 0}]}), Fault.DAMAGED),
    ],
)  # fmt: skip
def test_a_bad_file_is_refused_and_says_why(data: bytes | str, fault: Fault) -> None:
    with pytest.raises(TranscriptError) as refused:
        from_json(data)
    assert refused.value.fault is fault


@pytest.mark.parametrize(("name", "value"), [("reasoning_effort", "x"), ("verbosity", ["low"])])
def test_an_effort_that_there_is_not_is_refused(name: str, value: object) -> None:
    with pytest.raises(TranscriptError) as refused:
        from_json(json.dumps({**VALID, "settings": {**VALID["settings"], name: value}}))
    assert refused.value.fault is Fault.DAMAGED


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *product(["left_out"], ["top_p", [[]], ["top_p", "x"], None]),
        *product(["began"], [-1, 10**12, "1", None, True]),
        *product(["seconds"], [-0.1, 10**12, [], None]),
    ],
)
def test_what_an_answer_cannot_have_is_refused(name: str, value: object) -> None:
    whole = copy.deepcopy(VALID)
    whole["rounds"][0]["versions"][0][name] = value
    with pytest.raises(TranscriptError) as refused:
        from_json(json.dumps(whole))
    assert refused.value.fault is Fault.DAMAGED


def test_a_file_of_version_1_can_be_read() -> None:
    old = copy.deepcopy(VALID) | {"version": 1}
    del old["pictures_again"]
    for name in SETTINGS_2:
        del old["settings"][name]
    for round in old["rounds"]:
        del round["files"]
        round["question"] = "Q"
        for answer in round["versions"]:
            for name in ANSWERS_2:
                del answer[name]
    transcript = from_json(json.dumps(old))
    assert transcript.options == PLAIN_OPTIONS
    answer = transcript.conversation.history[0].answer
    assert (answer.left_out, answer.began, answer.seconds) == ((), 0, 0)


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=5,
)


@given(st.data())
def test_a_file_that_was_meddled_with_is_refused_or_can_be_used(data: st.DataObject) -> None:
    whole = copy.deepcopy(VALID)
    target: Any = whole
    while True:
        keys = range(len(target)) if isinstance(target, list) else sorted(target)
        key = data.draw(st.sampled_from(list(keys)))
        if isinstance(target[key], dict | list) and target[key] and data.draw(st.booleans()):
            target = target[key]
            continue
        break
    if data.draw(st.booleans()):
        target[key] = data.draw(JUNK)
    else:
        del target[key]
    try:
        transcript = from_json(json.dumps(whole))
    except TranscriptError:
        return
    conversation = transcript.conversation
    conversation.ask("Q")
    assert conversation.messages[-1]["content"] == "Q"
    from_json(to_json(conversation, transcript.options or OPTIONS))


def test_files_come_back_with_their_bytes_or_named() -> None:
    conversation = Conversation(pictures_again=False)
    list(conversation.ask("", files=[RED, NOTES, GREEN]).answer.grow([]))
    whole = from_json(to_json(conversation, OPTIONS)).conversation
    assert whole.history[0].files == (RED, NOTES, GREEN)
    assert not whole.pictures_again
    few = from_json(to_json(conversation, OPTIONS, pictures=False)).conversation
    assert few.history[0].files == (named(RED), NOTES, named(GREEN))


PAGE = b"<script>alert(1)</script>"
BOMB = b"\xff\xd8\xff\xc0\0\x0b\x08\xfd\xe8\xfd\xe8\x01\x01\x11\0\xff\xd9"  # 65,000 pixels square


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (PAGE, Fault.DAMAGED),
        (b"", Fault.DAMAGED),
        (b"GIF89a" + PAGE, Fault.DAMAGED),
        (b"\xff\xd8\xff" + PAGE + b"\xff\xd9", Fault.DAMAGED),
        (BOMB, Fault.DAMAGED),
        (drawn("red") + b"\0" * BOUNDS.picture_bytes + b"\xff\xd9", Fault.DAMAGED),
        (None, Fault.DAMAGED),
    ],
    ids=["page", "nothing", "gif", "page in a picture", "bomb", "too large", "another picture"],
)
def test_a_picture_that_is_none_is_refused(data: bytes | None, fault: Fault) -> None:
    whole = copy.deepcopy(VALID)
    (photo, *_) = whole["rounds"][0]["files"]
    photo["data"] = encoded(drawn("blue") if data is None else data)
    if data is not None:
        photo["hash"] = sha256(data).hexdigest()
    with pytest.raises(TranscriptError) as refused:
        from_json(json.dumps(whole))
    assert refused.value.fault is fault


def test_more_files_than_a_question_or_a_chat_has_are_refused() -> None:
    whole = copy.deepcopy(VALID)
    (round, *_) = whole["rounds"]
    note = {"kind": "document", "name": "a", "text": "", "cut": False}
    for files, rounds in ((BOUNDS.files + 1, 1), (BOUNDS.files, MOST // BOUNDS.files + 1)):
        whole["rounds"] = [{**round, "files": [note] * files, "next": 0}] * rounds
        with pytest.raises(TranscriptError) as refused:
            from_json(json.dumps(whole))
        assert refused.value.fault is Fault.TOO_LARGE


def url(data: bytes, kind: str = "image/jpeg") -> dict[str, Any]:
    """A picture as a part of a message."""
    address = f"data:{kind};base64,{encoded(data)}"
    return {"type": "image_url", "image_url": {"url": address, "detail": "low"}}


def test_pictures_in_a_plain_list_are_taken_in() -> None:
    parts = [{"type": "text", "text": "What?"}, url(drawn("red")), url(drawn("green", "PNG"))]
    messages = [
        {"role": "user", "content": parts},
        {"role": "assistant", "content": "A"},
        {"role": "user", "content": [url(drawn("blue"))]},
    ]
    first, second = from_json(json.dumps(messages)).conversation.history
    assert (first.question, second.question) == ("What?", "")
    assert [file.name for file in first.files] == ["picture-1.jpeg", "picture-2.png"]
    red, green = first.files
    assert isinstance(red, Picture)
    assert isinstance(green, Picture)
    assert (red.data, green.data) == (RED.data, GREEN.data)
    assert second.files == (replace(BLUE, name="picture-3.jpeg", thumbnail=b""),)


@pytest.mark.parametrize(
    "parts",
    [
        [url(PAGE)],
        [url(BOMB)],
        [url(drawn("red"), "image/svg+xml")],
        [url(drawn("red"), "text/html")],
        [{"type": "image_url", "image_url": {"url": "https://example.com/a.png"}}],
        [{"type": "image_url", "image_url": {"url": "data:image/jpeg;base64,?"}}],
        [{"type": "image_url", "image_url": {"url": 5}}],
        [{"type": "image_url"}],
        [url(drawn("red"))] * (BOUNDS.files + 1),
    ],
)
def test_what_is_no_picture_in_a_plain_list_is_refused(parts: object) -> None:
    with pytest.raises(TranscriptError) as refused:
        from_json(json.dumps([{"role": "user", "content": parts}]))
    assert refused.value.fault is Fault.NOT_A_TRANSCRIPT


def test_an_answer_in_a_plain_list_has_no_pictures() -> None:
    with pytest.raises(TranscriptError):
        from_json(json.dumps([{"role": "assistant", "content": [url(drawn("red"))]}]))


def test_markdown_reads_well_whatever_the_question_has_in_it() -> None:
    conversation = Conversation(system_prompt="Be\nbrief.")
    events: list[Event] = [TextDelta("**A1**"), Ended("length")]
    list(conversation.ask("# Q1\n```\ncode").answer.grow(events))
    list(conversation.ask("Q2").answer.grow([]))
    list(conversation.ask("", files=[RED, NOTES]).answer.grow([]))
    assert to_markdown(
        conversation,
        title="Chat",
        ending=lambda answer: answer.status.value,
        attached=lambda files: " and ".join(file.name for file in files),
    ) == (
        "# Chat\n\n*Be brief.*\n\n---\n\n> # Q1\n> ```\n> code\n\n**A1**\n\n*(cut)*\n\n"
        "---\n\n> Q2\n\n*(failed)*\n\n---\n\n*red.jpeg and notes.txt*\n\n*(failed)*\n"
    )


@pytest.mark.parametrize(
    "text",
    [
        "[" + "[]," * MOST_VALUES + "1]",
        "[" + "1," * (MOST_VALUES + 1) + "1]",
        "[" * MOST_VALUES * 2,
    ],
)
def test_a_text_of_too_many_values_is_refused_before_it_is_parsed(
    text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise AssertionError

    monkeypatch.setattr(json, "loads", fail)
    with pytest.raises(TranscriptError) as refused:
        from_json(text)
    assert refused.value.fault is Fault.TOO_LARGE


def test_words_with_many_marks_are_no_values() -> None:
    said = ["[{,", "\\", '"', "\\\\"]
    content = "".join(said) * (MOST_VALUES // 2)
    loaded = from_json(json.dumps([{"role": "user", "content": content}]))
    assert loaded.conversation.history[0].question == content


def test_a_string_that_never_ends_is_looked_at_once() -> None:
    for end in ("", "\\", '"'):
        with pytest.raises(TranscriptError):
            from_json('"' + '\\"' * MOST_VALUES + "," * 2 * MOST_VALUES + end)


def test_answers_are_counted_over_all_rounds() -> None:
    whole = json.loads(to_json(played([("ask", 0)], ["word"]), OPTIONS))
    (round,) = whole["rounds"]
    round["versions"] *= 3
    whole["rounds"] = [round] * (MOST_ANSWERS // 3 + 1)
    with pytest.raises(TranscriptError) as refused:
        from_json(json.dumps(whole))
    assert refused.value.fault is Fault.TOO_LARGE
