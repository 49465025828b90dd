"""What a request carries."""

from __future__ import annotations

import pytest

from chat.conversation.events import Ended, TextDelta
from chat.conversation.tree import Conversation
from chat.conversation.window import Capacity, Message, Window


def conversation_of(answers: int, *, rounds: int, system_prompt: str = "S") -> Conversation:
    """A conversation with so many answered rounds and one open question behind them."""
    conversation = Conversation(system_prompt=system_prompt, rounds=rounds)
    for number in range(1, answers + 1):
        round = conversation.ask(f"Q{number}")
        list(round.answer.grow([TextDelta(f"A{number}"), Ended("stop")]))
    conversation.ask(f"Q{answers + 1}")
    return conversation


def test_with_two_rounds_the_fourth_request_has_the_prompt_two_rounds_and_the_question() -> None:
    assert conversation_of(3, rounds=2).messages == [
        {"role": "system", "content": "S"},
        {"role": "user", "content": "Q2"},
        {"role": "assistant", "content": "A2"},
        {"role": "user", "content": "Q3"},
        {"role": "assistant", "content": "A3"},
        {"role": "user", "content": "Q4"},
    ]


def test_no_rounds_send_the_question_alone() -> None:
    conversation = conversation_of(3, rounds=0)
    assert [message["content"] for message in conversation.messages] == ["S", "Q4"]


def test_an_empty_prompt_sends_no_system_message() -> None:
    messages: list[Message] = [{"role": "user", "content": "Q1"}]
    assert conversation_of(0, rounds=3, system_prompt="").messages == messages


def test_the_number_of_rounds_can_be_asked_for_and_changes_nothing() -> None:
    conversation = conversation_of(5, rounds=2)
    window = Window.of(conversation, 4)
    assert (len(window.remembered), window.forgotten) == (4, 1)
    assert (conversation.rounds, len(conversation.history)) == (2, 6)


@pytest.mark.parametrize(
    ("letters", "questions", "left_out", "fits"),
    [
        (100, ["Q1", "Q2", "Q3", "Q4"], 0, True),
        (11, ["Q2", "Q3", "Q4"], 1, True),
        (7, ["Q3", "Q4"], 2, True),
        (3, ["Q4"], 3, True),
        (2, ["Q4"], 3, False),
    ],
)
def test_where_there_is_no_room_the_oldest_rounds_go_first(
    letters: int, questions: list[str], left_out: int, fits: bool
) -> None:
    conversation = conversation_of(3, rounds=20)
    conversation.capacity = Capacity(
        tokens=letters, weigh=lambda messages: sum(len(m["content"]) for m in messages)
    )
    window = Window.of(conversation)
    assert [m["content"] for m in window.messages if m["role"] == "user"] == questions
    assert (window.left_out, window.forgotten, window.fits) == (left_out, 0, fits)
    assert window.messages == tuple(conversation.messages)


@pytest.mark.parametrize("partial", ["", "  "])
def test_a_question_that_was_not_answered_is_never_sent_again(partial: str) -> None:
    conversation = conversation_of(1, rounds=3)
    round = conversation.open_round
    assert round is not None
    list(round.answer.grow([TextDelta(partial)]))
    conversation.ask("Q3")
    assert [message["content"] for message in conversation.messages] == ["S", "Q1", "A1", "Q3"]


def test_a_partial_answer_counts_as_an_answer() -> None:
    conversation = conversation_of(0, rounds=3)
    round = conversation.open_round
    assert round is not None
    list(round.answer.grow([TextDelta("half")]))
    conversation.ask("Q2")
    assert [message["content"] for message in conversation.messages] == ["S", "Q1", "half", "Q2"]
