"""A conversation, as properties: whatever is done to it, nothing is lost or sent twice."""

from __future__ import annotations

import hypothesis.strategies as st
import pytest
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from chat.characters import is_sendable
from chat.conversation.answer import Status
from chat.conversation.events import Ended, Event, TextDelta
from chat.conversation.files import text_of
from chat.conversation.round import Round
from chat.conversation.tree import Conversation
from chat.conversation.window import GO_ON, Capacity, Message, Window
from chat.errors import BadCharacter, BlankQuestion, WindowTooLarge
from chat.models import Usage

USAGE = Usage(prompt_tokens=20, completion_tokens=10)


def answered(conversation: Conversation, question: str, text: str) -> Round:
    """Ask a question and let the answer come whole."""
    round = conversation.ask(question)
    list(round.answer.grow([TextDelta(text), Ended("stop")]))
    return round


def test_ask_opens_a_round_with_an_empty_draft() -> None:
    conversation = Conversation()
    round = conversation.ask("Who?")
    assert (round.question, round.answer.text, round.answer.status) == ("Who?", "", "streaming")
    assert conversation.open_round is round


@pytest.mark.parametrize("question", ["", " ", "\n\t "])
def test_a_blank_question_is_not_taken_in(question: str) -> None:
    conversation = Conversation()
    with pytest.raises(BlankQuestion):
        conversation.ask(question)
    assert conversation.history == []


@pytest.mark.parametrize("bad", ["a\0b", "half \ud83d of a smile", "\udc80"])
def test_a_character_that_cannot_be_sent_is_refused_in_question_and_prompt(bad: str) -> None:
    conversation = Conversation()
    with pytest.raises(BadCharacter):
        conversation.ask(bad)
    conversation.system_prompt = bad
    with pytest.raises(BadCharacter):
        conversation.ask("Who?")
    assert conversation.history == []


def test_a_whole_smile_and_special_tokens_are_plain_text() -> None:
    assert is_sendable("😀 <|endoftext|> é")


def test_a_failed_retry_leaves_the_former_answer_in_the_window() -> None:
    conversation = Conversation(system_prompt="")
    round = answered(conversation, "Q1", "A1")
    conversation.ask_again(round)
    round.answer.stop()
    assert [answer.text for answer in round.versions] == ["A1", ""]
    assert conversation.messages == [
        {"role": "user", "content": "Q1"},
        {"role": "assistant", "content": "A1"},
    ]


def test_the_latest_version_with_something_to_say_is_kept() -> None:
    conversation = Conversation(system_prompt="")
    round = answered(conversation, "Q1", "A1")
    conversation.ask_again(round)
    list(round.answer.grow([TextDelta("A2"), Ended("stop")]))
    conversation.ask_again(round)
    round.answer.stop()
    assert conversation.messages[-1] == {"role": "assistant", "content": "A2"}


def test_asking_again_is_refused_like_asking_and_leaves_everything() -> None:
    conversation = Conversation()
    round = answered(conversation, "Q1", "A1")
    conversation.system_prompt = "a\0b"
    with pytest.raises(BadCharacter):
        conversation.ask_again(round)
    assert len(round.versions) == 1


def test_what_does_not_fit_is_refused_and_leaves_everything() -> None:
    conversation = Conversation(system_prompt="")
    round = answered(conversation, "Q1", "A1")
    letters = Capacity(tokens=10, weigh=lambda messages: sum(len(m["content"]) for m in messages))
    conversation.capacity = letters
    with pytest.raises(WindowTooLarge):
        conversation.ask("a question of many letters")
    assert conversation.history == [round]
    conversation.capacity = Capacity(tokens=1, weigh=letters.weigh)
    with pytest.raises(WindowTooLarge):
        conversation.ask_again(round)
    assert len(round.versions) == 1


def test_a_retry_is_sent_without_its_former_answer_and_without_later_rounds() -> None:
    conversation = Conversation(system_prompt="")
    answered(conversation, "Q1", "A1")
    second = answered(conversation, "Q2", "A2")
    answered(conversation, "Q3", "A3")
    conversation.ask_again(second)
    assert [message["content"] for message in conversation.messages] == ["Q1", "A1", "Q2"]


def grow(conversation: Conversation, round: Round, text: str) -> None:
    """Let the open draft of a round come whole."""
    list(round.versions[-1].grow([TextDelta(text), Ended("stop")]))
    assert conversation.open_round is None


def contents(conversation: Conversation) -> list[str]:
    return [text_of(message["content"]) for message in conversation.messages]


def test_the_former_answer_stands_until_the_first_word_of_the_new_one() -> None:
    conversation = Conversation(system_prompt="")
    round = answered(conversation, "Q1", "A1")
    conversation.ask_again(round)
    events = round.answer.grow([TextDelta("A2"), Ended("stop")])
    assert round.kept is not None
    assert round.kept.text == "A1"
    next(events)
    assert round.kept.text == "A2"


def test_a_failed_retry_brings_back_the_version_that_was_shown() -> None:
    conversation = Conversation(system_prompt="")
    round = answered(conversation, "Q1", "A1")
    conversation.ask_again(round)
    grow(conversation, round, "A2")
    conversation.turn(round, -1)
    for _ in range(2):
        conversation.ask_again(round)
        list(round.answer.grow([]))
        assert contents(conversation) == ["Q1", "A1"]
    assert [answer.text for answer in round.readable] == ["A1", "A2"]


def test_the_window_carries_the_version_that_is_shown() -> None:
    conversation = Conversation(system_prompt="")
    round = answered(conversation, "Q1", "A1")
    conversation.ask_again(round)
    grow(conversation, round, "A2")
    shown = []
    for by in (0, -1, -1, 1, 1):
        conversation.turn(round, by)
        shown.append(contents(conversation)[1])
    assert shown == ["A2", "A1", "A1", "A2", "A2"]


def test_an_edited_question_is_asked_anew_from_there_and_the_former_continuation_is_kept() -> None:
    conversation = Conversation(system_prompt="")
    answered(conversation, "Q1", "A1")
    second = answered(conversation, "Q2", "A2")
    answered(conversation, "Q3", "A3")
    edited = conversation.ask("Q2 edited", instead_of=second)
    assert contents(conversation) == ["Q1", "A1", "Q2 edited"]
    grow(conversation, edited, "A2 edited")
    conversation.turn_question(edited, -1)
    assert contents(conversation) == ["Q1", "A1", "Q2", "A2", "Q3", "A3"]
    conversation.turn_question(second, 1)
    assert contents(conversation) == ["Q1", "A1", "Q2 edited", "A2 edited"]


def test_an_edit_that_is_refused_changes_nothing() -> None:
    conversation = Conversation(system_prompt="")
    round = answered(conversation, "Q1", "A1")
    conversation.capacity = Capacity(
        tokens=9, weigh=lambda said: sum(len(m["content"]) for m in said)
    )
    for text, error in (("", BlankQuestion), ("\0", BadCharacter), ("Q" * 10, WindowTooLarge)):
        with pytest.raises(error):
            conversation.ask(text, instead_of=round)
        assert conversation.history == [round]
        assert conversation.fork_of(round).rounds == [round]


def test_deleting_moves_up_what_followed_and_undoing_hands_the_question_back() -> None:
    conversation = Conversation(system_prompt="")
    first, second, third = (answered(conversation, f"Q{n}", f"A{n}") for n in (1, 2, 3))
    conversation.delete(second)
    assert conversation.history == [first, third]
    assert conversation.undo() == "Q3"
    conversation.delete(first)
    assert conversation.history == []
    assert conversation.undo() == ""


def test_undoing_an_edit_shows_the_former_continuation() -> None:
    conversation = Conversation(system_prompt="")
    first, second = (answered(conversation, f"Q{n}", f"A{n}") for n in (1, 2))
    conversation.ask("Q1 edited", instead_of=first)
    assert conversation.undo() == "Q1 edited"
    assert conversation.history == [first, second]


def test_going_on_sends_the_answer_so_far_and_writes_behind_it() -> None:
    conversation = Conversation(system_prompt="S")
    round = conversation.ask("Count.")
    list(round.answer.grow([TextDelta("one, "), Ended("length")]))
    assert round.answer.can_go_on
    conversation.go_on(round)
    assert contents(conversation) == ["S", "Count.", "one, ", GO_ON]
    grow(conversation, round, "two")
    assert (round.answer.text, round.answer.written) == ("one, two", "two")
    assert contents(conversation) == ["S", "Count.", "one, two"]
    assert not round.answer.can_go_on


def test_going_on_in_vain_leaves_the_answer_so_far() -> None:
    conversation = Conversation(system_prompt="")
    round = conversation.ask("Count.")
    list(round.answer.grow([TextDelta("one, ")]))
    conversation.go_on(round)
    list(round.answer.grow([]))
    assert round.answer.status is Status.FAILED
    assert contents(conversation) == ["Count.", "one, "]
    assert len(round.readable) == 1


def test_starting_over_keeps_the_settings_and_the_former_conversation_until_a_question() -> None:
    conversation = Conversation(system_prompt="S", rounds=7)
    answered(conversation, "Q1", "A1")
    new = conversation.start_over()
    assert (new.system_prompt, new.rounds, new.history) == ("S", 7, [])
    assert new.previous is conversation
    assert new.start_over().previous is conversation
    new.ask("Q2")
    assert new.previous is None
    assert Conversation().start_over().previous is None


def test_a_temporary_conversation_cannot_be_had_back_but_the_one_before_it_can() -> None:
    kept = Conversation()
    answered(kept, "Q1", "A1")
    temporary = kept.start_over(is_temporary=True)
    assert temporary.start_over().previous is kept
    answered(temporary, "Q2", "A2")
    new = temporary.start_over()
    assert (new.previous, new.is_temporary) == (None, False)


class Dialogue(RuleBasedStateMachine):
    """Any sequence of moves: asking, answering, failing, retrying, editing, deleting, and more."""

    def __init__(self) -> None:
        super().__init__()
        self.conversation = Conversation()
        self.questions: list[str] = []
        self.said: list[str] = []
        self.number = 0

    def _finish(self, events: list[Event], *, stop: bool = False) -> None:
        round = self.conversation.open_round
        assert round is not None
        grow = round.versions[-1].grow(events)
        for event in grow:
            if isinstance(event, TextDelta):
                self.said.append(event.text)
                if stop:
                    grow.close()
                    return

    def _next(self, letter: str) -> str:
        self.number += 1
        return f"{letter}{self.number} "

    def _drawn(self, data: st.DataObject) -> Round:
        return data.draw(st.sampled_from(self.conversation.history))

    def _forget(self, round: Round) -> None:
        self.questions.remove(round.question)
        for answer in round.versions:
            if answer.written:
                self.said.remove(answer.written)

    @rule()
    def ask(self) -> None:
        self.questions.append(self._next("Q"))
        self.conversation.ask(self.questions[-1])

    @precondition(lambda self: self.conversation.history)
    @rule(data=st.data())
    def edit(self, data: st.DataObject) -> None:
        self.questions.append(self._next("E"))
        round = self._drawn(data)
        before = self.conversation.history
        new = self.conversation.ask(self.questions[-1], instead_of=round)
        assert self.conversation.history == [*before[: before.index(round)], new]

    @precondition(lambda self: self.conversation.history)
    @rule(data=st.data())
    def retry(self, data: st.DataObject) -> None:
        self.conversation.ask_again(self._drawn(data))

    @precondition(lambda self: any(r.answer.can_go_on for r in self.conversation.history))
    @rule(data=st.data())
    def go_on(self, data: st.DataObject) -> None:
        cut = [round for round in self.conversation.history if round.answer.can_go_on]
        self.conversation.go_on(data.draw(st.sampled_from(cut)))

    @precondition(lambda self: self.conversation.history)
    @rule(data=st.data(), by=st.sampled_from([-1, 1]))
    def turn(self, data: st.DataObject, by: int) -> None:
        round = self._drawn(data)
        self.conversation.turn(round, by)
        if round.readable:
            assert round.kept is round.answer

    @precondition(lambda self: self.conversation.history)
    @rule(data=st.data(), by=st.sampled_from([-1, 1]))
    def turn_question(self, data: st.DataObject, by: int) -> None:
        self.conversation.turn_question(self._drawn(data), by)

    @precondition(lambda self: self.conversation.history)
    @rule(data=st.data())
    def delete(self, data: st.DataObject) -> None:
        round = self._drawn(data)
        expected = [r for r in self.conversation.history if r is not round]
        has_another = len(self.conversation.fork_of(round).rounds) > 1
        self._forget(round)
        self.conversation.delete(round)
        if round.next.rounds or not has_another:
            assert self.conversation.history == expected

    @precondition(lambda self: self.conversation.history)
    @rule(data=st.data(), by=st.sampled_from([-1, 0, 1]))
    def delete_and_bring_back(self, data: st.DataObject, by: int) -> None:
        conversation = self.conversation
        conversation.stop()
        before, spent = conversation.history, len(conversation.discarded)
        round = self._drawn(data)
        fork = conversation.fork_of(round)
        rounds = list(fork.rounds)
        conversation.delete(round)
        assert not conversation.shows(round)
        if by and conversation.history:
            conversation.turn_question(self._drawn(data), by)
        conversation.bring_back()
        assert fork.rounds == rounds
        assert fork.round is round
        assert len(conversation.discarded) == spent
        if not by:
            assert conversation.history == before
        conversation.bring_back()  # once
        assert fork.rounds == rounds

    @precondition(lambda self: self.conversation.history)
    @rule()
    def undo(self) -> None:
        round = self.conversation.history[-1]
        self._forget(round)
        assert self.conversation.undo() == round.question

    @rule()
    def start_over_and_come_back(self) -> None:
        new = self.conversation.start_over()
        assert new.history == []
        if self.conversation.start.rounds:
            assert new.previous is self.conversation

    @precondition(lambda self: self.conversation.open_round)
    @rule(reason=st.sampled_from(["stop", "length", "content_filter"]))
    def answer(self, reason: str) -> None:
        self._finish([TextDelta(self._next("A")), Ended(reason)])

    @precondition(lambda self: self.conversation.open_round)
    @rule()
    def stop_after_a_word(self) -> None:
        self._finish([TextDelta(self._next("A")), TextDelta("never seen")], stop=True)

    @precondition(lambda self: self.conversation.open_round)
    @rule()
    def stop_before_a_word(self) -> None:
        self.conversation.stop()

    @precondition(lambda self: self.conversation.open_round)
    @rule(partial=st.booleans())
    def break_off(self, partial: bool) -> None:
        self._finish([TextDelta(self._next("A"))] if partial else [])

    @rule(rounds=st.integers(0, 20))
    def remember(self, rounds: int) -> None:
        self.conversation.rounds = rounds

    @rule(prompt=st.sampled_from(["", "Be brief.", "Be kind."]))
    def prompt(self, prompt: str) -> None:
        self.conversation.system_prompt = prompt

    @invariant()
    def nothing_is_lost_that_was_not_deleted(self) -> None:
        rounds = list(self.conversation.all_rounds)
        assert sorted(round.question for round in rounds) == sorted(self.questions)
        kept = [answer.written for round in rounds for answer in round.versions if answer.written]
        assert sorted(kept) == sorted(self.said)

    @invariant()
    def at_most_one_draft_is_open_and_it_is_shown(self) -> None:
        rounds = self.conversation.all_rounds
        drafts = [a for r in rounds for a in r.versions if a.status is Status.STREAMING]
        open_round = self.conversation.open_round
        assert drafts == ([] if open_round is None else [open_round.answer])

    @invariant()
    def the_window_is_the_prompt_the_last_answered_rounds_and_the_question(self) -> None:
        conversation = self.conversation
        question = conversation.open_round
        past = conversation.history
        if question is not None:
            past = past[: past.index(question)]
        answered = [(r.question, r.kept.text) for r in past if r.kept is not None]
        expected: list[Message] = []
        if conversation.system_prompt:
            expected.append({"role": "system", "content": conversation.system_prompt})
        for asked, text in answered[len(answered) - min(conversation.rounds, len(answered)) :]:
            expected.append({"role": "user", "content": asked})
            expected.append({"role": "assistant", "content": text})
        if question is not None:
            expected.append({"role": "user", "content": question.question})
            if question.answer.continued:
                expected.append({"role": "assistant", "content": question.answer.continued})
                expected.append({"role": "user", "content": GO_ON})
        assert conversation.messages == expected

    @invariant()
    def roles_alternate_on_the_wire(self) -> None:
        roles = [m["role"] for m in self.conversation.messages if m["role"] != "system"]
        assert roles == (["user", "assistant"] * len(roles))[: len(roles)]
        assert len(roles) % 2 == (self.conversation.open_round is not None)

    @invariant()
    def what_is_left_out_is_counted(self) -> None:
        window = Window.of(self.conversation)
        assert len(window.remembered) <= self.conversation.rounds
        everything = Window.of(self.conversation, len(self.conversation.history))
        assert len(everything.remembered) == len(window.remembered) + window.forgotten


TestDialogue = Dialogue.TestCase
TestDialogue.settings = settings(stateful_step_count=40)
