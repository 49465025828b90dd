"""A title for a chat, by the model: one small request, where the owner wants it."""

from __future__ import annotations

from collections.abc import Generator

from chat.conversation.answer import Answer, Status
from chat.conversation.events import Event
from chat.conversation.round import Round
from chat.conversation.tree import LONGEST_TITLE, Conversation
from chat.conversation.window import Window
from chat.options import Options
from chat.services.base import Service

WISH = (
    "Give our chat a title of at most six words, in its language. Answer with the title alone, "
    "without quotation marks."
)
LONGEST = 2_000  # characters of the question and of the answer that the model is shown


def is_wanted(conversation: Conversation) -> bool:
    """Whether a chat that is kept has just had its first whole answer."""
    rounds = list(conversation.all_rounds)
    return (
        not conversation.is_temporary
        and len(rounds) == 1
        and [a.status for a in rounds[0].versions] == [Status.COMPLETE]
    )


def requesting(
    conversation: Conversation, service: Service, options: Options
) -> Generator[Event, None, str]:
    """Ask for a title, handing on what comes; its value is the title, empty where none came.

    The request counts among the conversation's requests.
    """
    first = conversation.history[0]
    said = Answer(text=first.answer.text[:LONGEST], status=Status.COMPLETE)
    short = Conversation(system_prompt="", rounds=1)
    short.start.add(Round(question=first.question[:LONGEST], versions=[said]))
    answer = short.ask(WISH).answer
    answer.model = first.answer.model
    try:
        yield from answer.grow(service.stream(Window.of(short), options))
    finally:
        if answer.is_begun:
            conversation.discarded.append(answer.without_words())
    words = " ".join(answer.text.split()).strip('"“”„«» .')
    return words[:LONGEST_TITLE] if answer.status is Status.COMPLETE else ""
