"""What of the token counter's HTML changes while an answer grows."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.tokens.counter import Count
from chat.ui.split import Part, Split, change

TEXTS = st.text(alphabet="ab<", max_size=12)


@given(TEXTS, TEXTS)
def test_a_change_put_into_what_was_there_is_what_is_there_now(begun: str, now: str) -> None:
    start, end, between = change(begun, now)
    assert begun[:start] + between + begun[len(begun) - end :] == now
    assert start + end <= min(len(begun), len(now))


@pytest.mark.parametrize("tokens", [1, 999, 123_456])
def test_a_growing_answer_changes_few_characters(tokens: int) -> None:
    parts = [Part(kind="question", label="Question", tokens=12)]
    replies = [Part(kind="reply", label="Answer", tokens=number) for number in (0, tokens)]
    begun, now = (
        Split("This request", Count(12), [*parts, reply], 1_000_000, drawn="same")
        for reply in replies
    )
    for before, after in ((begun.head(None), now.head(None)), (begun.rows(), now.rows())):
        assert len(change(before, after)[2]) < 150
        assert len(change(before, after)[2]) < len(after) / 2


def test_two_splits_are_never_the_same_for_a_browser() -> None:
    one, other = (Split("Next request", Count(0), [], None) for _ in range(2))
    assert one.head(None) != other.head(None)
    assert one.rows() != other.rows()
