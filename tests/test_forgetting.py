"""What was deleted or left is nowhere on the server after the next question."""

from __future__ import annotations

import gc
from weakref import ref

import pytest
from streamlit.testing.v1 import AppTest

from chat.conversation.answer import Answer
from chat.conversation.events import TextDelta
from chat.conversation.round import Round
from chat.conversation.tree import Conversation
from chat.keeping.records import Recorder
from chat.keeping.restoring import restore
from chat.keeping.transcript import to_json
from chat.settings import Settings
from chat.tokens.counter import TokenCounter
from chat.ui.page import Page
from chat.visitor import Visitor
from chat.words import text
from tests.fakes.service import ScriptedService, answering
from tests.keeping.kept import recorded
from tests.keeping.moves import OPTIONS, came
from tests.ui.driving import ask, press


def is_gone(*references: ref[Round] | ref[Answer] | ref[Conversation]) -> bool:
    gc.unfreeze()  # a page that was answered before has frozen all that there was
    gc.collect()
    return all(reference() is None for reference in references)


def asked(conversation: Conversation, question: str = "Q") -> Round:
    round = conversation.ask(question)
    list(round.answer.grow(came(0, question)))
    return round


@pytest.fixture
def visitor() -> Visitor:
    return Visitor(Settings(), TokenCounter())


def test_a_recorder_lets_go_of_what_was_deleted() -> None:
    conversation, recorder = Conversation(), Recorder()
    deleted, kept = asked(conversation, "Q1"), asked(conversation, "Q2")
    recorder.changes(conversation, OPTIONS)
    conversation.delete(deleted)
    changes = recorder.changes(conversation, OPTIONS)
    assert sorted(changes.drop) == ["answer/2", "question/1", "round/1"]
    gone = ref(deleted), ref(deleted.answer)
    del deleted
    again = asked(conversation, "Q3")  # whose number no other had
    assert is_gone(*gone)
    assert "question/5" in recorder.changes(conversation, OPTIONS).put
    assert [*conversation.history] == [kept, again]


def test_a_recorder_lets_go_of_an_answer_that_was_growing() -> None:
    conversation, recorder = Conversation(), Recorder()
    round = conversation.ask("Q")
    growing = round.answer.grow(TextDelta(word) for word in ["some", "words"])
    next(growing)
    recorder.changes(conversation, OPTIONS)
    conversation.delete(round)
    recorder.changes(conversation, OPTIONS)
    gone = ref(round), ref(round.answer)
    del round, growing
    conversation.ask("next")
    assert is_gone(*gone)


def test_a_chat_that_was_read_lets_go_of_what_was_deleted() -> None:
    conversation = Conversation()
    asked(conversation)
    restored = restore(recorded(conversation))
    gone = ref(restored.conversation.history[0]), ref(restored.conversation.history[0].answer)
    restored.conversation.undo()
    restored.recorder.changes(restored.conversation, OPTIONS)
    restored.conversation.ask("next")
    assert is_gone(*gone)


def test_a_question_that_is_edited_and_deleted_is_gone(visitor: Visitor) -> None:
    page = Page(visitor=visitor)
    for take_away in (visitor.delete, visitor.undo):
        round = asked(visitor.conversation)
        visitor.save()
        page.begin_edit(round)
        take_away(round)
        visitor.save()
        gone = ref(round), ref(round.answer)
        del round
        asked(visitor.conversation)
        assert is_gone(*gone)
        assert not page.edits


def test_a_chat_that_was_left_is_gone_with_the_next_question(visitor: Visitor) -> None:
    round = asked(visitor.conversation)
    page = Page(visitor=visitor)
    page.begin_edit(round)
    visitor.save()
    gone = ref(visitor.conversation), ref(round), ref(round.answer)
    del round
    visitor.new_chat()
    assert not is_gone(gone[0])  # it can be had back
    asked(visitor.conversation)
    visitor.save()
    assert is_gone(*gone)
    assert not page.edits


def test_of_many_files_one_is_had_back_and_the_others_are_gone(visitor: Visitor) -> None:
    conversation = Conversation()
    asked(conversation)
    file = {"text": to_json(conversation, OPTIONS)}
    gone = []
    for _ in range(4):
        visitor.load(file)
        visitor.save()
        gone.append(ref(visitor.conversation))
    *lost, before, shown = gone
    assert is_gone(*lost)
    visitor.bring_back()
    assert visitor.conversation is before()
    assert is_gone(shown)


def test_a_page_lets_go_of_a_round_that_was_deleted(
    page: AppTest, service: ScriptedService
) -> None:
    service.enqueue(answering("Hello"))
    ask(page, "Hi")
    (round,) = page.session_state["conversation"].history
    gone = ref(round), ref(round.answer)
    del round
    press(page, text.DELETE)
    ask(page, "Next")
    page.run()  # the widgets of the run before are forgotten
    assert is_gone(*gone)
