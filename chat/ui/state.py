"""What belongs to one visitor, and what to the whole process. The one file to touch session_state.

Every touch of `st.session_state` may end the run (with a BaseException, Streamlit 1.67), so the
page takes its `Visitor` out once, at the start, and from then on changes that plain object only.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from enum import Enum, auto
from pathlib import Path

import streamlit as st

from chat import models
from chat.answer import Answer
from chat.calibration import Calibration
from chat.connection import connect
from chat.conversation import Conversation, Round
from chat.errors import BlankQuestion, ChatError
from chat.service import Options, Service
from chat.settings import Settings, SettingsError
from chat.tokens import Count, TokenCounter
from chat.transcript import Fault, TranscriptError, from_json
from chat.ui import text
from chat.window import Message, Room, Window

QUESTION_KEY = "question"  # of the chat input


class Move(Enum):
    """How a question gets its answer."""

    ASK = auto()
    EDIT = auto()  # in place of another question
    RETRY = auto()
    GO_ON = auto()


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A question on its way into the conversation.

    `round` is the one that a move is about, and `seen` the answer that was looked at meanwhile.
    """

    text: str
    move: Move = Move.ASK
    round: Round | None = None
    seen: Answer | None = None
    typed: bool = False


@dataclass(frozen=True, kw_only=True)
class Edit:
    """A question that is being edited, and the key of the field that has its new text."""

    round: Round
    key: str


@dataclass(eq=False, kw_only=True)
class Visitor:
    """One visitor's conversation and settings, which nobody else ever sees."""

    conversation: Conversation
    options: Options
    calibration: Calibration
    asked: list[Asked] = field(default_factory=list)
    refused: ChatError | None = None
    put_back: str | None = None
    is_drawing_page: bool = False
    input_can_stop: bool = False
    latest: Answer | None = None
    edit: Edit | None = None
    edits: int = 0
    is_loaded: bool = False
    fault: Fault | None = None  # of the file that was loaded last
    earlier: int = 0  # rounds that are drawn besides the latest

    def submit(
        self,
        question: str,
        *,
        move: Move = Move.ASK,
        round: Round | None = None,
        typed: bool = False,
    ) -> None:
        """Have a question answered: the one way in, whatever was pressed."""
        seen = None if round is None else round.answer
        self.asked.append(Asked(text=question, move=move, round=round, seen=seen, typed=typed))

    def open_next(self) -> Round | None:
        """Take the next question into the conversation, and open its round.

        A question that cannot be sent is not taken in: it stays where it was typed, with what is
        wrong in `refused`.
        """
        while self.asked:
            asked = self.asked.pop(0)
            self.refused = None
            try:
                opened = self._open(asked)
            except ChatError as error:
                self.refused = error
                if asked.typed and not isinstance(error, BlankQuestion):
                    self.put_back = asked.text.replace("\0", "")
            else:
                if opened is not None:
                    return opened
        return None

    def _open(self, asked: Asked) -> Round | None:
        round = asked.round
        if round is None or (asked.move is Move.EDIT and not self.shows(round)):
            return self.conversation.ask(asked.text)
        if asked.move is Move.EDIT:
            edited = self.conversation.ask(asked.text, instead_of=round)
            self.edit = None
            return edited
        if not self.shows(round) or round.answer is not asked.seen:
            return None  # pressed twice, or the round is gone
        if asked.move is Move.RETRY:
            self.conversation.ask_again(round)
        else:
            self.conversation.go_on(round)
        return round

    def begin_edit(self, round: Round) -> None:
        """Open a question for editing; another one that is open closes."""
        self.edits += 1
        self.edit = Edit(round=round, key=f"edit-{self.edits}")

    def end_edit(self) -> None:
        """Leave the question that is being edited as it was."""
        self.edit = None

    def save_edit(self) -> None:
        """Ask the question that is being edited anew, from where it stands."""
        if self.edit is not None:
            edited: str = st.session_state[self.edit.key]
            self.submit(edited, move=Move.EDIT, round=self.edit.round)

    def turn(self, round: Round, by: int) -> None:
        """Show another version of an answer."""
        if self.shows(round):
            self.conversation.turn(round, by)

    def turn_question(self, round: Round, by: int) -> None:
        """Show another version of a question, and what followed it."""
        if self.shows(round):
            self.conversation.turn_question(round, by)

    def delete(self, round: Round) -> None:
        """Take a round away."""
        if self.shows(round):
            self.conversation.delete(round)

    def undo(self, round: Round) -> None:
        """Take a round away if it is the last, and put its question back into the input."""
        if self.conversation.history[-1:] == [round]:
            self.put_back = self.conversation.undo()

    def show_earlier(self, rounds: int) -> None:
        """Draw so many rounds more."""
        self.earlier += rounds

    def shows(self, round: Round) -> bool:
        """Whether a round is on the path that is shown, and neither deleted nor turned away."""
        return any(shown is round for shown in self.conversation.history)

    def set_options(self, options: Options, *, context_tokens: int | None) -> None:
        """Use these options from the next request on, and leave out what then does not fit."""
        self.options = options
        room = models.find(options.model).room(
            context_tokens=context_tokens, max_tokens=options.max_tokens
        )
        self.conversation.room = None if room is None else Room(tokens=room, weigh=self._weigh)

    def learn(self, window: Window, answer: Answer) -> None:
        """Let the provider's own count of a request correct the next estimates."""
        self.calibration.learn(window.messages, answer, answer.model)

    def thought(self, answer: Answer) -> Count:
        """The tokens of an answer's reasoning, as reported or as we count them."""
        if answer.usage is not None and answer.usage.reasoning_tokens:
            return Count(answer.usage.reasoning_tokens)
        return self.calibration.text(answer.reasoning, answer.model or self.options.model)

    def _weigh(self, messages: Sequence[Message]) -> int:
        return self.calibration.weigh(messages, self.options.model).total.tokens

    def new_chat(self) -> None:
        """Begin a new conversation with the same settings."""
        self._turn_to(self.conversation.start_over())

    def bring_back(self) -> None:
        """Go back to the conversation that the new one took the place of."""
        if self.conversation.former is not None:
            self._turn_to(self.conversation.former)

    def load(self, key: str) -> None:
        """Turn to the conversation in the file that was given to the widget with this key.

        The one that was shown can be had back until the next question. A bad file changes
        nothing but `fault`.
        """
        file = st.session_state[key]
        self.fault = None
        if file is None:
            return
        try:
            loaded = from_json(file.getvalue())
        except TranscriptError as error:
            self.fault = error.fault
            return
        conversation = loaded.conversation
        conversation.former = self.conversation if self.conversation.start.rounds else None
        # The widgets hold these settings, and take what is set before they are drawn.
        widgets: dict[str, object] = {"system_prompt": conversation.system_prompt}
        if loaded.options is not None:
            widgets |= {"rounds": conversation.rounds, **asdict(loaded.options)}
        for name, value in widgets.items():
            st.session_state[name] = value
        self._turn_to(conversation)
        self.is_loaded = True

    def _turn_to(self, conversation: Conversation) -> None:
        self.conversation = conversation
        self.refused = self.latest = self.edit = None
        self.earlier = 0


@st.cache_resource(show_spinner=False)
def settings() -> Settings:
    """The owner's settings, read once for the process. Raises `SettingsError`."""
    try:
        return Settings.load(secrets=_secrets())
    except SettingsError as error:
        print(text.SETTINGS_WRONG, error, file=sys.stderr, flush=True)
        raise


def _secrets() -> Mapping[str, object]:
    """Streamlit's secrets; none where no such file exists. Raises `SettingsError`."""
    if st.secrets.load_if_toml_exists():
        return st.secrets.to_dict()
    for path in filter(Path.exists, map(Path, secret_files())):
        # Streamlit only logs it (1.67), and the demo would answer instead of the model.
        raise SettingsError(f"{path.name} cannot be read: it is no valid TOML.")
    return {}


def secret_files() -> Sequence[str]:
    """Where Streamlit looks for secrets."""
    files: Sequence[str] = st.get_option("secrets.files")
    return files


@st.cache_resource(show_spinner=False)
def service() -> Service:
    """The one service, with the owner's key, that answers every visitor."""
    return connect(settings())


@st.cache_resource(show_spinner=False)
def counter() -> TokenCounter:
    """The one token counter: it keeps numbers, never texts."""
    return TokenCounter()


def visitor() -> Visitor:
    """The visitor whose page is being drawn.

    A draft that is still open belongs to a run that has ended, so it was interrupted.
    """
    state = st.session_state
    if "visitor" not in state:
        state.visitor = Visitor(
            conversation=Conversation(
                system_prompt=settings().system_prompt, rounds=settings().rounds
            ),
            options=settings().options,
            calibration=Calibration(counter()),
        )
    current: Visitor = state.visitor
    current.conversation.stop()
    # The input has a Stop button only in the run that its own question began.
    current.input_can_stop = state.get(QUESTION_KEY) is not None
    # For whoever looks into the session: `conversation.messages` is what a request would carry.
    state.conversation = current.conversation
    if current.put_back is not None:
        state[QUESTION_KEY], current.put_back = current.put_back, None
    return current


def submit_typed() -> None:
    """Ask what was typed.

    A callback, because the browser may send it along with the change of a setting, in a run of
    that setting's fragment alone, which never comes to the chat input (Streamlit 1.67).
    """
    typed: str | None = st.session_state[QUESTION_KEY]
    if typed is not None:
        current: Visitor = st.session_state.visitor
        current.submit(typed, typed=True)


def may_end_run() -> None:
    """Let a pressed Stop or a closed page end the run here: it ends only where it touches this."""
    _ = "visitor" in st.session_state
