"""What the page's session has of its visitor. The one file to touch session_state.

Every touch of it may end the run (with a BaseException, Streamlit 1.67), so a run takes its `Page`
out once, at the start, and from then on changes that plain object only. What the widgets say and
what they are to be set to passes here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import wraps
from typing import Concatenate, ParamSpec
from uuid import uuid4
from weakref import WeakKeyDictionary

import streamlit as st

from chat.conversation.question import Move, Question, Request
from chat.conversation.tree import Conversation, Round
from chat.keeping.untrusted import LONGEST_NAME, Fault, TranscriptError
from chat.options import Options
from chat.services.base import Service
from chat.ui import process, streamlit_quirks
from chat.visitor import Visitor

Parameters = ParamSpec("Parameters")

# The keys of the widgets. Those of the settings have the settings' names.
QUESTION = "question"
PASSWORD = "password"
OWN_KEY = "own_key"
ROUNDS, SYSTEM_PROMPT = "rounds", "system_prompt"
MODEL, TEMPERATURE, TOP_P, MAX_TOKENS = "model", "temperature", "top_p", "max_tokens"
EFFORT, VERBOSITY = "reasoning_effort", "verbosity"


@dataclass(eq=False, kw_only=True)
class Edit:
    """A question that is being edited: its new text so far, and the key of its field."""

    key: str
    text: str


@dataclass(eq=False, kw_only=True)
class Page:
    """One page in a browser: its visitor, and what is open on it."""

    visitor: Visitor
    edits: WeakKeyDictionary[Round, Edit] = field(default_factory=WeakKeyDictionary)
    earlier: int = 0  # rounds that are drawn besides the latest
    unfolded: set[str] = field(default_factory=set)  # keys of long messages that are shown whole
    to_open: str | None = None  # the dialog that was asked for, by its name
    fault: Fault | None = None  # of the file that was loaded last
    run: object | None = None  # that draws the whole page; None while a fragment runs alone
    is_rerun: bool = False  # the page is drawn after a fragment that ran alone
    input_can_stop: bool = False  # the input has a Stop button
    _shown: Conversation | None = None  # whose settings the widgets have

    @property
    def is_edited(self) -> bool:
        """Whether a question that is shown is being edited."""
        return any(round in self.edits for round in self.visitor.conversation.history)

    def begin_edit(self, round: Round) -> None:
        """Open a question for editing."""
        key = f"edit-{uuid4().hex}"  # the page still knows the keys of a server that has ended
        self.edits[round] = Edit(key=key, text=round.question)

    def end_edit(self, round: Round) -> None:
        """Leave a question that is being edited as it was."""
        self.edits.pop(round, None)

    def open(self, dialog: str) -> None:
        """Open a dialog with the next run of the page that answers nothing."""
        self.to_open = dialog

    def show_earlier(self, rounds: int) -> None:
        """Draw so many rounds more."""
        self.earlier += rounds

    def new_chat(self) -> None:
        """Begin a new conversation, with what is set in the sidebar by now."""
        self.take_settings()
        self.visitor.new_chat()

    def bring_back(self) -> None:
        """Go back to the conversation before, with what is set in the sidebar by now."""
        self.take_settings()
        self.visitor.bring_back()

    def take_settings(self) -> None:
        """Let the visitor have what the sidebar's widgets are set to.

        To be called before they are drawn (only then can they be set to what a chat has that was
        opened), and before another chat is turned to: a change comes together with the click.
        """
        widgets, visitor = st.session_state, self.visitor
        is_opened = visitor.conversation is not self._shown
        # What Streamlit has forgotten stays as it was; a widget would begin with nothing (1.67).
        widgets.update(
            {
                name: value
                for name, value in visitor.settings.items()
                if is_opened or name not in widgets
            }
        )
        if is_opened:
            self._shown = visitor.conversation
            self.unfolded.clear()
            self.earlier = 0
        model = (widgets[MODEL] or visitor.owners.model)[:LONGEST_NAME]
        visitor.use(
            system_prompt=widgets[SYSTEM_PROMPT],
            rounds=widgets[ROUNDS],
            options=replace(Options.of(widgets), model=model),
        )
        for name in (EFFORT, VERBOSITY):  # which another model may not take
            if widgets[name] != visitor.settings[name]:
                widgets[name] = visitor.settings[name]

    @contextmanager
    def drawing(self, service: Service) -> Iterator[Request | None]:
        """A run that draws the whole page. The next question is on its way before it begins.

        Whatever ends the run also cuts off what is still under way.

        When it follows a fragment's, it waits until all is sent: Streamlit (1.67) would drop what
        it has drawn of a fragment that is to run again at once, but tell the browser that all was
        drawn, so the browser would take the fragment's widgets away and forget what they said.
        """
        streamlit_quirks.forget_callbacks()
        visitor = self.visitor
        # A run that was stopped may end when the next one has begun (Streamlit 1.67): what that
        # one has under way is not this one's to finish.
        self.run = run = object()
        request = None
        try:
            with streamlit_quirks.connected() as connection:
                request = visitor.send_next(service, connection.is_lost)
                if request is not None and request.question.move is Move.EDIT:
                    self.edits.pop(request.question.round or request.round, None)
                if visitor.unsent is not None:
                    st.session_state[QUESTION], visitor.unsent = visitor.unsent, None
                yield request
                if self.is_rerun:
                    self.is_rerun = False
                    streamlit_quirks.wait_until_sent()
        finally:
            if request is not None:
                visitor.finish(request)
            if self.run is run:
                self.run = None

    def rerun(self) -> None:
        """Draw the page anew after a fragment's own run; in a run of the page there is no need."""
        if self.run is None:
            self.is_rerun = True
            st.rerun()


def page() -> Page:
    """The page that is being drawn, for one visitor.

    A draft that is still open belongs to a run that has ended, so it was interrupted.
    """
    state = st.session_state
    if "page" not in state:
        shared = process.current()
        state.page = Page(visitor=Visitor(shared.settings, shared.counter))
    current: Page = state.page
    current.visitor.end_draft()
    current.take_settings()
    # The input has a Stop button only in the run that its own question began.
    current.input_can_stop = state.get(QUESTION) is not None
    # For whoever looks into the session: `conversation.messages` is what a request would carry.
    state.conversation = current.visitor.conversation
    return current


def fragment(
    draw: Callable[Concatenate[Page, Parameters], None],
) -> Callable[Concatenate[Page, Parameters], None]:
    """A part of the page whose clicks wait for the end of an answer: `st.fragment`, for ours.

    A run of it alone is always followed by a run of the page. Streamlit (1.67) lets it draw
    nothing outside of itself, where the meter and the line of memory change with every move. And
    where the end of an answer's run and the end of the fragment's that waited for it reach the
    browser together, the input learns of the last one alone, and would wait for its answer for ever
    (until presses.js sees it).
    """

    @st.fragment
    @wraps(draw)
    def drawn(page: Page, /, *args: Parameters.args, **kwargs: Parameters.kwargs) -> None:
        draw(page, *args, **kwargs)
        page.rerun()

    return drawn


def submit_typed() -> None:
    """Ask what was typed.

    A callback, because the browser may send it along with the change of a setting, in a run of
    that setting's fragment alone, which never comes to the chat input (Streamlit 1.67).
    """
    typed: str | None = st.session_state[QUESTION]
    if typed is not None:
        current: Page = st.session_state.page
        current.visitor.submit(Question(text=typed, is_typed=True))


def restore_edit(edit: Edit) -> None:
    """Let the field of a question that is being edited have its text before it is drawn.

    Streamlit 1.67 forgets a field that is not drawn, as when another version is looked at.
    """
    if edit.key not in st.session_state:
        st.session_state[edit.key] = edit.text


def note_edit(edit: Edit) -> None:
    """Take in what the field of a question that is being edited has."""
    edit.text = st.session_state[edit.key]


def save_edit(page: Page, round: Round) -> None:
    """Ask a question that is being edited anew, as its field has it.

    The field stays open where it cannot be sent.
    """
    edit = page.edits[round]
    note_edit(edit)
    page.visitor.submit(Question(text=edit.text, move=Move.EDIT, round=round))


def use_key(page: Page) -> None:
    """Ask with the key that was typed from now on."""
    page.visitor.use_key(st.session_state[OWN_KEY])


def load(page: Page, key: str) -> None:
    """Turn to the conversation in the file that the component with this key has read."""
    page.take_settings()
    try:
        page.visitor.load(st.session_state[key].file)
    except TranscriptError as error:
        page.fault = error.fault
    else:
        page.fault = None


def receive(page: Page, key: str) -> None:
    """Take in what the browser's storage says, by the component with this key."""
    page.take_settings()
    page.visitor.receive(st.session_state[key].came, is_edited=page.is_edited)


def may_end_run() -> None:
    """Let a pressed Stop or a closed page end the run here: it ends only where it touches this."""
    _ = "page" in st.session_state


def is_admitted() -> bool:
    """Whether this page may be used: it is no secret, or the password was given."""
    return process.current().password is None or "admitted" in st.session_state


def try_password() -> None:
    """Look at the password that was typed, unless too many were wrong before."""
    password = process.current().password
    given: str = st.session_state[PASSWORD]
    if password is not None and password.is_right(given, process.address(), _page_name()):
        st.session_state.admitted = True
    else:
        st.session_state.refused = True


def was_refused() -> bool:
    """Whether a wrong password was given here."""
    return "refused" in st.session_state


def seconds_to_wait() -> float:
    """How long another try has to wait."""
    password = process.current().password
    return 0.0 if password is None else password.wait(process.address(), _page_name())


def _page_name() -> str:
    """A name for this page, which its visitor cannot choose."""
    name: str = st.session_state.setdefault("page_name", uuid4().hex)
    return name
