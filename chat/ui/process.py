"""What belongs to the whole process: the owner's settings, service, budgets and password."""

from __future__ import annotations

import gc
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import streamlit as st

from chat.connection import connect
from chat.limits import Limits
from chat.password import Password
from chat.service import Service
from chat.settings import Settings, SettingsError
from chat.tokens import TokenCounter
from chat.ui import text


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


@st.cache_resource(show_spinner=False)
def limits() -> Limits:
    """The budgets on the owner's key, for the whole process. Raises `SettingsError`."""
    folder = settings().data
    if settings().daily_tokens is not None and folder is None:
        print(text.SUM_IS_FORGOTTEN, file=sys.stderr, flush=True)
    try:
        return Limits(
            visitor_tokens=settings().visitor_tokens,
            daily_tokens=settings().daily_tokens,
            folder=folder,
        )
    except OSError:
        raise SettingsError(f"CHAT_DATA is {folder}, where nothing can be written.") from None


@st.cache_resource(show_spinner=False)
def password() -> Password | None:
    """The owner's password; None where anybody may come in."""
    chosen = settings().password
    return None if chosen is None else Password(chosen)


@st.cache_resource(show_spinner=False)
def freeze_memory() -> None:
    """Let no later garbage collection look at what was loaded by now, which is there to stay.

    A full collection of all that Streamlit and the openai package load holds up every visitor for
    140 ms. To be called when everything is in use.
    """
    gc.collect()
    gc.freeze()
