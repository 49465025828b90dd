"""The settings as the app reads them: which are set, and to what; of a secret only that it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path

from chat.doctor.finding import Finding, note, well
from chat.languages.language import say
from chat.languages.terminal import speak_there
from chat.redaction import secrets_in
from chat.settings import (
    SECRETS,
    Settings,
    read_values,
    secrets_in_files,
    variables,
)
from chat.variables import may_be_key

LONGEST = 60  # characters of a value that are shown


def read(folder: Path) -> tuple[Settings, dict[str, str]]:
    """The settings of the app in this folder, as its page gets them, and the values behind them.

    From now on the owner's language is spoken. Raises `SettingsError`.
    """
    secrets, dotenv = secrets_in_files(folder), folder / ".env"
    values = read_values(secrets=secrets, dotenv=dotenv)
    speak_there(values.get("CHAT_LANGUAGE"))
    return Settings.load(secrets=secrets, dotenv=dotenv), values


def look(values: Mapping[str, str]) -> list[Finding]:
    """Look at settings that can be used."""
    known = variables()
    kept = {name: values[name].strip() for name in sorted(known) if values.get(name, "").strip()}
    width = max(map(len, kept), default=0)
    lines = [f"{name:<{width}}  {_shown(name, value)}" for name, value in kept.items()]
    if kept:
        found = [well(say("doctor_settings", count=len(kept)), *lines)]
    else:
        found = [well(say("doctor_no_settings"))]
    unknown = sorted(name for name in values.keys() - known if name.startswith("CHAT_"))
    for name in unknown:
        meant = get_close_matches(name, known, n=1, cutoff=0.8)
        sentence = "doctor_misspelt" if meant else "doctor_unknown"
        found.append(note(say(sentence, name=name, meant=meant[0] if meant else "")))
    return found


def _shown(name: str, value: str) -> str:
    """A value, on one line; that it is set, where it is a secret, may be one, or is long."""
    is_secret = name in SECRETS or may_be_key(value)
    is_shown = not is_secret and len(value) <= LONGEST and value.isprintable()
    return value if is_shown else say("doctor_set")


def secrets_of(values: Mapping[str, str]) -> Iterator[str]:
    """What nobody may read of these values, wherever else it stands."""
    for name in SECRETS:
        value = values.get(name, "").strip()
        try:
            yield from secrets_in(value) if "://" in value else (value,)
        except ValueError:  # an address that is none
            yield value
