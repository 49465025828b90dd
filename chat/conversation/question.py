"""A question on its way: asked by a visitor, and sent to a service."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from enum import Enum, auto

from chat.conversation.answer import Answer, Status
from chat.conversation.events import Event
from chat.conversation.files import Document, File
from chat.conversation.round import Round
from chat.conversation.window import Window


class Move(Enum):
    """How a question gets its answer."""

    ASK = auto()
    EDIT = auto()  # in place of another question
    RETRY = auto()
    GO_ON = auto()


@dataclass(frozen=True, kw_only=True)
class Question:
    """A question that was asked and not sent yet.

    `round` is the one that a move is about, and `seen` its answer as it stood where the move was
    made: a second press finds another one, and asks nothing. `is_typed` tells that it comes from
    the input, and goes back there if it cannot be sent, with its `files`.
    """

    text: str
    files: tuple[File, ...] = ()
    move: Move = Move.ASK
    round: Round | None = None
    seen: Answer | None = None
    is_typed: bool = False

    @property
    def letters(self) -> int:
        """Its length in characters, with its documents."""
        documents = [file.text for file in self.files if isinstance(file, Document)]
        return sum(map(len, (self.text, *documents)))


@dataclass(frozen=True, kw_only=True)
class Request:
    """A question that was sent: its round, the window that went along, and what comes back."""

    question: Question
    round: Round
    window: Window
    events: Generator[Event]
    is_lost: Callable[[], bool]  # whether the page that it is for is gone

    def note_end(self) -> None:
        """Have the answer say that the page was lost, if that is what ends it."""
        draft = self.round.versions[-1]
        if draft.status is Status.STREAMING and self.is_lost():
            draft.lose()

    def close(self) -> None:
        """Cut off what is still under way."""
        self.note_end()
        self.events.close()
