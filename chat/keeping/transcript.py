"""A conversation as a file: JSON, whole, out and in again; and Markdown, to read. Pure.

    text = to_json(conversation, options)
    transcript = from_json(text)            # or raises a TranscriptError

Version 1 of the format is an object with the settings and a flat list of rounds, each with the
place of the round that it followed (null for the first ones), so that no chat is too long to nest.
The rounds that followed the same one stand in the order in which they were asked. No key is in it.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from itertools import groupby
from operator import itemgetter
from typing import Any, NoReturn

from chat import errors
from chat.characters import mended
from chat.conversation.answer import Answer, Status
from chat.conversation.tree import Conversation, Fork, Round
from chat.options import MOST_ROUNDS, Options
from chat.usage import Usage

FORMAT = "chat-transcript"
VERSION = 1
# Bytes of a chat as JSON, as it travels inside of another JSON text, where a line break or a quote
# takes three or four. Streamlit 1.67 closes the connection at a message of 25 MB.
LARGEST = 20_000_000
ROOM = 10_000  # bytes of it for what may change when a chat is opened, such as its model
MOST = 10_000  # rounds, or messages of a plain list
MOST_ANSWERS = 20_000  # of all rounds
MOST_VALUES = 1_000_000  # in a JSON text; so many rounds and answers have half as many
LONGEST_NAME = 200  # characters
LARGEST_NUMBER = 10**12

# Ended or not: what is looked at once is never looked at again.
_STRING = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+\\?(?:"|\Z)', re.DOTALL)
_KINDS = {kind.__name__: kind for kind in errors.ChatError.__subclasses__()}
NO_QUESTION = "…"  # where a plain list begins with an answer, as a greeting does


class Fault(StrEnum):
    """What is wrong with a file."""

    TOO_LARGE = "too large"
    NOT_JSON = "not JSON"
    NOT_A_TRANSCRIPT = "not a transcript"
    NEWER = "a newer version"
    DAMAGED = "damaged"


class TranscriptError(Exception):
    """A file is no conversation that can be taken in; `fault` says why."""

    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        super().__init__(f"The file is {fault}.")


@dataclass(frozen=True, kw_only=True)
class Transcript:
    """What was in a file; `options` is None where it was a plain list of messages."""

    conversation: Conversation
    options: Options | None


def to_json(conversation: Conversation, options: Options) -> str:
    """The whole conversation: every version and path, the usage, the settings."""
    followed: dict[Round, int | None] = dict.fromkeys(conversation.start.rounds)
    rounds = []
    for place, round in enumerate(conversation.all_rounds):
        followed.update(dict.fromkeys(round.next.rounds, place))
        rounds.append(
            {
                "after": followed[round],
                "question": round.question,
                "versions": [written_answer(answer) for answer in round.versions],
                "shown": round.shown,
                "former": round.stand_in,
                "next": round.next.shown,
            }
        )
    whole = {**written_head(conversation, options), "rounds": rounds}
    return json.dumps(whole, ensure_ascii=False, indent=1)


def sent_size(text: str) -> int:
    """How many bytes a JSON text takes inside of another one, as every browser writes it."""
    return len(json.dumps(text, ensure_ascii=False).encode("utf-8", "surrogatepass"))


def written_head(conversation: Conversation, options: Options) -> dict[str, Any]:
    """All of a conversation but its rounds."""
    return {
        "format": FORMAT,
        "version": VERSION,
        "settings": asdict(options),
        "system_prompt": conversation.system_prompt,
        "remember": conversation.rounds,
        "start": conversation.start.shown,
        "discarded": [written_answer(answer) for answer in conversation.discarded],
    }


def from_json(data: bytes | str) -> Transcript:
    """The conversation in a file that `to_json` wrote, or in a plain list of messages.

    A plain list is `[{"role": …, "content": …}]`, by itself or as `messages` of an object. Messages
    of one role in a row are joined; a question without an answer counts as stopped.
    Raises `TranscriptError`, whatever the file is.
    """
    whole = parsed(data)
    if isinstance(whole, dict) and whole.get("format") == FORMAT:
        return _read(whole)
    messages = whole.get("messages") if isinstance(whole, dict) else whole
    return Transcript(conversation=_of_messages(messages), options=None)


def parsed(data: bytes | str) -> Any:  # noqa: ANN401 - whatever there is
    """What is in a JSON text that nobody vouches for. Raises `TranscriptError`."""
    if len(data) > LARGEST:
        raise TranscriptError(Fault.TOO_LARGE)
    try:
        text = data.decode("utf-8-sig") if isinstance(data, bytes) else data
        if _count_values(text) > MOST_VALUES:
            raise TranscriptError(Fault.TOO_LARGE)
        return json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError):
        raise TranscriptError(Fault.NOT_JSON) from None


def _count_values(text: str) -> int:
    """How many values a JSON text has at most. Parsed, an empty list takes 64 bytes."""
    marks = sum(map(text.count, ",[{"))
    return marks if marks <= MOST_VALUES else sum(map(_STRING.sub("", text).count, ",[{"))


def to_markdown(
    conversation: Conversation, *, title: str, ending: Callable[[Answer], str | None]
) -> str:
    """The rounds that are shown, to read: questions quoted, answers as the model wrote them."""
    parts = [f"# {title}"]
    if conversation.system_prompt:
        parts.append(f"*{' '.join(conversation.system_prompt.split())}*")
    for round in conversation.history:
        parts += ["---", _quoted(round.question)]
        if round.kept is not None:
            parts.append(round.kept.text)
        if (note := ending(round.answer)) is not None:
            parts.append(f"*({note})*")
    return "\n\n".join(parts) + "\n"


def _quoted(text: str) -> str:
    return "\n".join(f"> {line}".rstrip() for line in text.split("\n"))


def written_answer(answer: Answer) -> dict[str, Any]:
    """An answer; one that is still being written counts as stopped."""
    status = Status.STOPPED if answer.status is Status.STREAMING else answer.status
    error = answer.error and {"kind": type(answer.error).__name__, "detail": answer.error.detail}
    return {
        "text": answer.text,
        "continued": answer.continued,
        "reasoning": answer.reasoning,
        "thought_seconds": answer.thought_seconds,
        "status": status.value,
        "finish_reason": answer.finish_reason,
        "usage": answer.usage and asdict(answer.usage),
        "error": error,
        "model": answer.model,
        "prompt_estimate": answer.prompt_estimate,
    }


def read_head(head: Mapping[str, Any]) -> tuple[Transcript, int]:
    """What `written_head` wrote: a conversation without rounds, and the place of the first one.

    Raises `TranscriptError`.
    """
    if _whole(head.get("version"), least=1) > VERSION:
        raise TranscriptError(Fault.NEWER)
    _, _, settings, prompt, remember, start, discarded = _fields(
        head,
        *("format", "version", "settings", "system_prompt", "remember", "start", "discarded"),
    )
    conversation = Conversation(
        system_prompt=read_text(prompt),
        rounds=_whole(remember, most=MOST_ROUNDS),
        discarded=[read_answer(answer) for answer in _list(discarded)],
    )
    transcript = Transcript(conversation=conversation, options=_options(settings))
    return transcript, _whole(start, most=MOST)


def _read(whole: dict[str, Any]) -> Transcript:
    rounds = whole.pop("rounds", None)
    transcript, start = read_head(whole)
    conversation = transcript.conversation
    read: list[Round] = []
    count = 0
    forks = [(conversation.start, start)]
    for item in _list(rounds):
        after, question, versions, shown, former, following = _fields(
            item, "after", "question", "versions", "shown", "former", "next"
        )
        count += len(_list(versions))
        if count > MOST_ANSWERS:
            raise TranscriptError(Fault.TOO_LARGE)
        answers = [read_answer(answer) for answer in versions]
        last = len(answers) - 1
        round = Round(
            question=read_text(question),
            versions=answers,
            shown=_whole(shown, most=last),
            stand_in=None if former is None else _whole(former, most=last),
        )
        if not round.question.strip():
            _refuse()
        if round.stand_in is not None and not answers[round.stand_in].has_text:
            _refuse()
        # Only an earlier round can have been followed, so there is no circle.
        fork = conversation.start if after is None else read[_whole(after, most=len(read) - 1)].next
        fork.rounds.append(round)
        forks.append((round.next, following))
        read.append(round)
    for fork, shown in forks:
        fork.shown = _whole(shown, most=max(0, len(fork.rounds) - 1))
    return transcript


def _options(settings: object) -> Options:
    model, temperature, top_p, max_tokens = _fields(
        settings, "model", "temperature", "top_p", "max_tokens"
    )
    name = read_text(model, LONGEST_NAME)
    if not name.strip():
        _refuse()
    return Options(
        model=name,
        temperature=None if temperature is None else _number(temperature, most=2),
        top_p=None if top_p is None else _number(top_p, most=1),
        max_tokens=None if max_tokens is None else _whole(max_tokens, least=1),
    )


def read_answer(item: object) -> Answer:
    """What `written_answer` wrote. Raises `TranscriptError`."""
    text, continued, reasoning, seconds, status, reason, usage, error, model, estimate = _fields(
        item,
        *("text", "continued", "reasoning", "thought_seconds", "status", "finish_reason"),
        *("usage", "error", "model", "prompt_estimate"),
    )
    if not isinstance(status, str) or status not in set(Status) - {Status.STREAMING}:
        _refuse()
    answer = Answer(
        text=read_text(text),
        continued=read_text(continued),
        reasoning=read_text(reasoning),
        thought_seconds=_number(seconds),
        status=Status(status),
        finish_reason=None if reason is None else read_text(reason, LONGEST_NAME),
        usage=None if usage is None else _usage(usage),
        error=None if error is None else _error(error),
        model=read_text(model, LONGEST_NAME),
        prompt_estimate=_whole(estimate),
    )
    if not answer.text.startswith(answer.continued):
        _refuse()
    return answer


def _usage(item: object) -> Usage:
    prompt, completion, reasoning, cached = _fields(
        item, "prompt_tokens", "completion_tokens", "reasoning_tokens", "cached_tokens"
    )
    return Usage(
        prompt_tokens=_whole(prompt),
        completion_tokens=_whole(completion),
        reasoning_tokens=None if reasoning is None else _whole(reasoning),
        cached_tokens=None if cached is None else _whole(cached),
    )


def _error(item: object) -> errors.ChatError:
    kind, detail = _fields(item, "kind", "detail")
    if not isinstance(kind, str) or kind not in _KINDS:
        _refuse()
    return _KINDS[kind](errors.clean(read_text(detail)))


def _of_messages(messages: object) -> Conversation:
    if not isinstance(messages, list) or not messages:
        raise TranscriptError(Fault.NOT_A_TRANSCRIPT)
    if len(messages) > MOST:
        raise TranscriptError(Fault.TOO_LARGE)
    said = [
        (role, "\n\n".join(content for _, content in of_one))
        for role, of_one in groupby(map(_said, messages), key=itemgetter(0))
    ]
    prompt = said.pop(0)[1] if said[0][0] == "system" else ""
    conversation = Conversation(system_prompt=prompt)
    end: Fork = conversation.start
    for role, content in said:
        if role == "system":
            raise TranscriptError(Fault.NOT_A_TRANSCRIPT)
        if role == "user" or not conversation.start.rounds:
            question = content if role == "user" and content.strip() else NO_QUESTION
            round = Round(question=question, versions=[Answer(status=Status.STOPPED)])
            end.add(round)
            end = round.next
        if role == "assistant":
            round.versions = [Answer(text=content, status=Status.COMPLETE)]
    return conversation


def _said(message: object) -> tuple[str, str]:
    """A message's role and text; parts that are no text are refused."""
    try:
        role, content = message["role"], message["content"]  # type: ignore[index]
        role = {"developer": "system"}.get(role, role)
        if isinstance(content, list):
            content = "\n\n".join(part["text"] for part in content)
    except (TypeError, KeyError, AttributeError, IndexError):
        raise TranscriptError(Fault.NOT_A_TRANSCRIPT) from None
    if role not in ("system", "user", "assistant") or not isinstance(content, str):
        raise TranscriptError(Fault.NOT_A_TRANSCRIPT)
    return role, mended(content)


def _refuse(_: object = None) -> NoReturn:
    raise TranscriptError(Fault.DAMAGED)


def _fields(item: object, *names: str) -> list[Any]:
    """The values of an object that has these fields and no others."""
    if not isinstance(item, dict) or item.keys() != set(names):
        _refuse()
    return [item[name] for name in names]


def _list(value: object) -> list[Any]:
    if not isinstance(value, list):
        _refuse()
    if len(value) > MOST:
        raise TranscriptError(Fault.TOO_LARGE)
    return value


def read_text(value: object, longest: int = LARGEST) -> str:
    """A text that is no longer than that, without what cannot be sent. Raises `TranscriptError`."""
    if not isinstance(value, str) or len(value) > longest:
        _refuse()
    return mended(value)


def _whole(value: object, *, least: int = 0, most: int = LARGEST_NUMBER) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        _refuse()
    return value


def _number(value: object, *, most: float = math.inf) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value <= most:
        _refuse()
    return float(value) if value < LARGEST_NUMBER else _refuse()
