"""What a page sends of its waiting questions: each once, and nothing else."""

from __future__ import annotations

import pytest

from chat.conversation.queue import Queue, Queued


def test_a_question_is_taken_once_however_often_it_comes() -> None:
    queue = Queue()
    sent = [{"number": 1, "text": "Q1", "chat": "c", "files": ["a", "b"]}]
    assert queue.receive(sent) == Queued(text="Q1", chat="c", files=frozenset({"a", "b"}))
    assert queue.received == 1
    assert queue.receive(sent) is None
    assert queue.receive([{"number": 2, "text": "", "chat": "c"}]) == Queued(text="", chat="c")


def test_halves_of_characters_are_mended() -> None:
    assert Queue().receive([{"number": 1, "text": "a\ud83d", "chat": ""}]) == Queued(
        text="a\ufffd", chat=""
    )


@pytest.mark.parametrize(
    "sent",
    [
        None,
        "x",
        [None],
        [{"number": True, "text": "Q", "chat": "c"}],
        [{"number": 0, "text": "Q", "chat": "c"}],
        [{"number": 2**53, "text": "Q", "chat": "c"}],
        [{"text": "Q", "chat": "c"}],
        [{"number": 1, "text": ["Q"], "chat": "c"}],
        [{"number": 1, "text": "Q"}],
    ],
    ids=range(9),
)
def test_what_no_page_sends_asks_nothing(sent: object) -> None:
    assert Queue().receive(sent) is None


def test_ids_that_are_none_are_left_out() -> None:
    asked = {"number": 1, "text": "Q", "chat": "c"}
    sent = [{**asked, "files": ["a", 1, None, ["b"]]}]
    assert Queue().receive(sent) == Queued(text="Q", chat="c", files=frozenset({"a"}))
    assert Queue().receive([{**asked, "files": "ab"}]) == Queued(text="Q", chat="c")
