"""Settings: every environment variable, its default, its bounds, its error. Read once."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from dotenv import dotenv_values

from chat import prompts
from chat.login import SPACES_OWN, Login
from chat.options import DEFAULT_ROUNDS, DEFAULT_SYSTEM_PROMPT, EFFORTS, MOST_ROUNDS, Options
from chat.prompts import Prompt
from chat.variables import FRAME, HOST, Reader, SettingsError

__all__ = ["SettingsError"]  # it comes from here as well

PROJECT = Path(__file__).resolve().parent.parent
DEFAULT_MODEL = "gpt-5.6-luna"
LONGEST_TIMEOUT = 600.0  # seconds
MOST_TOKENS = 10**12
MOST_FILES = 8  # of a question
MOST_MEGABYTES = 20  # of these together
LOGS = ("text", "json")
FILES = ("off", "images", "documents", "all")  # which kinds may go along with a question
PROMPTS = "CHAT_PROMPTS"  # the one variable that names a file of the project
SECRETS = frozenset(
    {"OPENAI_API_KEY", "CHAT_PASSWORD", "CHAT_REDIS_URL", "CHAT_LOGIN_CLIENT_SECRET"}
)


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
    login: Login = field(default_factory=Login)
    visitor_tokens: int | None = None
    daily_tokens: int | None = None
    data: Path | None = None
    redis_url: str | None = field(default=None, repr=False)
    proxy: bool = False
    hosts: tuple[str, ...] = ()
    frames: tuple[str, ...] = ()
    store: bool = True
    titles: bool = False
    feedback: bool = False
    log: str = "text"
    files: str = "all"
    files_count: int = MOST_FILES
    files_megabytes: int = MOST_MEGABYTES
    transcription_model: str | None = None
    language: str | None = None
    prompts: tuple[Prompt, ...] = ()

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
        folder: Path = PROJECT,
    ) -> Settings:
        """Read the settings: the process environment first, then `.env`, then `secrets`.

        `secrets` are Streamlit's, where such a file exists; `folder` is where files are looked
        for. Raises `SettingsError`.
        """
        read = Reader(read_values(environment, secrets=secrets, dotenv=dotenv))
        settings = cls._parse(read, folder)
        if settings.allowed_models is not None:
            file = Path(read.text(PROMPTS)).name
            prompts.check_models(file, settings.prompts, settings.allowed_models)
        return settings

    @classmethod
    def _parse(cls, read: Reader, folder: Path = PROJECT) -> Settings:
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
            login=Login.read(read),
            visitor_tokens=read.whole("CHAT_VISITOR_TOKENS", None, 1, MOST_TOKENS),
            daily_tokens=read.whole("CHAT_DAILY_TOKENS", None, 1, MOST_TOKENS),
            data=Path(read.text("CHAT_DATA")) if read.text("CHAT_DATA") else None,
            redis_url=read.text("CHAT_REDIS_URL") or None,
            # A Space always stands behind a proxy.
            proxy=read.switch("CHAT_PROXY", default=bool(read.text("SPACE_ID"))),
            hosts=read.sites("CHAT_HOSTS", HOST, "setting_hosts"),
            frames=read.sites("CHAT_FRAMES", FRAME, "setting_frames"),
            store=read.switch("CHAT_STORE", default=True),
            titles=read.switch("CHAT_TITLES", default=False),
            feedback=read.switch("CHAT_FEEDBACK", default=False),
            log=read.choice("CHAT_LOG", LOGS) or "text",
            files=read.choice("CHAT_FILES", FILES) or "all",
            files_count=read.whole("CHAT_FILES_COUNT", MOST_FILES, 1, MOST_FILES),
            files_megabytes=read.whole("CHAT_FILES_MEGABYTES", MOST_MEGABYTES, 1, MOST_MEGABYTES),
            transcription_model=read.text("CHAT_TRANSCRIPTION_MODEL") or None,
            language=read.language("CHAT_LANGUAGE"),
            prompts=prompts.read(read.file(PROMPTS, folder)),
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


def secrets_in_files(folder: Path) -> dict[str, object]:
    """Streamlit's secrets, for who runs without it, in this folder. Raises `SettingsError`."""
    secrets: dict[str, object] = {}
    for place in (Path.home(), folder):  # where it looks (1.67); what comes later wins
        file = place / ".streamlit" / "secrets.toml"
        try:
            secrets |= tomllib.loads(file.read_text(encoding="utf-8"))
        except FileNotFoundError:
            continue
        except (OSError, ValueError):
            raise SettingsError("setting_toml", file=file.name) from None
    return secrets


def variables() -> frozenset[str]:
    """The names of all the variables that an owner can set."""
    reader = Reader({})
    Settings._parse(reader)
    return frozenset(reader.names) - {"SPACE_ID"} - SPACES_OWN  # which the Hub sets


def _read_dotenv(path: Path) -> dict[str, str]:
    """The variables of a `.env` file; none where there is no file."""
    try:
        # utf-8-sig: editors on Windows begin a file with a byte order mark.
        values = dotenv_values(path, interpolate=False, encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        raise SettingsError("setting_file", file=path.name) from None
    return {name: value for name, value in values.items() if value is not None}
