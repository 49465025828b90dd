"""The page in parts, of which each is drawn anew by itself where what it shows has changed.

A part is a keyed fragment (Streamlit 1.67). Every callback ends in `Parts.redraw`. The whole page
is drawn only when it is opened, when another conversation is shown, when "show earlier" is pressed,
or when the places for rounds are used up.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NoReturn, Self
from weakref import WeakKeyDictionary, ref

import streamlit as st

from chat.beginning import Beginning, last_round
from chat.conversation.answer import Answer
from chat.conversation.question import Request
from chat.conversation.queue import Queue
from chat.conversation.round import Fork, Round
from chat.conversation.tree import Conversation
from chat.feedback import Verdict
from chat.languages.language import Language, speak, spoken
from chat.prompts import Prompt
from chat.services.dictation import Dictation
from chat.ui import streamlit_quirks
from chat.visitor import Visitor


class Part(StrEnum):
    """What is drawn by itself, beside the rounds; in the order of drawing."""

    TOP = "top"
    END = "end"  # why a question was not sent, or what a prompt has set
    QUEUE = "queue"  # the questions that wait for the answer's end
    TRAY = "tray"  # the files for the next question
    MICROPHONE = "microphone"  # what is spoken in the place of typing
    INPUT = "input"
    SETTINGS = "settings"
    PICTURES_AGAIN = "pictures_again"
    VERBOSITY = "verbosity"
    TEMPERATURE = "temperature"
    TOP_P = "top_p"
    MAX_TOKENS = "max_tokens"
    METER = "meter"
    CHATS = "chats"
    TITLE = "title"  # asked for when a chat has had its first answer
    DIALOGS = "dialogs"
    FILES = "files"  # the chat as a file
    USAGE = "usage"  # what was used, for an owner
    # What is never drawn anew, but stands in a part so that a press waits for an answer's end.
    OWN_KEY = "own_key"
    LANGUAGE = "language"


_FIRST = (Part.TOP, Part.END, Part.QUEUE, Part.TRAY, Part.MICROPHONE, Part.INPUT)
_SETTINGS = (
    *(Part.SETTINGS, Part.PICTURES_AGAIN, Part.VERBOSITY),
    *(Part.TEMPERATURE, Part.TOP_P, Part.MAX_TOKENS),
)
_LAST = (Part.METER, Part.CHATS, Part.TITLE, Part.DIALOGS, Part.FILES, Part.USAGE)


def place(number: int) -> str:
    """The part in which a round stands, counted from 0 for the first that is drawn."""
    return f"round-{number}"


@dataclass(eq=False, kw_only=True)
class Edit:
    """A question that is being edited: the key of its field, its new text so far.

    `taken` are the places of files that are not to go along any more.
    """

    key: str
    text: str
    taken: set[int] = field(default_factory=set)


OUTLINED = 4  # rounds from which on a chat has a list of its questions


@dataclass(frozen=True, kw_only=True)
class Opinion:
    """What the visitor thinks of an answer, and whether the owner was told what was said, too."""

    verdict: Verdict
    has_text: bool = False
    has_failed: bool = False  # it could not be noted


@dataclass(eq=False, kw_only=True)
class Parts:
    """The parts of one page, and what they show."""

    visitor: Visitor
    edits: WeakKeyDictionary[Round, Edit] = field(default_factory=WeakKeyDictionary)
    opinions: WeakKeyDictionary[Answer, Opinion] = field(default_factory=WeakKeyDictionary)
    dictation: Dictation = field(default_factory=Dictation)
    queue: Queue = field(default_factory=Queue)
    to_open: str | None = None  # the dialog that was asked for, by its name
    begun: Beginning | None = None  # what a link or a prompt has set
    asked: Prompt | None = None  # whose variables the visitor is asked for
    picked: int = 0  # the number of the last prompt that the browser says was picked
    linked: str | None = None  # the question of a link
    unusable: tuple[str, ...] = ()  # what a link asked for in vain
    sent: Request | None = None  # whose answer is to be drawn by the run that comes
    heard: Answer | None = None  # that is being answered was said, and how it ends was not
    has_answered: bool = False  # an answer was drawn to its end since the meter was drawn
    is_untitled: bool = False  # the model is to be asked for a title of the chat
    hidden: int = 0  # rounds before the first that is drawn
    places: int = 0  # of rounds, some of them for those to come
    deleted_at: int | None = None  # the place of a round that was deleted and can be had back
    was_deleted: bool = False  # a round was deleted, and that was not said
    is_collecting: bool = False  # the chat's pictures, for a file
    converted: dict[str, Any] | None = None  # a part of a file with many chats
    is_mixed: bool = False  # answers of several models are in the chat
    shown: Conversation | None = None  # when the whole page was drawn
    language: Language = field(default_factory=spoken)  # that the page speaks
    is_whole: bool = False  # the whole page was drawn to its end
    drawn: dict[str, object] = field(default_factory=dict)  # what each part was drawn from
    # What stands in the places. By weak references: a chat that was left is to be gone.
    _forks: list[ref[Fork] | None] = field(default_factory=list)

    @property
    def chat(self) -> str:
        """The name by which the page's program knows the conversation that is shown."""
        visitor = self.visitor
        store, conversation = visitor.store, visitor.conversation
        return conversation.key if store is None else store.chat(conversation)

    @property
    def is_edited(self) -> bool:
        """Whether a question that is shown is being edited."""
        return any(round in self.edits for round in self.visitor.conversation.history)

    @property
    def forks(self) -> list[Fork | None]:
        """What stands in each place; None where nothing does yet."""
        return [None if known is None else known() for known in self._forks]

    @property
    def has_room(self) -> bool:
        """Whether another round has a place."""
        return self._forks[-1] is None

    @property
    def holding(self) -> Beginning | None:
        """What the chat was begun with, where nothing of it was set to something else since."""
        return self.begun if self.begun is not None and self.begun.holds(self.visitor) else None

    @property
    def is_just_set(self) -> bool:
        """Whether what a prompt has set is to be said: nothing was asked since."""
        begun = self.holding
        return begun is not None and last_round(self.visitor) in ("", begun.after)

    @property
    def has_outline(self) -> bool:
        """Whether the chat is so long that its questions are worth a list."""
        return len(self.visitor.conversation.path) >= OUTLINED

    def look(self) -> None:
        """Find out what stands in the places: once for all of them, as a chat may be long."""
        conversation = self.visitor.conversation
        path, deleted = conversation.path, conversation.deleted
        forks = [ref(fork) for fork in path[self.hidden :]]
        self._forks = [*forks, *[None] * (self.places - len(forks))]
        self.is_mixed = len(conversation.models) > 1
        self.deleted_at = None
        if deleted is not None:
            stood = [n for n, fork in enumerate([*path, conversation.end]) if fork is deleted[1]]
            self.deleted_at = stood[0] - self.hidden if stood else None

    def draw(self, part: str, show: Callable[[Self], None]) -> None:
        """Draw a part of the page, which from then on can be drawn by itself.

        A click in it waits for the end of an answer that streams meanwhile (Streamlit 1.67 lets a
        widget that is in no fragment end the run).
        """

        @st.fragment(key=part)
        def drawn() -> None:
            speak(self.language)
            self.drawn[part] = ...  # which it stays where the run is ended
            show(self)
            self.drawn[part] = self._shows(part)

        drawn()

    def redraw(self) -> NoReturn:
        """Draw what shows something else now. To be called by a callback, as the last thing."""
        visitor = self.visitor
        if self.sent is not None and not visitor.shows(self.sent.round):
            visitor.finish(self.sent)
            self.sent = None
        self.look()
        is_other = visitor.conversation is not self.shown or len(self._forks) != self.places
        if is_other or not self.is_whole:
            st.rerun()
        # What goes comes first, then the answer that comes, and then what tells of it.
        rounds = [place(n) for n, fork in enumerate(self.forks) if fork is None]
        rounds += [place(n) for n, fork in enumerate(self.forks) if fork is not None]
        known = [part for part in (*_FIRST, *_SETTINGS, *rounds, *_LAST) if part in self.drawn]
        pressed = streamlit_quirks.pressed_parts()
        st.rerun(
            [part for part in known if part in pressed or self._shows(part) != self.drawn[part]]
            or [Part.END]
        )

    def take_sent(self, round: Round) -> Request | None:
        """The request whose answer is to be drawn in this round, if there is one."""
        if self.sent is None or self.sent.round is not round:
            return None
        request, self.sent = self.sent, None
        return request

    def _shows(self, part: str) -> object:
        """What a part is drawn from: where this has changed, it has to be drawn anew."""
        visitor, conversation = self.visitor, self.visitor.conversation
        model, effort = visitor.options.model, visitor.options.reasoning_effort
        latest = None if visitor.latest is None else visitor.latest.key
        match part:
            case Part.TOP:
                is_begun = bool(conversation.start.rounds)
                return is_begun, conversation.previous is not None, visitor.notices, self.holding
            case Part.END | Part.QUEUE | Part.TRAY | Part.MICROPHONE | Part.INPUT:
                return self._asking(part)
            case Part.SETTINGS:
                return model, effort, conversation.rounds, conversation.system_prompt, self.picked
            case _ if part in _SETTINGS:
                return visitor.settings[part], model, effort
            case Part.METER:
                rounds = [
                    (r.key, r.shown, r.answer.status, [p.data is None for p in r.pictures])
                    for r in conversation.history
                ]
                # What is left of a budget changes with what was spoken, too.
                files, recorded = tuple(visitor.tray.files), self.dictation.received
                return rounds, visitor.settings, latest, files, recorded
            case Part.CHATS:
                return visitor.store and visitor.store.state(conversation), latest
            case Part.TITLE:
                return latest
            case Part.DIALOGS:
                return self.to_open, self.has_outline, self.asked
            case Part.FILES:
                here = [p.data is not None for r in conversation.all_rounds for p in r.pictures]
                return here, self.is_collecting, self.converted and self.converted["part"]
            case Part.USAGE | Part.OWN_KEY | Part.LANGUAGE:
                return None
            case _:
                number = int(part.removeprefix(place(0)[:-1]))
                return self._round(self.forks[number]), number == self.deleted_at

    def _asking(self, part: str) -> object:
        """What a way to ask is drawn from, or why a question was not sent."""
        visitor, tray = self.visitor, self.visitor.tray
        match part:
            case Part.END:
                shown = self.is_just_set and self.holding
                return visitor.refused, visitor.is_waiting, visitor.has_opened_link, shown
            case Part.QUEUE:
                return self.queue.received
            case Part.TRAY:
                return (*tray.files, *tray.faults), tray.received, visitor.options.model
            case Part.MICROPHONE:
                return self.dictation.received, self.dictation.heard
            case _:
                return visitor.unsent

    def _round(self, fork: Fork | None) -> object:
        """What of a round is drawn; None where there is none."""
        if fork is None or fork.round is None:
            return None
        round, edit = fork.round, self.edits.get(fork.round)
        versions = [(answer.key, answer.status) for answer in round.versions]
        edited = None if edit is None else (edit.key, len(edit.taken))
        is_sent = self.sent is not None and self.sent.round is round
        place = fork.shown, len(fork.rounds), round.shown
        opinions = [self.opinions.get(answer) for answer in round.versions]
        return round.key, place, versions, edited, is_sent, self.is_mixed, opinions
