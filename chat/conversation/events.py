"""What a service sends while it answers: text, reasoning, usage, and an end with its reason."""

from __future__ import annotations

from dataclasses import dataclass

from chat.models import Usage


@dataclass(frozen=True)
class TextDelta:
    """The next piece of the answer."""

    text: str


@dataclass(frozen=True)
class ReasoningDelta:
    """The next piece of what the model thinks before it answers."""

    text: str


@dataclass(frozen=True)
class Reread:
    """What came so far was divided wrongly into text and reasoning: these take its place."""

    text: str
    reasoning: str


@dataclass(frozen=True)
class UsageReported:
    """The provider's own count; the last one of a stream holds."""

    usage: Usage


@dataclass(frozen=True)
class LeftOut:
    """What the service does not take, and so was not sent as it was set: names of settings."""

    names: tuple[str, ...]


@dataclass(frozen=True)
class Ended:
    """The answer is over, for the finish reason that the provider gave ("stop", "length", …)."""

    finish_reason: str


@dataclass(frozen=True)
class Waiting:
    """Nothing came for a moment: a chance to look whether anybody still listens."""


Event = TextDelta | ReasoningDelta | Reread | UsageReported | LeftOut | Ended | Waiting
