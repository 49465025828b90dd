"""What belongs to one visitor, and what to the whole process. The one file to touch session_state.

Every touch of `st.session_state` may end the run (with a BaseException, Streamlit 1.67), so the
page takes its `Visitor` out once, at the start, and from then on changes that plain object only.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
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
from chat.tokens import TokenCounter
from chat.ui import text
from chat.window import Message, Room, Window

QUESTION_KEY = "question"  # of the chat input


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A question on its way into the conversation: typed, suggested, or asked again."""

    text: str
    again: Round | None = None
    typed: bool = False


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

    def submit(self, question: str, *, again: Round | None = None, typed: bool = False) -> None:
        """Ask a question, or ask a round's question again: the one way in, however it is asked."""
        self.asked.append(Asked(text=question, again=again, typed=typed))

    def open_next(self) -> Round | None:
        """Take the next question into the conversation, and open its round.

        A question that cannot be sent is not taken in: it goes back to the input, with what is
        wrong in `refused`.
        """
        while self.asked:
            asked = self.asked.pop(0)
            self.refused = None
            try:
                if asked.again is None:
                    return self.conversation.ask(asked.text)
                self.conversation.ask_again(asked.again)
                return asked.again
            except ChatError as error:
                self.refused = error
                if asked.typed and not isinstance(error, BlankQuestion):
                    self.put_back = asked.text.replace("\0", "")
        return None

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

    def _weigh(self, messages: Sequence[Message]) -> int:
        return self.calibration.weigh(messages, self.options.model).total.tokens

    def new_chat(self) -> None:
        """Begin a new conversation with the same settings."""
        self.refused = self.latest = None
        self.conversation = Conversation(
            system_prompt=self.conversation.system_prompt,
            rounds=self.conversation.rounds,
            room=self.conversation.room,
        )


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
