"""What the page's session has of its visitor. The one file to touch session_state.

Every touch of it may end the run (with a BaseException, Streamlit 1.67), so a run takes its `Page`
out once, at the start, and from then on changes that plain object only. What the widgets say and
what they are to be set to passes here.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING
from uuid import uuid4

import streamlit as st

from chat.conversation.question import Move, Question
from chat.conversation.round import Round
from chat.conversation.tree import Conversation
from chat.errors import LedgerAway
from chat.files.recordings import Recording
from chat.keeping.imports import converted
from chat.keeping.untrusted import LONGEST_NAME, TranscriptError
from chat.languages.language import choose, speak
from chat.options import Options
from chat.services.dictation import Transcribing
from chat.settings import Settings
from chat.ui import process
from chat.visitor import Visitor

if TYPE_CHECKING:
    from chat.ui.page import Page
    from chat.ui.parts import Edit

# The keys of the widgets. Those of the settings have the settings' names.
QUESTION = "question"
PASSWORD, OWN_KEY = "password", "own_key"
ROUNDS, SYSTEM_PROMPT, PICTURES_AGAIN = "rounds", "system_prompt", "pictures_again"
MODEL, TEMPERATURE, TOP_P, MAX_TOKENS = "model", "temperature", "top_p", "max_tokens"
EFFORT, VERBOSITY = "reasoning_effort", "verbosity"
LANGUAGE = "language"
VARIABLE = "variable-"  # and its number

LANGUAGE_COOKIE = "chat_language"  # which language was chosen, set by static/language.js


def kept_page(make: Callable[[], Page]) -> Page:
    """The page of this session, made when it is first asked for."""
    state = st.session_state
    if "page" not in state:
        state.page = make()
    page: Page = state.page
    return page


def show_conversation(conversation: Conversation) -> None:
    """For whoever looks here: `conversation.messages` is what a request would carry now."""
    st.session_state.conversation = conversation


def take_settings(visitor: Visitor, *, is_opened: bool) -> None:
    """Let the visitor have what the sidebar's widgets are set to.

    They are set to what the visitor's chat has where it `is_opened`, or set otherwise, just now.
    """
    widgets = st.session_state
    # What Streamlit has forgotten stays as it was; a widget would begin with nothing (1.67).
    widgets.update(
        {
            name: value
            for name, value in visitor.settings.items()
            if is_opened or name not in widgets
        }
    )
    model = (widgets[MODEL] or visitor.owners.model)[:LONGEST_NAME]
    visitor.use(
        system_prompt=widgets[SYSTEM_PROMPT],
        rounds=widgets[ROUNDS],
        pictures_again=widgets[PICTURES_AGAIN],
        options=replace(Options.of(widgets), model=model),
    )
    for name in (EFFORT, VERBOSITY):  # which another model may not take
        if widgets[name] != visitor.settings[name]:
            widgets[name] = visitor.settings[name]


def choose_language() -> None:
    """Speak the language that was chosen, whatever the address says."""
    st.session_state.chosen_language = st.session_state[LANGUAGE]
    st.query_params.pop("lang", None)


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
        page.ask(Question(text=typed, files=page.visitor.tray.take(), is_typed=True))


def ask_queued(page: Page, key: str) -> None:
    """Ask the question whose turn has come, by the component with this key."""
    queued = page.queue.receive(st.session_state[key].came)
    if queued is not None:
        files = page.visitor.tray.take(queued.files)
        if queued.chat == page.chat:
            page.ask(Question(text=queued.text, files=files, is_typed=True))
        page.visitor.put_back(queued.text, files)  # another one was turned to meanwhile
    page.redraw()


def attach(page: Page, key: str) -> None:
    """Take in what the component with this key says of the files for the next question."""
    wishes = page.visitor.tray.receive(st.session_state[key].came)
    if any(wish.kind == "send" for wish in wishes):
        page.ask(Question(text="", files=page.visitor.tray.take(), is_typed=True))
    for wish in wishes:
        if (file := page.visitor.tray.files.get(wish.id)) is not None:
            page.look_at(file)
    page.redraw()


def dictate(page: Page, key: str) -> None:
    """Take in what the component with this key has recorded, and have it turned into text."""
    service = process.service_of(page.visitor)
    model = page.visitor.owners.transcription_model or ""

    def begin(recording: Recording) -> Transcribing:
        service.check()
        return service.transcribe(recording, model)

    page.dictation.receive(st.session_state[key].came, st.context.locale, begin)
    page.redraw()


def said_by(key: str, event: str) -> object:
    """What the component with this key has said last. Untrusted input."""
    said: object = getattr(st.session_state[key], event)
    return said


def written(fields: int) -> list[str]:
    """What was written into the fields of a form."""
    return [st.session_state[f"{VARIABLE}{number}"] for number in range(fields)]


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
    edit = page.edits.get(round)
    if edit is None:  # it was left by the click before
        page.redraw()
    note_edit(edit)
    files = tuple(file for place, file in enumerate(round.files) if place not in edit.taken)
    page.ask(Question(text=edit.text, files=files, move=Move.EDIT, round=round))


def use_key(page: Page) -> None:
    """Ask with the key that was typed from now on."""
    log = partial(process.log_failure, has_own_key=True)
    page.visitor.use_key(st.session_state[OWN_KEY], log)
    st.rerun()


def load(page: Page, key: str) -> None:
    """Turn to the conversation in the file that the component with this key has read.

    Or in a link, which the page says where the conversation ends. Of a file with many, the browser
    sends a part at a time, and keeps what is made of it.
    """
    page.take_settings()
    file = st.session_state[key].file
    page.converted = converted(file, page.visitor.options)
    if isinstance(file, dict) and "part" in file:
        page.redraw()
    is_linked = isinstance(file, dict) and "linked" in file
    page.fault, page.others, fault = None, 0, None
    try:
        page.others = page.visitor.load(file)
    except TranscriptError as error:
        fault = error.fault
    if is_linked:
        page.visitor.has_opened_link = fault is None
    else:
        page.fault = fault
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
    st.session_state.pop("refused", None)
    with suppress(LedgerAway):  # which the gate says
        if password is not None and password.is_right(given, process.address(), _page_name()):
            st.session_state.admitted = True
        else:
            st.session_state.refused = True


def was_refused() -> bool:
    """Whether a wrong password was given here."""
    return "refused" in st.session_state


def seconds_to_wait() -> float:
    """How long another try has to wait. Raises `LedgerAway`."""
    password = process.current().password
    return 0.0 if password is None else password.wait(process.address(), _page_name())


def _page_name() -> str:
    """A name for this page, which its visitor cannot choose."""
    name: str = st.session_state.setdefault("page_name", uuid4().hex)
    return name
