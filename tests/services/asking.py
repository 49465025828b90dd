"""One question to a provider and one refusal, for the tests of this room."""

from __future__ import annotations

import json
from collections.abc import Sequence

from chat.conversation.answer import Answer
from chat.conversation.files import File
from chat.conversation.tree import Conversation
from chat.conversation.window import Window
from chat.options import Options
from chat.services.provider import Provider
from tests.fakes import service as fake
from tests.fakes.service import Reply

KEY = "sk-test-0123456789abcdef"


def ask(
    provider: Provider, options: Options, question: str = "Hello?", files: Sequence[File] = ()
) -> Answer:
    """What comes of a question."""
    conversation = Conversation(system_prompt="Be brief.")
    answer = conversation.ask(question, files=files).answer
    for _ in answer.grow(provider.stream(Window.of(conversation), options)):
        pass
    return answer


def refusing(status: int, body: object, **headers: str) -> Reply:
    """A refusal with just this body."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    written = body if isinstance(body, str) else json.dumps(body)
    return Reply(
        status=status,
        headers={"Content-Type": "application/json", **named},
        steps=[fake.raw(written), fake.end],
    )
