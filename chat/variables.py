"""The values of variables, read by what they are to be, each with its error."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

from chat.characters import is_sendable
from chat.languages.language import CODES, SpokenError, find

Default = TypeVar("Default")

HOST = re.compile(r"(?:\*\.)?[\w-]+(?:\.[\w-]+)*", re.ASCII)
FRAME = re.compile(rf"https?://{HOST.pattern}(?::\d{{1,5}})?", re.ASCII)


class SettingsError(SpokenError):
    """A variable's value cannot be used: one sentence with the variable, the value, what may be.

    The sentence never has the value of a secret.
    """


def may_be_key(value: str) -> bool:
    """Whether a value may be a key that was put into the wrong variable."""
    return bool(re.fullmatch(r"[\w-]{20,}|(?:sk|pk|hf|gsk)[-_].*", value, re.DOTALL))


def _shown(value: str) -> str:
    """A value in a message, unless it may be a key."""
    return "…" if may_be_key(value) else repr(value)


def is_key_like(value: str) -> bool:
    """Whether a value has only letters that a key can have.

    No service's key has a backslash (RFC 6750 allows letters, digits and `-._~+/=`), and what would
    be left of it in an escaped text could not be told from an escape.
    """
    return value.isascii() and value.isprintable() and not {" ", "\\"} & set(value)


class Reader:
    """Values by variable, each read as what it must be. Values are trimmed; empty means unset."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = values
        self.names: set[str] = set()  # that were read

    def text(self, name: str, default: str = "") -> str:
        """A text."""
        self.names.add(name)
        return self._values.get(name, default).strip()

    def prompt(self, name: str, default: str) -> str:
        """A text that may be empty on purpose: only where it is not set at all, the default."""
        value = self.text(name, default)
        if not is_sendable(value):
            raise SettingsError("setting_character", name=name)
        return value

    def secret(self, name: str) -> str | None:
        """A key or a password that a request can carry; None where it is unset."""
        value = self.text(name)
        if not is_key_like(value):
            # As it is, it would end up in an error message of the client (openai 3.54).
            raise SettingsError("setting_key", name=name)
        return value or None

    def url(self, name: str) -> str | None:
        """An address of http or https without a password; None where it is unset."""
        value = self.text(name)
        if not value:
            return None
        secret = True
        try:
            address = urlsplit(value)
            secret = "@" in address.netloc
            good = address.scheme in ("http", "https") and bool(address.hostname)
            good = good and address.port != 0  # a port that is no number raises
        except ValueError:
            good = False
        if not good:
            raise SettingsError("setting_url", name=name, value="…" if secret else _shown(value))
        return value

    def several(self, name: str) -> tuple[str, ...]:
        """Values between commas, each once."""
        values = (value.strip() for value in self.text(name).split(","))
        return tuple(dict.fromkeys(value for value in values if value))

    def sites(self, name: str, form: re.Pattern[str], sentence: str) -> tuple[str, ...]:
        """Several values, each of this form; `sentence` is said of another one."""
        values = self.several(name)
        for value in values:
            if not form.fullmatch(value):
                raise SettingsError(sentence, name=name, value=_shown(value))
        return values

    def file(self, name: str, folder: Path) -> Path | None:
        """A file that is there, by its path from this folder; None where it is unset."""
        value = self.text(name)
        if not value:
            return None
        if "\0" in value or not (folder / value).is_file():
            raise SettingsError("setting_no_file", name=name, value=_shown(value))
        return folder / value

    def whole(self, name: str, default: Default, least: int, most: int) -> int | Default:
        """A whole number within these bounds."""
        value = self.text(name)
        if not value:
            return default
        try:
            number = int(value)
        except ValueError:
            number = None
        if number is None or not least <= number <= most:
            shown = _shown(value)
            raise SettingsError(
                "setting_whole", name=name, value=shown, least=str(least), most=str(most)
            )
        return number

    def choice(self, name: str, allowed: tuple[str, ...]) -> str | None:
        """One of these words, in small letters; None where it is unset."""
        value = self.text(name).lower()
        if value and value not in allowed:
            listed = ", ".join(allowed)
            raise SettingsError("setting_choice", name=name, value=_shown(value), allowed=listed)
        return value or None

    def language(self, name: str) -> str | None:
        """The code of a language that the page speaks; None where it is unset."""
        value = self.text(name)
        if value and find(value) is None:
            listed = ", ".join(CODES)
            raise SettingsError("setting_choice", name=name, value=_shown(value), allowed=listed)
        return find(value)

    def switch(self, name: str, *, default: bool) -> bool:
        """Whether it is "on"; "off" is the other word."""
        value = self.text(name).lower()
        if value not in ("", "on", "off"):
            raise SettingsError("setting_switch", name=name, value=_shown(value))
        return value == "on" if value else default

    def number(self, name: str, default: Default, least: float, most: float) -> float | Default:
        """A number within these bounds."""
        value = self.text(name)
        if not value:
            return default
        try:
            number = float(value)
        except ValueError:
            number = None
        if number is None or not least <= number <= most:  # also refuses nan
            shown = _shown(value)
            bounds = {"least": f"{least:g}", "most": f"{most:g}"}
            raise SettingsError("setting_number", name=name, value=shown, **bounds)
        return number
