"""The server's side of the front door: what stands between the network and Streamlit."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from starlette.middleware import Middleware
from starlette.routing import Route

from chat.access.doorkeeper import Doorkeeper, Words
from chat.access.rules import Rules
from chat.settings import SettingsError
from chat.ui import process, program, streamlit_quirks
from chat.words import text

_guarded: list[bool] = []


def middleware() -> list[Middleware]:
    """What `st.App` puts before Streamlit's own server."""
    words = Words(full=text.FULL, wrong_name=text.wrong_name, closed=text.closed)
    return [
        Middleware(
            Doorkeeper,
            rules=_rules,
            read=streamlit_quirks.heard,
            words=words,
            tell=process.log,
        )
    ]


def routes() -> list[Route]:
    """What `st.App` serves beside the page."""
    return [program.route()]


def _rules() -> Rules:
    """The owner's rules, when the server starts; the page says what is wrong with a setting."""
    _guarded.append(True)
    rules = Rules(
        headers=(("Link", program.link()),), scripts=streamlit_quirks.scripts_in_the_page()
    )
    try:
        settings = process.current().settings
    except SettingsError:
        return rules
    return replace(rules, behind_proxy=settings.proxy, hosts=settings.hosts, frames=settings.frames)


@cache
def warn_if_unguarded() -> None:
    """Tell the owner, once, where somebody has started the page in another way."""
    if not _guarded:
        process.log(text.UNGUARDED)
