"""Every environment variable: its default, its bounds, its error, and which source wins."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from chat.files.bounds import BOUNDS, Bounds, Kinds
from chat.options import Options
from chat.settings import FILES, PROJECT, Settings, SettingsError, variables

NO_FILE = Path("no-such-file")


def load(**environment: str) -> Settings:
    return Settings.load(environment, dotenv=NO_FILE)


def test_without_any_variable_the_defaults_hold() -> None:
    assert load() == Settings(
        api_key=None,
        base_url=None,
        model="gpt-5.6-luna",
        models=(),
        system_prompt="You are a helpful assistant.",
        rounds=3,
        temperature=None,
        top_p=None,
        max_tokens=None,
        reasoning_effort=None,
        timeout=None,
        context_tokens=None,
        title=None,
        max_chars=None,
        own_key=False,
        password=None,
        visitor_tokens=None,
        daily_tokens=None,
        data=None,
        redis_url=None,
        proxy=False,
        store=True,
        titles=False,
        log="text",
        files="all",
        files_count=8,
        files_megabytes=20,
        transcription_model=None,
    )


def test_every_variable_is_read_and_trimmed() -> None:
    settings = load(
        OPENAI_API_KEY=" sk-key\n",
        OPENAI_BASE_URL="\thttp://localhost:11434/v1 ",
        CHAT_MODEL=" llama3.2 ",
        CHAT_MODELS="a, b,,a ",
        CHAT_SYSTEM_PROMPT=" Be brief. ",
        CHAT_ROUNDS=" 20 ",
        CHAT_TEMPERATURE="0.5",
        CHAT_TOP_P="1",
        CHAT_MAX_TOKENS="100",
        CHAT_REASONING_EFFORT="High",
        CHAT_TIMEOUT="2.5",
        CHAT_CONTEXT_TOKENS="8192",
        CHAT_TITLE=" Aunt Emma's chat ",
        CHAT_MAX_CHARS="4000",
        CHAT_OWN_KEY="On",
        CHAT_PASSWORD=" open sesame ",
        CHAT_VISITOR_TOKENS="1000",
        CHAT_DAILY_TOKENS="2000",
        CHAT_DATA="/data",
        CHAT_REDIS_URL=" redis://:hunter2@host ",
        CHAT_PROXY="on",
        CHAT_STORE="off",
        CHAT_TITLES="on",
        CHAT_LOG="JSON",
        CHAT_FILES="Images",
        CHAT_FILES_COUNT="1",
        CHAT_FILES_MEGABYTES="2",
        CHAT_TRANSCRIPTION_MODEL=" gpt-transcribe ",
    )
    assert settings == Settings(
        api_key="sk-key",
        base_url="http://localhost:11434/v1",
        model="llama3.2",
        models=("a", "b"),
        system_prompt="Be brief.",
        rounds=20,
        temperature=0.5,
        top_p=1.0,
        max_tokens=100,
        reasoning_effort="high",
        timeout=2.5,
        context_tokens=8192,
        title="Aunt Emma's chat",
        max_chars=4000,
        own_key=True,
        password="open sesame",
        visitor_tokens=1000,
        daily_tokens=2000,
        data=Path("/data"),
        redis_url="redis://:hunter2@host",
        proxy=True,
        store=False,
        titles=True,
        log="json",
        files="images",
        files_count=1,
        files_megabytes=2,
        transcription_model="gpt-transcribe",
    )
    assert "sesame" not in repr(settings)
    assert "sk-key" not in repr(settings)
    assert "hunter2" not in repr(settings)
    assert settings.options == Options(
        model="llama3.2", temperature=0.5, top_p=1.0, max_tokens=100, reasoning_effort="high"
    )


def test_the_kinds_of_files_are_those_that_can_be_read() -> None:
    assert [*FILES] == [*Kinds]
    assert Kinds(load().files) is Kinds.ALL


def test_an_owner_can_bound_files_more_narrowly_than_we_do() -> None:
    most = load()
    assert Bounds.of(files=most.files_count, megabytes=most.files_megabytes) == BOUNDS
    with pytest.raises(SettingsError, match="CHAT_FILES_COUNT"):
        load(CHAT_FILES_COUNT=str(BOUNDS.files + 1))


@pytest.mark.parametrize("empty", ["", " \n"])
def test_empty_means_unset_but_a_prompt_may_be_empty_on_purpose(empty: str) -> None:
    names = [
        *("OPENAI_API_KEY", "OPENAI_BASE_URL", "CHAT_MODEL", "CHAT_MODELS", "CHAT_ROUNDS"),
        *("CHAT_TEMPERATURE", "CHAT_TOP_P", "CHAT_MAX_TOKENS", "CHAT_TIMEOUT", "CHAT_TITLE"),
        *("CHAT_CONTEXT_TOKENS", "CHAT_MAX_CHARS", "CHAT_OWN_KEY", "CHAT_PASSWORD", "CHAT_STORE"),
        *("CHAT_VISITOR_TOKENS", "CHAT_DAILY_TOKENS", "CHAT_DATA", "CHAT_TITLES", "CHAT_PROXY"),
        *("CHAT_REASONING_EFFORT", "CHAT_FILES", "CHAT_TRANSCRIPTION_MODEL", "CHAT_REDIS_URL"),
    ]
    assert load(**dict.fromkeys(names, empty)) == load()
    assert load(CHAT_SYSTEM_PROMPT=empty).system_prompt == ""


@pytest.mark.parametrize(
    ("name", "value", "allowed"),
    [
        ("CHAT_ROUNDS", "many", "a whole number from 0 to 20"),
        ("CHAT_ROUNDS", "21", "a whole number from 0 to 20"),
        ("CHAT_ROUNDS", "-1", "a whole number from 0 to 20"),
        ("CHAT_ROUNDS", "2.0", "a whole number from 0 to 20"),
        ("CHAT_TEMPERATURE", "warm", "a number from 0 to 2"),
        ("CHAT_TEMPERATURE", "nan", "a number from 0 to 2"),
        ("CHAT_TOP_P", "1.1", "a number from 0 to 1"),
        ("CHAT_MAX_TOKENS", "0", "a whole number from 1 to 10000000"),
        ("CHAT_TIMEOUT", "0", "a number from 1 to 600"),
        ("CHAT_STORE", "maybe", "on or off"),
        ("CHAT_REASONING_EFFORT", "hard", "one of none, minimal, low, medium, high, xhigh, max"),
        ("CHAT_FILES", "pictures", "one of off, images, documents, all"),
        ("CHAT_DAILY_TOKENS", "0", "a whole number from 1 to 1000000000000"),
        ("OPENAI_BASE_URL", "localhost:11434/v1", "an address like https://host/v1"),
        ("OPENAI_BASE_URL", "http://localhost:port/v1", "an address like https://host/v1"),
        ("OPENAI_BASE_URL", "http://localhost:99999/v1", "an address like https://host/v1"),
        ("OPENAI_BASE_URL", "http://[", "an address like https://host/v1"),
    ],
)
def test_a_value_that_does_not_parse_is_one_sentence(name: str, value: str, allowed: str) -> None:
    with pytest.raises(SettingsError) as raised:
        load(**{name: value})
    sentence = str(raised.value)
    assert sentence.startswith(f"{name} is ")
    assert sentence.endswith(f"but must be {allowed}.")
    assert repr(value) in sentence or "[" in value


@pytest.mark.parametrize("key", ["sk-one sk-two", "sk-line\nbreak", "sk-“quoted”", "sk-nul\0"])
def test_a_key_that_cannot_be_one_is_refused_without_showing_it(key: str) -> None:
    with pytest.raises(SettingsError) as raised:
        load(OPENAI_API_KEY=key)
    assert "OPENAI_API_KEY" in str(raised.value)
    assert "sk-" not in str(raised.value)


@pytest.mark.parametrize("name", ["CHAT_OWN_KEY", "OPENAI_BASE_URL", "CHAT_ROUNDS", "CHAT_TOP_P"])
@pytest.mark.parametrize("key", ["sk-short", "0123456789abcdef0123456789ABCDEF"])
def test_a_key_in_the_wrong_variable_is_not_shown(name: str, key: str) -> None:
    with pytest.raises(SettingsError) as raised:
        load(**{name: key})
    assert key.lower() not in str(raised.value).lower()


def test_a_space_stands_behind_a_proxy() -> None:
    assert load(SPACE_ID="user/app").proxy
    assert not load(SPACE_ID="user/app", CHAT_PROXY="off").proxy


def test_with_a_budget_only_the_owners_models_are_allowed() -> None:
    chosen = {"CHAT_MODEL": "cheap", "CHAT_MODELS": "cheap, better"}
    assert load(**chosen).allowed_models is None
    assert load(**chosen, CHAT_DAILY_TOKENS="5").allowed_models == ("cheap", "better")
    assert load(CHAT_MODEL="cheap", CHAT_VISITOR_TOKENS="5").allowed_models == ("cheap",)


def test_a_password_in_a_bad_address_is_not_shown() -> None:
    with pytest.raises(SettingsError) as raised:
        load(OPENAI_BASE_URL="ftp://me:hunter2@host")
    assert "hunter2" not in str(raised.value)


def test_the_key_is_not_in_the_settings_own_text() -> None:
    assert "sk-key" not in repr(load(OPENAI_API_KEY="sk-key"))


def test_the_environment_wins_over_the_file_and_the_file_over_the_secrets(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("CHAT_MODEL=file\nCHAT_TITLE=file\n", encoding="utf-8")
    settings = Settings.load(
        {"CHAT_MODEL": "process"},
        dotenv=file,
        secrets={"CHAT_MODEL": "secret", "CHAT_TITLE": "secret", "CHAT_ROUNDS": 7},
    )
    assert (settings.model, settings.title, settings.rounds) == ("process", "file", 7)


def test_secrets_that_streamlit_copied_into_the_environment_do_not_win_over_the_file(
    tmp_path: Path,
) -> None:
    file = tmp_path / ".env"
    file.write_text("CHAT_TITLE=file\n", encoding="utf-8")
    copied = {"CHAT_TITLE": "secret"}
    assert Settings.load(copied, dotenv=file, secrets=copied).title == "file"


def test_a_file_from_windows_with_quotes_and_dollars_is_read_as_it_stands(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_bytes("\ufeffCHAT_TITLE='Ünser ${HOME} Chat'\r\nOPENAI_API_KEY=\r\n".encode())
    settings = Settings.load({}, dotenv=file)
    assert (settings.title, settings.api_key) == ("Ünser ${HOME} Chat", None)


def test_a_file_that_is_no_text_is_one_sentence(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_bytes(b"CHAT_TITLE=\xff\xfe")
    with pytest.raises(SettingsError, match=r"^\.env cannot be read: save it as UTF-8 text\.$"):
        Settings.load({}, dotenv=file)


def test_the_example_file_names_every_variable_and_changes_nothing() -> None:
    example = PROJECT / ".env.example"
    assert Settings.load({}, dotenv=example) == load()
    named = set(re.findall(r"^#? ?([A-Z_]+)=", example.read_text(encoding="utf-8"), re.MULTILINE))
    assert named == variables()
    files = (PROJECT / "chat" / name for name in ("settings.py", "login.py"))
    source = "".join(file.read_text(encoding="utf-8") for file in files)
    assert named == set(re.findall(r'"((?:CHAT|OPENAI)_[A-Z_]+)"', source))
