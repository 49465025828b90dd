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
import re
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from chat import errors
from chat.characters import Mender
from chat.conversation.events import Ended, Event, ReasoningDelta, TextDelta, UsageReported
from chat.errors import ChatError
from chat.services.thinking import Thinking
from chat.usage import Usage

DONE = b"[DONE]"
BOM = b"\xef\xbb\xbf"  # with which some begin
LONGEST_REASON = 200  # characters
LARGEST_COUNT = 10**12  # tokens

# Where a part of a content keeps its words. Mistral's thoughts are parts under `thinking`.
_WORDS = ("text", "thinking", "reasoning", "summary", "refusal", "content", "transcript", "value")
_THOUGHTS = ("thinking", "reasoning", "thought")  # as the kind of a part begins, or its words' name
_KIND = re.compile(r"\w[\w.-]{0,39}", re.ASCII)


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
        self._said: tuple[list[str], list[str]] = ([], [])  # of the answer, and of the thoughts
        self._lengths = [0, 0]  # of what was said
        self._thinking = Thinking()

    def take(self, piece: bytes) -> Iterator[Event]:
        """What the next bytes say."""
        *lines, self._rest = (self._rest + piece).replace(b"\r\n", b"\n").split(b"\n")
        yield from self._take_lines(lines)

    def _take_lines(self, lines: list[bytes]) -> Iterator[Event]:
        for line in (line.removeprefix(BOM) for line in lines):
            # Every service writes an event's data on one line, as JSON has no line breaks.
            if not line.startswith(b"data:"):
                continue
            data = line[5:].strip()
            if not data:
                continue
            if data.startswith(DONE):
                self.is_done = True
                return
            yield from self._take(json.loads(data))

    @property
    def is_whole(self) -> bool:
        """Whether everything that makes an answer has arrived."""
        return self.has_text and self._finish_reason is not None

    def rest(self) -> Iterator[Event]:
        """What was held back: a line without its end, half a character, the beginning of a tag."""
        if not self.is_done:
            with suppress(ValueError, ErrorEvent):  # it may be half a line
                yield from self._take_lines([self._rest])
            self._rest = b""
        if thought := self._reasoning.end():
            yield ReasoningDelta(thought)
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
        yield from self._add(_words(_fields(choice.get("delta"))))
        # Some services say everything in a `message`, some once more at the end.
        if message := _fields(choice.get("message")):
            yield from self._add(self._unsaid(list(_words(message))))
        reason = choice.get("finish_reason")
        if isinstance(reason, str) and reason:
            self._finish_reason = reason[:LONGEST_REASON]

    def _add(self, said: Iterator[tuple[bool, str]]) -> Iterator[Event]:
        for is_thought, words in said:
            self._said[is_thought].append(words)
            self._lengths[is_thought] += len(words)
            if is_thought:
                yield ReasoningDelta(self._reasoning.take(words))
            else:
                yield from self._read(self._thinking.take(self._text.take(words)))

    def _unsaid(self, said: list[tuple[bool, str]]) -> Iterator[tuple[bool, str]]:
        """What was not said before, where the beginning is what was said before."""
        known = [0, 0]
        for is_thought in (False, True):
            whole = "".join(words for kind, words in said if kind is is_thought)
            length = self._lengths[is_thought]
            if length <= len(whole) and whole.startswith("".join(self._said[is_thought])):
                known[is_thought] = length
        for is_thought, words in said:
            new = words[known[is_thought] :]
            known[is_thought] -= len(words) - len(new)
            if new:
                yield is_thought, new

    def _read(self, events: Iterator[Event]) -> Iterator[Event]:
        for event in events:
            if isinstance(event, TextDelta) and event.text.strip():
                self.has_text = True
            yield event


def _fields(item: object) -> dict[str, Any]:
    return item if isinstance(item, dict) else {}


def _words(said: dict[str, Any]) -> Iterator[tuple[bool, str]]:
    """The words of a delta or a message, and of each piece whether it is a thought."""
    thoughts: list[str] = []
    for name in ("reasoning_content", "reasoning", "reasoning_details"):
        if content := said.get(name):
            thought = "".join(words for _, words in _parts(content, is_thought=True))
            if thought and thought not in thoughts:  # some say it under two names
                thoughts.append(thought)
                yield True, thought
    for name in ("content", "refusal"):
        content = said.get(name)
        if isinstance(content, str):
            if content:
                yield False, content
        elif content:
            yield from _parts(content, is_thought=False)


def _parts(content: object, *, is_thought: bool) -> Iterator[tuple[bool, str]]:
    """The words of a content: a text, or parts of any kinds, of which each may have parts again.

    A part without words is named by its kind, so that nothing is missing without a sign.
    """
    waiting = [(content, is_thought)]
    while waiting:
        part, is_thought = waiting.pop()
        if isinstance(part, str):
            if part:
                yield is_thought, part
        elif isinstance(part, list):
            waiting += [(inner, is_thought) for inner in reversed(part)]
        elif isinstance(part, dict):
            kind = part.get("type")
            kind = kind if isinstance(kind, str) else ""
            is_thought = is_thought or kind.startswith(_THOUGHTS)
            found: list[tuple[object, bool]] = []
            for name in _WORDS:
                words = (part.get(name), is_thought or name in _THOUGHTS)
                if isinstance(words[0], str | list | dict) and words not in found:
                    found.append(words)
            waiting += reversed(found)
            if kind and not found and not is_thought and not kind.endswith("text"):
                yield False, f"[{kind if _KIND.fullmatch(kind) else '…'}]"


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
