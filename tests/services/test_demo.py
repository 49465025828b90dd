"""The built-in demo: the provider's interface, no network, and no memory but its window."""

from __future__ import annotations

import socket
from contextlib import closing

import pytest

from chat.conversation.answer import Status
from chat.conversation.events import Ended, TextDelta, UsageReported
from chat.conversation.files import Document
from chat.conversation.tree import Conversation
from chat.conversation.window import Window
from chat.options import Options
from chat.services import demo
from chat.services.demo import Demo


@pytest.fixture
def quick(options: Options) -> Demo:
    return Demo(options, pace=0)


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("the demo uses no network")

    monkeypatch.setattr(socket.socket, "connect", refuse)


def test_asked_for_the_first_question_it_names_the_first_in_its_window(quick: Demo) -> None:
    conversation = Conversation(rounds=2)
    for question in ("Apples?", "Pears?", "Plums?"):
        quick.reply(conversation, question)
    answer = quick.reply(conversation, "What is the first question you remember?")
    assert "Pears?" in answer.text
    assert "Apples?" not in answer.text


def test_a_reply_takes_files_along_and_needs_no_words(quick: Demo) -> None:
    conversation = Conversation()
    answer = quick.reply(conversation, "", files=[Document(name="a.txt", text="Some plums")])
    assert "Some plums" in answer.text
    assert [file.name for file in conversation.history[0].files] == ["a.txt"]


@pytest.mark.parametrize(
    ("question", "is_asked"),
    [
        ("Which of the first of my questions do you remember?", True),
        ("What was my earliest message?", True),
        ("Please remember that my name is Ana.", False),
        ("In question: am I the first?", False),
    ],
)
def test_it_tells_a_question_about_the_first_one_from_others(
    quick: Demo, question: str, is_asked: bool
) -> None:
    answer = quick.reply(Conversation(), question)
    assert answer.text.startswith("The first question I remember is:") == is_asked


def test_with_no_memory_the_first_question_is_the_one_just_asked(quick: Demo) -> None:
    conversation = Conversation(rounds=0)
    quick.reply(conversation, "Apples?")
    answer = quick.reply(conversation, "Which was my first question?")
    assert "Which was my first question?" in answer.text


@pytest.mark.parametrize(
    ("question", "shown"),
    [
        ("Show me some code", "```python\n"),
        ("Compare three fruits in a table", "| Fruit "),
        ("Show me markdown", "**bold**"),
        ("Explain what a token is", "> Four letters"),
        ("hello", "demo"),
    ],
)
def test_it_can_show_code_a_table_and_markdown(quick: Demo, question: str, shown: str) -> None:
    assert shown in quick.reply(Conversation(), question).text


def test_anything_else_is_quoted_so_that_nothing_in_it_turns_into_markup(quick: Demo) -> None:
    answer = quick.reply(Conversation(), "```\n# ![x](http://host/x.png)")
    assert "````text\n```\n# ![x](http://host/x.png)\n````" in answer.text


def test_a_long_question_holds_nobody_up(quick: Demo) -> None:
    """A pattern over the whole of it took a minute, with the interpreter's lock held."""
    assert "only" not in quick.reply(Conversation(), "first " * 200_000).text[:10]


def test_it_reports_usage_and_ends(quick: Demo, options: Options) -> None:
    conversation = Conversation()
    conversation.ask("hi")
    events = list(quick.stream(Window.of(conversation), options))
    assert isinstance(events[-2], UsageReported)
    assert events[-2].usage.prompt_tokens > 0
    assert events[-2].usage.completion_tokens > 0
    assert events[-1] == Ended("stop")
    assert len([event for event in events if isinstance(event, TextDelta)]) > 10


def test_the_longest_answer_is_kept_to(quick: Demo) -> None:
    answer = quick.reply(Conversation(), "code", Options(model="demo", max_tokens=5))
    assert answer.status is Status.CUT
    assert answer.usage is not None
    assert answer.usage.completion_tokens == 5
    assert 0 < len(answer.text) < 40


def test_stopping_keeps_what_was_said(quick: Demo, options: Options) -> None:
    conversation = Conversation()
    answer = conversation.ask("code").answer
    with closing(answer.grow(quick.stream(Window.of(conversation), options))) as events:
        next(event for event in events if isinstance(event, TextDelta))
    assert (answer.text, answer.status) == ("Here ", Status.STOPPED)


def test_a_window_without_a_question_is_greeted() -> None:
    assert "demo" in demo.answer(())
