"""Signing in and out, by Streamlit's own way. Where it is required, nothing comes before it.

Within another site's frame it cannot work: browsers keep its cookie from there. Which of the two
ways is seen, says the style (page.js).
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from hashlib import sha256
from typing import Any
from urllib.parse import urlsplit

import streamlit as st

from chat.access.signing_in import FAILED
from chat.login import Provider
from chat.markup.plain import literal
from chat.services.base import log
from chat.settings import SettingsError
from chat.ui import notes, owner, process
from chat.ui.page import Page
from chat.words import log as said
from chat.words import text

# Who signs in there may have several accounts, and no sign-out ends that there. Others may refuse
# to be asked for a choice (OpenID Connect Core 1.0, section 3.1.2.1), which Streamlit (1.67) does.
CHOOSERS = frozenset({"accounts.google.com", "login.microsoftonline.com"})
HERE, FRAMED = "sign-in-here", "sign-in-framed"  # keys that the style knows

_told: list[bool] = []  # whether the log says that nobody can sign in


def secrets() -> dict[str, dict[str, Any]]:
    """What `st.App` has to know for `st.login`; nothing where nobody can sign in."""
    try:
        login = process.settings().login
    except SettingsError:
        return {}  # which the page says
    provider = login.provider
    if provider is None:
        return {}
    return {
        "auth": {
            "redirect_uri": f"{login.address or 'http://localhost:{port}'}/oauth2callback",
            # The same for all servers, and after a restart.
            "cookie_secret": hmac.digest(
                provider.client_secret.encode(), b"cookies of this app", "sha256"
            ).hex(),
            "client_id": provider.client_id,
            "client_secret": provider.client_secret,
            "server_metadata_url": provider.metadata,
            "client_kwargs": {"scope": provider.scopes, "prompt": _prompt(provider)},
        }
    }


def _prompt(provider: Provider) -> list[str]:
    """How a provider is to ask; an empty list goes into no request, and keeps Streamlit's out."""
    host = urlsplit(provider.metadata).hostname
    return ["select_account"] if host in CHOOSERS else []


def is_asked_for(title: str) -> bool:
    """Whether the visitor has to sign in first; then the app asks for it by its name."""
    people, person = process.current().people, process.person()
    if people.is_let_in(person):
        return False
    st.markdown(f"# {literal(title)}")
    if person is not None:
        unconfirmed = f" {text.EMAIL_IS_UNCONFIRMED}" if person.has_unconfirmed_email else ""
        st.warning(f"{text.not_let_in(literal(person.name))}{unconfirmed}")
        if people.has_button:
            st.button(text.SIGN_OUT, key="sign_out", on_click=st.logout)
    elif people.has_button:
        _say_what_fails()
        st.write(text.SIGN_IN_FIRST)
        with st.container(key=HERE):
            st.button(text.SIGN_IN, key="sign_in", type="primary", on_click=st.login)
        with st.container(key=FRAMED):
            _say_where(text.CHATS_ARE_APART)
    else:
        st.warning(text.COME_BY_PROXY)
    notes.tell_gate()
    return True


def name_in_browser() -> str:
    """A name for the person, which says nobody who it is; empty where nobody has signed in."""
    person = process.person()
    if person is None or not process.current().people.is_let_in(person):
        return ""
    return sha256(person.id.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def draw(page: Page) -> None:
    """Draw in the sidebar who has signed in, and the way in or out."""
    people, person = process.current().people, process.person()
    if person is None and not people.has_button:
        return
    if person is None:
        _say_what_fails()
    with st.container(key="person", horizontal=True, vertical_alignment="center", gap=None):
        if person is not None:
            st.caption(literal(person.name))
            if people.has_button:
                _draw_button(text.SIGN_OUT, "sign_out", page, st.logout)
            return
        with st.container(key=HERE):
            _draw_button(text.SIGN_IN, "sign_in", page, st.login)
        with st.container(key=FRAMED), st.popover(text.SIGN_IN, type="tertiary"):
            _say_where(text.CHATS_CAN_MOVE)


def _draw_button(label: str, key: str, page: Page, way: Callable[[], None]) -> None:
    # In no part, so that it acts at once: an answer that is being written is stopped and kept.
    st.button(label, key=key, type="tertiary", on_click=page.leave, args=(way,))


def _say_what_fails() -> None:
    """Say that signing in did not work, or cannot.

    Where visitors come by https:// and the app is told http://, Streamlit (1.67) forgets at once
    who has signed in: it signs for the origin of the one, and compares it with that of the other.
    """
    own, origin = process.current().settings.login.address, st.context.headers.get("Origin")
    if own and origin and _is_other_scheme(own, origin):
        st.warning(text.SIGN_IN_ASTRAY)
        st.html(owner.note(text.login_address_differs(own, origin)))
        if not _told:
            _told.append(True)
            log(said.login_address_differs(own, origin))
    elif FAILED in st.query_params:
        st.warning(text.SIGN_IN_FAILED)


def _is_other_scheme(own: str, origin: str) -> bool:
    """Whether an origin is that of the same machine, by http:// in the place of https:// or so."""
    here, there = urlsplit(origin), urlsplit(own)
    return here.hostname == there.hostname and here.scheme != there.scheme


def _say_where(of_chats: str) -> None:
    """Say where one can sign in, and open it; and what becomes of the chats."""
    own = process.current().settings.login.address
    st.write(f"{text.SIGN_IN_FRAMED} {of_chats}")
    st.link_button(text.OPEN_APP, own or f"http://localhost:{st.get_option('server.port')}")
