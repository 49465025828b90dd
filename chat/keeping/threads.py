"""Messages of which each names the one before it, as other apps keep them, read as a conversation.

Pure. Siblings become what they are here: other questions at the same point, and other versions of
an answer. What follows different versions of an answer follows the same round.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from chat.conversation.answer import Answer, Status
from chat.conversation.files import File
from chat.conversation.round import Fork, Round
from chat.conversation.tree import Conversation
from chat.files.bounds import BOUNDS
from chat.keeping import files
from chat.keeping.plain import NO_QUESTION
from chat.keeping.untrusted import LARGEST, MOST, MOST_ANSWERS, Fault, TranscriptError


@dataclass(frozen=True, kw_only=True)
class Said:
    """A message, and the name of the one before it.

    One whose `role` is empty shows nothing, but others may come after it. `began` is in seconds
    since 1970, or 0.
    """

    before: str | None
    role: Literal["user", "assistant", ""] = ""
    text: str = ""
    reasoning: str = ""
    files: tuple[File, ...] = ()
    model: str = ""
    began: float = 0.0


@dataclass(frozen=True, kw_only=True)
class _Piece:
    """A piece of an answer, and those before it: joined only once, where the answer ends."""

    said: Said
    before: _Piece | None


@dataclass(frozen=True, kw_only=True)
class _Place:
    """Where a message stands: at which fork, in which round, behind which pieces of an answer."""

    fork: Fork
    round: Round | None = None
    piece: _Piece | None = None
    letters: int = 0  # of the pieces


def conversation_of(said: Mapping[str, Said], current: object) -> Conversation:
    """The conversation in messages by their names; `current` names the last one that is shown.

    A message in a circle stands nowhere. Raises `TranscriptError` where nothing was said, or more
    than a conversation may have.
    """
    if len(said) > MOST_ANSWERS:
        raise TranscriptError(Fault.TOO_LARGE)
    return _Reading(said=said, shown=_path(said, current)).conversation()


def _path(said: Mapping[str, Said], current: object) -> set[str]:
    """The names of the messages that are shown."""
    path: set[str] = set()
    while isinstance(current, str) and current in said and current not in path:
        path.add(current)
        current = said[current].before
    return path


@dataclass(kw_only=True)
class _Reading:
    """The reading of one conversation, each message after the one before it."""

    said: Mapping[str, Said]
    shown: set[str]
    _decided: set[Fork | Round] = field(default_factory=set)  # of which the one shown is known
    _rounds: int = 0
    _letters: int = 0  # of all answers: those that share their beginning have it each

    def conversation(self) -> Conversation:
        """The whole conversation."""
        after: dict[str | None, list[str]] = {}
        for name, one in self.said.items():
            before = one.before if one.before in self.said else None
            after.setdefault(before, []).append(name)
        conversation = Conversation()
        start = _Place(fork=conversation.start)
        waiting = [(name, start) for name in reversed(after.get(None, []))]
        while waiting:
            name, place = waiting.pop()
            following = after.get(name, [])
            is_last = not following or any(self.said[it].role == "user" for it in following)
            place = self._placed(name, place, is_last=is_last)
            waiting += [(it, place) for it in reversed(following)]
        if not conversation.start.rounds:
            raise TranscriptError(Fault.NOT_A_TRANSCRIPT)
        for round in conversation.all_rounds:
            round.versions = round.versions or [Answer(status=Status.STOPPED)]
        files.check_count(round.files for round in conversation.all_rounds)
        return conversation

    def _placed(self, name: str, place: _Place, *, is_last: bool) -> _Place:
        """Take a message in; returns where those after it stand."""
        one = self.said[name]
        if one.role == "user":
            place = self._asked(name, place.fork, one.text, one.files)
        elif one.role == "assistant":
            piece = _Piece(said=one, before=place.piece)
            letters = place.letters + len(one.text) + len(one.reasoning)
            place = replace(place, piece=piece, letters=letters)
        if place.piece is None or not is_last:
            return place
        if place.round is None:  # it begins with an answer, as a greeting does
            begun = self._asked(name, place.fork, NO_QUESTION)
            place = replace(begun, piece=place.piece, letters=place.letters)
        self._answered(name, place)
        return place

    def _asked(self, name: str, fork: Fork, question: str, files: tuple[File, ...] = ()) -> _Place:
        self._rounds += 1
        if self._rounds > MOST:
            raise TranscriptError(Fault.TOO_LARGE)
        own = files[: BOUNDS.files]
        is_asked = question.strip() or own
        round = Round(question=question if is_asked else NO_QUESTION, files=own, versions=[])
        fork.rounds.append(round)
        if self._is_to_show(name, fork):
            fork.shown = len(fork.rounds) - 1
        return _Place(fork=round.next, round=round)

    def _answered(self, name: str, place: _Place) -> None:
        self._letters += place.letters
        if self._letters > LARGEST:
            raise TranscriptError(Fault.TOO_LARGE)
        pieces: list[Said] = []
        piece = place.piece
        while piece is not None:
            pieces.append(piece.said)
            piece = piece.before
        pieces.reverse()
        text = "\n\n".join(it.text for it in pieces if it.text)
        answer = Answer(
            text=text,
            reasoning="\n\n".join(it.reasoning for it in pieces if it.reasoning),
            status=Status.COMPLETE if text.strip() else Status.STOPPED,
            model=pieces[-1].model,
            began=pieces[0].began,
        )
        round = place.round
        if round is not None:
            round.versions.append(answer)
            if self._is_to_show(name, round):
                round.shown = len(round.versions) - 1

    def _is_to_show(self, name: str, thing: Fork | Round) -> bool:
        """Whether this is shown of several: the one on the path, or else the last one."""
        if name in self.shown:
            self._decided.add(thing)
            return True
        return thing not in self._decided
