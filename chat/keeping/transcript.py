"""A conversation as a file: JSON, whole, out and in again; and Markdown, to read. Pure.

    text = to_json(conversation, options)
    transcript = from_json(text)            # or raises a TranscriptError

The format is an object with the settings and a flat list of rounds, so that no chat is too long to
nest. Each round has the place of the round before it (`after`; null for the first ones). Rounds
after the same one stand in the order of their questions. Their files are as in files.py. No key is
in it. Version 1 may lack what is in `SETTINGS_2` and `ANSWERS_2`, and version 2 what is in `HEAD_3`
and `ROUNDS_3`; both are read for ever. A new field needs a new version, so that an app which does
not know it says so: it would take the chat for damaged.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from chat import errors
from chat.conversation.answer import Answer, Status
from chat.conversation.files import File
from chat.conversation.round import Round
from chat.conversation.tree import Conversation
from chat.keeping import files, untrusted
from chat.keeping.plain import of_messages
from chat.keeping.untrusted import MOST, Fault, TranscriptError
from chat.models import Usage
from chat.options import EFFORTS, MOST_ROUNDS, REFUSABLE, VERBOSITIES, Options

FORMAT = "chat-transcript"
VERSION = 3
SETTINGS_2 = {"reasoning_effort": None, "verbosity": None}
ANSWERS_2: dict[str, Any] = {"left_out": [], "began": 0.0, "seconds": 0.0}
HEAD_3 = {"pictures_again": True}
ROUNDS_3: dict[str, Any] = {"files": []}
LATEST = 250_000_000_000  # seconds since 1970, in a year of four digits

_KINDS = {kind.__name__: kind for kind in errors.ChatError.__subclasses__()}


@dataclass(frozen=True, kw_only=True)
class Transcript:
    """What was in a file; `options` is None where it was a plain list of messages."""

    conversation: Conversation
    options: Options | None


def to_json(conversation: Conversation, options: Options, *, pictures: bool = True) -> str:
    """The whole conversation: every version and path, the usage, the settings.

    Without `pictures`, and where their bytes are not there, these are named and shown small.
    """
    after: dict[Round, int | None] = dict.fromkeys(conversation.start.rounds)
    rounds = []
    for place, round in enumerate(conversation.all_rounds):
        after.update(dict.fromkeys(round.next.rounds, place))
        rounds.append(
            {
                "after": after[round],
                "question": round.question,
                "files": [files.written(file, pictures=pictures) for file in round.files],
                "versions": [written_answer(answer) for answer in round.versions],
                "shown": round.shown,
                "former": round.stand_in,
                "next": round.next.shown,
            }
        )
    whole = {**written_head(conversation, options), "rounds": rounds}
    return json.dumps(whole, ensure_ascii=False, indent=1)


def written_head(conversation: Conversation, options: Options) -> dict[str, Any]:
    """All of a conversation but its rounds."""
    return {
        "format": FORMAT,
        "version": VERSION,
        "settings": asdict(options),
        "system_prompt": conversation.system_prompt,
        "remember": conversation.rounds,
        "pictures_again": conversation.pictures_again,
        "start": conversation.start.shown,
        "discarded": [written_answer(answer) for answer in conversation.discarded],
    }


def from_json(data: bytes | str) -> Transcript:
    """The conversation in a file that `to_json` wrote, or in a plain list of messages.

    A plain list (plain.py) stands by itself or is the `messages` of an object. Raises
    `TranscriptError`, whatever the file is.
    """
    return from_parsed(untrusted.parsed(data))


def from_parsed(whole: object) -> Transcript:
    """The same for a file that was parsed already."""
    if isinstance(whole, dict) and whole.get("format") == FORMAT:
        return _read(whole)
    messages = whole.get("messages") if isinstance(whole, dict) else whole
    return Transcript(conversation=of_messages(messages), options=None)


def to_markdown(
    conversation: Conversation,
    *,
    title: str,
    ending: Callable[[Answer], str | None],
    attached: Callable[[Sequence[File]], str],
) -> str:
    """The rounds that are shown, to read: questions quoted, answers as the model wrote them.

    `ending` says how an answer ended, and `attached` which files a question has.
    """
    parts = [f"# {title}"]
    if conversation.system_prompt:
        parts.append(f"*{' '.join(conversation.system_prompt.split())}*")
    for round in conversation.history:
        parts.append("---")
        if round.files:
            parts.append(f"*{attached(round.files)}*")
        if round.question:
            parts.append(_quoted(round.question))
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
        "left_out": list(answer.left_out),
        "began": answer.began,
        "seconds": answer.seconds,
    }


def read_head(head: Mapping[str, Any]) -> tuple[Transcript, int]:
    """What `written_head` wrote: a conversation without rounds, and the place of the first one.

    Raises `TranscriptError`.
    """
    if untrusted.whole(head.get("version"), least=1) > VERSION:
        raise TranscriptError(Fault.NEWER)
    names = ("format", "version", "settings", "system_prompt", "remember", "start", "discarded")
    _, _, settings, prompt, remember, start, discarded, again = untrusted.fields(
        head, *names, later=HEAD_3
    )
    conversation = Conversation(
        system_prompt=untrusted.text(prompt),
        rounds=untrusted.whole(remember, most=MOST_ROUNDS),
        pictures_again=untrusted.flag(again),
        discarded=[read_answer(answer) for answer in untrusted.items(discarded)],
    )
    transcript = Transcript(conversation=conversation, options=_options(settings))
    return transcript, untrusted.whole(start, most=MOST)


def _read(whole: dict[str, Any]) -> Transcript:
    rounds = whole.pop("rounds", None)
    transcript, start = read_head(whole)
    conversation = transcript.conversation
    read: list[Round] = []
    count = 0
    forks = [(conversation.start, start)]
    for item in untrusted.items(rounds):
        after, question, versions, shown, stand_in, shown_next, attached = untrusted.fields(
            item, "after", "question", "versions", "shown", "former", "next", later=ROUNDS_3
        )
        count += len(untrusted.items(versions))
        if count > untrusted.MOST_ANSWERS:
            raise TranscriptError(Fault.TOO_LARGE)
        answers = [read_answer(answer) for answer in versions]
        last = len(answers) - 1
        round = Round(
            question=untrusted.text(question),
            files=files.read(attached),
            versions=answers,
            shown=untrusted.whole(shown, most=last),
            stand_in=None if stand_in is None else untrusted.whole(stand_in, most=last),
        )
        if not round.question.strip() and not round.files:
            untrusted.refuse()
        if round.stand_in is not None and not answers[round.stand_in].has_text:
            untrusted.refuse()
        # The round before it must stand earlier in the list, so there is no circle.
        fork = (
            conversation.start
            if after is None
            else read[untrusted.whole(after, most=len(read) - 1)].next
        )
        fork.rounds.append(round)
        forks.append((round.next, shown_next))
        read.append(round)
    files.check_count(round.files for round in read)
    for fork, shown in forks:
        fork.shown = untrusted.whole(shown, most=max(0, len(fork.rounds) - 1))
    return transcript


def _options(settings: object) -> Options:
    model, temperature, top_p, max_tokens, effort, verbosity = untrusted.fields(
        settings, "model", "temperature", "top_p", "max_tokens", later=SETTINGS_2
    )
    name = untrusted.text(model, untrusted.LONGEST_NAME)
    if not name.strip():
        untrusted.refuse()
    return Options(
        model=name,
        temperature=None if temperature is None else untrusted.number(temperature, most=2),
        top_p=None if top_p is None else untrusted.number(top_p, most=1),
        max_tokens=None if max_tokens is None else untrusted.whole(max_tokens, least=1),
        reasoning_effort=None if effort is None else untrusted.choice(effort, EFFORTS),
        verbosity=None if verbosity is None else untrusted.choice(verbosity, VERBOSITIES),
    )


def read_answer(item: object) -> Answer:
    """What `written_answer` wrote. Raises `TranscriptError`."""
    names = ("text", "continued", "reasoning", "thought_seconds", "status", "finish_reason")
    text, continued, reasoning, thought, status, reason, *others = untrusted.fields(
        item, *names, "usage", "error", "model", "prompt_estimate", later=ANSWERS_2
    )
    usage, error, model, estimate, left_out, began, seconds = others
    if not isinstance(status, str) or status not in set(Status) - {Status.STREAMING}:
        untrusted.refuse()
    answer = Answer(
        text=untrusted.text(text),
        continued=untrusted.text(continued),
        reasoning=untrusted.text(reasoning),
        thought_seconds=untrusted.number(thought),
        status=Status(status),
        finish_reason=None if reason is None else untrusted.text(reason, untrusted.LONGEST_NAME),
        usage=None if usage is None else _usage(usage),
        error=None if error is None else _error(error),
        model=untrusted.text(model, untrusted.LONGEST_NAME),
        prompt_estimate=untrusted.whole(estimate),
        left_out=tuple(untrusted.choice(n, REFUSABLE) for n in untrusted.items(left_out)),
        began=untrusted.number(began, most=LATEST),
        seconds=untrusted.number(seconds),
    )
    if not answer.text.startswith(answer.continued):
        untrusted.refuse()
    return answer


def _usage(item: object) -> Usage:
    prompt, completion, reasoning, cached = untrusted.fields(
        item, "prompt_tokens", "completion_tokens", "reasoning_tokens", "cached_tokens"
    )
    return Usage(
        prompt_tokens=untrusted.whole(prompt),
        completion_tokens=untrusted.whole(completion),
        reasoning_tokens=None if reasoning is None else untrusted.whole(reasoning),
        cached_tokens=None if cached is None else untrusted.whole(cached),
    )


def _error(item: object) -> errors.ChatError:
    kind, detail = untrusted.fields(item, "kind", "detail")
    if not isinstance(kind, str) or kind not in _KINDS:
        untrusted.refuse()
    return _KINDS[kind](errors.clean(untrusted.text(detail)))
