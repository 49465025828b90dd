"""What belongs to one visitor. The one file to touch session_state.

Every touch of `st.session_state` may end the run (with a BaseException, Streamlit 1.67), so the
page takes its `Visitor` out once, at the start, and from then on changes that plain object only.
"""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from enum import Enum, auto
from typing import Literal
from uuid import uuid4

import streamlit as st

from chat import models, titles
from chat.address import of_visitor
from chat.answer import Answer
from chat.calibration import Calibration
from chat.connection import connect
from chat.conversation import Conversation, Round
from chat.errors import BlankQuestion, ChatError, TooLong
from chat.events import Event
from chat.limits import Budgeted, Limits
from chat.records import Notice
from chat.service import Options, Service
from chat.settings import is_key_like
from chat.tokens import Count
from chat.transcript import LONGEST_NAME, Fault, TranscriptError, from_json
from chat.ui import process
from chat.ui.store import Removed, Store
from chat.window import Message, Room, Window

# The keys of the widgets.
QUESTION = "question"
PASSWORD = "password"
OWN_KEY = "own_key"
ROUNDS, SYSTEM_PROMPT = "rounds", "system_prompt"
MODEL, TEMPERATURE, TOP_P, MAX_TOKENS = "model", "temperature", "top_p", "max_tokens"

# Streamlit 1.67 sends what was drawn every 10 ms.
SENDING = 0.03  # seconds


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


@dataclass(kw_only=True)
class Edit:
    """A question that is being edited, its new text so far, and the key of the field that has it.

    Streamlit 1.67 forgets a field that is not drawn, as when another version is looked at.
    """

    round: Round
    key: str
    text: str

    def restore(self) -> None:
        """Let the field have its text before it is drawn."""
        if self.key not in st.session_state:
            st.session_state[self.key] = self.text

    def note(self) -> None:
        """Take in what the field has."""
        self.text = st.session_state[self.key]


@dataclass(frozen=True, kw_only=True)
class Asking:
    """A question that was sent: its round, the window that went along, and what comes back."""

    round: Round
    window: Window
    events: Generator[Event]


@dataclass(eq=False, kw_only=True)
class Visitor:
    """One visitor's conversation and settings, which nobody else ever sees."""

    conversation: Conversation
    options: Options
    calibration: Calibration
    asked: list[Asked] = field(default_factory=list)
    refused: ChatError | None = None
    put_back: str | None = None
    under_way: Asking | None = None
    is_drawing_page: bool = False  # and not a fragment alone
    is_following: bool = False  # the page is drawn after a fragment
    input_can_stop: bool = False
    latest: Answer | None = None
    edits: dict[Round, Edit] = field(default_factory=dict)
    edits_begun: int = 0
    to_edit: Round | None = None  # whose field is not drawn yet
    is_loaded: bool = False
    fault: Fault | None = None  # of the file that was loaded last
    max_chars: int | None = None  # of a question
    allowed_models: tuple[str, ...] | None = None  # on the owner's key; None: any
    may_use_own_key: bool = False
    own_key: str = field(default="", repr=False)  # which only this page's session has
    own_service: Service | None = None
    earlier: int = 0  # rounds that are drawn besides the latest
    store: Store | None = None  # where chats are kept; None where the owner wants none kept

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

    @contextmanager
    def drawing_page(self, service: Service) -> Iterator[None]:
        """A run that draws the whole page. The next question is on its way before it begins.

        Whatever ends the run also cuts off what is still under way.

        When it follows a fragment, it waits until all is sent: Streamlit (1.67) would drop what
        it has drawn of a fragment that is to run again at once, but tell the browser that all was
        drawn, so the browser would take the fragment's widgets away and forget what they said.
        """
        self.is_drawing_page = True
        try:
            self.under_way = self._ask_next(service)
            if self.put_back is not None:
                st.session_state[QUESTION], self.put_back = self.put_back, None
            yield
            if self.is_following:
                self.is_following = False
                time.sleep(SENDING)
        finally:
            if self.under_way is not None:
                self.under_way.events.close()
            self.under_way = None
            self.is_drawing_page = False

    def follow(self, scope: Literal["app", "fragment"] = "app") -> None:
        """Draw anew after a change in a fragment's own run; a run of the page follows by itself."""
        if not self.is_drawing_page:
            self.is_following = scope == "app"
            st.rerun(scope=scope)

    def _ask_next(self, service: Service) -> Asking | None:
        """Take the next question into the conversation, and send it.

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
                    return self._send(opened, service)
        return None

    def _send(self, opened: Round, service: Service) -> Asking:
        answer = opened.answer
        answer.model = "" if service.is_demo else self.options.model
        window = Window.of(self.conversation)
        events = answer.grow(service.stream(window, self.options))
        next(events, None)  # which sends the request
        self.latest = answer
        return Asking(round=opened, window=window, events=events)

    def _open(self, asked: Asked) -> Round | None:
        round = asked.round
        if self.max_chars is not None and len(asked.text) > self.max_chars:
            raise TooLong
        if round is None or (asked.move is Move.EDIT and not self.shows(round)):
            return self.conversation.ask(asked.text)
        if asked.move is Move.EDIT:
            edited = self.conversation.ask(asked.text, instead_of=round)
            self.edits.pop(round, None)
            return edited
        if not self.shows(round) or round.answer is not asked.seen:
            return None  # pressed twice, or the round is gone
        if asked.move is Move.RETRY:
            self.conversation.ask_again(round)
        else:
            self.conversation.go_on(round)
        return round

    def begin_edit(self, round: Round) -> None:
        """Open a question for editing."""
        self.edits_begun += 1
        key = f"edit-{self.edits_begun}"
        self.edits[round] = Edit(round=round, key=key, text=round.question)
        self.to_edit = round

    def end_edit(self, edit: Edit) -> None:
        """Leave a question that is being edited as it was."""
        self.edits.pop(edit.round, None)

    def save_edit(self, edit: Edit) -> None:
        """Ask a question that is being edited anew, from where it stands."""
        edit.note()
        self.submit(edit.text, move=Move.EDIT, round=edit.round)

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

    def heed(self) -> None:
        """Use what the sidebar's widgets are set to from the next request on.

        They tell it before they are drawn.
        """
        told = st.session_state
        owners = process.settings()
        # What Streamlit has forgotten stays as it was; a widget would begin with nothing (1.67).
        for name, value in _widgets(self.conversation, self.options).items():
            if name not in told:
                told[name] = value
        self.conversation.rounds = told[ROUNDS]
        self.conversation.system_prompt = told[SYSTEM_PROMPT]
        self.options = Options(
            model=(told[MODEL] or owners.model)[:LONGEST_NAME],
            temperature=told[TEMPERATURE],
            top_p=told[TOP_P],
            max_tokens=told[MAX_TOKENS],
        )
        room = models.find(self.options.model).room(
            context_tokens=owners.context_tokens, max_tokens=self.options.max_tokens
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

    def budgeted(self, service: Service, limits: Limits) -> Budgeted:
        """The service as this visitor may use it, on the owner's key."""
        return Budgeted(
            service,
            limits,
            visitor=address(),
            weigh=lambda window, model: self.calibration.weigh(window.messages, model).total,
            count=self.calibration.text,
            models=self.allowed_models,
        )

    def use_key(self) -> None:
        """Ask with the visitor's own key from now on.

        Without one, or with what is no key, it is as if there was none.
        """
        given: str = st.session_state[OWN_KEY]
        self.own_key = given.strip()
        is_key = bool(self.own_key) and is_key_like(self.own_key)
        with_it = replace(process.settings(), api_key=self.own_key)
        self.own_service = connect(with_it) if is_key else None

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
        """Turn to the conversation in the file that the component with this key has read.

        The one that was shown can be had back until the next question. A bad file changes
        nothing but `fault`.
        """
        file = st.session_state[key].file
        self.fault = None
        try:
            if not isinstance(file, dict) or not isinstance(file.get("text"), str):
                raise TranscriptError(Fault.TOO_LARGE)  # the browser did not read it
            loaded = from_json(file["text"].removeprefix("\ufeff"))
        except TranscriptError as error:
            self.fault = error.fault
            return
        loaded.conversation.former = self._worth_keeping
        self.show(loaded.conversation, loaded.options)
        self.is_loaded = True

    def hear(self, key: str) -> None:
        """Take in what the browser's storage says, by the widget with this key."""
        if self.store is None:
            return
        said = st.session_state[key].came
        for opened in self.store.hear(said, self.conversation, is_edited=bool(self.edits)):
            if isinstance(opened, Removed):
                if opened.conversation is self.conversation:
                    self._turn_to(self.conversation.start_over())
                if opened.conversation is self.conversation.former:
                    self.conversation.former = None
            else:
                if self.store.fault is not None:  # what is shown may be nowhere else
                    opened.conversation.former = self._worth_keeping
                self.show(opened.conversation, opened.options)
                self.store.notice = opened.notice
        self.is_loaded = True

    def save(self, *, pace: float = 0) -> None:
        """Have what has changed kept by the browser, if the last time was so many seconds ago."""
        if self.store is not None:
            self.store.save(self.conversation, self.options, pace=pace)

    @property
    def wants_title(self) -> bool:
        """Whether the model is to be asked now for a title of the chat."""
        asks = self.store is not None and self.store.asks_for_titles
        return asks and titles.is_wanted(self.conversation)

    def name_chat(self, title: str) -> None:
        """Have the chat kept under this title."""
        if self.store is not None and title:
            self.store.name(self.conversation, title)

    @property
    def notices(self) -> list[Notice]:
        """What there is to say of the keeping of chats."""
        if self.store is None:
            return []
        return [notice for notice in (self.store.fault, self.store.notice) if notice is not None]

    def show(self, conversation: Conversation, options: Options | None) -> None:
        """Turn to a conversation, and set the sidebar's widgets to its settings.

        They take only what is set before they are drawn.
        """
        allowed = self.allowed_models
        if options is not None and allowed is not None and options.model not in allowed:
            options = replace(options, model=allowed[0])
        for name, value in _widgets(conversation, options).items():
            st.session_state[name] = value
        self._turn_to(conversation)

    @property
    def _worth_keeping(self) -> Conversation | None:
        shown = self.conversation
        return shown if shown.start.rounds else shown.former

    def _turn_to(self, conversation: Conversation) -> None:
        if self.store is not None:
            self.conversation.stop()
            self.store.turn(self.conversation, self.options, conversation)
        self.conversation = conversation
        self.refused = self.latest = None
        self.edits.clear()
        self.earlier = 0


def _widgets(conversation: Conversation, options: Options | None) -> dict[str, object]:
    """What the sidebar's widgets are to be set to; without options, the prompt alone."""
    prompt: dict[str, object] = {SYSTEM_PROMPT: conversation.system_prompt}
    if options is None:
        return prompt
    return {**prompt, ROUNDS: conversation.rounds, **asdict(options)}


def service_of(current: Visitor) -> Service:
    """Who answers one visitor: with the visitor's own key, or the owner's within the budgets."""
    if current.own_service is not None:
        return current.own_service
    shared = process.service()
    if shared.is_demo or not process.limits().are_set:
        return shared
    return current.budgeted(shared, process.limits())


def is_admitted() -> bool:
    """Whether this page may be used: it is no secret, or the password was given."""
    return process.password() is None or "admitted" in st.session_state


def try_password() -> None:
    """Look at the password that was typed, unless too many were wrong before."""
    password = process.password()
    given: str = st.session_state[PASSWORD]
    if password is not None and password.is_right(given, address(), _page()):
        st.session_state.admitted = True
    else:
        st.session_state.refused = True


def was_refused() -> bool:
    """Whether a wrong password was given here."""
    return "refused" in st.session_state


def seconds_to_wait() -> float:
    """How long another try has to wait."""
    password = process.password()
    return 0.0 if password is None else password.wait(address(), _page())


def _page() -> str:
    """A name for this page, which its visitor cannot choose."""
    name: str = st.session_state.setdefault("page", uuid4().hex)
    return name


def address() -> str:
    """Where the visitor comes from, as far as can be known."""
    direct = st.context.ip_address or "127.0.0.1"  # Streamlit 1.67 does not tell its own machine's
    forwarded = st.context.headers.get_all("X-Forwarded-For")
    return of_visitor(direct, forwarded, behind_proxy=process.settings().proxy)


def visitor() -> Visitor:
    """The visitor whose page is being drawn.

    A draft that is still open belongs to a run that has ended, so it was interrupted.
    """
    state = st.session_state
    if "visitor" not in state:
        owners = process.settings()
        begun = Conversation(system_prompt=owners.system_prompt, rounds=owners.rounds)
        state.visitor = Visitor(
            conversation=begun,
            options=owners.options,
            calibration=Calibration(process.counter()),
            max_chars=owners.max_chars,
            allowed_models=owners.allowed_models,
            may_use_own_key=owners.own_key and owners.api_key is None,
            store=Store(asks_for_titles=owners.titles) if owners.store else None,
        )
        state.visitor.show(begun, owners.options)
    current: Visitor = state.visitor
    current.conversation.stop()
    current.heed()
    # The input has a Stop button only in the run that its own question began.
    current.input_can_stop = state.get(QUESTION) is not None
    # For whoever looks into the session: `conversation.messages` is what a request would carry.
    state.conversation = current.conversation
    return current


def submit_typed() -> None:
    """Ask what was typed.

    A callback, because the browser may send it along with the change of a setting, in a run of
    that setting's fragment alone, which never comes to the chat input (Streamlit 1.67).
    """
    typed: str | None = st.session_state[QUESTION]
    if typed is not None:
        current: Visitor = st.session_state.visitor
        current.submit(typed, typed=True)


def may_end_run() -> None:
    """Let a pressed Stop or a closed page end the run here: it ends only where it touches this."""
    _ = "visitor" in st.session_state
