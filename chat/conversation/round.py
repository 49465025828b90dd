"""A round, and the points at which several may have been asked. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field

from chat.conversation.answer import Answer, Status, new_key
from chat.conversation.files import File, Picture, pictures_among


@dataclass(eq=False, kw_only=True)
class Fork:
    """What was asked at one point: several questions, where one was edited. One is shown."""

    rounds: list[Round] = field(default_factory=list)
    shown: int = 0

    @property
    def round(self) -> Round | None:
        """The round that is shown; None where nothing was asked yet."""
        return self.rounds[self.shown] if self.rounds else None

    def add(self, round: Round) -> None:
        """Show another question at this point."""
        self.rounds.append(round)
        self.shown = len(self.rounds) - 1


@dataclass(eq=False, kw_only=True)
class Round:
    """A question, perhaps with files, and its answer.

    `versions` holds every answer to the question, oldest first and never empty. `shown` is the
    index of the one that is looked at: the draft, while one grows. `stand_in` is the index of the
    version that is read in the draft's place until its first word. `key` is a name that no other
    round or answer has, for whatever draws it.
    """

    question: str
    files: tuple[File, ...] = ()
    key: str = field(default_factory=new_key, init=False)
    versions: list[Answer] = field(default_factory=lambda: [Answer()])
    shown: int = 0
    stand_in: int | None = None
    next: Fork = field(default_factory=Fork)

    @property
    def answer(self) -> Answer:
        """The version that is looked at: the draft, while one is growing."""
        return self.versions[self.shown]

    @property
    def kept(self) -> Answer | None:
        """The version that is read, which is what the window remembers; None without a word.

        So a retry that fails before its first word takes nothing away.
        """
        if self.answer.has_text:
            return self.answer
        return None if self.stand_in is None else self.versions[self.stand_in]

    @property
    def readable(self) -> list[Answer]:
        """The versions with something to read, oldest first: those that one can turn to."""
        return [answer for answer in self.versions if answer.has_text]

    @property
    def is_open(self) -> bool:
        """Whether an answer is being written."""
        return self.versions[-1].status is Status.STREAMING

    @property
    def pictures(self) -> list[Picture]:
        """The pictures among its files."""
        return pictures_among(self.files)

    def add(self, draft: Answer) -> None:
        """Show another answer as soon as it has a word, and until then the one that was read."""
        self.stand_in = next(
            (place for place, answer in enumerate(self.versions) if answer is self.kept), None
        )
        self.versions.append(draft)
        self.shown = len(self.versions) - 1

    def turn(self, answer: Answer) -> None:
        """Show one of the versions."""
        self.shown = self.versions.index(answer)
        self.stand_in = None
