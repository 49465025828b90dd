"""What the page's session has of its visitor. The one file to touch session_state.

Every touch of `st.session_state` may end the run (with a BaseException, Streamlit 1.67), so the
page takes its `Visitor` out once, at the start, and from then on changes that plain object only.
Between the two, what the widgets say and what they are to be set to passes here.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import ParamSpec
from uuid import uuid4

import streamlit as st
from streamlit.runtime.scriptrunner import StopException

from chat.access.address import network
from chat.keeping.untrusted import LONGEST_NAME
from chat.options import Options
from chat.services.base import Service
from chat.ui import process, streamlit_quirks
from chat.ui.streamlit_quirks import Connection
from chat.visitor import Edit, Visitor, settings_of

Parameters = ParamSpec("Parameters")

# The keys of the widgets. Those of the settings have the settings' names.
QUESTION = "question"
PASSWORD = "password"
OWN_KEY = "own_key"
ROUNDS, SYSTEM_PROMPT = "rounds", "system_prompt"
MODEL, TEMPERATURE, TOP_P, MAX_TOKENS = "model", "temperature", "top_p", "max_tokens"

# Streamlit 1.67 sends what was drawn every 10 ms.
SENDING = 0.03  # seconds


def visitor() -> Visitor:
    """The visitor whose page is being drawn.

    A draft that is still open belongs to a run that has ended, so it was interrupted.
    """
    state = st.session_state
    if "visitor" not in state:
        state.visitor = Visitor(process.current().settings, process.current().counter)
    current: Visitor = state.visitor
    current.end_draft()
    heed(current)
    # The input has a Stop button only in the run that its own question began.
    current.input_can_stop = state.get(QUESTION) is not None
    # For whoever looks into the session: `conversation.messages` is what a request would carry.
    state.conversation = current.conversation
    return current


def heed(visitor: Visitor) -> None:
    """Let the visitor have what the sidebar's widgets are set to.

    To be called before they are drawn: only then do they take what they are set to here.
    """
    told = st.session_state
    # What Streamlit has forgotten stays as it was; a widget would begin with nothing (1.67).
    settings = settings_of(visitor.conversation, visitor.options)
    forgotten = {name: value for name, value in settings.items() if name not in told}
    told.update(forgotten | visitor.to_set)
    visitor.to_set = {}
    visitor.use(
        system_prompt=told[SYSTEM_PROMPT],
        rounds=told[ROUNDS],
        options=Options(
            model=(told[MODEL] or visitor.owners.model)[:LONGEST_NAME],
            temperature=told[TEMPERATURE],
            top_p=told[TOP_P],
            max_tokens=told[MAX_TOKENS],
        ),
    )


@contextmanager
def _connected() -> Iterator[Connection]:
    """The connection to the page, by which nothing of a run that it has ended is sent later."""
    connection = Connection()
    try:
        yield connection
    except StopException:
        connection.forget_unsent()
        raise


@contextmanager
def drawing_page(visitor: Visitor, service: Service) -> Iterator[None]:
    """A run that draws the whole page. The next question is on its way before it begins.

    When it follows a fragment, it waits until all is sent: Streamlit (1.67) would drop what
    it has drawn of a fragment that is to run again at once, but tell the browser that all was
    drawn, so the browser would take the fragment's widgets away and forget what they said.
    """
    streamlit_quirks.forget_callbacks()
    with _connected() as connection, visitor.asking_next(service, connection.is_lost):
        if visitor.put_back is not None:
            st.session_state[QUESTION], visitor.put_back = visitor.put_back, None
        yield
        if visitor.is_following:
            visitor.is_following = False
            time.sleep(SENDING)


def follow(visitor: Visitor) -> None:
    """Draw the page anew after a fragment's own run; in a run of the page there is no need to."""
    if not visitor.is_drawing_page:
        visitor.is_following = True
        st.rerun()


def fragment(draw: Callable[Parameters, None]) -> Callable[Parameters, None]:
    """A part of the page whose clicks wait for the end of an answer: `st.fragment`, for ours.

    A run of it alone is always followed by a run of the page. Streamlit (1.67) lets it draw
    nothing outside of itself, where the meter and the line of memory follow every move. And where
    the end of an answer's run and the end of the fragment's that waited for it reach the browser
    together, the input hears of the last one alone, and would wait for its answer for ever (until
    presses.js sees it).
    """

    @st.fragment
    @wraps(draw)
    def drawn(*args: Parameters.args, **kwargs: Parameters.kwargs) -> None:
        draw(*args, **kwargs)
        follow(st.session_state.visitor)

    return drawn


def service_of(visitor: Visitor) -> Service:
    """Who answers one visitor: with the visitor's own key, or the owner's within the budgets."""
    if visitor.own_service is not None:
        return visitor.own_service
    shared, limits = process.current().service, process.current().limits
    if shared.is_demo or not limits.are_set:
        return shared
    return visitor.budgeted(shared, limits, address())


def address() -> str:
    """Where the visitor comes from, as far as can be known: the doorkeeper has found it out."""
    return network(st.context.ip_address or "127.0.0.1")  # Streamlit 1.67 does not tell its own


def submit_typed() -> None:
    """Ask what was typed.

    A callback, because the browser may send it along with the change of a setting, in a run of
    that setting's fragment alone, which never comes to the chat input (Streamlit 1.67).
    """
    typed: str | None = st.session_state[QUESTION]
    if typed is not None:
        current: Visitor = st.session_state.visitor
        current.submit(typed, typed=True)


def restore_edit(edit: Edit) -> None:
    """Let the field of a question that is being edited have its text before it is drawn.

    Streamlit 1.67 forgets a field that is not drawn, as when another version is looked at.
    """
    if edit.key not in st.session_state:
        st.session_state[edit.key] = edit.text


def note_edit(edit: Edit) -> None:
    """Take in what the field of a question that is being edited has."""
    edit.text = st.session_state[edit.key]


def save_edit(edit: Edit, visitor: Visitor) -> None:
    """Ask a question that is being edited anew, as its field has it."""
    note_edit(edit)
    visitor.save_edit(edit)


def use_key(visitor: Visitor) -> None:
    """Ask with the key that was typed from now on."""
    visitor.use_key(st.session_state[OWN_KEY])


def load(key: str, visitor: Visitor) -> None:
    """Turn to the conversation in the file that the component with this key has read."""
    visitor.load(st.session_state[key].file)


def hear(key: str, visitor: Visitor) -> None:
    """Take in what the browser's storage says, by the component with this key."""
    visitor.hear(st.session_state[key].came)


def may_end_run() -> None:
    """Let a pressed Stop or a closed page end the run here: it ends only where it touches this."""
    _ = "visitor" in st.session_state


def is_admitted() -> bool:
    """Whether this page may be used: it is no secret, or the password was given."""
    return process.current().password is None or "admitted" in st.session_state


def try_password() -> None:
    """Look at the password that was typed, unless too many were wrong before."""
    password = process.current().password
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
    password = process.current().password
    return 0.0 if password is None else password.wait(address(), _page())


def _page() -> str:
    """A name for this page, which its visitor cannot choose."""
    name: str = st.session_state.setdefault("page", uuid4().hex)
    return name
