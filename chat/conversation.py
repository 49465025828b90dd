"""A conversation: rounds of a question and its answer. Pure: no network, no page, no clock.

    conversation = Conversation(system_prompt="You are terse.", rounds=2)
    round = conversation.ask("What is a token?")    # opens a round with an empty draft
    for event in round.answer.grow(events):         # events: whatever a service sends
        ...                                         # the draft has grown by it already
    conversation.messages                           # what a request would carry now

Nothing here raises because of how an answer ends: the answer says how it ended.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from chat import errors
from chat.characters import is_sendable
from chat.events import Ended, Event, ReasoningDelta, TextDelta, Usage, UsageReported
from chat.window import Message, Room, Window

DEFAULT_SYSTEM_PROMPT = "You are a helpful assistant."
DEFAULT_ROUNDS = 3
MOST_ROUNDS = 20


class Status(StrEnum):
    """How far an answer has come, or how it ended."""

    STREAMING = "streaming"
    COMPLETE = "complete"
    STOPPED = "stopped"  # by the person who asked
    CUT = "cut"  # by the length limit or a content filter
    INTERRUPTED = "interrupted"  # by a failure, after its first word
    FAILED = "failed"  # by a failure, before its first word


# Finish reasons of Chat Completions that cut an answer; every other reason is a proper end.
_CUTTING = frozenset({"length", "content_filter"})


@dataclass(eq=False, kw_only=True)
class Answer:
    """An answer, or the draft of one: the one thing here that grows.

    It is changed in place while its text arrives, so whoever holds it has every word, however
    the run that receives the words may end.
    """

    text: str = ""
    reasoning: str = ""
    status: Status = Status.STREAMING
    finish_reason: str | None = None
    usage: Usage | None = None
    error: errors.ChatError | None = None
    model: str = ""
    prompt_estimate: int = 0

    @property
    def has_text(self) -> bool:
        """Whether there is anything to read, and so anything to remember."""
        return bool(self.text.strip())

    def grow(self, events: Iterable[Event]) -> Generator[Event]:
        """Take the events in, handing each on after the draft has grown by it.

        Closing the generator early means that somebody pressed Stop: the events are closed too
        (which cuts the provider's connection), and what had arrived stays.
        """
        try:
            for event in events:
                self._take(event)
                yield event
            if self.status is Status.STREAMING:
                raise errors.BrokenOff
        except errors.ChatError as error:
            self.error = error
            self.status = Status.INTERRUPTED if self.has_text else Status.FAILED
        finally:
            self.stop()
            if isinstance(events, Generator):
                events.close()

    def stop(self) -> None:
        """Mark a draft that nothing will grow any more as stopped; leave a finished answer be."""
        if self.status is Status.STREAMING:
            self.status = Status.STOPPED

    def _take(self, event: Event) -> None:
        match event:
            case TextDelta(text):
                self.text += text
            case ReasoningDelta(text):
                self.reasoning += text
            case UsageReported(usage):
                self.usage = usage
            case Ended(reason):
                self.finish_reason = reason
                self.status = Status.CUT if reason in _CUTTING else Status.COMPLETE


@dataclass(eq=False, kw_only=True)
class Round:
    """A question and its answer.

    `versions` holds every answer that the question was given, oldest first and never empty.
    """

    question: str
    versions: list[Answer] = field(default_factory=lambda: [Answer()])

    @property
    def answer(self) -> Answer:
        """The latest version: the draft, while one is growing."""
        return self.versions[-1]

    @property
    def kept(self) -> Answer | None:
        """The latest version that has something to say, which is what the window remembers.

        So a retry that fails before its first word takes nothing away.
        """
        return next((answer for answer in reversed(self.versions) if answer.has_text), None)


@dataclass(eq=False, kw_only=True)
class Conversation:
    """All that was said, and what of it the next request remembers.

    `rounds` is the number of answered rounds to remember (0 to 20). Changing it or the system
    prompt acts from the next question on and deletes nothing from `history`. `room` bounds what
    the model's context takes; None where that is not known.
    """

    system_prompt: str = DEFAULT_SYSTEM_PROMPT
    rounds: int = DEFAULT_ROUNDS
    history: list[Round] = field(default_factory=list)
    room: Room | None = None

    @property
    def messages(self) -> list[Message]:
        """The windowed list that a request would carry now, in the API's form."""
        return list(Window.of(self).messages)

    @property
    def open_round(self) -> Round | None:
        """The round whose answer is being written, if there is one."""
        return next((r for r in self.history if r.answer.status is Status.STREAMING), None)

    def ask(self, text: str) -> Round:
        """Open a round with an empty draft as its answer; a draft still open is stopped.

        Raises `BlankQuestion`, `BadCharacter`, or `WindowTooLarge` where there is no room even
        for the question alone; then nothing has changed.
        """
        self._check(text)
        self.stop()
        round = Round(question=text)
        self.history.append(round)
        if not Window.of(self).fits:
            self.history.remove(round)
            raise errors.WindowTooLarge
        return round

    def ask_again(self, round: Round) -> None:
        """Open a round anew: its question gets another draft, and its former answers are kept.

        Raises what `ask` raises; then nothing has changed.
        """
        self._check(round.question)
        self.stop()
        round.versions.append(Answer())
        if not Window.of(self).fits:
            round.versions.pop()
            raise errors.WindowTooLarge

    def stop(self) -> None:
        """Stop the drafts that nothing is growing any more."""
        for round in self.history:
            round.answer.stop()

    def _check(self, question: str) -> None:
        if not question.strip():
            raise errors.BlankQuestion
        if not (is_sendable(question) and is_sendable(self.system_prompt)):
            raise errors.BadCharacter
