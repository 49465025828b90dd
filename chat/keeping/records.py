"""A conversation in records: small pieces, of which a turn changes few. Pure.

    recorder = Recorder()
    recorder.changes(conversation, options)     # everything at first, and later what has changed
    restored = restore(records)                 # the conversation again, and its recorder

Every round and every answer has a number that it keeps. The records, by their names:

    head          the settings, as in a transcript
    round/N       where a round stands: what it followed, its place there, its answers' numbers
    question/N    its question
    answer/N      an answer, as in a transcript; its status is "streaming" while it grows
    grown/N/M     the M-th piece by which it has grown since, with those numbers that changed
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from weakref import WeakKeyDictionary

from chat.conversation.answer import Answer, Status
from chat.conversation.tree import Conversation, Fork, Round
from chat.keeping.transcript import (
    LARGEST,
    MOST,
    MOST_ANSWERS,
    NO_QUESTION,
    ROOM,
    Fault,
    Transcript,
    TranscriptError,
    read_answer,
    read_head,
    read_text,
    sent_size,
    to_json,
    written_answer,
    written_head,
)
from chat.options import Options

Record = Any  # what JSON can say
MOST_RECORDS = 5 * MOST
LONGEST_PROMPT = 200_000  # characters of a system prompt in a file: it stands in a field
_NAME = re.compile(r"(?P<kind>round|question|answer)/(?P<number>[1-9]\d{0,8})", re.ASCII)
_PIECE = re.compile(r"grown/(?P<number>[1-9]\d{0,8})/(?P<place>0|[1-9]\d{0,8})", re.ASCII)
# What comes to be known of an answer while it grows.
_NUMBERS = ("thought_seconds", "usage", "model", "prompt_estimate")


class Notice(StrEnum):
    """What a visitor has to know about the keeping of chats."""

    FULL = "full"
    FORBIDDEN = "forbidden"
    SILENT = "silent"
    DAMAGED = "damaged"
    UNREADABLE = "unreadable"
    TOO_LONG = "too long"
    NEWER = "newer"


@dataclass(frozen=True, kw_only=True)
class Changes:
    """Records to write, and the names of those to delete."""

    put: dict[str, Record]
    drop: list[str]

    def __bool__(self) -> bool:
        return bool(self.put or self.drop)


@dataclass(eq=False)
class _Growth:
    """How much of a growing answer was told, in how many pieces, and with which numbers."""

    text: int
    reasoning: int
    numbers: dict[str, Record]
    pieces: int = 0


@dataclass(eq=False)
class Recorder:
    """Knows what was told of one conversation, and tells what has changed since.

    It holds nothing of what was deleted.
    """

    _numbers: WeakKeyDictionary[Round | Answer, int] = field(default_factory=WeakKeyDictionary)
    _next: int = 1
    _told: dict[str, Record] = field(default_factory=dict)
    _growing: WeakKeyDictionary[Answer, _Growth] = field(default_factory=WeakKeyDictionary)
    _due: set[str] = field(default_factory=set)
    _stray: set[str] = field(default_factory=set)

    def changes(self, conversation: Conversation, options: Options) -> Changes:
        """What is different from what was told before, which from now on counts as told.

        The words of a question or of an answer that has ended never change, so they are told
        once, and compared never. What the reading has changed goes along with the first change
        that somebody made: to look at a conversation is not to write it.
        """
        found = self._compared(conversation, options)
        if not found or not (self._due or self._stray):
            return found
        for name in self._due:
            self._told.pop(name, None)
        self._told.update(dict.fromkeys(self._stray, True))
        self._due.clear()
        self._stray.clear()
        more = self._compared(conversation, options)
        return Changes(put=found.put | more.put, drop=found.drop + more.drop)

    def _compared(self, conversation: Conversation, options: Options) -> Changes:
        told = self._told
        put: dict[str, Record] = {}
        kept: set[str] = set()

        def tell(name: str, record: Record) -> None:
            kept.add(name)
            if told.get(name) != record:
                told[name] = put[name] = record

        tell("head", written_head(conversation, options))
        followed: dict[Round, tuple[int | None, int]] = {}
        _note_places(conversation.start, None, followed)
        for round in conversation.all_rounds:
            number = self._number(round)
            _note_places(round.next, number, followed)
            after, place = followed[round]
            place_of_round = {
                "after": after,
                "place": place,
                "versions": [self._number(answer) for answer in round.versions],
                "shown": round.shown,
                "former": round.stand_in,
                "next": round.next.shown,
            }
            tell(f"round/{number}", place_of_round)
            kept.add(question := f"question/{number}")
            if question not in told:
                told[question], put[question] = True, round.question
            for answer in round.versions:
                self._tell_answer(answer, put, kept)
        drop = [name for name in told if name not in kept]
        for name in drop:
            del told[name]
        return Changes(put=put, drop=drop)

    def take(self, conversation: Conversation, options: Options) -> None:
        """Take everything for told, as it was read."""
        self._compared(conversation, options)

    def forget(self) -> None:
        """Tell everything again the next time."""
        for told in (self._told, self._growing, self._due, self._stray):
            told.clear()

    def adopt(self, round: Round | Answer, number: int) -> None:
        """Give a round or an answer the number that it had."""
        self._numbers[round] = number

    def begin_at(self, number: int) -> None:
        """Give what is new this number and those after it."""
        self._next = number

    def take_settings(self, conversation: Conversation, options: Options) -> None:
        """Take these settings for those that were told: what a page makes of them is no change."""
        self._told["head"] = written_head(conversation, options)

    def tell_later(self, answer: Answer | None = None) -> None:
        """Tell an answer, or everything, anew as soon as there is a change."""
        self._due |= set(self._told) if answer is None else {f"answer/{self._number(answer)}"}

    def drop_later(self, names: Iterable[str]) -> None:
        """Delete records that nothing needs as soon as there is a change."""
        self._stray.update(names)

    def _number(self, thing: Round | Answer) -> int:
        if thing not in self._numbers:
            self._numbers[thing] = self._next
            self._next += 1
        return self._numbers[thing]

    def _tell_answer(self, answer: Answer, put: dict[str, Record], kept: set[str]) -> None:
        number = self._number(answer)
        kept.add(name := f"answer/{number}")
        growth = self._growing.get(answer)
        if answer.status is not Status.STREAMING:
            if name not in self._told or growth is not None:
                self._told[name], put[name] = True, written_answer(answer)
            self._growing.pop(answer, None)
        elif growth is None or name not in self._told:
            record = written_answer(answer) | {"status": Status.STREAMING.value}
            self._told[name], put[name] = True, record
            numbers = {name: record[name] for name in _NUMBERS}
            self._growing[answer] = _Growth(len(record["text"]), len(record["reasoning"]), numbers)
        else:
            text, reasoning = answer.text[growth.text :], answer.reasoning[growth.reasoning :]
            if text or reasoning:
                piece = f"grown/{number}/{growth.pieces}"
                self._told[piece] = True
                record, known = written_answer(answer), growth.numbers
                numbers = {name: record[name] for name in _NUMBERS if record[name] != known[name]}
                put[piece] = {"text": text, "reasoning": reasoning} | numbers
                growth.numbers = known | numbers
                growth.text += len(text)
                growth.reasoning += len(reasoning)
                growth.pieces += 1
            kept.update(f"grown/{number}/{piece}" for piece in range(growth.pieces))


def _note_places(fork: Fork, after: int | None, followed: dict[Round, Any]) -> None:
    followed.update((round, (after, place)) for place, round in enumerate(fork.rounds))


@dataclass(frozen=True, kw_only=True)
class Restored:
    """What was in the records; `options` is None, and `is_whole` false, where some were damaged."""

    conversation: Conversation
    options: Options | None
    recorder: Recorder
    is_whole: bool


def restore(records: object) -> Restored:
    """Read a conversation again, as much of it as can be read; nobody vouches for the records.

    An answer that was growing was interrupted. Raises `TranscriptError` where there is no chat at
    all, or one of a newer version.
    """
    if not isinstance(records, dict) or "head" not in records:
        raise TranscriptError(Fault.NOT_A_TRANSCRIPT)
    if len(records) > MOST_RECORDS:
        raise TranscriptError(Fault.TOO_LARGE)
    return _Restoring(records).restored()


def fits(conversation: Conversation, options: Options) -> bool:
    """Whether a conversation can be saved, loaded, kept by the browser and opened again."""
    records = Recorder().changes(conversation, options).put
    as_kept = json.dumps(records, ensure_ascii=False, separators=(",", ":"))
    as_file = to_json(conversation, options)
    return (
        len(records) <= MOST_RECORDS
        and len(conversation.system_prompt) <= LONGEST_PROMPT
        and max(sent_size(as_kept), sent_size(as_file)) <= LARGEST - ROOM
    )


class _Restoring:
    """The reading of one conversation's records, which notes whether any was damaged."""

    def __init__(self, records: dict[str, Record]) -> None:
        self._records = records
        self._recorder = Recorder()
        self._is_whole = True
        self._revived: list[Answer] = []
        self._pieces: dict[int, dict[int, Record]] = {}
        self._rounds: list[int] = []
        self._answers: set[int] = set()  # that belong to no round yet
        last = 0
        for name, record in records.items():
            if name == "head":
                continue
            match = _NAME.fullmatch(name) or _PIECE.fullmatch(name)
            if match is None:
                self._is_whole = False
                self._recorder.drop_later([name])
                continue
            number = int(match["number"])
            last = max(last, number)
            if match.re is _PIECE:
                self._pieces.setdefault(number, {})[int(match["place"])] = record
            elif match["kind"] == "round":
                self._rounds.append(number)
            elif match["kind"] == "answer":
                self._answers.add(number)
        if len(self._rounds) > MOST or len(self._answers) > MOST_ANSWERS:
            raise TranscriptError(Fault.TOO_LARGE)
        self._recorder.begin_at(last + 1)

    def restored(self) -> Restored:
        transcript, start = self._head()
        conversation = transcript.conversation
        children: dict[int | None, list[tuple[int, int, Round]]] = {}
        found: dict[int, Round] = {}
        shown: dict[int | None, int] = {None: start}
        latest: int | None = None
        for number in sorted(self._rounds):
            after, place, shown[number], round = self._round(number)
            self._recorder.adopt(round, number)
            if after not in found and after is not None:
                # What it followed is damaged. A round has followed only one with a lower number,
                # so there is no circle.
                self._is_whole = False
                after, place = latest, MOST
            children.setdefault(after, []).append((place, number, round))
            found[number] = round
            latest = number
        for after, placed in children.items():
            fork = conversation.start if after is None else found[after].next
            fork.rounds = [round for _, _, round in sorted(placed, key=lambda child: child[:2])]
            fork.shown = min(shown[after], len(fork.rounds) - 1)
        self._recorder.take(conversation, transcript.options or Options(model=""))
        if not self._is_whole:
            self._recorder.tell_later()
        for answer in self._revived:
            self._recorder.tell_later(answer)
        return Restored(
            conversation=conversation,
            options=transcript.options,
            recorder=self._recorder,
            is_whole=self._is_whole,
        )

    def _head(self) -> tuple[Transcript, int]:
        head = self._records["head"]
        try:
            return read_head(head if isinstance(head, dict) else {"version": 1})
        except TranscriptError as error:
            if error.fault is Fault.NEWER:
                raise
            self._is_whole = False
            return Transcript(conversation=Conversation(), options=None), 0

    def _round(self, number: int) -> tuple[int | None, int, int, Round]:
        """What a round followed, its place there, which of its followers is shown, and itself."""
        record = self._records[f"round/{number}"]
        if not isinstance(record, dict):
            record = {}
        versions = record.get("versions")
        numbers = versions[:MOST] if isinstance(versions, list) else []
        # An answer belongs to one round, the first that names it.
        known = [n for n in numbers if _is_count(n) and n in self._answers]
        answers = [answer for n in dict.fromkeys(known) if (answer := self._answer(n)) is not None]
        self._is_whole &= bool(answers) and len(answers) == len(numbers)
        versions = answers or [Answer(status=Status.STOPPED)]
        former = record.get("former")
        if former is not None:
            former = self._count(former, most=len(versions) - 1)
            former = former if versions[former].has_text else None
        round = Round(
            question=self._question(number),
            versions=versions,
            shown=self._count(record.get("shown"), most=len(versions) - 1),
            stand_in=former,
        )
        after = record.get("after")
        after = None if after is None else self._count(after)
        return after, self._count(record.get("place")), self._count(record.get("next")), round

    def _question(self, number: int) -> str:
        try:
            question = read_text(self._records.get(f"question/{number}"))
        except TranscriptError:
            question = ""
        self._is_whole &= bool(question.strip())
        return question if question.strip() else NO_QUESTION

    def _answer(self, number: int) -> Answer | None:
        """An answer; None where it is damaged or belongs to another round already."""
        self._answers.remove(number)
        record = self._records.pop(f"answer/{number}")
        pieces = self._pieces.pop(number, {})
        is_growing = isinstance(record, dict) and record.get("status") == Status.STREAMING
        try:
            answer = self._grown(record, pieces) if is_growing else read_answer(record)
        except (TranscriptError, TypeError, KeyError):
            return None
        self._recorder.adopt(answer, number)
        self._recorder.drop_later(f"grown/{number}/{place}" for place in pieces)
        if is_growing:
            self._revived.append(answer)
        return answer

    def _grown(self, record: dict[str, Record], pieces: dict[int, Record]) -> Answer:
        """An answer that was growing, up to the first piece that is missing or damaged."""
        text, reasoning = [record["text"]], [record["reasoning"]]
        numbers: dict[str, Record] = {}
        for place in range(len(pieces)):
            try:
                piece = pieces[place]
                more, thought = read_text(piece["text"]), read_text(piece["reasoning"])
            except (TranscriptError, TypeError, KeyError):
                self._is_whole = False
                break
            text.append(more)
            reasoning.append(thought)
            numbers |= {name: piece[name] for name in _NUMBERS if name in piece}
        broken = {"kind": "ConnectionLost", "detail": ""}
        ended = {"status": Status.INTERRUPTED.value, "error": broken}
        grown = record | {"text": "".join(text), "reasoning": "".join(reasoning)} | ended
        try:
            answer = read_answer(grown | numbers)
        except TranscriptError:
            self._is_whole = False
            answer = read_answer(grown)
        if not answer.has_text:
            answer.status = Status.FAILED
        return answer

    def _count(self, value: Record, *, most: int = MOST) -> int:
        if _is_count(value) and value <= most:
            return int(value)
        self._is_whole = False
        return 0


def _is_count(value: Record) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**9
