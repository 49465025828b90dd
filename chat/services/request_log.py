"""Each request as a line of the log and a row of the ledger: how it went, not what was said.

service = Logged(service, who="3f9a0c12", note=lambda request: log(request.line, request.fields))
"""

from __future__ import annotations

import hmac
import secrets
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass

from chat import models
from chat.conversation.events import Ended, Event, ReasoningDelta, TextDelta, UsageReported
from chat.conversation.window import Window
from chat.errors import ChatError, clean
from chat.files.recordings import Recording
from chat.ledger.used import DOLLAR, Row, Used
from chat.models import Usage
from chat.options import Options
from chat.services.around import Around
from chat.services.base import Service
from chat.services.budgeted import FREE
from chat.services.failure_log import named
from chat.services.transcription import Transcript

MOST_COST = 10**6 * DOLLAR  # of one request; a service tells its prices itself
_SALT = secrets.token_bytes(16)


def pseudonym(visitor: str) -> str:
    """A name for a visitor in the log; the same until the server starts again.

    It cannot be turned back: there are few addresses, and so it takes a secret.
    """
    return hmac.digest(_SALT, visitor.encode(), "sha256").hex()[:12]


@dataclass(kw_only=True)
class Noted:
    """A request: whose, of which model, and how it went.

    `first` are the seconds to the first word or thought, None where none came; `seconds` those to
    the end. `ended` is the service's finish reason, the kind of the failure, or "stopped". One that
    `is_free` failed in a way for which no service sends a bill.
    """

    who: str
    model: str
    has_own_key: bool
    usage: Usage | None = None
    first: float | None = None
    seconds: float = 0.0
    ended: str = "stopped"
    has_failed: bool = False
    is_free: bool = False

    def row(self, who: str) -> Row:
        """What it took, as the ledger counts it for the one whose it is."""
        usage = self.usage
        dollars = None if usage is None else models.find(self.model).cost(usage)
        cost = None if dollars is None else min(max(0, round(dollars * DOLLAR)), MOST_COST)
        if self.has_own_key or (self.is_free and usage is None):
            cost = 0
        used = Used(
            requests=1,
            failures=int(self.has_failed),
            prompt_tokens=0 if usage is None else usage.prompt_tokens,
            completion_tokens=0 if usage is None else usage.completion_tokens,
            unreported=int(usage is None and not self.is_free),
            cost=cost or 0,
            unpriced=int(cost is None),
        )
        return Row(who=who, model=self.model, has_own_key=self.has_own_key, used=used)

    @property
    def fields(self) -> dict[str, object]:
        """All of it by name, times in milliseconds."""
        usage = self.usage
        return {
            "visitor": self.who,
            "model": self.model,
            "own_key": self.has_own_key,
            "prompt_tokens": usage and usage.prompt_tokens,
            "completion_tokens": usage and usage.completion_tokens,
            "first_word_ms": None if self.first is None else round(1_000 * self.first),
            "ms": round(1_000 * self.seconds),
            "ended": self.ended,
        }

    @property
    def line(self) -> str:
        """All of it that is known, in one line."""
        known = {name: value for name, value in self.fields.items() if value is not None}
        known["own_key"] = "yes" if self.has_own_key else "no"
        return " | ".join(("Request", *(f"{name} {value}" for name, value in known.items())))


class Logged(Around):
    """A service whose requests are noted when they end. `clock` is in seconds."""

    def __init__(
        self,
        service: Service,
        *,
        who: str,
        note: Callable[[Noted], None],
        has_own_key: bool = False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(service)
        self._who = who
        self._note = note
        self._has_own_key = has_own_key
        self._clock = clock

    def stream(self, window: Window, options: Options) -> Generator[Event]:
        """See `Service.stream`."""
        with (
            self._noting(options.model) as (noted, began),
            closing(self._service.stream(window, options)) as events,
        ):
            for event in events:
                if noted.first is None and isinstance(event, TextDelta | ReasoningDelta):
                    noted.first = self._clock() - began
                elif isinstance(event, UsageReported):
                    noted.usage = event.usage
                elif isinstance(event, Ended):
                    noted.ended = clean(event.finish_reason)
                yield event

    def transcribe(self, recording: Recording, model: str) -> Generator[Event, None, Transcript]:
        """See `Service.transcribe`."""
        with self._noting(model) as (noted, _):
            transcript = yield from self._service.transcribe(recording, model)
            noted.ended = "transcribed"
            return transcript

    @contextmanager
    def _noting(self, model: str) -> Iterator[tuple[Noted, float]]:
        """What is noted of a request, and when it began."""
        noted = Noted(who=self._who, model=named(model), has_own_key=self._has_own_key)
        began = self._clock()
        try:
            yield noted, began
        except ChatError as error:
            noted.ended = type(error).__name__
            noted.has_failed = True
            noted.is_free = isinstance(error, FREE) and noted.first is None
            raise
        finally:
            noted.seconds = self._clock() - began
            self._note(noted)
