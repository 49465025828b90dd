"""One visitor without a page: every way in, and every refusal."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import count

import pytest

from chat.conversation.answer import Status
from chat.conversation.files import Document, Picture, pictures_of, text_of
from chat.conversation.question import Move, Question, Request
from chat.conversation.round import Round
from chat.conversation.tree import Conversation
from chat.errors import (
    BadCharacter,
    BlankQuestion,
    ChatError,
    ConnectionLost,
    TooLong,
    WindowTooLarge,
)
from chat.keeping.files import encoded
from chat.keeping.transcript import to_json
from chat.keeping.untrusted import Fault, TranscriptError
from chat.ledger.limits import Limits
from chat.options import Options
from chat.services.base import Service
from chat.services.budgeted import Budgeted
from chat.services.connect import connect
from chat.settings import Settings
from chat.tokens.counter import TokenCounter
from chat.visitor import Visitor
from tests.fakes.service import ScriptedService, answering
from tests.keeping.kept import as_opened, recorded
from tests.keeping.moves import RED, came

KEY = "sk-test-0123456789abcdef"


def owners(service: ScriptedService, **settings: object) -> Settings:
    return Settings.load(
        environment={
            "OPENAI_API_KEY": KEY,
            "OPENAI_BASE_URL": service.base_url,
            "CHAT_MODEL": "scripted",
            **{name: str(value) for name, value in settings.items()},
        }
    )


@pytest.fixture
def visitor(service: ScriptedService) -> Visitor:
    return Visitor(owners(service), TokenCounter())


@pytest.fixture
def provider(visitor: Visitor) -> Service:
    return connect(visitor.owners)


def is_there() -> bool:
    """Nobody has left."""
    return False


def sent(visitor: Visitor, provider: Service, question: Question) -> Request | None:
    """Ask, and receive the whole answer if the question was sent."""
    visitor.submit(question)
    request = visitor.send_next(provider, is_there)
    if request is not None:
        list(request.events)
        visitor.finish(request)
    return request


def asked(visitor: Visitor, provider: Service, text: str) -> Round:
    request = sent(visitor, provider, Question(text=text))
    assert request is not None
    return request.round


def carried(service: ScriptedService) -> list[str]:
    return [text_of(message["content"]) for message in service.last.messages][1:]


def test_a_question_is_sent_before_its_answer_is_asked_for(
    visitor: Visitor, provider: Service, service: ScriptedService
) -> None:
    visitor.submit(Question(text="Q1", is_typed=True))
    request = visitor.send_next(provider, is_there)
    assert request is not None
    assert service.wait_for(1).messages[-1]["content"] == "Q1"
    assert list(request.window.messages) == visitor.conversation.messages
    assert visitor.request is request
    assert visitor.latest is request.round.answer
    assert request.round.answer.model == "scripted"
    list(request.events)
    visitor.finish(request)
    assert visitor.request is None
    assert visitor.conversation.history[0].answer.text == "Answer 1."


def test_questions_wait_for_their_turn(
    visitor: Visitor, provider: Service, service: ScriptedService
) -> None:
    for text in ("Q1", "Q2"):
        visitor.submit(Question(text=text))
    for text in ("Q1", "Q2"):
        request = visitor.send_next(provider, is_there)
        assert request is not None
        list(request.events)
        assert service.last.messages[-1]["content"] == text
    assert visitor.send_next(provider, is_there) is None


def test_retry_edit_and_going_on_send_what_they_are_about(
    visitor: Visitor, provider: Service, service: ScriptedService
) -> None:
    service.enqueue(answering("Half", finish_reason="length"))
    first = asked(visitor, provider, "Q1")
    asked(visitor, provider, "Q2")
    assert sent(
        visitor, provider, Question(text="Q1", move=Move.GO_ON, round=first, seen=first.answer)
    )
    assert first.answer.text == "HalfAnswer 3."
    assert carried(service)[:2] == ["Q1", "Half"]
    assert sent(
        visitor, provider, Question(text="Q1", move=Move.RETRY, round=first, seen=first.answer)
    )
    assert first.answer.text == "Answer 4."
    assert carried(service) == ["Q1"]
    edited = sent(visitor, provider, Question(text="Q1, better", move=Move.EDIT, round=first))
    assert edited is not None
    assert carried(service) == ["Q1, better"]
    assert visitor.conversation.history == [edited.round]


@pytest.mark.parametrize("move", [Move.RETRY, Move.GO_ON])
def test_a_second_press_about_an_answer_that_was_replaced_asks_nothing(
    visitor: Visitor, provider: Service, service: ScriptedService, move: Move
) -> None:
    service.enqueue(answering("Half", finish_reason="length"))
    round = asked(visitor, provider, "Q1")
    press = Question(text="Q1", move=move, round=round, seen=round.answer)
    assert sent(visitor, provider, press)
    assert sent(visitor, provider, press) is None
    assert len(service.requests) == 2
    assert len(round.versions) == 2


def test_of_a_round_that_is_gone_nothing_is_asked_but_its_edited_question(
    visitor: Visitor, provider: Service, service: ScriptedService
) -> None:
    round = asked(visitor, provider, "Q1")
    visitor.delete(round)
    assert visitor.latest is None
    retry = Question(text="Q1", move=Move.RETRY, round=round, seen=round.answer)
    assert sent(visitor, provider, retry) is None
    assert sent(visitor, provider, Question(text="Q1, better", move=Move.EDIT, round=round))
    assert carried(service) == ["Q1, better"]


@pytest.mark.parametrize(
    ("question", "error", "unsent"),
    [
        ("  \n", BlankQuestion, None),
        ("a\0b", BadCharacter, "ab"),
        ("too long" * 100, TooLong, "too long" * 100),
    ],
)
def test_a_question_that_cannot_be_sent_goes_back_where_it_was_typed(
    service: ScriptedService, question: str, error: type[ChatError], unsent: str | None
) -> None:
    visitor = Visitor(owners(service, CHAT_MAX_CHARS=100), TokenCounter())
    provider = connect(visitor.owners)
    assert sent(visitor, provider, Question(text=question, is_typed=True)) is None
    assert isinstance(visitor.refused, error)
    assert visitor.unsent == unsent
    assert not visitor.conversation.history
    assert not service.requests
    visitor.unsent = None
    assert sent(visitor, provider, Question(text=question)) is None  # which was not typed
    assert visitor.unsent is None
    asked(visitor, provider, "Q")
    assert visitor.refused is None


def test_a_question_that_no_context_takes_is_refused(
    visitor: Visitor, provider: Service, service: ScriptedService
) -> None:
    options = Options(model="gpt-4", max_tokens=8_000)
    visitor.use(system_prompt="S", rounds=3, pictures_again=True, options=options)
    long = "word " * 1_000
    assert sent(visitor, provider, Question(text=long, is_typed=True)) is None
    assert isinstance(visitor.refused, WindowTooLarge)
    assert visitor.unsent == long
    assert not service.requests


def test_a_page_that_is_lost_ends_the_answer_as_lost(visitor: Visitor, provider: Service) -> None:
    visitor.submit(Question(text="Q1"))
    request = visitor.send_next(provider, lambda: True)
    assert request is not None
    visitor.finish(request)
    assert isinstance(request.round.answer.error, ConnectionLost)


def test_a_request_that_was_overtaken_is_finished_without_the_present_one(
    visitor: Visitor, provider: Service
) -> None:
    visitor.submit(Question(text="Q1"))
    first = visitor.send_next(provider, is_there)
    visitor.end_draft()
    visitor.submit(Question(text="Q2"))
    second = visitor.send_next(provider, is_there)
    assert first is not None
    assert second is not None
    visitor.finish(first)
    assert visitor.request is second
    list(second.events)
    assert second.round.answer.status is Status.COMPLETE
    assert first.round.answer.status is Status.STOPPED


def test_moves_are_about_what_is_shown(visitor: Visitor, provider: Service) -> None:
    first, second = (asked(visitor, provider, text) for text in ("Q1", "Q2"))
    sent(visitor, provider, Question(text="Q2", move=Move.RETRY, round=second, seen=second.answer))
    visitor.turn(second, -1)
    assert second.answer.text == "Answer 2."
    visitor.undo(first)  # which is not the last
    assert visitor.conversation.history == [first, second]
    visitor.undo(second)
    assert visitor.unsent == "Q2"
    visitor.turn(second, 1)
    visitor.turn_question(second, 1)
    visitor.delete(second)
    assert visitor.conversation.history == [first]


def test_a_new_chat_keeps_the_settings_and_the_old_one_can_be_had_back(
    visitor: Visitor, provider: Service
) -> None:
    options = Options(model="gpt-4o", temperature=0.5)
    visitor.use(system_prompt="Be kind.", rounds=7, pictures_again=False, options=options)
    asked(visitor, provider, "Q1")
    before, settings = visitor.conversation, visitor.settings
    visitor.new_chat()
    assert not visitor.conversation.history
    assert visitor.settings == settings
    visitor.use(system_prompt="Be terse.", rounds=2, pictures_again=True, options=options)
    visitor.bring_back()
    assert visitor.conversation is before
    assert visitor.settings == {
        **settings,
        "system_prompt": "Be terse.",
        "rounds": 2,
        "pictures_again": True,
    }


def test_a_file_brings_its_settings_and_the_chat_before_can_be_had_back(
    visitor: Visitor, provider: Service
) -> None:
    asked(visitor, provider, "Q1")
    before = visitor.conversation
    saved = Conversation(system_prompt="Saved.", rounds=5)
    visitor.load({"text": "\ufeff" + to_json(saved, Options(model="other", top_p=0.5))})
    assert visitor.conversation.system_prompt == "Saved."
    assert visitor.settings["rounds"] == 5
    assert visitor.settings["model"] == "other"
    visitor.bring_back()
    assert visitor.conversation is before
    visitor.load({"text": '[{"role": "user", "content": "Hi"}]'})  # which says nothing of these
    assert visitor.settings["model"] == "other"
    assert visitor.conversation.history[0].question == "Hi"


def test_of_a_file_with_several_chats_the_newest_is_opened(visitor: Visitor) -> None:
    messages = [{"role": "user", "content": "Old"}], [{"role": "user", "content": "New"}]
    chats = [{"updated_at": at, "chat": {"messages": its}} for at, its in enumerate(messages)]
    assert visitor.load({"text": json.dumps(chats)}) == 1
    assert visitor.conversation.history[0].question == "New"


@pytest.mark.parametrize(
    ("file", "fault"),
    [
        (None, Fault.TOO_LARGE),
        ({"text": None}, Fault.TOO_LARGE),
        ({"text": "no JSON"}, Fault.NOT_JSON),
    ],
)
def test_a_file_that_is_no_chat_changes_nothing(
    visitor: Visitor, file: object, fault: Fault
) -> None:
    before = visitor.conversation
    with pytest.raises(TranscriptError) as refused:
        visitor.load(file)
    assert refused.value.fault is fault
    assert visitor.conversation is before


def test_a_chat_of_a_model_that_is_not_allowed_goes_on_with_one_that_is(
    service: ScriptedService,
) -> None:
    settings = owners(service, CHAT_DAILY_TOKENS=1_000, CHAT_MODELS="better")
    visitor = Visitor(settings, TokenCounter())
    visitor.show(Conversation(), Options(model="dear"))
    assert visitor.options.model == "scripted"
    visitor.show(Conversation(), Options(model="better"))
    assert visitor.options.model == "better"


def test_a_key_of_ones_own_answers_and_what_is_no_key_does_not() -> None:
    visitor = Visitor(Settings.load(environment={"CHAT_OWN_KEY": "on"}), TokenCounter())
    assert visitor.may_use_own_key
    visitor.use_key(f" {KEY} ")
    assert visitor.own_service is not None
    assert not visitor.own_service.is_demo
    for no_key in ("", "two words"):
        visitor.use_key(no_key)
        assert visitor.own_service is None


def test_on_the_owners_key_a_question_is_within_the_budgets(
    visitor: Visitor, provider: Service
) -> None:
    limits = Limits(visitor_tokens=1_000, daily_tokens=None)
    budgeted = visitor.budgeted(provider, limits, "192.0.2.1")
    assert isinstance(budgeted, Budgeted)
    round = asked(visitor, budgeted, "Q1")
    assert round.answer.status is Status.COMPLETE
    left = limits.left("192.0.2.1").visitor
    assert left is not None
    assert left < 1_000


def test_what_the_storage_says_without_one_is_not_taken_in(service: ScriptedService) -> None:
    visitor = Visitor(owners(service, CHAT_STORE="off"), TokenCounter())
    before = visitor.conversation
    visitor.receive([{"kind": "opened", "number": 1}], is_edited=False)
    visitor.save()
    visitor.name_chat("A title")
    assert visitor.conversation is before
    assert not visitor.notices
    assert not visitor.wants_title


def opened_visitor(visitor: Visitor) -> tuple[str, Callable[..., None]]:
    """Let a visitor open a kept chat of one round with a picture, and say things as its browser."""
    conversation = Conversation(system_prompt="S", rounds=3)
    list(conversation.ask("Q1", files=[RED]).answer.grow(came(0, "")))
    numbers = count(1)

    def said(kind: str, **more: object) -> None:
        visitor.receive([{"kind": kind, "number": next(numbers), **more}], is_edited=False)

    chat, records = "a" * 32, json.dumps(as_opened(recorded(conversation)))
    said("opened", chat=chat, reason="picked", stamp="s 1", got=0, records=records)
    assert visitor.store is not None
    assert visitor.store.state(visitor.conversation)["wanted"] == [RED.hash]
    return chat, said


def pictures_sent(service: ScriptedService) -> list[str]:
    return [url for message in service.last.messages for url in pictures_of(message["content"])]


@pytest.mark.parametrize("move", [Move.ASK, Move.EDIT, Move.RETRY])
def test_a_question_waits_for_its_pictures_which_the_browser_has(
    visitor: Visitor, provider: Service, service: ScriptedService, move: Move
) -> None:
    chat, said = opened_visitor(visitor)
    (round,) = visitor.conversation.history
    files = () if move is Move.ASK else round.files
    about = None if move is Move.ASK else round
    visitor.submit(
        Question(text="Q2", files=files, move=move, round=about, seen=round.answer, is_typed=True)
    )
    assert visitor.send_next(provider, is_there) is None
    assert visitor.is_waiting
    assert not service.requests
    said("picture", chat=chat, hash=RED.hash, data=encoded(RED.data or b""))
    request = visitor.send_next(provider, is_there)
    assert request is not None
    assert not visitor.is_waiting
    assert request.question.files == (() if move is Move.ASK else (RED,))
    list(request.events)
    assert pictures_sent(service) == [url_of(RED)]


def url_of(picture: Picture) -> str:
    (url,) = pictures_of([picture.part])
    return url


def test_an_owner_who_takes_no_pictures_sends_none_whatever_is_loaded(
    provider: Service, service: ScriptedService
) -> None:
    visitor = Visitor(owners(service, CHAT_FILES="documents", CHAT_FILES_COUNT="1"), TokenCounter())
    conversation = Conversation(system_prompt="S", rounds=3)
    list(conversation.ask("Q1", files=[RED]).answer.grow(came(0, "")))
    visitor.load({"text": to_json(conversation, Options(model="scripted"))})
    round = asked(visitor, provider, "Q2")
    assert round.answer.status is Status.COMPLETE
    visitor.submit(Question(text="Q1", files=(RED,), move=Move.EDIT, round=round))
    request = visitor.send_next(provider, is_there)
    assert request is not None
    list(request.events)
    assert pictures_sent(service) == []
    assert "[red.jpeg]" in text_of(service.last.messages[-1]["content"])
    assert visitor.tray.bounds.files == 1


@pytest.mark.parametrize(("allowed", "is_sent"), [("off", False), ("images", False), ("all", True)])
def test_a_loaded_chats_documents_go_where_the_owner_lets_documents_go(
    provider: Service, service: ScriptedService, allowed: str, *, is_sent: bool
) -> None:
    visitor = Visitor(owners(service, CHAT_FILES=allowed), TokenCounter())
    conversation = Conversation(system_prompt="S", rounds=3)
    notes = Document(name="notes.txt", text="Secret plans")
    list(conversation.ask("Q1", files=[notes]).answer.grow(came(0, "")))
    visitor.load({"text": to_json(conversation, Options(model="scripted"))})
    (first,) = visitor.conversation.history
    retry = Question(text="Q1", move=Move.RETRY, round=first, seen=first.answer)
    for question in (retry, Question(text="Q2")):
        assert sent(visitor, provider, question) is not None
        said = carried(service)[0]
        assert ("Secret plans" in said, "[notes.txt]" in said) == (is_sent, not is_sent)


def test_a_picture_that_is_nowhere_is_named(
    visitor: Visitor, provider: Service, service: ScriptedService
) -> None:
    chat, said = opened_visitor(visitor)
    visitor.submit(Question(text="Q2"))
    assert visitor.send_next(provider, is_there) is None
    said("picture", chat=chat, hash=RED.hash, data=None)
    assert visitor.send_next(provider, is_there) is not None
    assert "[red.jpeg]" in text_of(service.wait_for(1).messages[1]["content"])
    assert not pictures_sent(service)


def test_with_a_storage_that_has_a_fault_a_question_waits_for_nothing(
    visitor: Visitor, provider: Service
) -> None:
    _, said = opened_visitor(visitor)
    visitor.submit(Question(text="Q2"))
    assert visitor.send_next(provider, is_there) is None
    said("fault", fault="failed")
    assert visitor.send_next(provider, is_there) is not None


def test_a_question_that_waits_is_not_asked_in_another_chat(
    visitor: Visitor, provider: Service, service: ScriptedService
) -> None:
    opened_visitor(visitor)
    for question in ("Q2", "Q3"):
        visitor.submit(Question(text=question, is_typed=True))
        assert visitor.send_next(provider, is_there) is None
    visitor.new_chat()
    assert not visitor.is_waiting
    assert visitor.send_next(provider, is_there) is None
    assert visitor.unsent == "Q2\n\nQ3"
    assert not service.requests
