"""What the bytes of an answer amount to: text, reasoning, usage, and how it ended. Pure.

    reading = Reading()
    for piece in body:
        for event in reading.take(piece):
            ...
    reading.end(...)                # `Ended`, or the `ChatError` that says what is missing

The openai package (3.54) makes and validates an object for every token, which costs 25 times as
much as reading the JSON of the same event.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

from chat import errors
from chat.characters import Mender
from chat.conversation.events import Ended, Event, ReasoningDelta, Reread, TextDelta, UsageReported
from chat.errors import ChatError
from chat.services.eventstream import LONGEST_UNREAD, EventStream
from chat.services.finish_reasons import ERROR, FILTER, TOOLS, canonical
from chat.services.parts import fields, words
from chat.services.reported_usage import usage_of
from chat.services.thinking import Thinking

DONE = "[DONE]"
LONGEST_NAME = 200  # characters of a tool's name
_DONE = frozenset({"[DONE]", "DONE"})  # in capitals, whatever they were
_SPACE = re.compile(r"\s*")
# What services send to keep a connection open, as the name of an event or as its data.
_IDLE = frozenset({"ping", "heartbeat", "keepalive", "keep-alive", "processing"})
# An event with one of these is of a known form, even where it has no text.
_PLAIN = frozenset({"choices", "usage", "x_groq"})
_SUCCESS = frozenset({"0", "200", "ok", "success"})  # codes, in small letters


class ErrorEvent(Exception):
    """The service says in its answer that something failed; `body` is what it says."""

    def __init__(self, body: object) -> None:
        self.body = body
        super().__init__()


class UnreadableEvent(ValueError):
    """An event that is no JSON; `words` is the beginning of what it says."""

    def __init__(self, words: str) -> None:
        self.words = words
        super().__init__()


class Reading:
    """Takes the bytes of one answer in, wherever they were cut: an event stream, or whole JSON.

    Services leave out what they like, so nothing of an event is relied on. Raises `ErrorEvent`,
    and `ValueError` for what is no JSON or no UTF-8.
    """

    def __init__(self) -> None:
        self.has_text = False
        self.is_begun = False  # whether there has been a word or a thought
        self.is_done = False  # the service has said that nothing more will come
        self._stream = EventStream()
        self._events = 0
        self._is_torn = False  # whether the last event came by half
        self._unread = b""  # the beginning of the first event that says nothing we know
        self._finish_reason: str | None = None
        self._tool: str | None = None  # that the model wanted to use
        self._text = Mender()
        self._reasoning = Mender()
        self._said: tuple[list[str], list[str]] = ([], [])  # of the answer, and of the thoughts
        self._lengths = [0, 0]  # of what was said
        self._thinking = Thinking()

    def take(self, piece: bytes) -> Iterator[Event]:
        """What the next bytes say."""
        for name, data in self._stream.take(piece):
            yield from self._take_event(name, data)
            if self.is_done:
                return

    @property
    def is_whole(self) -> bool:
        """Whether everything that makes an answer has arrived."""
        return self.has_text and (self._finish_reason is not None or self.is_done)

    def rest(self) -> Iterator[Event]:
        """What was held back: a last event, half a character, the beginning of a tag.

        Raises `ErrorEvent`, after which it can be called again for the rest.
        """
        if not self.is_done:
            try:
                for name, data in self._stream.rest():
                    yield from self._take_event(name, data)
            except ValueError as error:
                self._is_torn = True
                self._unread = self._unread or getattr(error, "words", "").encode()
        if thought := self._reasoning.end():
            yield from self._read(self._thinking.add_thought(thought))
        yield from self._read(self._thinking.take(self._text.end()))
        yield from self._read(self._thinking.end(is_cut=self._finish_reason != "stop"))
        if self.has_text and self._tool is not None:
            yield TextDelta(f"\n\n[{self._tool}]")

    def end(self, *, is_event_stream: bool, is_announced: bool) -> Ended | ChatError:
        """How an answer ended that raised nothing, which alone is no proof of success.

        `is_announced`: whether all came that the protocol's head or its chunks had announced.
        """
        reason = self._finish_reason
        if reason is None and (self.is_done or (is_announced and self.has_text)):
            reason = None if self._is_torn else "stop"
        unread = (self._unread or self._stream.unread).decode(errors="replace").strip()
        if reason == ERROR:
            return errors.ServiceDown()
        if self.has_text:
            return errors.BrokenOff() if reason is None else Ended(reason)
        if reason == FILTER:
            return errors.ContentRefused()
        if self._tool is not None or reason == TOOLS:
            return errors.ToolWanted(self._tool or "")
        if unread and self._finish_reason is None:
            return errors.NotUnderstood(unread)
        if self._events == 0:
            return errors.EmptyAnswer() if is_event_stream else errors.NotUnderstood()
        is_broken = reason is None and is_event_stream
        return errors.BrokenOff() if is_broken else errors.EmptyAnswer()

    def _take_event(self, name: str, data: bytes) -> Iterator[Event]:
        try:
            text = data.decode("utf-8", "surrogatepass")
        except UnicodeDecodeError:
            if b'"choices"' not in data:
                raise
            text = data.decode(errors="replace")  # one letter is lost, and not all the rest
        try:
            values: list[object] | None = [json.loads(text)]
        except (json.JSONDecodeError, RecursionError):
            values = _values(text)
        if values is None:
            said = text.strip()[:LONGEST_UNREAD]
            self.is_done |= said.upper() in _DONE
            if self.is_done or not said or said[0] == ":" or {name, said.lower()} & _IDLE:
                return
            raise ErrorEvent(said) if name == "error" else UnreadableEvent(said)
        for value in values:
            if value == DONE:
                self.is_done = True
                return
            if name == "error":
                raise ErrorEvent(fields(value).get("error") or value)
            for part in value if isinstance(value, list) else (value,):
                yield from self._take(part, data)

    def _take(self, value: object, data: bytes) -> Iterator[Event]:
        self._events += 1
        said = _unwrapped(fields(value))
        choices = said.get("choices")
        choice = fields(choices[0]) if isinstance(choices, list) and choices else {}
        delta = fields(choice.get("delta"))
        message = fields(choice.get("message"))
        if "choices" not in said:
            if "role" in fields(said.get("message")):  # Ollama's own form
                message = said["message"]
            elif "role" in said:  # Anthropic's
                message = said
            elif not self._unread and value and not said.keys() & _PLAIN:
                self._unread = data[:LONGEST_UNREAD]
        if (failure := _failure(said, choice, message)) is not None:
            raise ErrorEvent(failure)
        if (usage := usage_of(said, choice)) is not None:
            yield UsageReported(usage)
        if delta:
            yield from self._add(words(delta))
        elif isinstance(text := choice.get("text"), str) and text:
            yield from self._add([(False, text)])
        if message:  # some say everything in it, some once more at the end
            yield from self._add(self._unsaid(list(words(message))))
        for holder in (delta, message):
            if "tool_calls" in holder or "function_call" in holder:
                self._note_tool(holder.get("tool_calls") or holder.get("function_call"))
        if reason := canonical(choice) or canonical(delta) or canonical(said):
            self._finish_reason = reason

    def _note_tool(self, calls: object) -> None:
        if calls and self._tool is None:
            call = fields(calls[0] if isinstance(calls, list) else calls)
            name = fields(call.get("function")).get("name") or call.get("name")
            self._tool = name[:LONGEST_NAME] if isinstance(name, str) else ""

    def _add(self, said: Iterable[tuple[bool, str]]) -> Iterator[Event]:
        for is_thought, piece in said:
            self._said[is_thought].append(piece)
            self._lengths[is_thought] += len(piece)
            if is_thought:
                thought = self._reasoning.take(piece)
                yield from self._read(self._thinking.add_thought(thought))
            else:
                yield from self._read(self._thinking.take(self._text.take(piece)))

    def _unsaid(self, said: list[tuple[bool, str]]) -> Iterator[tuple[bool, str]]:
        """What was not said before, where the beginning is what was said before."""
        known = [0, 0]
        for is_thought in (False, True):
            whole = "".join(piece for kind, piece in said if kind is is_thought)
            length = self._lengths[is_thought]
            if length <= len(whole) and whole.startswith("".join(self._said[is_thought])):
                known[is_thought] = length
        for is_thought, piece in said:
            new = piece[known[is_thought] :]
            known[is_thought] -= len(piece) - len(new)
            if new:
                yield is_thought, new

    def _read(self, events: Iterator[TextDelta | ReasoningDelta | Reread]) -> Iterator[Event]:
        for event in events:
            self.is_begun = True
            if isinstance(event, Reread):
                self.has_text = bool(event.text.strip())
            elif isinstance(event, TextDelta) and event.text.strip():
                self.has_text = True
            yield event


def _unwrapped(said: dict[str, Any]) -> dict[str, Any]:
    """The event, where a gateway has put it into another object."""
    if "choices" in said:
        return said
    inner = (fields(said.get(name)) for name in ("output", "result", "data"))
    return next(({**said, **found} for found in inner if "choices" in found), said)


def _values(text: str) -> list[object] | None:
    """The values of an event, where no empty line parted them, or `DONE`. None: it is no JSON."""
    position, values = 0, list[object]()
    while (position := _SPACE.match(text, position).end()) < len(text):  # type: ignore[union-attr]
        if text.startswith(DONE, position):
            return [*values, DONE]
        try:
            value, position = json.JSONDecoder().raw_decode(text, position)
        except (json.JSONDecodeError, RecursionError):
            return None
        values.append(value)
    return values or None


def _failure(said: dict[str, Any], choice: dict[str, Any], message: dict[str, Any]) -> object:
    """What an event says of a failure, in any service's way; None where it says of none."""
    if error := said.get("error") or choice.get("error"):
        return error
    status = fields(said.get("base_resp")).get("status_code")  # MiniMax
    if status and not choice:
        return said
    if "choices" in said or message or "usage" in said:
        return said if said.get("object") == "error" or said.get("error_code") else None
    if str(said.get("code")).lower() in _SUCCESS:
        return None
    names = ("error_code", "message", "detail", "errors", "error_msg", "msg", "errmsg")
    is_error = "error" in (said.get("object"), said.get("type"))
    return said if is_error or any(said.get(name) for name in names) else None
