"""A conversation in records: small pieces, of which a turn changes few. Pure.

    recorder = Recorder()
    recorder.changes(conversation, options)     # everything at first, and later what has changed
    restored = restore(records)                 # the conversation again, and its recorder

Every round and every answer has a number that it keeps. The records, by their names:

    head          the settings, as in a transcript
    round/N       where a round stands: what it followed, its place there, its answers' numbers
    question/N    its question
    answer/N      an answer, as in a transcript; its status is "streaming" while it grows
    grown/N/M     the M-th piece by which such an answer has grown since
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from chat.answer import Answer, Status
from chat.conversation import Conversation, Fork, Round
from chat.service import Options
from chat.transcript import (
    MOST,
    NO_QUESTION,
    Fault,
    Transcript,
    TranscriptError,
    read_answer,
    read_head,
    read_text,
    written_answer,
    written_head,
)

Record = Any  # what JSON can say
_NAME = re.compile(r"(round|question|answer|grown)/(\d{1,9})(?:/(\d{1,9}))?", re.ASCII)


class Notice(StrEnum):
    """What a visitor has to know about the keeping of chats."""

    FULL = "full"
    FORBIDDEN = "forbidden"
    DAMAGED = "damaged"
    UNREADABLE = "unreadable"
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
    """How much of a growing answer was told, and in how many pieces."""

    text: int
    reasoning: int
    pieces: int = 0


@dataclass(eq=False)
class Recorder:
    """Knows what was told of one conversation, and tells what has changed since."""

    _numbers: dict[Round | Answer, int] = field(default_factory=dict)
    _next: int = 1
    _told: dict[str, Record] = field(default_factory=dict)
    _growing: dict[Answer, _Growth] = field(default_factory=dict)

    def changes(self, conversation: Conversation, options: Options) -> Changes:
        """What is different from what was told before, which from now on counts as told.

        The words of a question or of an answer that has ended never change, so they are told
        once, and compared never.
        """
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
                "former": round.former,
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

    def forget(self) -> None:
        """Tell everything again the next time."""
        self._told.clear()
        self._growing.clear()

    def adopt(self, round: Round | Answer, number: int) -> None:
        """Give a round or an answer the number that it had."""
        self._numbers[round] = number

    def begin_at(self, number: int) -> None:
        """Give what is new this number and those after it."""
        self._next = number

    def reopen(self, answer: Answer, pieces: list[str]) -> None:
        """Tell an answer anew, and delete the pieces by which it had grown."""
        self._told.update(dict.fromkeys(pieces, True))
        self._told.pop(f"answer/{self._number(answer)}", None)

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
            self._growing[answer] = _Growth(len(record["text"]), len(record["reasoning"]))
        else:
            text, reasoning = answer.text[growth.text :], answer.reasoning[growth.reasoning :]
            if text or reasoning:
                piece = f"grown/{number}/{growth.pieces}"
                self._told[piece] = True
                put[piece] = {"text": text, "reasoning": reasoning}
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
    if len(records) > 5 * MOST:
        raise TranscriptError(Fault.TOO_LARGE)
    return _Restoring(records).restored()


class _Restoring:
    """The reading of one conversation's records, which notes whether any was damaged."""

    def __init__(self, records: dict[str, Record]) -> None:
        self._records = records
        self._recorder = Recorder()
        self._is_whole = True
        self._revived: list[tuple[Answer, list[str]]] = []
        self._pieces: dict[int, dict[int, Record]] = {}
        self._rounds: list[int] = []
        last = 0
        for name, record in records.items():
            match = _NAME.fullmatch(name)
            if match is None:
                self._is_whole &= name == "head"
                continue
            kind, number, piece = match[1], int(match[2]), int(match[3] or 0)
            last = max(last, number)
            if kind == "round":
                self._rounds.append(number)
            elif kind == "grown":
                self._pieces.setdefault(number, {})[piece] = record
        self._recorder.begin_at(last + 1)

    def restored(self) -> Restored:
        transcript, start = self._head()
        conversation = transcript.conversation
        children: dict[int | None, list[tuple[int, int, Round]]] = {}
        found: dict[int, Round] = {}
        shown: dict[int | None, int] = {None: start}
        for number in sorted(self._rounds):
            after, place, shown[number], round = self._round(number)
            self._recorder.adopt(round, number)
            if after not in found and after is not None:
                # What it followed is damaged. A round has followed only one with a lower number,
                # so there is no circle.
                self._is_whole = False
                after, place = max(found, default=None), MOST
            children.setdefault(after, []).append((place, number, round))
            found[number] = round
        for after, placed in children.items():
            fork = conversation.start if after is None else found[after].next
            fork.rounds = [round for _, _, round in sorted(placed, key=lambda child: child[:2])]
            fork.shown = min(shown[after], len(fork.rounds) - 1)
        if self._is_whole and transcript.options is not None:
            self._recorder.changes(conversation, transcript.options)
        for answer, pieces in self._revived:
            self._recorder.reopen(answer, pieces)
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
        # An answer belongs to one round.
        known = [n for n in dict.fromkeys(numbers) if _is_count(n)]
        answers = [answer for n in known if (answer := self._answer(n)) is not None]
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
            former=former,
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
        record = self._records.pop(f"answer/{number}", None)
        pieces = self._pieces.pop(number, {})
        is_growing = isinstance(record, dict) and record.get("status") == Status.STREAMING
        try:
            if is_growing:
                text, reasoning = record["text"], record["reasoning"]
                for place in sorted(pieces):
                    text += read_text(pieces[place]["text"])
                    reasoning += read_text(pieces[place]["reasoning"])
                broken = {"kind": "BrokenOff", "detail": ""}
                grown = {"text": text, "reasoning": reasoning, "error": broken}
                record = record | grown | {"status": Status.INTERRUPTED.value}
            answer = read_answer(record)
        except (TranscriptError, TypeError, KeyError):
            return None
        if is_growing and not answer.has_text:
            answer.status = Status.FAILED
        self._recorder.adopt(answer, number)
        if is_growing:
            self._revived.append((answer, [f"grown/{number}/{place}" for place in pieces]))
        return answer

    def _count(self, value: Record, *, most: int = MOST) -> int:
        if _is_count(value) and value <= most:
            return int(value)
        self._is_whole = False
        return 0


def _is_count(value: Record) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**9
