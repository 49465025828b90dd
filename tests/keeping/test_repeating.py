"""Writes that are sent again with the next ones: little, and of the same meaning."""

from __future__ import annotations

import json
from typing import Any

from chat.keeping.messages import Write
from chat.keeping.repeating import LARGEST, Sent, each_record_once, small_ones


def write(
    number: int,
    put: dict[str, Any],
    *,
    drop: tuple[str, ...] = (),
    chat: str = "a",
    base: str = "",
    is_whole: bool = False,
) -> Write:
    """A write of one chat."""
    return Write(
        chat=chat,
        session="s",
        number=number,
        base=base,
        whole=is_whole,
        settled=False,
        title="",
        name="",
        put=put,
        drop=list(drop),
    )


def records(writes: list[Write]) -> dict[str, Any]:
    """What a browser has of a chat in the end (static/writes.js)."""
    found: dict[str, Any] = {}
    for each in writes:
        if each["whole"]:
            found.clear()
        for name in each["drop"]:
            found.pop(name, None)
        found |= each["put"]
    return found


def test_a_record_that_a_later_write_has_again_is_left_out_of_those_before() -> None:
    writes = [
        write(1, {"head": 1, "question/1": "Q", "answer/2": "one"}, is_whole=True),
        write(2, {"answer/2": "one two", "answer/4": "x"}),
        write(3, {"answer/2": "one two three", "round/3": {}}, drop=("answer/4", "head")),
        write(4, {"head": 2, "answer/2": "one two three four"}, drop=("round/3",)),
    ]
    for count in range(1, len(writes) + 1):
        sent = writes[:count]
        once = [json.loads(each.json) for each in each_record_once([Sent.of(w) for w in sent])]
        assert [each["number"] for each in once] == [each["number"] for each in sent]
        assert records(once) == records(sent)
        names = [name for each in once for name in (*each["put"], *each["drop"])]
        assert len(names) == len(set(names))
    assert records(once) == {"question/1": "Q", "head": 2, "answer/2": "one two three four"}


def test_a_record_of_another_chat_or_of_another_reading_of_it_stays() -> None:
    writes = [
        write(1, {"answer/2": "one"}),
        write(2, {"answer/2": "two"}, chat="b"),
        write(3, {"answer/2": "three"}, base="later"),
    ]
    once = each_record_once([Sent.of(each) for each in writes])
    assert [json.loads(each.json)["put"] for each in once] == [each["put"] for each in writes]


def test_what_is_large_is_not_repeated() -> None:
    small, large = Sent.of(write(1, {"a": "x"})), Sent.of(write(2, {"b": "x" * LARGEST}))
    assert small_ones([large, small, small], 3) == [small, small]
    assert small_ones([small, small, small], 2) == [small, small]
    assert small_ones([small, large], 2) == []
