"""Settings: every environment variable, its default, its bounds, its error. Read once."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

from dotenv import dotenv_values

from chat.characters import is_sendable
from chat.languages.language import CODES, SpokenError, find
from chat.options import DEFAULT_ROUNDS, DEFAULT_SYSTEM_PROMPT, EFFORTS, MOST_ROUNDS, Options

Default = TypeVar("Default")

PROJECT = Path(__file__).resolve().parent.parent
DEFAULT_MODEL = "gpt-5.6-luna"
LONGEST_TIMEOUT = 600.0  # seconds
MOST_TOKENS = 10**12
MOST_FILES = 8  # of a question
MOST_MEGABYTES = 20  # of these together
FILES = ("off", "images", "documents", "all")  # which kinds may go along with a question
SECRETS = frozenset({"OPENAI_API_KEY", "CHAT_PASSWORD"})
_HOST = re.compile(r"(?:\*\.)?[\w-]+(?:\.[\w-]+)*", re.ASCII)
_FRAME = re.compile(rf"https?://{_HOST.pattern}(?::\d{{1,5}})?", re.ASCII)


class SettingsError(SpokenError):
    """A variable's value cannot be used: one sentence with the variable, the value, what may be.

    The sentence never has the value of a secret.
    """


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What the owner decided, read from the environment.

    `api_key` None means that the built-in demo answers. `timeout` is in seconds of
    silence; None: as long as the model may think.
    """

    api_key: str | None = field(default=None, repr=False)
    base_url: str | None = None
    model: str = DEFAULT_MODEL
    models: tuple[str, ...] = ()
    system_prompt: str = DEFAULT_SYSTEM_PROMPT
    rounds: int = DEFAULT_ROUNDS
    temperature: float | None = None
    top_p: float | None = None
    max_tokens: int | None = None
    reasoning_effort: str | None = None
    timeout: float | None = None
    context_tokens: int | None = None
    title: str | None = None
    max_chars: int | None = None
    own_key: bool = False
    password: str | None = field(default=None, repr=False)
    visitor_tokens: int | None = None
    daily_tokens: int | None = None
    data: Path | None = None
    proxy: bool = False
    hosts: tuple[str, ...] = ()
    frames: tuple[str, ...] = ()
    store: bool = True
    titles: bool = False
    files: str = "all"
    files_count: int = MOST_FILES
    files_megabytes: int = MOST_MEGABYTES
    language: str | None = None

    @property
    def allowed_models(self) -> tuple[str, ...] | None:
        """The models that may be asked with the owner's key; None: any.

        A budget counts tokens, and those of another model may cost a hundred times as much.
        """
        if self.visitor_tokens is None and self.daily_tokens is None:
            return None
        return tuple(dict.fromkeys((self.model, *self.models)))

    @property
    def has_models(self) -> bool:
        """Whether a visitor may pick from several models."""
        return self.allowed_models is None or len(self.allowed_models) > 1

    @property
    def options(self) -> Options:
        """The options of a request before anybody changes them on the page."""
        return Options(
            model=self.model,
            temperature=self.temperature,
            top_p=self.top_p,
            max_tokens=self.max_tokens,
            reasoning_effort=self.reasoning_effort,
        )

    @classmethod
    def load(
        cls,
        environment: Mapping[str, str] | None = None,
        *,
        secrets: Mapping[str, object] | None = None,
        dotenv: Path = PROJECT / ".env",
    ) -> Settings:
        """Read the settings: the process environment first, then `.env`, then `secrets`.

        `secrets` are Streamlit's, where such a file exists. Raises `SettingsError`.
        """
        return cls._parse(_Reader(read_values(environment, secrets=secrets, dotenv=dotenv)))

    @classmethod
    def _parse(cls, read: _Reader) -> Settings:
        model = read.text("CHAT_MODEL") or DEFAULT_MODEL
        return cls(
            api_key=read.secret("OPENAI_API_KEY"),
            base_url=read.url("OPENAI_BASE_URL"),
            model=model,
            models=read.several("CHAT_MODELS"),
            system_prompt=read.prompt("CHAT_SYSTEM_PROMPT", DEFAULT_SYSTEM_PROMPT),
            rounds=read.whole("CHAT_ROUNDS", DEFAULT_ROUNDS, 0, MOST_ROUNDS),
            temperature=read.number("CHAT_TEMPERATURE", None, 0, 2),
            top_p=read.number("CHAT_TOP_P", None, 0, 1),
            max_tokens=read.whole("CHAT_MAX_TOKENS", None, 1, 10_000_000),
            reasoning_effort=read.choice("CHAT_REASONING_EFFORT", EFFORTS),
            timeout=read.number("CHAT_TIMEOUT", None, 1, LONGEST_TIMEOUT),
            context_tokens=read.whole("CHAT_CONTEXT_TOKENS", None, 1, 100_000_000),
            title=read.text("CHAT_TITLE") or None,
            max_chars=read.whole("CHAT_MAX_CHARS", None, 1, 10_000_000),
            own_key=read.switch("CHAT_OWN_KEY", default=False),
            password=read.text("CHAT_PASSWORD") or None,
            visitor_tokens=read.whole("CHAT_VISITOR_TOKENS", None, 1, MOST_TOKENS),
            daily_tokens=read.whole("CHAT_DAILY_TOKENS", None, 1, MOST_TOKENS),
            data=Path(read.text("CHAT_DATA")) if read.text("CHAT_DATA") else None,
            # A Space always stands behind a proxy.
            proxy=read.switch("CHAT_PROXY", default=bool(read.text("SPACE_ID"))),
            hosts=read.sites("CHAT_HOSTS", _HOST, "setting_hosts"),
            frames=read.sites("CHAT_FRAMES", _FRAME, "setting_frames"),
            store=read.switch("CHAT_STORE", default=True),
            titles=read.switch("CHAT_TITLES", default=False),
            files=read.choice("CHAT_FILES", FILES) or "all",
            files_count=read.whole("CHAT_FILES_COUNT", MOST_FILES, 1, MOST_FILES),
            files_megabytes=read.whole("CHAT_FILES_MEGABYTES", MOST_MEGABYTES, 1, MOST_MEGABYTES),
            language=read.language("CHAT_LANGUAGE"),
        )


def read_values(
    environment: Mapping[str, str] | None = None,
    *,
    secrets: Mapping[str, object] | None = None,
    dotenv: Path = PROJECT / ".env",
) -> dict[str, str]:
    """The variables and their values, unchecked: see `Settings.load`. Raises `SettingsError`."""
    process = dict(os.environ if environment is None else environment)
    kept = {name: str(value) for name, value in (secrets or {}).items()}
    # Streamlit copies its secrets into the process environment at the start (1.67), where
    # they would outrank `.env`.
    process = {name: value for name, value in process.items() if kept.get(name) != value}
    return {**kept, **_read_dotenv(dotenv), **process}


def _shown(value: str) -> str:
    """A value in a message, unless it may be a key that was put into the wrong variable."""
    may_be_key = re.fullmatch(r"[\w-]{20,}|(?:sk|pk|hf|gsk)[-_].*", value, re.DOTALL)
    return "…" if may_be_key else repr(value)


def variables() -> frozenset[str]:
    """The names of all the variables that an owner can set."""
    reader = _Reader({})
    Settings._parse(reader)
    return frozenset(reader.names) - {"SPACE_ID"}  # which the Hub sets


def is_key_like(value: str) -> bool:
    """Whether a value has only letters that a key can have.

    No service's key has a backslash (RFC 6750 allows letters, digits and `-._~+/=`), and what would
    be left of it in an escaped text could not be told from an escape.
    """
    return value.isascii() and value.isprintable() and not {" ", "\\"} & set(value)


class _Reader:
    """Values by variable, each read as what it must be. Values are trimmed; empty means unset."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = values
        self.names: set[str] = set()  # that were read

    def text(self, name: str, default: str = "") -> str:
        self.names.add(name)
        return self._values.get(name, default).strip()

    def prompt(self, name: str, default: str) -> str:
        """A text that may be empty on purpose: only where it is not set at all, the default."""
        value = self.text(name, default)
        if not is_sendable(value):
            raise SettingsError("setting_character", name=name)
        return value

    def secret(self, name: str) -> str | None:
        value = self.text(name)
        if not is_key_like(value):
            # As it is, it would end up in an error message of the client (openai 3.54).
            raise SettingsError("setting_key", name=name)
        return value or None

    def url(self, name: str) -> str | None:
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
        values = (value.strip() for value in self.text(name).split(","))
        return tuple(dict.fromkeys(value for value in values if value))

    def sites(self, name: str, form: re.Pattern[str], sentence: str) -> tuple[str, ...]:
        values = self.several(name)
        for value in values:
            if not form.fullmatch(value):
                raise SettingsError(sentence, name=name, value=_shown(value))
        return values

    def whole(self, name: str, default: Default, least: int, most: int) -> int | Default:
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
        value = self.text(name).lower()
        if value and value not in allowed:
            listed = ", ".join(allowed)
            raise SettingsError("setting_choice", name=name, value=_shown(value), allowed=listed)
        return value or None

    def language(self, name: str) -> str | None:
        value = self.text(name)
        if value and find(value) is None:
            listed = ", ".join(CODES)
            raise SettingsError("setting_choice", name=name, value=_shown(value), allowed=listed)
        return find(value)

    def switch(self, name: str, *, default: bool) -> bool:
        value = self.text(name).lower()
        if value not in ("", "on", "off"):
            raise SettingsError("setting_switch", name=name, value=_shown(value))
        return value == "on" if value else default

    def number(self, name: str, default: Default, least: float, most: float) -> float | Default:
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


def _read_dotenv(path: Path) -> dict[str, str]:
    """The variables of a `.env` file; none where there is no file."""
    try:
        # utf-8-sig: editors on Windows begin a file with a byte order mark.
        values = dotenv_values(path, interpolate=False, encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        raise SettingsError("setting_file", file=path.name) from None
    return {name: value for name, value in values.items() if value is not None}
