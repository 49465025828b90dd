"""A conversation in records: small pieces, of which a turn changes few. Pure.

    recorder = Recorder()
    recorder.changes(conversation, options)     # everything at first, and later what has changed
    restored = restore(records)                 # restoring.py: the conversation and its recorder

Every round and every answer has a number that it keeps. The records, by their names:

    head          the settings, as in a transcript
    round/N       where a round stands: the round before it (`after`), its place among those that
                  came after the same one, its answers' numbers (`versions`)
    question/N    its question
    files/N       the question's files, where it has any: see files.py
    picture/HASH  the bytes of a picture, as base64; once, however many rounds have it
    answer/N      an answer, as in a transcript; its status is "streaming" while it grows
    grown/N/M     the M-th piece by which it has grown since, with those numbers that changed
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakKeyDictionary

from chat.conversation.answer import Answer, Status
from chat.conversation.round import Fork, Round
from chat.conversation.tree import Conversation
from chat.keeping import files
from chat.keeping.transcript import ANSWERS_2, to_json, written_answer, written_head
from chat.keeping.untrusted import LARGEST, MOST, ROOM, sent_size
from chat.options import Options

Record = Any  # what JSON can say
MOST_RECORDS = 7 * MOST
PICTURE = "picture/"
LONGEST_PROMPT = 200_000  # characters of a system prompt in a file: it stands in a field
# What comes to be known of an answer while it grows.
NUMBERS = ("thought_seconds", "usage", "model", "prompt_estimate", *ANSWERS_2)


@dataclass(frozen=True, kw_only=True)
class Changes:
    """Records to write, and the names of those to delete."""

    put: dict[str, Record]
    drop: list[str]

    def __bool__(self) -> bool:
        return bool(self.put or self.drop)


@dataclass(eq=False)
class _Draft:
    """How much of a growing answer is recorded, in how many pieces, and with which numbers."""

    text: int
    reasoning: int
    numbers: dict[str, Record]
    pieces: int = 0


@dataclass(eq=False)
class Recorder:
    """Knows what is recorded of one conversation, and finds what has changed since.

    It holds nothing of what was deleted.
    """

    _numbers: WeakKeyDictionary[Round | Answer, int] = field(default_factory=WeakKeyDictionary)
    _next: int = 1
    # By their names. True for one that is not compared; False for a picture of which only the
    # browser may have the bytes.
    _recorded: dict[str, Record] = field(default_factory=dict)
    _drafts: WeakKeyDictionary[Answer, _Draft] = field(default_factory=WeakKeyDictionary)
    _due: set[str] = field(default_factory=set)
    _stray: set[str] = field(default_factory=set)

    def changes(self, conversation: Conversation, options: Options) -> Changes:
        """What is different from what is recorded; it counts as recorded from now on.

        A question, its files and an answer that has ended never change, so they are recorded once,
        and never compared. A picture's bytes stay where they are while a round has it, also one
        that was deleted and can be had back. What was repaired while the records were read is
        written with the visitor's first change; to open a conversation writes nothing.
        """
        found = self._compared(conversation, options)
        if not found or not (self._due or self._stray):
            return found
        for name in self._due:
            self._recorded.pop(name, None)
        self._recorded.update(dict.fromkeys(self._stray, True))
        self._due.clear()
        self._stray.clear()
        more = self._compared(conversation, options)
        return Changes(put=found.put | more.put, drop=found.drop + more.drop)

    def _compared(self, conversation: Conversation, options: Options) -> Changes:
        recorded = self._recorded
        put: dict[str, Record] = {}
        kept: set[str] = set()

        def compare(name: str, record: Record) -> None:
            kept.add(name)
            if recorded.get(name) != record:
                recorded[name] = put[name] = record

        compare("head", written_head(conversation, options))
        places: dict[Round, tuple[int | None, int]] = {}
        _note_places(conversation.start, None, places)
        for round in conversation.all_rounds:
            number = self._number(round)
            _note_places(round.next, number, places)
            after, place = places[round]
            record = {
                "after": after,
                "place": place,
                "versions": [self._number(answer) for answer in round.versions],
                "shown": round.shown,
                "former": round.stand_in,
                "next": round.next.shown,
            }
            compare(f"round/{number}", record)
            kept.add(question := f"question/{number}")
            if question not in recorded:
                recorded[question], put[question] = True, round.question
            self._record_files(round, put, kept)
            for answer in round.versions:
                self._record_answer(answer, put, kept)
        if conversation.deleted is not None:
            kept.update(PICTURE + picture.hash for picture in conversation.deleted[0].pictures)
        drop = [name for name in recorded if name not in kept]
        for name in drop:
            del recorded[name]
        return Changes(put=put, drop=drop)

    def mark_recorded(self, conversation: Conversation, options: Options) -> None:
        """Count all of it as recorded: it was read from the records."""
        self._compared(conversation, options)

    def start_over(self) -> None:
        """Count nothing as recorded; the numbers stay."""
        for known in (self._recorded, self._drafts, self._due, self._stray):
            known.clear()

    def adopt(self, round: Round | Answer, number: int) -> None:
        """Give a round or an answer the number that it had."""
        self._numbers[round] = number

    def note_pictures(self, hashes: Iterable[str]) -> None:
        """Count the bytes of these pictures as recorded."""
        self._recorded.update((PICTURE + hash, True) for hash in hashes)

    def begin_at(self, number: int) -> None:
        """Give what is new this number and those after it."""
        self._next = number

    def mark_settings_recorded(self, conversation: Conversation, options: Options) -> None:
        """Count these settings as recorded: what a page makes of them is no change."""
        self._recorded["head"] = written_head(conversation, options)

    def record_head_later(self) -> None:
        """Record the head anew as soon as there is a change: what is written then needs it."""
        self._due.add("head")

    def record_later(self, answer: Answer | None = None) -> None:
        """Record an answer, or everything, anew as soon as there is a change."""
        self._due |= set(self._recorded) if answer is None else {f"answer/{self._number(answer)}"}

    def drop_later(self, names: Iterable[str]) -> None:
        """Delete records that nothing needs as soon as there is a change."""
        self._stray.update(names)

    def _number(self, thing: Round | Answer) -> int:
        if thing not in self._numbers:
            self._numbers[thing] = self._next
            self._next += 1
        return self._numbers[thing]

    def _record_files(self, round: Round, put: dict[str, Record], kept: set[str]) -> None:
        if not round.files:
            return
        kept.add(name := f"files/{self._number(round)}")
        if name not in self._recorded:
            self._recorded[name], put[name] = True, [files.written(file) for file in round.files]
        for picture in round.pictures:
            kept.add(name := PICTURE + picture.hash)
            if picture.data is None:
                self._recorded.setdefault(name, False)
            elif not self._recorded.get(name):
                self._recorded[name], put[name] = True, files.encoded(picture.data)

    def _record_answer(self, answer: Answer, put: dict[str, Record], kept: set[str]) -> None:
        number = self._number(answer)
        kept.add(name := f"answer/{number}")
        draft = self._drafts.get(answer)
        if answer.status is not Status.STREAMING:
            if name not in self._recorded or draft is not None:
                self._recorded[name], put[name] = True, written_answer(answer)
            self._drafts.pop(answer, None)
        elif draft is None or name not in self._recorded:
            record = written_answer(answer) | {"status": Status.STREAMING.value}
            self._recorded[name], put[name] = True, record
            numbers = {name: record[name] for name in NUMBERS}
            self._drafts[answer] = _Draft(len(record["text"]), len(record["reasoning"]), numbers)
        else:
            text, reasoning = answer.text[draft.text :], answer.reasoning[draft.reasoning :]
            if text or reasoning:
                piece = f"grown/{number}/{draft.pieces}"
                self._recorded[piece] = True
                record, known = written_answer(answer), draft.numbers
                numbers = {name: record[name] for name in NUMBERS if record[name] != known[name]}
                put[piece] = {"text": text, "reasoning": reasoning} | numbers
                draft.numbers = known | numbers
                draft.text += len(text)
                draft.reasoning += len(reasoning)
                draft.pieces += 1
            kept.update(f"grown/{number}/{piece}" for piece in range(draft.pieces))


def _note_places(fork: Fork, after: int | None, places: dict[Round, Any]) -> None:
    places.update((round, (after, place)) for place, round in enumerate(fork.rounds))


def fits(conversation: Conversation, options: Options, *, largest: int = LARGEST) -> bool:
    """Whether a conversation can be saved, loaded, kept by the browser and opened again.

    `largest` is in bytes. The browser opens a chat without the bytes of its pictures.
    """
    put = Recorder().changes(conversation, options).put
    records = {name: None if name.startswith(PICTURE) else put[name] for name in put}
    as_kept = json.dumps(records, ensure_ascii=False, separators=(",", ":"))
    as_file = to_json(conversation, options)
    return (
        len(records) <= MOST_RECORDS
        and len(conversation.system_prompt) <= LONGEST_PROMPT
        and max(sent_size(as_kept), sent_size(as_file)) <= largest - ROOM
    )
