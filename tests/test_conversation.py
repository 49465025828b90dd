"""A conversation, as properties: whatever is done to it, nothing is lost or sent twice."""

from __future__ import annotations

from collections.abc import Generator

import hypothesis.strategies as st
import pytest
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from chat.characters import is_sendable
from chat.conversation import Answer, Conversation, Round, Status
from chat.errors import BadCharacter, BlankQuestion, BrokenOff, ServiceDown, WindowTooLarge
from chat.events import Ended, Event, ReasoningDelta, TextDelta, Usage, UsageReported, Waiting
from chat.window import Message, Room, Window

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


def test_an_answer_grows_by_its_events_before_they_are_handed_on() -> None:
    answer = Answer()
    events: list[Event] = [
        Waiting(),
        ReasoningDelta("hm"),
        TextDelta("Hel"),
        TextDelta("lo"),
        UsageReported(USAGE),
        Ended("stop"),
    ]
    texts = [answer.text for _ in answer.grow(events)]
    assert texts == ["", "", "Hel", "Hello", "Hello", "Hello"]
    assert (answer.status, answer.reasoning, answer.usage, answer.error) == (
        Status.COMPLETE,
        "hm",
        USAGE,
        None,
    )


@pytest.mark.parametrize(
    ("reason", "status"),
    [("stop", Status.COMPLETE), ("length", Status.CUT), ("content_filter", Status.CUT)],
)
def test_the_finish_reason_says_whether_an_answer_was_cut(reason: str, status: Status) -> None:
    answer = Answer()
    list(answer.grow([TextDelta("Hello"), Ended(reason)]))
    assert (answer.status, answer.finish_reason) == (status, reason)


def test_closing_the_events_stops_the_answer_and_its_source_and_keeps_the_text() -> None:
    closed = []

    def source() -> Generator[Event]:
        try:
            yield TextDelta("Hel")
            yield TextDelta("lo")
        finally:
            closed.append(True)

    answer = Answer()
    events = answer.grow(source())
    next(events)
    events.close()
    assert (answer.text, answer.status, closed) == ("Hel", Status.STOPPED, [True])


def test_an_interruption_from_the_source_stops_the_answer_and_goes_on() -> None:
    def source() -> Generator[Event]:
        yield TextDelta("Hel")
        raise KeyboardInterrupt

    answer = Answer()
    with pytest.raises(KeyboardInterrupt):
        list(answer.grow(source()))
    assert (answer.text, answer.status) == ("Hel", Status.STOPPED)


@pytest.mark.parametrize(
    ("text", "status"), [("", Status.FAILED), (" \n", Status.FAILED), ("Hel", Status.INTERRUPTED)]
)
def test_a_failure_is_kept_with_the_answer(text: str, status: Status) -> None:
    failure = ServiceDown("busy")

    def source() -> Generator[Event]:
        yield TextDelta(text)
        raise failure

    answer = Answer()
    list(answer.grow(source()))
    assert (answer.text, answer.status, answer.error) == (text, status, failure)


def test_events_that_end_without_an_end_are_an_interruption() -> None:
    answer = Answer()
    list(answer.grow([TextDelta("Hel")]))
    assert answer.status is Status.INTERRUPTED
    assert isinstance(answer.error, BrokenOff)


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
    letters = Room(tokens=10, weigh=lambda messages: sum(len(m["content"]) for m in messages))
    conversation.room = letters
    with pytest.raises(WindowTooLarge):
        conversation.ask("a question of many letters")
    assert conversation.history == [round]
    conversation.room = Room(tokens=1, weigh=letters.weigh)
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


class Dialogue(RuleBasedStateMachine):
    """Any sequence of asking, answering, stopping, failing, retrying and changing settings."""

    def __init__(self) -> None:
        super().__init__()
        self.conversation = Conversation()
        self.asked: list[str] = []
        self.said: list[str] = []
        self.number = 0

    def _finish(self, events: list[Event], *, stop: bool = False) -> None:
        round = self.conversation.open_round
        assert round is not None
        growing = round.answer.grow(events)
        for event in growing:
            if isinstance(event, TextDelta):
                self.said.append(event.text)
                if stop:
                    growing.close()
                    return

    def _next_text(self) -> str:
        self.number += 1
        return f"A{self.number}"

    @rule()
    def ask(self) -> None:
        question = f"Q{len(self.asked) + 1}"
        self.asked.append(question)
        self.conversation.ask(question)

    @precondition(lambda self: self.conversation.history)
    @rule(data=st.data())
    def retry(self, data: st.DataObject) -> None:
        self.conversation.ask_again(data.draw(st.sampled_from(self.conversation.history)))

    @precondition(lambda self: self.conversation.open_round)
    @rule(reason=st.sampled_from(["stop", "length", "content_filter"]))
    def answer(self, reason: str) -> None:
        self._finish([TextDelta(self._next_text()), Ended(reason)])

    @precondition(lambda self: self.conversation.open_round)
    @rule()
    def stop_after_a_word(self) -> None:
        self._finish([TextDelta(self._next_text()), TextDelta("never seen")], stop=True)

    @precondition(lambda self: self.conversation.open_round)
    @rule()
    def stop_before_a_word(self) -> None:
        self.conversation.stop()

    @precondition(lambda self: self.conversation.open_round)
    @rule(partial=st.booleans())
    def break_off(self, partial: bool) -> None:
        self._finish([TextDelta(self._next_text())] if partial else [])

    @rule(rounds=st.integers(0, 20))
    def remember(self, rounds: int) -> None:
        self.conversation.rounds = rounds

    @rule(prompt=st.sampled_from(["", "Be brief.", "Be kind."]))
    def prompt(self, prompt: str) -> None:
        self.conversation.system_prompt = prompt

    @invariant()
    def nothing_is_lost(self) -> None:
        assert [round.question for round in self.conversation.history] == self.asked
        kept = [a.text for r in self.conversation.history for a in r.versions if a.text]
        assert sorted(kept) == sorted(self.said)

    @invariant()
    def at_most_one_draft_is_open(self) -> None:
        versions = [a for r in self.conversation.history for a in r.versions]
        assert sum(answer.status is Status.STREAMING for answer in versions) <= 1

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
TestDialogue.settings = settings(max_examples=300, stateful_step_count=30, deadline=None)
