"""One bound for a chat: what can be loaded can be kept, opened again, saved and loaded again."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from chat.conversation.tree import Conversation
from chat.keeping.records import LONGEST_PROMPT, Recorder, fits
from chat.keeping.restoring import restore
from chat.keeping.transcript import from_json, to_json
from chat.keeping.untrusted import (
    LARGEST,
    MOST,
    MOST_ANSWERS,
    ROOM,
    Fault,
    TranscriptError,
    parsed,
    sent_size,
)
from chat.settings import Settings
from chat.tokens.counter import TokenCounter
from chat.visitor import Visitor
from tests.keeping.kept import recorded
from tests.keeping.moves import OPTIONS, RED, played

OVERHEAD = 3_000  # bytes of a chat of one round beside its words
SENT = {"x": 1, "\n": 3, '"': 4, "\\": 4, "\x01": 7, "é": 2, "你": 3, "😀": 4, "<": 1}


def loaded(file: str) -> Visitor:
    visitor = Visitor(Settings(), TokenCounter())
    visitor.load({"text": file})
    return visitor


def fault_of(file: str) -> Fault | None:
    try:
        loaded(file)
    except TranscriptError as error:
        return error.fault
    return None


def plain(question: str, answer: str = "A", prompt: str = "S") -> str:
    said = [("system", prompt), ("user", f"Q{question}"), ("assistant", answer)]
    return json.dumps([{"role": role, "content": words} for role, words in said])


def survives(visitor: Visitor) -> None:
    """See that a chat can be kept, opened again, saved and loaded again."""
    records = recorded(visitor.conversation)
    kept = json.dumps(records, ensure_ascii=False, separators=(",", ":"))
    assert sent_size(kept) < LARGEST  # store.js sends no more
    opened = restore(parsed(kept))
    assert opened.is_whole
    saved = to_json(opened.conversation, visitor.options)
    assert sent_size(saved) <= LARGEST  # files.js sends no more
    again = loaded(saved)
    assert to_json(again.conversation, visitor.options) == saved


@pytest.mark.parametrize("letter", SENT, ids=ascii)
def test_the_size_of_a_chat_is_what_its_letters_take(letter: str) -> None:
    bound = 1_000_000
    most = (bound - ROOM - OVERHEAD) // SENT[letter]
    whole = from_json(plain(letter * most)).conversation
    assert fits(whole, OPTIONS, largest=bound)
    assert sent_size(to_json(whole, OPTIONS)) < bound
    for long in (plain(letter * (most + 2 * OVERHEAD)), plain("Q", letter * (most + 2 * OVERHEAD))):
        assert not fits(from_json(long).conversation, OPTIONS, largest=bound)


def test_a_chat_at_the_bound_survives() -> None:
    survives(loaded(plain("x" * (LARGEST - ROOM - OVERHEAD))))
    assert fault_of(plain("x" * (LARGEST - ROOM + OVERHEAD))) is Fault.TOO_LARGE


def test_a_chat_of_very_many_rounds_survives_or_is_refused() -> None:
    survives(loaded(json.dumps([{"role": "user", "content": "Q"}] * MOST)))
    messages = [{"role": role, "content": "x"} for role in ("user", "assistant")] * (MOST // 2)
    survives(loaded(json.dumps(messages)))


@pytest.mark.parametrize(("versions", "is_loaded"), [(2, True), (3, False)])
def test_a_chat_of_very_many_answers_survives_or_is_refused(
    versions: int, *, is_loaded: bool
) -> None:
    whole: dict[str, Any] = json.loads(to_json(played([("ask", 0)], ["word"]), OPTIONS))
    (round,) = whole["rounds"]
    round["versions"] *= versions
    whole["rounds"] = [round] * MOST
    file = json.dumps(whole)
    if is_loaded:
        survives(loaded(file))
    else:
        assert fault_of(file) is not None
    assert MOST_ANSWERS == 2 * MOST


def test_a_system_prompt_that_no_field_can_hold_is_refused() -> None:
    survives(loaded(plain("Q", prompt="S" * LONGEST_PROMPT)))
    assert fault_of(plain("Q", prompt="S" * (LONGEST_PROMPT + 1))) is Fault.TOO_LARGE


def test_the_bytes_of_pictures_are_of_the_file_and_not_of_what_is_opened() -> None:
    conversation = Conversation()
    photo = replace(RED, data=b"x" * 600_000)
    list(conversation.ask("Q", files=[photo]).answer.grow([]))
    bound = 600_000 * 4 // 3 + ROOM + OVERHEAD
    assert fits(conversation, OPTIONS, largest=bound)
    assert not fits(conversation, OPTIONS, largest=bound - 2 * OVERHEAD)
    conversation.history[0].files = (replace(photo, data=None),)  # the browser has it
    assert fits(conversation, OPTIONS, largest=ROOM + OVERHEAD)


def test_a_file_that_is_refused_changes_nothing() -> None:
    visitor = loaded(plain("Q"))
    before = visitor.conversation
    with pytest.raises(TranscriptError):
        visitor.load({"text": plain('"' * 6_000_000)})
    assert visitor.conversation is before
    assert Recorder().changes(before, OPTIONS)
