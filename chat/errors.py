"""Everything that can go wrong between a question and its answer.

    ChatError
    ├── BlankQuestion       nothing was asked
    ├── BadCharacter        NUL or half a character, which no service accepts
    ├── KeyRefused          no key, or one that the service refuses
    ├── NotAllowed          the key is good, but not for this
    ├── NoSuchModel         the service does not know the model
    ├── WindowTooLarge      the messages do not fit the model's context window
    ├── QuotaUsedUp         the account's quota or credits are used up
    ├── VisitorBudgetSpent  the visitor has used up what the owner allows in a day
    ├── DailyBudgetSpent    all visitors together have
    ├── TooLong             the question is longer than the owner allows
    ├── TooFast             too many requests in a short time
    ├── ContentRefused      the service refuses the content
    ├── ServiceDown         the service has a fault or is overloaded
    ├── NotReachable        no connection to the service
    ├── TooSlow             the service was silent for too long
    ├── BrokenOff           the answer broke off before its end
    ├── ConnectionLost      the page that the answer was for was lost
    ├── EmptyAnswer         the answer has nothing in it
    ├── NotUnderstood       what came back is no chat completion
    └── UnknownFailure      anything else, with the service's own message

The sentences that people read for each kind stand in `chat/words/failures.py`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from chat.characters import mended
from chat.redaction import KEY, redacted

MESSAGE_LIMIT = 4_000  # characters of a service's message that are looked at at all
MARGIN = 100  # characters at the end of a longer one that may be the beginning of a key
DETAIL_LIMIT = 300  # characters of a service's own message that are shown at most


class ChatError(Exception):
    """A failure that the visitor reads about.

    `detail` is the service's own message, free of keys and at most 300 characters long.
    """

    def __init__(self, detail: str = "") -> None:
        self.detail = detail
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


class WindowTooLarge(ChatError):
    """The messages do not fit the context window of the model."""


class QuotaUsedUp(ChatError):
    """The quota or the credits of the account are used up."""


class VisitorBudgetSpent(ChatError):
    """The visitor has used up the tokens that the owner allows in a day."""


class DailyBudgetSpent(ChatError):
    """All visitors together have used up the tokens that the owner allows in a day."""


class TooLong(ChatError):
    """The question is longer than the owner allows."""


class TooFast(ChatError):
    """Too many requests in a short time."""


class ContentRefused(ChatError):
    """The service refuses the content."""


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


class NotUnderstood(ChatError):
    """What came back is no chat completion."""


class UnknownFailure(ChatError):
    """The request failed."""


@cache
def kinds() -> Mapping[type[Exception], type[ChatError]]:
    """The kind of each exception class of the openai package, where nothing more precise is said.

    A test walks the package and fails for a class that is missing here. Importing openai takes
    about a second, so it waits for the first failure (by then a client has imported it).
    """
    import openai

    return {
        openai.OpenAIError: UnknownFailure,
        openai.APIError: UnknownFailure,
        openai.APIStatusError: UnknownFailure,
        openai.APIConnectionError: NotReachable,
        openai.APITimeoutError: TooSlow,
        openai.APIResponseValidationError: NotUnderstood,
        openai.BadRequestError: UnknownFailure,
        openai.AuthenticationError: KeyRefused,
        openai.OAuthError: KeyRefused,
        openai.PermissionDeniedError: NotAllowed,
        openai.NotFoundError: NoSuchModel,
        openai.ConflictError: ServiceDown,
        openai.UnprocessableEntityError: UnknownFailure,
        openai.RateLimitError: TooFast,
        openai.InternalServerError: ServiceDown,
        openai.LengthFinishReasonError: BrokenOff,
        openai.ContentFilterFinishReasonError: ContentRefused,
    }


_STATUS: Mapping[int, type[ChatError]] = {
    401: KeyRefused,
    402: QuotaUsedUp,  # Hugging Face's router, when the month's credits are used up
    403: NotAllowed,
    404: NoSuchModel,
    408: TooSlow,
    413: WindowTooLarge,
    429: TooFast,
    504: TooSlow,
}

# What services say in the `code` or `type` of an error: more precise than the status.
_CODES: Mapping[str, type[ChatError]] = {
    "insufficient_quota": QuotaUsedUp,
    "billing_hard_limit_reached": QuotaUsedUp,
    "billing_not_active": QuotaUsedUp,
    "context_length_exceeded": WindowTooLarge,
    "exceed_context_size_error": WindowTooLarge,  # llama.cpp
    "string_above_max_length": WindowTooLarge,
    "model_not_found": NoSuchModel,
    "content_filter": ContentRefused,  # Azure
    "content_policy_violation": ContentRefused,
    "invalid_api_key": KeyRefused,
    "authentication_error": KeyRefused,
    "permission_error": NotAllowed,
    "rate_limit_exceeded": TooFast,
    "rate_limit_error": TooFast,
    "overloaded_error": ServiceDown,
    "engine_overloaded_error": ServiceDown,
    "server_error": ServiceDown,
    "api_error": ServiceDown,
    "internal_server_error": ServiceDown,
}

# vLLM, Ollama and others answer 400 with words only.
_TOO_LARGE = re.compile(
    r"context (?:length|window|size)|too many (?:input )?tokens|prompt is too long", re.IGNORECASE
)
_KEY_LIKE = re.compile(r"\b(?:sk|pk|hf|gsk)[-_][\w*.•…-]{6,}")
_TAG = re.compile(
    r"<(?:script|style)\b.*?</(?:script|style)\s*>|<[^>]*>", re.DOTALL | re.IGNORECASE
)


def from_exception(
    error: Exception, *, started: bool = False, secrets: Iterable[str] = ()
) -> ChatError:
    """Map any failure of the client to the one `ChatError` that says it.

    `started`: whether a part of the answer had arrived; `secrets` never appear in the detail.
    """
    import openai

    if isinstance(error, ChatError):
        return error
    if not isinstance(error, openai.OpenAIError):
        # Bad JSON and bad UTF-8 arrive as raw ValueErrors. The text of an exception that is not
        # the service's own may name classes or hold the key, so it is never shown.
        if isinstance(error, ValueError) and not isinstance(error, UnicodeEncodeError):
            return BrokenOff() if started else NotUnderstood()
        return UnknownFailure()
    kind = _kind(error)
    if started and kind is NotReachable:
        kind = BrokenOff
    return kind(clean(_message(error), secrets))


def _kind(error: Exception) -> type[ChatError]:
    body: Any = getattr(error, "body", None)
    said = body if isinstance(body, dict) else {}
    for word in (said.get("code"), said.get("type")):
        if isinstance(word, str) and word in _CODES:
            return _CODES[word]
    status = getattr(error, "status_code", None)
    if (status is None or status in (400, 422, 500)) and _TOO_LARGE.search(_message(error)):
        return WindowTooLarge
    if isinstance(status, int):
        if status in _STATUS:
            return _STATUS[status]
        if status >= 500:
            return ServiceDown
    return next(kinds()[parent] for parent in type(error).__mro__ if parent in kinds())


def _message(error: Exception) -> str:
    """The service's own words: its error body's message, or the body itself."""
    body: Any = getattr(error, "body", None)
    if isinstance(body, dict):
        body = body.get("message") or body.get("detail") or body.get("error")
    # Not more than is ever shown or looked through: a service may send back all that it was sent.
    return body[:MESSAGE_LIMIT] if isinstance(body, str) else ""


def clean(message: str, secrets: Iterable[str] = ()) -> str:
    """A service's message made fit to show: no key, no markup, one line, 300 characters at most."""
    secrets = tuple(secrets)
    is_cut = len(message) >= MESSAGE_LIMIT
    message = redacted(message[:MESSAGE_LIMIT], secrets)
    message = mended(message[:-MARGIN] if is_cut else message)
    message = " ".join(_TAG.sub(" ", _KEY_LIKE.sub(KEY, message)).split())
    message = redacted(message, secrets)  # where only tags stood in between
    return message if len(message) <= DETAIL_LIMIT else message[: DETAIL_LIMIT - 1] + "…"
