"""Everything that can go wrong between a question and its answer.

    ChatError
    ├── BlankQuestion       nothing was asked
    ├── BadCharacter        NUL or half a character, which no service accepts
    ├── KeyRefused          no key, or one that the service refuses
    ├── NotAllowed          the key is good, but not for this
    ├── NoSuchModel         the service does not know the model
    ├── WrongAddress        there is no chat service at this address
    ├── WindowTooLarge      the messages do not fit the model's context window
    ├── AnswerTooLong       the longest answer that was asked for is more than the service gives
    ├── LargerThanPace      one request is larger than the service allows in a minute
    ├── ModelTooLarge       the service has too little memory for the model
    ├── QuotaUsedUp         the account's quota or credits are used up
    ├── VisitorBudgetSpent  the visitor has used up what the owner allows in a day
    ├── DailyBudgetSpent    all visitors together have
    ├── LedgerAway          nobody knows what is left, as the ledger cannot be used
    ├── TooLong             the question is longer than the owner allows
    ├── TooFast             too many requests in a short time
    ├── Restarting          the server is about to end, and another one takes its place
    ├── ContentRefused      the service refuses the content
    ├── PicturesRefused     the model or the service takes no pictures, or not these
    ├── RecordingRefused    the recording cannot be turned into text
    ├── NoTranscription     the service turns no speech into text
    ├── ServiceDown         the service has a fault or is overloaded
    ├── NotReachable        no connection to the service
    ├── TooSlow             the service was silent for too long
    ├── BrokenOff           the answer broke off before its end
    ├── ConnectionLost      the page that the answer was for was lost
    ├── EmptyAnswer         the answer has nothing in it
    ├── ToolWanted          the model wanted to use a tool, and there is none
    ├── NotUnderstood       what came back is no chat completion
    └── UnknownFailure      anything else, with the service's own message

What a service sends becomes one of these in `chat/services/refusals.py`; the sentences that people
read stand in `chat/words/failures.py`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from chat.characters import mended
from chat.redaction import KEY, redacted

MESSAGE_LIMIT = 4_000  # characters of a service's message that are looked at at all
MARGIN = 100  # characters at the end of a longer one that may be the beginning of a key
DETAIL_LIMIT = 300  # characters of a service's own message that are shown at most


class ChatError(Exception):
    """A failure that the visitor reads about.

    `detail` is the service's own message, free of keys and at most 300 characters long; `wait` is
    when to come back, in seconds, where the service says so.
    """

    def __init__(self, detail: str = "", *, wait: float | None = None) -> None:
        self.detail = detail
        self.wait = wait
        summary = (type(self).__doc__ or "").splitlines()[0]
        super().__init__(f"{summary} {detail}".strip())


class BlankQuestion(ChatError):
    """There is no question to send."""


class BadCharacter(ChatError):
    """The text has a NUL or half a character, which no service accepts."""


class KeyRefused(ChatError):
    """The service refuses the key."""


class NotAllowed(ChatError):
    """The key is not allowed to do this."""


class NoSuchModel(ChatError):
    """The service does not know the model."""


class WrongAddress(ChatError):
    """There is no chat service at this address."""


class WindowTooLarge(ChatError):
    """The messages do not fit the context window of the model."""


class AnswerTooLong(ChatError):
    """The longest answer that was asked for is more than the service gives."""


class LargerThanPace(ChatError):
    """One request is larger than the service allows in a minute."""


class ModelTooLarge(ChatError):
    """The service has too little memory for the model."""


class QuotaUsedUp(ChatError):
    """The quota or the credits of the account are used up."""


class VisitorBudgetSpent(ChatError):
    """The visitor has used up the tokens that the owner allows in a day."""


class DailyBudgetSpent(ChatError):
    """All visitors together have used up the tokens that the owner allows in a day."""


class LedgerAway(ChatError):
    """What is left of the budgets, or how often a password was tried, cannot be found out."""


class TooLong(ChatError):
    """The question is longer than the owner allows."""


class TooFast(ChatError):
    """Too many requests in a short time."""


class Restarting(ChatError):
    """The server is about to end, and another one takes its place."""


class ContentRefused(ChatError):
    """The service refuses the content."""


class PicturesRefused(ChatError):
    """The model or the service takes no pictures, or not these."""


class RecordingRefused(ChatError):
    """The recording cannot be turned into text."""


class NoTranscription(ChatError):
    """The service turns no speech into text."""


class ServiceDown(ChatError):
    """The service has a fault or is overloaded."""


class NotReachable(ChatError):
    """There is no connection to the service."""


class TooSlow(ChatError):
    """The service was silent for too long."""


class BrokenOff(ChatError):
    """The answer broke off before its end."""


class ConnectionLost(ChatError):
    """The connection to the page was lost."""


class EmptyAnswer(ChatError):
    """The answer has nothing in it."""


class ToolWanted(ChatError):
    """The model wanted to use a tool, and there is none."""


class NotUnderstood(ChatError):
    """What came back is no chat completion."""


class UnknownFailure(ChatError):
    """The request failed."""


_KEY_LIKE = re.compile(r"\b(?:sk|pk|hf|gsk)[-_][\w*.•…-]{6,}")
_TAG = re.compile(
    r"<(?:script|style)\b.*?</(?:script|style)\s*>|<[^>]*>", re.DOTALL | re.IGNORECASE
)


def clean(message: str, secrets: Iterable[str] = ()) -> str:
    """A service's message made fit to show: no key, no markup, one line, 300 characters at most."""
    secrets = tuple(secrets)
    is_cut = len(message) >= MESSAGE_LIMIT
    message = redacted(message[:MESSAGE_LIMIT], secrets)
    message = mended(message[:-MARGIN] if is_cut else message)
    message = " ".join(_TAG.sub(" ", _KEY_LIKE.sub(KEY, message)).split())
    message = redacted(message, secrets)  # where only tags stood in between
    return message if len(message) <= DETAIL_LIMIT else message[: DETAIL_LIMIT - 1] + "…"
