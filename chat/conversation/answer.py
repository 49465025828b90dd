"""An answer: the draft that grows while its text arrives, and how it ended. Pure."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import uuid4

from chat import errors
from chat.conversation.events import (
    Ended,
    Event,
    LeftOut,
    ReasoningDelta,
    Reread,
    TextDelta,
    UsageReported,
)
from chat.models import Usage


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


def new_key() -> str:
    """A short name that nothing else in this process has: Python uses an `id()` again."""
    return uuid4().hex[:12]


@dataclass(eq=False, kw_only=True)
class Answer:
    """An answer, or the draft of one: the one thing here that grows.

    It is changed in place while its text arrives, so whoever holds it has every word, however
    the run that receives the words may end. `continued` is the text of the earlier answer that
    this one continues; `text` begins with it. `key` is a name that no other answer or round has.
    `left_out` are the settings that the service does not take, of `options.REFUSABLE`. `began` is
    when it was asked for, in seconds since 1970 (UTC), and `seconds` how long it took to its end;
    both are 0 where that is not known.
    """

    key: str = field(default_factory=new_key, init=False)
    text: str = ""
    continued: str = ""
    reasoning: str = ""
    thought_seconds: float = 0.0
    status: Status = Status.STREAMING
    finish_reason: str | None = None
    usage: Usage | None = None
    error: errors.ChatError | None = None
    model: str = ""
    prompt_estimate: int = 0
    left_out: tuple[str, ...] = ()
    began: float = 0.0
    seconds: float = 0.0

    @property
    def written(self) -> str:
        """The text without what it goes on from."""
        return self.text[len(self.continued) :]

    @property
    def is_begun(self) -> bool:
        """Whether the service has begun to write or to think, which is what it is paid for."""
        return bool(self.usage or self.written or self.reasoning)

    @property
    def is_weighed(self) -> bool:
        """Whether it is known what its request carried; not so for one from another program."""
        return self.usage is not None or self.prompt_estimate > 0

    @property
    def has_text(self) -> bool:
        """Whether it has anything of its own to read, and so anything to remember."""
        return bool(self.written.strip())

    @property
    def can_go_on(self) -> bool:
        """Whether it ended before its end, for a reason that does not forbid to go on."""
        return (
            self.has_text
            and self.status in (Status.CUT, Status.STOPPED, Status.INTERRUPTED)
            and self.finish_reason != "content_filter"
        )

    def without_words(self) -> Answer:
        """What remains of an answer that is deleted: its numbers, as it was paid for."""
        return Answer(
            status=self.status,
            usage=self.usage,
            model=self.model,
            prompt_estimate=self.prompt_estimate,
        )

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
            self._fail(error)
        finally:
            self.stop()
            if isinstance(events, Generator):
                events.close()

    def stop(self) -> None:
        """Mark a draft that nothing will grow any more as stopped; leave a finished answer be."""
        if self.status is Status.STREAMING:
            self.status = Status.STOPPED

    def lose(self) -> None:
        """Mark a draft whose page was lost while it grew; leave a finished answer be."""
        if self.status is Status.STREAMING:
            self._fail(errors.ConnectionLost())

    def _fail(self, error: errors.ChatError) -> None:
        self.error = error
        self.status = Status.INTERRUPTED if self.has_text else Status.FAILED

    def _take(self, event: Event) -> None:
        match event:
            case TextDelta(text):
                self.text += text
            case ReasoningDelta(text):
                self.reasoning += text
            case Reread(text, reasoning):
                self.text = self.continued + text
                self.reasoning = reasoning
            case UsageReported(usage):
                self.usage = usage
            case LeftOut(names):
                self.left_out = names
            case Ended(reason):
                self.finish_reason = reason
                self.status = Status.CUT if reason in _CUTTING else Status.COMPLETE
