"""What the bytes of an event stream amount to: text, reasoning, usage, and how it ended. Pure.

    reading = Reading()
    for piece in body:
        for event in reading.take(piece):
            ...
    reading.end(content_type)       # `Ended`, or the `ChatError` that says what is missing

The openai package (3.54) makes and validates an object for every token, which costs 25 times as
much as reading the JSON of the same event.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from chat import errors
from chat.characters import Mender
from chat.errors import ChatError
from chat.events import Ended, Event, ReasoningDelta, TextDelta, Usage, UsageReported
from chat.thinking import Thinking

DONE = b"[DONE]"
LONGEST_REASON = 200  # characters
LARGEST_COUNT = 10**12  # tokens


class ErrorEvent(Exception):
    """The service says in its stream that something failed; `body` is what it says."""

    def __init__(self, body: object) -> None:
        self.body = body
        super().__init__()


class Reading:
    """Takes the bytes of one stream in, wherever they were cut.

    Services leave out what they like, so nothing of an event is relied on. Raises `ErrorEvent`,
    and `ValueError` for what is no JSON or no UTF-8.
    """

    def __init__(self) -> None:
        self.has_text = False
        self.is_done = False  # the service has said that nothing more will come
        self._rest = b""
        self._events = 0
        self._finish_reason: str | None = None
        self._text = Mender()
        self._reasoning = Mender()
        self._thinking = Thinking()

    def take(self, piece: bytes) -> Iterator[Event]:
        """What the next bytes say."""
        *lines, self._rest = (self._rest + piece).replace(b"\r\n", b"\n").split(b"\n")
        for line in lines:
            # Every service writes an event's data on one line, as JSON has no line breaks.
            if not line.startswith(b"data:"):
                continue
            data = line[5:].strip()
            if data.startswith(DONE):
                self.is_done = True
                return
            yield from self._take(json.loads(data))

    @property
    def is_whole(self) -> bool:
        """Whether everything that makes an answer has arrived."""
        return self.has_text and self._finish_reason is not None

    def rest(self) -> Iterator[Event]:
        """What was held back: half a character, or the beginning of a tag."""
        yield from self._read(self._thinking.take(self._text.end()))
        yield from self._read(self._thinking.end())

    def end(self, content_type: str) -> Ended | ChatError:
        """How a stream ended that raised nothing, which alone is no proof of success."""
        if self._finish_reason == "error":
            return errors.ServiceDown()
        if self._finish_reason is None:
            if self.has_text:
                return errors.BrokenOff()
            if self._events == 0 and "event-stream" not in content_type:
                return errors.NotUnderstood()
            return errors.EmptyAnswer() if self._events == 0 else errors.BrokenOff()
        if not self.has_text:
            if self._finish_reason == "content_filter":
                return errors.ContentRefused()
            return errors.EmptyAnswer()
        return Ended(self._finish_reason)

    def _take(self, said: object) -> Iterator[Event]:
        self._events += 1
        if not isinstance(said, dict):
            return
        if said.get("error"):
            raise ErrorEvent(said["error"])
        if (usage := _usage(said.get("usage"))) is not None:
            yield UsageReported(usage)
        choices = said.get("choices")
        choice = _fields(choices[0]) if isinstance(choices, list) and choices else {}
        delta = _fields(choice.get("delta"))
        reasoning = delta.get("reasoning_content") or delta.get("reasoning")
        if isinstance(reasoning, str) and reasoning:
            yield ReasoningDelta(self._reasoning.take(reasoning))
        text = delta.get("content") or delta.get("refusal")
        if isinstance(text, str) and text:
            yield from self._read(self._thinking.take(self._text.take(text)))
        reason = choice.get("finish_reason")
        if isinstance(reason, str) and reason:
            self._finish_reason = reason[:LONGEST_REASON]

    def _read(self, events: Iterator[Event]) -> Iterator[Event]:
        for event in events:
            if isinstance(event, TextDelta) and event.text.strip():
                self.has_text = True
            yield event


def _fields(item: object) -> dict[str, Any]:
    return item if isinstance(item, dict) else {}


def _usage(item: object) -> Usage | None:
    def whole(holder: object, name: str) -> int | None:
        number = _fields(holder).get(name)
        if not isinstance(number, int) or isinstance(number, bool):
            return None
        return number if 0 <= number <= LARGEST_COUNT else None

    usage = _fields(item)
    prompt = whole(usage, "prompt_tokens")
    completion = whole(usage, "completion_tokens")
    if prompt is None or completion is None:
        return None
    return Usage(
        prompt_tokens=prompt,
        completion_tokens=completion,
        reasoning_tokens=whole(usage.get("completion_tokens_details"), "reasoning_tokens"),
        cached_tokens=whole(usage.get("prompt_tokens_details"), "cached_tokens"),
    )
