"""A conversation read again from its records (see records.py), damaged ones among them. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

from chat.conversation.answer import Answer, Status
from chat.conversation.files import File, named
from chat.conversation.round import Round
from chat.conversation.tree import Conversation
from chat.files.bounds import BOUNDS
from chat.keeping import files, untrusted
from chat.keeping.plain import NO_QUESTION
from chat.keeping.records import MOST_RECORDS, NUMBERS, PICTURE, Record, Recorder
from chat.keeping.transcript import VERSION, Transcript, read_answer, read_head
from chat.keeping.untrusted import MOST, MOST_ANSWERS, Fault, TranscriptError
from chat.options import Options

_NAME = re.compile(r"(?P<kind>round|question|files|answer)/(?P<number>[1-9]\d{0,8})", re.ASCII)
_PIECE = re.compile(r"grown/(?P<number>[1-9]\d{0,8})/(?P<place>0|[1-9]\d{0,8})", re.ASCII)


@dataclass(frozen=True, kw_only=True)
class Restored:
    """What was in the records; `options` is None, and `is_whole` false, where some were damaged."""

    conversation: Conversation
    options: Options | None
    recorder: Recorder
    is_whole: bool


def restore(records: object) -> Restored:
    """Read a conversation again, as much of it as can be read.

    Of pictures, the names of their records tell that their bytes are there; these stay there.
    Untrusted input; validated here. An answer that was growing counts as interrupted. Raises
    `TranscriptError` where there is no chat at all, or one of a newer version.
    """
    if not isinstance(records, dict) or "head" not in records:
        raise TranscriptError(Fault.NOT_A_TRANSCRIPT)
    if len(records) > MOST_RECORDS:
        raise TranscriptError(Fault.TOO_LARGE)
    return _Restoring(records).restored()


class _Restoring:
    """The reading of one conversation's records, which notes whether any was damaged."""

    def __init__(self, records: dict[str, Record]) -> None:
        self._records = records
        self._recorder = Recorder()
        self._is_whole = True
        self._version: Record = None
        self._revived: list[Answer] = []
        self._pieces: dict[int, dict[int, Record]] = {}
        self._rounds: list[int] = []
        self._answers: set[int] = set()  # that belong to no round yet
        self._pictures: set[str] = set()  # the hashes of those whose bytes are there
        last = 0
        for name, record in records.items():
            if name == "head":
                continue
            if name.startswith(PICTURE) and files.is_hash(hash := name.removeprefix(PICTURE)):
                self._pictures.add(hash)
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
                # The round before it is damaged. It has a lower number, so there is no circle.
                self._is_whole = False
                after, place = latest, MOST
            children.setdefault(after, []).append((place, number, round))
            found[number] = round
            latest = number
        for after, placed in children.items():
            fork = conversation.start if after is None else found[after].next
            fork.rounds = [round for _, _, round in sorted(placed, key=lambda child: child[:2])]
            fork.shown = min(shown[after], len(fork.rounds) - 1)
        files.check_count(round.files for round in found.values())
        self._recorder.note_pictures(self._pictures)
        self._recorder.mark_recorded(conversation, transcript.options or Options(model=""))
        if self._is_whole:  # otherwise somebody may need them
            needed = {picture.hash for round in found.values() for picture in round.pictures}
            self._recorder.drop_later(PICTURE + hash for hash in self._pictures - needed)
        if not self._is_whole:
            self._recorder.record_later()
        for answer in self._revived:
            self._recorder.record_later(answer)
        if self._version != VERSION:
            self._recorder.record_head_later()
        return Restored(
            conversation=conversation,
            options=transcript.options,
            recorder=self._recorder,
            is_whole=self._is_whole,
        )

    def _head(self) -> tuple[Transcript, int]:
        head = self._records["head"]
        head = head if isinstance(head, dict) else {"version": 1}
        self._version = head.get("version")
        try:
            return read_head(head)
        except TranscriptError as error:
            if error.fault is Fault.NEWER:
                raise
            self._is_whole = False
            return Transcript(conversation=Conversation(), options=None), 0

    def _round(self, number: int) -> tuple[int | None, int, int, Round]:
        """The round's `after`, `place` and `next`, and itself."""
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
        stand_in = record.get("former")
        if stand_in is not None:
            stand_in = self._count(stand_in, most=len(versions) - 1)
            stand_in = stand_in if versions[stand_in].has_text else None
        attached = self._files(number)
        round = Round(
            question=self._question(number, attached),
            files=attached,
            versions=versions,
            shown=self._count(record.get("shown"), most=len(versions) - 1),
            stand_in=stand_in,
        )
        after = record.get("after")
        after = None if after is None else self._count(after)
        return after, self._count(record.get("place")), self._count(record.get("next")), round

    def _question(self, number: int, attached: tuple[File, ...]) -> str:
        try:
            question = untrusted.text(self._records.get(f"question/{number}"))
        except TranscriptError:
            self._is_whole = False
            question = ""
        if question.strip() or attached:
            return question
        self._is_whole = False
        return NO_QUESTION

    def _files(self, number: int) -> tuple[File, ...]:
        record = self._records.get(f"files/{number}", [])
        items = record[: BOUNDS.files] if isinstance(record, list) else []
        found: list[File] = []
        for item in items:
            try:
                found.append(named(files.read_file(item)))
            except TranscriptError:
                continue
        self._is_whole &= isinstance(record, list) and len(found) == len(record)
        return tuple(found)

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
                more, thought = untrusted.text(piece["text"]), untrusted.text(piece["reasoning"])
            except (TranscriptError, TypeError, KeyError):
                self._is_whole = False
                break
            text.append(more)
            reasoning.append(thought)
            numbers |= {name: piece[name] for name in NUMBERS if name in piece}
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
