"""A service around another one: whatever it does not do itself, the other one does."""

from __future__ import annotations

from collections.abc import Generator, Sequence

from chat.conversation.events import Event
from chat.conversation.window import Message
from chat.files.recordings import Recording
from chat.options import Options
from chat.services.base import Service
from chat.services.transcription import Transcript


class Around(Service):
    """A service around another one."""

    def __init__(self, service: Service) -> None:
        super().__init__(service.defaults)
        self.is_demo = service.is_demo
        self._service = service

    def check(self) -> None:
        """See `Service.check`."""
        self._service.check()

    def transcribe(self, recording: Recording, model: str) -> Generator[Event, None, Transcript]:
        """See `Service.transcribe`."""
        return self._service.transcribe(recording, model)

    def models(self) -> tuple[str, ...]:
        """See `Service.models`."""
        return self._service.models()

    def as_sent(self, messages: Sequence[Message], model: str) -> tuple[Message, ...]:
        """See `Service.as_sent`."""
        return self._service.as_sent(messages, model)

    def settings_sent(
        self, options: Options, messages: Sequence[Message] = ()
    ) -> dict[str, object]:
        """See `Service.settings_sent`."""
        return self._service.settings_sent(options, messages)
