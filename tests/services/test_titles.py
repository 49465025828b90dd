"""One request for a title, and what it says is made fit."""

from __future__ import annotations

import pytest

from chat.conversation.events import Ended, TextDelta
from chat.conversation.tree import Conversation
from chat.options import Options
from chat.services import titles
from chat.services.provider import Provider
from tests.fakes import service as fake
from tests.fakes.service import Reply, ScriptedService, answering, chunk, failing


def title_of(service: ScriptedService, conversation: Conversation, options: Options) -> str:
    """The title, after all that comes."""
    provider = Provider(api_key="sk-test", base_url=service.base_url, defaults=options)
    requesting = titles.requesting(conversation, provider, options)
    while True:
        try:
            next(requesting)
        except StopIteration as end:
            title: str = end.value
            return title


def answered(question: str = "What is a token?", answer: str = "A piece of text.") -> Conversation:
    conversation = Conversation()
    list(conversation.ask(question).answer.grow([TextDelta(answer), Ended("stop")]))
    return conversation


def test_a_title_is_asked_for_with_what_was_said_and_nothing_else(
    service: ScriptedService, options: Options
) -> None:
    service.enqueue(answering('"Tokens, briefly."\n'))
    conversation = answered(answer="x" * 10_000)
    assert title_of(service, conversation, options) == "Tokens, briefly"
    assert service.last.messages == [
        {"role": "user", "content": "What is a token?"},
        {"role": "assistant", "content": "x" * titles.LONGEST},
        {"role": "user", "content": titles.WISH},
    ]
    (counted,) = conversation.discarded
    assert counted.usage is not None
    assert not counted.text


@pytest.mark.parametrize(
    "reply",
    [failing(400, {"message": "no"}), Reply(steps=[chunk("Half a ti"), fake.cut]), answering(" ")],
)
def test_without_a_whole_title_there_is_none(
    service: ScriptedService, options: Options, reply: Reply
) -> None:
    service.enqueue(reply)
    assert title_of(service, answered(), options) == ""


def test_a_long_title_is_cut(service: ScriptedService, options: Options) -> None:
    service.enqueue(answering("long " * 100))
    assert len(title_of(service, answered(), options)) == 60


def test_only_a_first_whole_answer_wants_a_title() -> None:
    conversation = answered()
    assert titles.is_wanted(conversation)
    conversation.ask_again(conversation.history[0])
    assert not titles.is_wanted(conversation)
    conversation = Conversation()
    assert not titles.is_wanted(conversation)
    conversation.ask("Q").answer.stop()
    assert not titles.is_wanted(conversation)
    conversation = answered()
    conversation.is_temporary = True
    assert not titles.is_wanted(conversation)
    conversation = answered()
    conversation.ask("Q2")
    assert not titles.is_wanted(conversation)
