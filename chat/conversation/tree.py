"""A conversation: rounds of a question and its answer, and every move that a visitor can make.

Pure: no network, no page, no clock.

    conversation = Conversation(system_prompt="You are terse.", rounds=2)
    round = conversation.ask("What is a token?")    # opens a round with an empty draft
    for event in round.answer.grow(events):         # events: whatever a service sends
        ...                                         # the draft has grown by it already
    conversation.messages                           # what a request would carry now

Nothing is overwritten: an answer that is asked for again becomes one of several `versions` of its
round, and a question that is edited becomes one of several `rounds` of its fork, each with the
rounds after it. Only `delete` and `undo` take something away.

    start ─ Q1 ─ next ┬ Q2 ──── next ─ Q3
                      └ Q2 edited          (shown: `history` is Q1, Q2 edited)
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from chat import errors
from chat.characters import is_sendable
from chat.conversation.answer import Answer, new_key
from chat.conversation.files import File, Picture
from chat.conversation.round import Fork, Round
from chat.conversation.window import Capacity, Message, Window
from chat.options import DEFAULT_ROUNDS, DEFAULT_SYSTEM_PROMPT

LONGEST_TITLE = 60  # characters
MOST_PICTURES = 32  # of one request: about 17 MB as base64


@dataclass(eq=False, kw_only=True)
class Conversation:
    """All that was said, and what of it the next request remembers.

    `rounds` is the number of answered rounds to remember (0 to 20), and `pictures_again` tells
    whether their pictures are sent again, or only named. Changing these or the system prompt takes
    effect with the next question and deletes nothing. Of more than `most_pictures` the oldest are
    named; 0: all are. So are documents unless it `sends_documents`. `capacity` bounds a prompt by
    the model's context; None where that is not known. `previous` is the conversation that was open
    before this one, and can be had back until the first question. `deleted` is the round that was
    deleted last, its fork, its place there, and how many answers were `discarded` before: it can be
    had back until the next question. `discarded`: the deleted answers' numbers, without words.
    `key` is a name that no other one has. One that `is_temporary` is kept nowhere, and cannot be
    had back.
    """

    system_prompt: str = DEFAULT_SYSTEM_PROMPT
    rounds: int = DEFAULT_ROUNDS
    pictures_again: bool = True
    most_pictures: int = MOST_PICTURES
    sends_documents: bool = True
    start: Fork = field(default_factory=Fork)
    capacity: Capacity | None = None
    previous: Conversation | None = None
    deleted: tuple[Round, Fork, int, int] | None = None
    discarded: list[Answer] = field(default_factory=list)
    is_temporary: bool = False
    key: str = field(default_factory=new_key, init=False)

    @property
    def path(self) -> list[Fork]:
        """The points at which the rounds that are shown were asked, oldest first."""
        path = []
        fork = self.start
        while fork.round is not None:
            path.append(fork)
            fork = fork.round.next
        return path

    @property
    def history(self) -> list[Round]:
        """The rounds that are shown, oldest first."""
        return [fork.rounds[fork.shown] for fork in self.path]

    @property
    def all_rounds(self) -> Iterator[Round]:
        """Every round, shown or not; each before the rounds after it."""
        waiting = self.start.rounds[::-1]
        while waiting:
            round = waiting.pop()
            yield round
            waiting += round.next.rounds[::-1]

    @property
    def all_rounds_and_deleted(self) -> Iterator[Round]:
        """Every round, and the one that was deleted and can be had back."""
        yield from self.all_rounds
        if self.deleted is not None:
            yield self.deleted[0]

    @property
    def pictures(self) -> dict[str, Picture]:
        """The pictures whose bytes are here, by their hashes."""
        pictures = (picture for r in self.all_rounds_and_deleted for picture in r.pictures)
        return {picture.hash: picture for picture in pictures if picture.data is not None}

    @property
    def models(self) -> set[str]:
        """The models of the answers that are shown, and of their other versions."""
        answers = (answer for round in self.history for answer in round.versions)
        return {answer.model for answer in answers} - {""}

    @property
    def title(self) -> str:
        """The beginning of what was asked first; empty where nothing was."""
        if not self.start.rounds:
            return ""
        first = self.start.rounds[0]
        line = " ".join(first.question[: 100 * LONGEST_TITLE].split())
        line = line or ", ".join(file.name for file in first.files)
        return line if len(line) <= LONGEST_TITLE else f"{line[:LONGEST_TITLE].rstrip()} …"

    @property
    def messages(self) -> list[Message]:
        """The windowed list that a request would carry now, in the API's form."""
        return list(Window.of(self).messages)

    @property
    def end(self) -> Fork:
        """The point behind the last round that is shown."""
        history = self.history
        return history[-1].next if history else self.start

    @property
    def open_round(self) -> Round | None:
        """The round whose answer is being written, if there is one."""
        return next((round for round in self.history if round.is_open), None)

    def shows(self, round: Round) -> bool:
        """Whether a round is on the path that is shown."""
        return any(shown is round for shown in self.history)

    def fork_of(self, round: Round) -> Fork:
        """The point at which a round of the history was asked."""
        return next(fork for fork in self.path if fork.round is round)

    def pictures_for(self, round: Round | None) -> list[Picture]:
        """The pictures that a question may carry along; `round` is the one that it is about.

        Those of as many rounds before it as are remembered, whether or not all of them fit, and its
        own.
        """
        past, own = self.history, []
        if round is not None and self.shows(round):
            past, own = past[: past.index(round)], round.pictures
        answered = [before for before in past if before.kept] if self.pictures_again else []
        remembered = answered[max(0, len(answered) - self.rounds) :]
        earlier = [picture for before in reversed(remembered) for picture in before.pictures]
        return [*own, *earlier][: self.most_pictures]

    def ask(
        self, text: str, *, files: Sequence[File] = (), instead_of: Round | None = None
    ) -> Round:
        """Open a round with an empty draft as its answer; a draft still open is stopped.

        A question with `files` may have no text. `instead_of` is a round of the history whose
        question was edited: the new round stands in its place; it and the rounds after it stay,
        one turn away.

        Raises `BlankQuestion`, `BadCharacter`, or `WindowTooLarge` where not even the question
        alone fits; then nothing has changed.
        """
        self._check(text, files)
        self.stop()
        fork = self.end if instead_of is None else self.fork_of(instead_of)
        shown = fork.shown
        round = Round(question=text, files=tuple(files))
        fork.add(round)
        if not Window.of(self).fits:
            fork.rounds.pop()
            fork.shown = shown
            raise errors.WindowTooLarge
        self.previous = self.deleted = None
        return round

    def ask_again(self, round: Round) -> None:
        """Open a round anew: its question gets another draft, and its earlier answers are kept.

        Raises what `ask` raises; then nothing has changed.
        """
        self._open(round, Answer())

    def go_on(self, round: Round) -> None:
        """Open a round anew with a draft that goes on from the answer that is read.

        Raises what `ask` raises; then nothing has changed.
        """
        text = round.kept.text if round.kept else ""
        self._open(round, Answer(text=text, continued=text))

    def stop(self) -> None:
        """Stop the draft that nothing is growing any more."""
        for round in self.history:
            round.versions[-1].stop()

    def turn(self, round: Round, by: int) -> None:
        """Show the version of an answer so many places further on; stay at the ends."""
        self.stop()
        readable = round.readable
        if round.kept is not None:
            round.turn(readable[_moved(readable.index(round.kept), by, len(readable))])

    def turn_question(self, round: Round, by: int) -> None:
        """Show another question that was asked in this one's place, and the rounds after it."""
        self.stop()
        fork = self.fork_of(round)
        fork.shown = _moved(fork.shown, by, len(fork.rounds))

    def delete(self, round: Round) -> None:
        """Take one round away with all versions of its answer; the rounds after it move up."""
        self.stop()
        fork = self.fork_of(round)
        self.deleted = round, fork, fork.shown, len(self.discarded)
        self.discarded += [a.without_words() for a in round.versions if a.is_begun]
        later = round.next
        fork.rounds[fork.shown : fork.shown + 1] = later.rounds
        last = max(0, len(fork.rounds) - 1)
        fork.shown = fork.shown + later.shown if later.rounds else min(fork.shown, last)

    def bring_back(self) -> None:
        """Put the round that was deleted last where it stood."""
        if self.deleted is None:
            return
        round, fork, place, discarded = self.deleted
        moved = len(round.next.rounds)
        round.next.shown = max(0, min(fork.shown - place, moved - 1))
        fork.rounds[place : place + moved] = [round]
        fork.shown, self.deleted = place, None
        del self.discarded[discarded:]

    def undo(self) -> str:
        """Take the last round away, and hand its question back; empty where there is none."""
        if not (history := self.history):
            return ""
        self.delete(history[-1])
        return history[-1].question

    @property
    def worth_having_back(self) -> Conversation | None:
        """What can be had back from the conversation that takes this one's place."""
        return self if self.start.rounds and not self.is_temporary else self.previous

    def start_over(self, *, is_temporary: bool = False) -> Conversation:
        """Begin a new conversation with the same settings, from which this one can be had back."""
        self.stop()
        return Conversation(
            system_prompt=self.system_prompt,
            rounds=self.rounds,
            pictures_again=self.pictures_again,
            most_pictures=self.most_pictures,
            sends_documents=self.sends_documents,
            capacity=self.capacity,
            previous=self.worth_having_back,
            is_temporary=is_temporary,
        )

    def _open(self, round: Round, draft: Answer) -> None:
        self._check(round.question, round.files)
        self.stop()
        shown, stand_in = round.shown, round.stand_in
        round.add(draft)
        if not Window.of(self).fits:
            round.versions.pop()
            round.shown, round.stand_in = shown, stand_in
            raise errors.WindowTooLarge

    def _check(self, question: str, files: Sequence[File]) -> None:
        if not question.strip() and not files:
            raise errors.BlankQuestion
        if not (is_sendable(question) and is_sendable(self.system_prompt)):
            raise errors.BadCharacter


def _moved(place: int, by: int, count: int) -> int:
    return max(0, min(place + by, count - 1))
