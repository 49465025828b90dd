"""Who may come in, and what of the owner's key they may spend."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

from chat.access.people import People
from chat.doctor.finding import Finding, note, wrong
from chat.doctor.packages import installed
from chat.languages.language import say
from chat.settings import Settings, SettingsError

HEADERS = "STREAMLIT_SERVER_TRUSTED_USER_HEADERS"  # a proxy's, by which it tells who comes
Installed = Callable[[str], str | None]


def look(
    settings: Settings, values: Mapping[str, str], installed: Installed = installed
) -> list[Finding]:
    """Look at the sign-in, at the password and at the budgets; `installed` finds versions."""
    try:
        people = People(settings.login, _headers(values.get(HEADERS, "")))
    except SettingsError as error:
        return [wrong(str(error))]
    if people.has_button and installed("Authlib") is None:
        command = f"pip install 'streamlit[auth]=={installed('streamlit')}'"
        return [
            wrong(say("setting_package", name="CHAT_LOGIN", package="Authlib", command=command))
        ]
    if settings.api_key is None:
        return [note(say("doctor_demo"))]
    is_bounded = settings.daily_tokens or settings.visitor_tokens
    found = []
    if not (settings.password or is_bounded or people.is_required):
        found.append(note(say("doctor_unguarded")))
    if is_bounded and not settings.data and not settings.redis_url:
        found.append(note(say("doctor_forgotten")))
    return found


def _headers(told: str) -> list[str]:
    """The claims that a proxy's headers tell."""
    try:
        read = json.loads(told or "{}")
    except ValueError:
        return []
    return [*map(str, read.values())] if isinstance(read, dict) else []
