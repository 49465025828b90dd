"""Thoughts are kept apart from the answer, however the pieces fall."""

from __future__ import annotations

import hypothesis.strategies as st
import pytest
from hypothesis import given

from chat.conversation.events import ReasoningDelta
from chat.services.thinking import Thinking


def split(*pieces: str) -> tuple[str, str]:
    """The thoughts and the text of an answer in these pieces."""
    thinking = Thinking()
    events = [event for piece in pieces for event in thinking.take(piece)] + [*thinking.end()]
    assert all(event.text for event in events)
    thoughts = "".join(event.text for event in events if isinstance(event, ReasoningDelta))
    return thoughts, "".join(e.text for e in events if not isinstance(e, ReasoningDelta))


@pytest.mark.parametrize(
    ("answer", "thoughts", "text"),
    [
        ("Hello", "", "Hello"),
        ("<think>\nHm, 1 < 2.\n</think>\n\nHello", "\nHm, 1 < 2.\n", "Hello"),
        ("\n<think></think>Hello", "", "Hello"),
        ("<think>never closed </thin", "never closed </thin", ""),
        ("<thi", "", "<thi"),
        ("<thinking> is a word", "", "<thinking> is a word"),
        ("Write <think>x</think> so", "", "Write <think>x</think> so"),
        ("<think>a</think>b</think><think>c", "a", "b</think><think>c"),
        ("  \n", "", "  \n"),
    ],
)
def test_only_what_an_answer_begins_with_is_a_thought(
    answer: str, thoughts: str, text: str
) -> None:
    assert split(answer) == (thoughts, text)
    assert split(*answer) == (thoughts, text)


_TEXTS = st.text(st.sampled_from("<think>/ a\n"))


@given(st.sampled_from(["", "<think>"]), _TEXTS, st.sampled_from(["", "</think>"]), _TEXTS)
def test_the_pieces_make_no_difference(opening: str, a: str, closing: str, b: str) -> None:
    answer = opening + a + closing + b
    assert split(*answer) == split(answer)
