"""The answers that are being written, by all visitors, and whether any more may begin.

under_way = UnderWay()
service = Counted(service, under_way)
under_way.close()           # from now on no question is taken
under_way.count             # answers that are not over
under_way.is_over           # there are none, and the page has what there was
"""

from __future__ import annotations

import threading
import time
from collections.abc import Generator
from typing import TypeVar

from chat import errors
from chat.conversation.events import Event
from chat.conversation.window import Window
from chat.files.recordings import Recording
from chat.options import Options
from chat.services.around import Around
from chat.services.base import Service
from chat.services.transcription import Transcript

Returned = TypeVar("Returned")
HANDED_OVER = 2.0  # seconds in which a page has fetched the words of a recording


class UnderWay:
    """How many answers are being written. Any thread may ask."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.count = 0
        self.is_closed = False
        self._heard: float | None = None  # when a recording became text, by the clock

    @property
    def is_over(self) -> bool:
        """Whether nothing is under way any more, and pages have fetched what they fetch later."""
        heard = self._heard
        return not self.count and (heard is None or time.monotonic() - heard > HANDED_OVER)

    def note_heard(self) -> None:
        """Let a page fetch the words of a recording, which it does by the clock."""
        self._heard = time.monotonic()

    def close(self) -> None:
        """Let no more begin."""
        self.is_closed = True

    def change(self, by: int) -> None:
        """Count one that begins, or one that is over."""
        with self._lock:
            self.count += by


class Counted(Around):
    """A service whose answers are counted while they are written."""

    def __init__(self, service: Service, under_way: UnderWay) -> None:
        super().__init__(service)
        self._under_way = under_way

    def check(self) -> None:
        """See `Service.check`. Raises `Restarting`."""
        if self._under_way.is_closed:
            raise errors.Restarting
        super().check()

    def stream(self, window: Window, options: Options) -> Generator[Event]:
        """See `Service.stream`."""
        return self._counted(self._service.stream(window, options))

    def transcribe(self, recording: Recording, model: str) -> Generator[Event, None, Transcript]:
        """See `Service.transcribe`."""
        transcript = yield from self._counted(self._service.transcribe(recording, model))
        self._under_way.note_heard()
        return transcript

    def _counted(
        self, events: Generator[Event, None, Returned]
    ) -> Generator[Event, None, Returned]:
        self._under_way.change(1)
        try:
            return (yield from events)
        finally:
            events.close()
            self._under_way.change(-1)
