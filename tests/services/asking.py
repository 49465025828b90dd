"""One question to a provider, for the tests of this room."""

from __future__ import annotations

from chat.conversation.answer import Answer
from chat.conversation.tree import Conversation
from chat.conversation.window import Window
from chat.options import Options
from chat.services.provider import Provider

KEY = "sk-test-0123456789abcdef"


def ask(provider: Provider, options: Options, question: str = "Hello?") -> Answer:
    """What comes of a question."""
    conversation = Conversation(system_prompt="Be brief.")
    answer = conversation.ask(question).answer
    for _ in answer.grow(provider.stream(Window.of(conversation), options)):
        pass
    return answer
