"""Text that can be sent, stored and shown, also when it arrives in odd pieces."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.characters import Mender, is_sendable, mended

ANY_TEXT = st.text(st.characters(codec=None), max_size=40)


@pytest.mark.parametrize("good", ["", "plain", "😀 <|endoftext|> é", "\ufffd"])
def test_good_text_is_left_alone(good: str) -> None:
    assert is_sendable(good)
    assert mended(good) == good


@pytest.mark.parametrize(
    ("broken", "whole"),
    [
        ("\ud83d\ude00", "😀"),
        ("a \ud83d b", "a \ufffd b"),
        ("\ude00\ud83d", "\ufffd\ufffd"),
        ("a\0b", "a\ufffdb"),
    ],
)
def test_halves_are_joined_and_the_rest_is_replaced(broken: str, whole: str) -> None:
    assert not is_sendable(broken)
    assert mended(broken) == whole


@given(pieces=st.lists(ANY_TEXT, max_size=8))
def test_pieces_amount_to_the_whole_mended(pieces: list[str]) -> None:
    mender = Mender()
    said = "".join([*map(mender.take, pieces), mender.end()])
    assert said == mended("".join(pieces))
    assert is_sendable(said)


@given(text=ANY_TEXT)
def test_mended_text_can_be_sent(text: str) -> None:
    assert is_sendable(mended(text))
