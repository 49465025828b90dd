"""What every service offers, the provider over the network and the built-in demo alike."""

from __future__ import annotations

import json
import sys
from abc import ABC, abstractmethod
from collections.abc import Generator, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime

from chat import models
from chat.conversation.answer import Answer
from chat.conversation.events import Event
from chat.conversation.files import File
from chat.conversation.tree import Conversation
from chat.conversation.window import Message, Window
from chat.errors import NoTranscription
from chat.files.recordings import Recording
from chat.options import Options
from chat.services.transcription import Transcript


def send(events: Generator[Event]) -> None:
    """Send the request whose answer these events are: take the first, which is always `Waiting`."""
    next(events, None)  # it comes at once: see `Service.stream`


class _Log:
    is_json = False


def write_log_as(form: str) -> None:
    """Write the log as "text" or as "json" from now on: `CHAT_LOG`."""
    _Log.is_json = form == "json"


def log(line: str, fields: Mapping[str, object] | None = None) -> None:
    """Write a line into the server's log; as JSON, with these fields."""
    if _Log.is_json:
        time = datetime.now(UTC).isoformat(timespec="milliseconds")
        line = json.dumps({"time": time, "message": line, **(fields or {})}, ensure_ascii=False)
    # A terminal would act on the others: a visitor chooses a model's name, and a service its words.
    shown = "".join(letter if letter.isprintable() else " " for letter in line)
    print(shown, file=sys.stderr, flush=True)


class Service(ABC):
    """Something that answers a window."""

    is_demo: bool = False
    is_ready: bool = True  # whether its models were looked for

    def __init__(self, defaults: Options) -> None:
        self.defaults = defaults

    @abstractmethod
    def stream(self, window: Window, options: Options) -> Generator[Event]:
        """Answer a window: text, reasoning and usage as they come, then `Ended`.

        The request is sent when the first event is taken, which comes at once. From then on an
        event comes at least ten times a second (`Waiting` when there is no other). Closing the
        generator cuts the answer off at its source. Raises a `ChatError` for any failure.
        """

    def transcribe(
        self,
        recording: Recording,  # noqa: ARG002 - of which a service without ears makes nothing
        model: str,  # noqa: ARG002
    ) -> Generator[Event, None, Transcript]:
        """Turn speech into text: `Waiting` at least ten times a second, and then the text as value.

        The request is sent when the first event is taken. Closing the generator drops it. Raises a
        `ChatError` for any failure.
        """
        raise NoTranscription

    def as_sent(self, messages: Sequence[Message], _model: str) -> tuple[Message, ...]:
        """The messages as this model's service gets them, where that is known to differ."""
        return tuple(messages)

    def settings_sent(
        self, options: Options, _messages: Sequence[Message] = ()
    ) -> dict[str, object]:
        """The settings that go along with the messages, by name, as far as that is known."""
        sendable = asdict(models.find(options.model).sendable(options))
        return {name: value for name, value in sendable.items() if value is not None}

    def check(self) -> None:  # noqa: B027 - most can be asked at any time
        """Raise a `ChatError` where it is known that nothing can be asked now."""

    @abstractmethod
    def models(self) -> tuple[str, ...]:
        """The chat models that the service is known to have; empty until they are known."""

    def reply(
        self,
        conversation: Conversation,
        question: str,
        options: Options | None = None,
        *,
        files: Sequence[File] = (),
    ) -> Answer:
        """Ask a question of a conversation and wait for the whole answer.

        A question with `files` may have no text; `chat.files.reading` makes them.
        Raises a `ChatError`; what had arrived by then stays in the conversation.
        """
        answer = conversation.ask(question, files=files).answer
        for _ in answer.grow(self.stream(Window.of(conversation), options or self.defaults)):
            pass
        if answer.error is not None:
            raise answer.error
        return answer
