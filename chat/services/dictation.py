"""A visitor speaks in the place of typing: one recording at a time becomes text, in its own thread.

    dictation.receive(messages, locale, begin)      # what a page sent: static/microphone.js
    dictation.heard                                 # what became of it, once that is known

Every message is an object with a `number`, counted from 1, its `kind` and:

    recording   data (base64): to be turned into text, in the place of any other
    end         the page has the words, or does not want them any more
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator
from contextlib import closing
from dataclasses import dataclass
from uuid import uuid4

from chat.conversation.events import Event
from chat.errors import ChatError, UnknownFailure
from chat.files.recordings import Recording
from chat.services.transcription import Transcript

MOST_MESSAGES = 10  # at once: no page has more than two on their way

Transcribing = Generator[Event, None, Transcript]


@dataclass(frozen=True, kw_only=True)
class Heard:
    """What became of the recording that came with this message: its text, or why there is none."""

    number: int
    text: str = ""
    error: ChatError | None = None


class Dictation:
    """What one page has recorded. The recording itself stays in the browser until it has the words.

    `session` is its own name: a page that meets another one sends its recording anew. `received` is
    the number of the last message.
    """

    def __init__(self) -> None:
        self.session = uuid4().hex
        self.received = 0
        self.heard: Heard | None = None
        self._working: threading.Event | None = None  # set when it is to end

    @property
    def is_under_way(self) -> bool:
        """Whether a recording is being turned into text."""
        return self._working is not None

    def receive(
        self, sent: object, locale: str | None, begin: Callable[[Recording], Transcribing]
    ) -> None:
        """Take in a page's messages, of which the last counts; `begin` asks a service.

        Untrusted input; validated here. `locale` is the browser's.
        """
        latest = None
        for item in sent[:MOST_MESSAGES] if isinstance(sent, list) else []:
            number = item.get("number") if isinstance(item, dict) else None
            if type(number) is int and self.received < number < 2**53:
                self.received, latest = number, item
        if latest is None:
            return
        self._stop()
        if latest.get("kind") == "recording":
            try:
                self._start(self.received, begin(Recording.read(latest.get("data"), locale)))
            except ChatError as error:
                self.heard = Heard(number=self.received, error=error)

    def _start(self, number: int, transcribing: Transcribing) -> None:
        self._working = ended = threading.Event()
        arguments = (number, transcribing, ended)
        threading.Thread(target=self._work, args=arguments, name="dictation", daemon=True).start()

    def _stop(self) -> None:
        self.heard = None
        if self._working is not None:
            self._working.set()
            self._working = None

    def _work(self, number: int, transcribing: Transcribing, ended: threading.Event) -> None:
        heard = None
        try:
            with closing(transcribing):
                while not ended.is_set():
                    next(transcribing)
        except StopIteration as end:
            heard = Heard(number=number, text=end.value.text)
        except ChatError as error:
            heard = Heard(number=number, error=error)
        except Exception as error:  # noqa: BLE001 - the page waits for an end
            heard = Heard(number=number, error=UnknownFailure(type(error).__name__))
        if self._working is ended:
            self.heard, self._working = heard, None
