"""Who may come in, by signing in or a password, or both: nothing of the app runs before it."""

from __future__ import annotations

import streamlit as st

from chat.errors import LedgerAway
from chat.languages.language import spoken
from chat.markup.plain import literal
from chat.ui import notes, session, sign_in
from chat.words import text


def is_open(title: str) -> bool:
    """Whether the visitor may come in; if not, the app asks by its name for what it takes."""
    if sign_in.is_asked_for(title):
        return False
    if session.is_admitted():
        return True
    st.markdown(f"# {literal(title)}")
    with st.form("gate", width=400):
        st.text_input(
            text.PASSWORD, type="password", key=session.PASSWORD, autocomplete="current-password"
        )
        st.form_submit_button(text.SIGN_IN, on_click=session.try_password, type="primary")
    try:
        wait = session.seconds_to_wait()
    except LedgerAway as error:
        st.warning(spoken().joined(*text.failure(error)))
    else:
        if wait > 0:
            st.warning(text.wait_for_password(wait))
        elif session.was_refused():
            st.warning(text.WRONG_PASSWORD)
    notes.tell_gate()
    return False
