"""What the page's session has of its visitor. The one file to touch session_state.

Every touch of it may end the run (with a BaseException, Streamlit 1.67), so a run takes its `Page`
out once, at the start, and from then on changes that plain object only. What the widgets say and
what they are to be set to passes here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from uuid import uuid4

import streamlit as st

from chat.conversation.question import Move, Question
from chat.conversation.round import Round
from chat.conversation.tree import Conversation
from chat.keeping.untrusted import LONGEST_NAME, Fault, TranscriptError
from chat.languages.language import choose, speak, spoken
from chat.options import Options
from chat.settings import Settings
from chat.ui import process, streamlit_quirks
from chat.ui.parts import Edit, Parts
from chat.visitor import Visitor

# The keys of the widgets. Those of the settings have the settings' names.
QUESTION = "question"
PASSWORD, OWN_KEY = "password", "own_key"
ROUNDS, SYSTEM_PROMPT = "rounds", "system_prompt"
MODEL, TEMPERATURE, TOP_P, MAX_TOKENS = "model", "temperature", "top_p", "max_tokens"
EFFORT, VERBOSITY = "reasoning_effort", "verbosity"
LANGUAGE = "language"

LANGUAGE_COOKIE = "chat_language"  # which language was chosen, set by static/language.js


@dataclass(eq=False, kw_only=True)
class Page(Parts):
    """One page in a browser: its visitor, and what can be done there.

    Every move is a callback, and ends in `redraw`. A question is on its way before anything is
    drawn.
    """

    earlier: int = 0  # rounds that are drawn besides the latest
    unfolded: set[str] = field(default_factory=set)  # keys of long messages that are shown whole
    fault: Fault | None = None  # of the file that was loaded last
    _configured: Conversation | None = None  # whose settings the widgets have

    def begin_edit(self, round: Round) -> None:
        """Open a question for editing."""
        key = f"edit-{uuid4().hex}"  # the page still knows the keys of a server that has ended
        self.edits[round] = Edit(key=key, text=round.question)
        self.redraw()

    def end_edit(self, round: Round) -> None:
        """Leave a question that is being edited as it was."""
        self.edits.pop(round, None)
        self.redraw()

    def ask(self, question: Question) -> None:
        """Have a question answered: the one way in, whatever was pressed."""
        self.take_settings()
        self.visitor.submit(question)
        self.send()
        self.redraw()

    def send(self) -> None:
        """Send the next question; its answer is drawn by the run that comes."""
        if self.sent is None:
            speak(self.language)  # a callback comes before all else of a run
            service, connection = process.service_of(self.visitor), streamlit_quirks.Connection()
            self.sent = request = self.visitor.send_next(service, connection.is_lost)
            if request is not None and request.question.move is Move.EDIT:
                self.edits.pop(request.question.round or request.round, None)

    def stop(self) -> None:
        """End the answer that is being written."""
        if self.sent is not None:
            self.visitor.finish(self.sent)
            self.sent = None
        self.visitor.end_draft()
        self.redraw()

    def move(self, move: Callable[[], None]) -> None:
        """Do what a button asks for, and draw what it has changed."""
        move()
        self.redraw()

    def open(self, dialog: str) -> None:
        """Open a dialog."""
        self.to_open = dialog
        self.redraw()

    def show_earlier(self, rounds: int) -> None:
        """Draw so many rounds more."""
        self.earlier += rounds
        st.rerun()

    def change_settings(self) -> None:
        """Take in what was set in the sidebar."""
        self.take_settings()
        self.redraw()

    def choose_language(self) -> None:
        """Speak the language that was chosen, whatever the address says."""
        st.session_state.chosen_language = st.session_state[LANGUAGE]
        st.query_params.pop("lang", None)
        st.rerun()

    def new_chat(self) -> None:
        """Begin a new conversation, with what is set in the sidebar by now."""
        self.take_settings()
        self.visitor.new_chat()
        self.redraw()

    def bring_back(self) -> None:
        """Go back to the conversation before, with what is set in the sidebar by now."""
        self.take_settings()
        self.visitor.bring_back()
        self.redraw()

    def take_settings(self) -> None:
        """Let the visitor have what the sidebar's widgets are set to.

        To be called before they are drawn (only then can they be set to what a chat has that was
        opened), and before another chat is turned to: a change comes together with the click.
        """
        widgets, visitor = st.session_state, self.visitor
        is_opened = visitor.conversation is not self._configured
        # What Streamlit has forgotten stays as it was; a widget would begin with nothing (1.67).
        widgets.update(
            {
                name: value
                for name, value in visitor.settings.items()
                if is_opened or name not in widgets
            }
        )
        if is_opened:
            self._configured = visitor.conversation
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


def page() -> Page:
    """The page that is being drawn, for one visitor.

    A draft that is still open belongs to a run that has ended, so it was interrupted.
    """
    state = st.session_state
    if "page" not in state:
        shared = process.current()
        state.page = Page(visitor=Visitor(shared.settings, shared.counter))
    current: Page = state.page
    current.language = spoken()
    if current.sent is None:
        current.visitor.end_draft()
    current.take_settings()
    current.send()
    current.drawn.clear()
    current.is_whole = False
    current.shown = current.visitor.conversation
    streamlit_quirks.forget_callbacks()
    # For whoever looks into the session: `conversation.messages` is what a request would carry.
    state.conversation = current.visitor.conversation
    return current


def speak_to_visitor(owners: Settings | None) -> None:
    """Speak the visitor's language in this run; `owners` are the settings, where they are right.

    The owner's word comes before the address's, before what was chosen on the page, before what
    the browser is set to.
    """
    speak(
        choose(
            None if owners is None else owners.language,
            st.query_params.get("lang"),
            chosen_language(),
            st.context.locale,
        )
    )


def chosen_language() -> str | None:
    """The language that was chosen on the page, now or another time in this browser."""
    chosen: str | None = st.session_state.get("chosen_language")
    return chosen or st.context.cookies.get(LANGUAGE_COOKIE)


def submit_typed(page: Page) -> None:
    """Ask what was typed."""
    typed: str | None = st.session_state[QUESTION]
    if typed is not None:
        page.ask(Question(text=typed, is_typed=True))


def put_back(page: Page) -> None:
    """Let the input have what was not sent, before it is drawn."""
    if page.visitor.unsent is not None:
        st.session_state[QUESTION], page.visitor.unsent = page.visitor.unsent, None


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
    page.ask(Question(text=edit.text, move=Move.EDIT, round=round))


def use_key(page: Page) -> None:
    """Ask with the key that was typed from now on."""
    log = partial(process.log_failure, has_own_key=True)
    page.visitor.use_key(st.session_state[OWN_KEY], log)
    st.rerun()


def load(page: Page, key: str) -> None:
    """Turn to the conversation in the file that the component with this key has read."""
    page.take_settings()
    try:
        page.visitor.load(st.session_state[key].file)
    except TranscriptError as error:
        page.fault = error.fault
    else:
        page.fault = None
    st.rerun()


def receive(page: Page, key: str) -> None:
    """Take in what the browser's storage says, by the component with this key."""
    page.take_settings()
    page.visitor.receive(st.session_state[key].came, is_edited=page.is_edited)
    page.send()  # what has waited for a picture
    page.redraw()


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
