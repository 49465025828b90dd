"""What a service's refusal means: every shape of an error's body, read in one place.

    refusal = Refusal.of(error)             # any failure of the client
    refusal.words                           # the service's own, as it wrote them
    refusal.kind                            # the class of `ChatError` that it is
    from_exception(error, secrets=[key])    # the `ChatError` itself, its words made fit to show

What words and codes mean stands in `refusal_rules`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from chat import errors
from chat.errors import MESSAGE_LIMIT, ChatError, clean
from chat.services.refusal_rules import kind_of
from chat.services.waits import wait_of

LONGEST_BODY = 100_000  # characters of JSON in a text that is read as JSON
DEEPEST = 12  # levels of a body that are looked through


@cache
def kinds() -> Mapping[type[Exception], type[ChatError]]:
    """The kind of each exception class of the openai package, where nothing more precise is said.

    A test walks the package and fails for a class that is missing here. Importing openai takes
    about a second, so it waits for the first failure (by then a client has imported it).
    """
    import openai

    return {
        openai.OpenAIError: errors.UnknownFailure,
        openai.APIError: errors.UnknownFailure,
        openai.APIStatusError: errors.UnknownFailure,
        openai.APIConnectionError: errors.NotReachable,
        openai.APITimeoutError: errors.TooSlow,
        openai.APIResponseValidationError: errors.NotUnderstood,
        openai.BadRequestError: errors.UnknownFailure,
        openai.AuthenticationError: errors.KeyRefused,
        openai.OAuthError: errors.KeyRefused,
        openai.PermissionDeniedError: errors.NotAllowed,
        openai.NotFoundError: errors.WrongAddress,
        openai.ConflictError: errors.UnknownFailure,
        openai.UnprocessableEntityError: errors.UnknownFailure,
        openai.RateLimitError: errors.TooFast,
        openai.InternalServerError: errors.ServiceDown,
        openai.LengthFinishReasonError: errors.BrokenOff,
        openai.ContentFilterFinishReasonError: errors.ContentRefused,
    }


# Where a body keeps its words, in small letters, the most telling first.
_NESTED = ("error", "metadata", "errors")
_WORDS = (
    *("message", "detail", "details", "msg", "error", "error_msg", "error_message"),
    *("error_description", "status_msg", "base_resp", "errors", "text", "reason", "title", "body"),
    *("errormessage", "err", "errmsg", "description", "faultstring", "exception", "cause", "info"),
)
_NAMES = ("code", "type", "status", "error_code", "errorCode", "status_code", "reason")


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """What a service said as it refused, or failed, to answer.

    `status` is HTTP's, or what a code says of it; None where there is none. `codes` are lower-case
    words. `wait` is in seconds, None where the service names no time.
    """

    words: str = ""
    codes: tuple[str, ...] = ()
    status: int | None = None
    wait: float | None = None
    body: str = field(default="", repr=False)  # all of it, of `LONGEST_BODY` characters at most

    @classmethod
    def of(cls, error: Exception) -> Refusal:
        """What a failure of the client says."""
        body: Any = getattr(error, "body", None)
        response: Any = getattr(error, "response", None)
        headers: Mapping[str, str] = getattr(response, "headers", None) or {}
        return cls.read(body, status=getattr(error, "status_code", None), headers=headers)

    @classmethod
    def read(
        cls, body: object, *, status: int | None = None, headers: Mapping[str, str] | None = None
    ) -> Refusal:
        """What the body of an error says, with the status and the headers that it came with."""
        codes = tuple(dict.fromkeys(_codes(body)))
        words = _words(body)[:MESSAGE_LIMIT]
        if status is None or status < 400:
            status = next((found for code in codes if (found := _status(code))), status)
        written = body if isinstance(body, str) else json.dumps(body, ensure_ascii=False)
        return cls(
            words=words,
            codes=codes,
            status=status,
            wait=wait_of(status, headers or {}, words, written[:LONGEST_BODY]),
            body=written[:LONGEST_BODY],
        )

    @property
    def kind(self) -> type[ChatError] | None:
        """The kind of failure; None where nothing is said of it."""
        return kind_of(self.words, self.codes, self.status or 0)


def from_exception(
    error: Exception,
    *,
    is_reached: bool = False,
    started: bool = False,
    secrets: Iterable[str] = (),
) -> ChatError:
    """Map any failure of the client to the one `ChatError` that says it.

    `is_reached`: whether the service had begun to answer; `started`: whether a part of the answer
    had arrived; `secrets` never appear in the detail.
    """
    import openai

    if isinstance(error, ChatError):
        return error
    if not isinstance(error, openai.OpenAIError):
        # Bad JSON and bad UTF-8 arrive as raw ValueErrors. The text of an exception that is not
        # the service's own may name classes or hold the key, so it is never shown.
        if isinstance(error, ValueError) and not isinstance(error, UnicodeEncodeError):
            unread = errors.BrokenOff if started else errors.NotUnderstood
            return unread(clean(getattr(error, "words", ""), secrets))
        return errors.UnknownFailure()
    refusal = Refusal.of(error)
    kind = refusal.kind or _kind_of_class(error)
    if (is_reached or started) and kind is errors.NotReachable:
        kind = errors.BrokenOff
    return kind(clean(refusal.words, secrets), wait=refusal.wait)


def _kind_of_class(error: Exception) -> type[ChatError]:
    # A connection that was not made in time: nobody is there, rather than somebody slow.
    cause = type(error.__cause__).__name__
    if cause in ("ConnectTimeout", "PoolTimeout"):
        return errors.NotReachable
    if cause == "TooManyRedirects":
        return errors.WrongAddress
    return next(kinds()[parent] for parent in type(error).__mro__ if parent in kinds())


def _words(body: object, depth: int = 0) -> str:
    """The service's own words, wherever a body keeps them; empty where it has none."""
    if depth > DEEPEST:
        return ""
    if isinstance(body, str):
        inner = _parsed(body)
        return body.strip() if inner is None else _words(inner, depth + 1)
    if isinstance(body, list):
        return "; ".join(filter(None, (_words(part, depth + 1) for part in body[:5])))
    if not isinstance(body, dict):
        return ""
    body = {str(name).lower(): part for name, part in body.items()}
    # What a service behind the service said is nearer to the reason.
    raw = body.get("metadata")
    found = [raw.get("raw")] if isinstance(raw, dict) else []
    found += [body[name] for name in _NESTED if isinstance(body.get(name), dict | list)]
    found += [body.get(name) for name in _WORDS]
    found += [part for part in body.values() if isinstance(part, dict | list)]
    words = next(filter(None, (_words(part, depth + 1) for part in found)), "")
    places = body.get("loc")  # as pydantic names the field
    if words and isinstance(places, list):
        place = ".".join(str(part) for part in places if part != "body")
        return f"{place}: {words}" if place else words
    return words


def _parsed(text: str) -> object | None:
    """The JSON that a text is, or the last event of a stream; None for any other text."""
    if text.startswith(("data:", "event:", "id:")):
        text = text.rpartition("data:")[2]
    start = text.lstrip()[:1]
    if start not in ("{", "[") or len(text) > LONGEST_BODY:
        return None
    try:
        parsed: object = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return parsed


def _codes(body: object, depth: int = 0) -> Iterator[str]:
    if depth > DEEPEST:
        return
    if isinstance(body, str):
        if (inner := _parsed(body)) is not None:
            yield from _codes(inner, depth + 1)
    elif isinstance(body, list):
        for part in body[:5]:
            yield from _codes(part, depth + 1)
    elif isinstance(body, dict):
        for name in _NAMES:
            code = body.get(name)
            if isinstance(code, str | int) and not isinstance(code, bool) and len(str(code)) < 80:
                yield str(code).lower()
        for part in body.values():
            if isinstance(part, dict | list) or (isinstance(part, str) and part[:1] in "{["):
                yield from _codes(part, depth + 1)


def _status(code: str) -> int | None:
    """The status that a code is: 503, and FastChat's 50304."""
    if not re.fullmatch(r"[45]\d{2}(?:\d{2})?", code):
        return None
    return int(code[:3])
