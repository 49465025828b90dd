"""The server's side of the front door: what stands between the network and Streamlit."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from functools import cache

from starlette.middleware import Middleware
from starlette.routing import Route

from chat.access.doorkeeper import Doorkeeper, Words
from chat.access.rules import Bounds, Rules
from chat.access.signing_in import SigningIn
from chat.services.base import log
from chat.settings import SettingsError
from chat.ui import health, process, program, streamlit_quirks
from chat.ui.head import Head
from chat.words import log as said
from chat.words import text

FILES = 16_384  # open files at once, where the machine allows so many
FILES_BESIDE = 600  # of these for all else, and for pages that were left a moment ago

_guarded: list[bool] = []


def middleware() -> list[Middleware]:
    """What `st.App` puts before Streamlit's own server."""
    words = Words(
        full=lambda: text.FULL,
        wrong_name=text.wrong_name,
        refused=said.refused,
        closed=said.closed,
    )
    return [
        Middleware(
            Doorkeeper,
            rules=_rules,
            read=streamlit_quirks.read_message,
            words=words,
            log=log,
        ),
        Middleware(SigningIn),
        Middleware(Head, owners=_owners_language),
    ]


def _owners_language() -> str | None:
    try:
        return process.current().settings.language
    except SettingsError:
        return None


def routes() -> list[Route]:
    """What `st.App` serves beside the page."""
    return [program.route(), *health.routes()]


def _rules() -> Rules:
    """The owner's rules, when the server starts; the page says what is wrong with a setting."""
    _guarded.append(True)
    rules = Rules(
        bounds=_bounds(),
        headers=(("Link", program.link()),),
        scripts=streamlit_quirks.scripts_in_the_page(),
    )
    with suppress(SettingsError):
        process.current()  # which the log tells now, where it cannot be made
    try:
        settings = process.settings()
    except SettingsError:
        return rules
    return replace(
        rules,
        language=settings.language,
        behind_proxy=settings.proxy,
        hosts=settings.hosts,
        frames=settings.frames,
        has_sign_in=settings.login.provider is not None,
    )


def _bounds() -> Bounds:
    """As many pages as there are files for: each has four, and keeps three for a while (1.67)."""
    usual = Bounds()
    try:
        import resource
    except ModuleNotFoundError:  # Windows knows no such limit
        return usual
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = FILES if most == resource.RLIM_INFINITY else min(most, FILES)
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))
    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    pages = max(10, min(usual.pages, (files - FILES_BESIDE) // 4))
    return replace(usual, pages=pages, pages_each=min(usual.pages_each, pages // 2))


@cache
def warn_if_unguarded() -> None:
    """Tell the owner, once, where somebody has started the page in another way."""
    if not _guarded:
        log(said.UNGUARDED)
