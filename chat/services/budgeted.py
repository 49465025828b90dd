"""A service behind the budgets of one visitor.

    service = Budgeted(service, limits, visitor="203.0.113.7", weigh=weigh, count=count)

What a request may cost at most is reserved before it is made and settled after it, whatever ends
it, so a hundred visitors at once cannot overspend. A service that knows no bound, or thinks unseen
beyond it, is reserved for by the clock, `FASTEST` tokens a second, and cut where nothing more is
left: the budget is overrun by at most one second's tokens of each answer that is being written. A
visitor has one request at a time.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from dataclasses import replace
from itertools import chain

from chat import errors
from chat.conversation.events import Ended, Event, ReasoningDelta, TextDelta, UsageReported, Waiting
from chat.conversation.files import pictures_of, text_of
from chat.conversation.window import Window
from chat.files.recordings import Recording
from chat.ledger.limits import Limits, Reservation
from chat.ledger.store import Left
from chat.options import Options
from chat.services.around import Around
from chat.services.base import Service
from chat.services.bill import FASTEST, Bill
from chat.services.transcription import Transcript, likely_tokens, most_tokens
from chat.tokens import pictures
from chat.tokens.counter import MESSAGE_OVERHEAD, REPLY_OVERHEAD, Count, Grade

LONGEST_ANSWER = 8_192  # tokens, thoughts included, where the owner set no CHAT_MAX_TOKENS
STEP = 256  # tokens that are reserved more, where a service writes on beyond its bound
GRACE = 7 * FASTEST // 10  # tokens beyond its reservation for which an answer is not cut yet
TURN = 60.0  # seconds that a visitor's second request waits for the first
GLANCE = 0.1  # seconds between two looks whether it is its turn

# Failures for which no service sends a bill, if nothing had come before.
FREE = (
    errors.KeyRefused,
    errors.NotAllowed,
    errors.NoSuchModel,
    errors.WrongAddress,
    errors.WindowTooLarge,
    errors.AnswerTooLong,
    errors.LargerThanPace,
    errors.ModelTooLarge,
    errors.QuotaUsedUp,
    errors.TooFast,
    errors.RecordingRefused,
    errors.NoTranscription,
    errors.ServiceDown,
    errors.NotReachable,
    errors.NotUnderstood,
    errors.UnknownFailure,
)


class Budgeted(Around):
    """A service behind the budgets of one visitor.

    `weigh` counts the tokens of a window for a model, `count` those of a text. `models` are those
    that may be asked; None: any. `clock` tells seconds.
    """

    def __init__(
        self,
        service: Service,
        limits: Limits,
        *,
        visitor: str,
        weigh: Callable[[Window, str], Count],
        count: Callable[[str, str], Count],
        models: tuple[str, ...] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(service)
        self._limits = limits
        self._visitor = visitor
        self._weigh = weigh
        self._count = count
        self._models = models
        self._clock = clock

    def models(self) -> tuple[str, ...]:
        """See `Service.models`."""
        return super().models() if self._models is None else self._models

    def left(self) -> Left:
        """What is left for this visitor today."""
        return self._limits.left(self._visitor)

    def stream(self, window: Window, options: Options) -> Generator[Event]:
        """Answer a window within the budget; see `Service.stream`.

        Waits while another request of the same visitor is under way. An answer is bounded by what
        is left, and never longer than the owner allows. Raises `VisitorBudgetSpent`,
        `DailyBudgetSpent`, `NotAllowed`, `TooFast` or `LedgerAway` before anything is sent.
        """
        if self._models is not None and options.model not in self._models:
            raise errors.NotAllowed
        yield from self._wait_for_turn()
        try:
            yield from self._within_budget(window, options)
        finally:
            self._limits.leave(self._visitor)

    def transcribe(self, recording: Recording, model: str) -> Generator[Event, None, Transcript]:
        """Turn speech into text within the budget; see `Service.transcribe`.

        What our own page can have recorded must be left, and as much as anybody can have put into
        so many bytes is reserved, as far as it is left. Waits and raises as `stream` does.
        """
        yield from self._wait_for_turn()
        try:
            return (yield from self._transcribed(recording, model))
        finally:
            self._limits.leave(self._visitor)

    def _wait_for_turn(self) -> Generator[Event]:
        began = self._clock()
        while not self._limits.enter(self._visitor):
            if self._clock() - began > TURN:
                raise errors.TooFast
            yield Waiting()
            time.sleep(GLANCE)

    def _transcribed(self, recording: Recording, model: str) -> Generator[Event, None, Transcript]:
        cost = likely_tokens(recording)  # whatever ends the request, if no service says otherwise
        reservation = self._limits.reserve(self._visitor, cost, most_tokens(recording))
        try:
            transcript = yield from self._service.transcribe(recording, model)
            written = self._count(transcript.text, self.defaults.model).tokens
            cost = transcript.cost(recording, written)
        except FREE:
            cost = 0
            raise
        finally:
            reservation.settle(cost)
        return transcript

    def _within_budget(self, window: Window, options: Options) -> Generator[Event]:
        bound = self.defaults.max_tokens or LONGEST_ANSWER
        longest = min(options.max_tokens or bound, bound)
        weight = self._weigh(window, options.model)
        sent = _most(window, weight, options.model)
        reservation = self._limits.reserve(self._visitor, sent + 1, sent + longest)
        bound = reservation.tokens - sent
        bill = Bill(sent=sent, weight=weight.tokens, bound=bound, clock=self._clock)
        events = self._service.stream(window, replace(options, max_tokens=bound))
        try:
            for event in events:
                if isinstance(event, TextDelta):
                    bill.text(self._count(event.text, options.model).tokens)
                elif isinstance(event, ReasoningDelta):
                    bill.thought(self._count(event.text, options.model).tokens)
                elif isinstance(event, UsageReported):
                    bill.reported = event.usage
                elif isinstance(event, Ended):
                    bill.is_whole = True
                may_go_on = bill.is_whole or _is_covered(bill, reservation)
                yield event
                if not may_go_on:
                    yield Ended("length")
                    return
        except FREE:
            bill.is_free = not bill.counted
            raise
        finally:
            events.close()
            reservation.settle(bill.total(reservation.tokens))


def _is_covered(bill: Bill, reservation: Reservation) -> bool:
    """Whether an answer may go on: a service may know no bound, not keep to it, or think unseen."""
    so_far = reservation.used = bill.so_far()
    short = so_far - reservation.tokens
    if short <= 0 or reservation.extend(short + STEP) or reservation.extend(short):
        return True
    return max(bill.counted, so_far - GRACE) <= reservation.tokens


def _most(window: Window, weight: Count, model: str) -> int:
    """The tokens that a window has at most.

    Where the count is not exact, one for each byte of a text, and twice as many as we think for a
    picture.
    """
    if weight.grade is Grade.EXACT:
        return weight.tokens
    letters = sum(len(text_of(message["content"]).encode()) for message in window.messages)
    urls = chain.from_iterable(pictures_of(message["content"]) for message in window.messages)
    seen = 2 * sum(pictures.tokens(url, model) for url in urls)
    overhead = 2 * MESSAGE_OVERHEAD * len(window.messages) + REPLY_OVERHEAD
    return max(weight.tokens, letters + seen + overhead)
