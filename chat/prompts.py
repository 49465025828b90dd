"""A prompt: what a chat begins with. Those that the owner ships stand in a file.

A visitor's own are kept in the visitor's browser (static/prompts.js), by the same bounds.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NoReturn

from chat.characters import is_sendable
from chat.options import EFFORTS, MOST_ROUNDS
from chat.variables import SettingsError

MOST_VARIABLES = 10  # of a prompt; what looks like one more is text
MOST_PICKED = 100  # prompts that the browser says were picked, at once
MODEL, EFFORT, ROUNDS = "model", "effort", "rounds"
# The keys of a prompt in a file that have a text, and its longest, in characters.
TEXTS = {"name": 60, "icon": 10, "text": 100_000, MODEL: 200}
_VARIABLE = re.compile(r"\{\{([^{}\n]{1,60})\}\}")


@dataclass(frozen=True, kw_only=True)
class Prompt:
    """What a chat begins with; what is None stays as it is set.

    `text` is the system prompt. `{{name}}` in it stands for what the visitor is asked for. An empty
    `reasoning_effort` is left to the model.
    """

    name: str = ""
    icon: str = ""
    text: str | None = None
    model: str | None = None
    reasoning_effort: str | None = None
    rounds: int | None = None

    @property
    def title(self) -> str:
        """Its icon and its name."""
        return f"{self.icon} {self.name}".strip()

    @property
    def variables(self) -> tuple[str, ...]:
        """The names of what the visitor is asked for, each once, in their order."""
        names = [name.strip() for name in _VARIABLE.findall(self.text or "")]
        return tuple(dict.fromkeys(filter(None, names)))[:MOST_VARIABLES]

    def filled(self, values: Mapping[str, str]) -> Prompt:
        """The prompt with these values in the places of its variables."""
        # In one pass: what is put in is text, whatever it looks like.
        text = _VARIABLE.sub(lambda found: values.get(found[1].strip(), found[0]), self.text or "")
        return replace(self, text=text)


def read(file: Path | None) -> tuple[Prompt, ...]:
    """The prompts of a TOML file, if there is one, each a table `[[prompt]]`.

    Raises `SettingsError`.
    """
    if file is None:
        return ()
    try:
        # utf-8-sig: editors on Windows begin a file with a byte order mark.
        tables = tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except tomllib.TOMLDecodeError:
        raise SettingsError("setting_toml", file=file.name) from None
    except (OSError, UnicodeDecodeError):
        raise SettingsError("setting_file", file=file.name) from None
    found = tables.get("prompt", [])
    if tables.keys() - {"prompt"} or not isinstance(found, list):
        raise SettingsError("prompt_tables", file=file.name)
    prompts: dict[str, Prompt] = {}
    for number, table in enumerate(found, 1):
        if not isinstance(table, dict):
            raise SettingsError("prompt_tables", file=file.name)
        entry = _Entry(file.name, number, table)
        prompt = entry.prompt()
        if prompt.name.casefold() in prompts:
            entry.refuse("prompt_twice")
        prompts[prompt.name.casefold()] = prompt
    return tuple(prompts.values())


def check_models(file: str, prompts: tuple[Prompt, ...], allowed: tuple[str, ...]) -> None:
    """Raise `SettingsError` where a prompt has a model that is not allowed."""
    for number, prompt in enumerate(prompts, 1):
        if prompt.model is not None and prompt.model not in allowed:
            entry = _Entry(file, number, {"name": prompt.name})
            entry.refuse("prompt_choice", key=MODEL, allowed=", ".join(allowed))


def picked(
    said: object, shipped: tuple[Prompt, ...], *, received: int
) -> tuple[Prompt | None, int]:
    """The prompt that was picked last, if it is one, and its number.

    The browser sends a list of {"number": 1, "shipped": a name} and {"number": 1, "own": a prompt's
    table}, again and again until it is told that a number was `received`. Untrusted input;
    validated here.
    """
    prompt = None
    for item in said[:MOST_PICKED] if isinstance(said, list) else []:
        match item:
            case {"number": int(number), **what} if number > received:
                prompt, received = _picked(what, shipped), number
    return prompt, received


def _picked(what: dict[Any, Any], shipped: tuple[Prompt, ...]) -> Prompt | None:
    match what:
        case {"shipped": str(name), **others} if not others:
            return next((prompt for prompt in shipped if prompt.name == name), None)
        case {"own": dict(table), **others} if not others:
            try:
                return _Entry("", 1, table).prompt()
            except SettingsError:
                return None
    return None


class _Entry:
    """One table of a file, with its errors."""

    def __init__(self, file: str, number: int, table: dict[str, Any]) -> None:
        name = table.get("name")
        self._place = {"file": file, "entry": name if isinstance(name, str) and name else number}
        self._table = table

    def refuse(self, sentence: str, **values: str | float) -> NoReturn:
        """Say what is wrong, and with which prompt of which file."""
        raise SettingsError(sentence, **self._place, **values)

    def prompt(self) -> Prompt:
        """The prompt."""
        for key in self._table.keys() - {*TEXTS, EFFORT, ROUNDS}:
            self.refuse("prompt_unknown", key=key, allowed=", ".join((*TEXTS, EFFORT, ROUNDS)))
        return Prompt(
            name=self._text("name"),
            icon=self._text("icon", default=""),
            text=self._text("text"),
            model=self._text(MODEL, default="") or None,
            reasoning_effort=self._effort(),
            rounds=self._rounds(),
        )

    def _text(self, key: str, *, default: str | None = None) -> str:
        value = self._table.get(key, default)
        text = value.strip() if isinstance(value, str) else None
        if key == MODEL and text is not None and not text.isprintable():
            text = None
        is_missing = not text and default is None
        if text is None or is_missing or len(text) > TEXTS[key] or not is_sendable(text):
            self.refuse("prompt_text", key=key, most=TEXTS[key])
        return text

    def _effort(self) -> str | None:
        value = self._table.get(EFFORT)
        if value is not None and value not in EFFORTS:
            self.refuse("prompt_choice", key=EFFORT, allowed=", ".join(EFFORTS))
        return value

    def _rounds(self) -> int | None:
        value = self._table.get(ROUNDS)
        if value is not None and (type(value) is not int or not 0 <= value <= MOST_ROUNDS):
            self.refuse("prompt_whole", key=ROUNDS, most=MOST_ROUNDS)
        return value
