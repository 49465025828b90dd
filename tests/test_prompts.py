"""The prompts that an owner ships, and what is said of a file that cannot be used."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from chat.beginning import Link
from chat.prompts import Prompt, picked, read
from chat.settings import PROJECT, Settings, SettingsError

TRANSLATOR = """
[[prompt]]
name = " Translator "
icon = "🌍"
text = '''
Translate into {{language}}.
'''
model = "m"
effort = "low"
rounds = 0
"""
PLAIN = '[[prompt]]\nname = "Plain"\ntext = "P"\n'


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "prompts.toml"


def load(file: Path, **variables: str) -> Settings:
    return Settings.load({"CHAT_PROMPTS": str(file), **variables}, dotenv=Path("none"))


def test_a_prompt_has_a_name_and_a_text_and_whatever_else_it_sets(file: Path) -> None:
    file.write_text(f"\ufeff{TRANSLATOR}{PLAIN}", encoding="utf-8")
    assert load(file).prompts == (
        Prompt(
            name="Translator",
            icon="🌍",
            text="Translate into {{language}}.",
            model="m",
            reasoning_effort="low",
            rounds=0,
        ),
        Prompt(name="Plain", text="P"),
    )


def test_without_a_file_there_are_none(file: Path) -> None:
    assert Settings.load({}, dotenv=Path("none")).prompts == ()
    file.write_text("", encoding="utf-8")
    assert load(file).prompts == ()


def test_a_path_begins_in_the_folder_of_the_app() -> None:
    with pytest.raises(SettingsError, match=r"^requirements.txt cannot be read: it is no valid"):
        Settings.load({"CHAT_PROMPTS": "requirements.txt"}, dotenv=Path("none"))


@pytest.mark.parametrize("page", ["CONFIGURATION.md", "CONFIGURATION.zh.md"])
def test_the_example_in_the_documentation_can_be_read(page: str, file: Path) -> None:
    text = (PROJECT / ".github" / page).read_text(encoding="utf-8")
    (example,) = re.findall(r"^```toml\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    file.write_text(example, encoding="utf-8")
    assert [prompt.variables for prompt in read(file)] == [("language",), ()]


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("[[prompt]", "prompts.toml cannot be read: it is no valid TOML."),
        (
            "prompt = 1",
            "prompts.toml must have nothing in it but tables that begin with [[prompt]].",
        ),
        (
            "prompt = [1]",
            "prompts.toml must have nothing in it but tables that begin with [[prompt]].",
        ),
        (
            "[[prompts]]",
            "prompts.toml must have nothing in it but tables that begin with [[prompt]].",
        ),
        ("[[prompt]]", "prompts.toml, prompt 1: name must be a text of 1 to 60 characters."),
        (
            f"{PLAIN}[[prompt]]\nname = 5",
            "prompts.toml, prompt 2: name must be a text of 1 to 60 characters.",
        ),
        (
            '[[prompt]]\nname = "A"\ntext = " "',
            "prompts.toml, prompt A: text must be a text of 1 to 100,000 characters.",
        ),
        (
            f'{PLAIN}icon = "{"x" * 11}"',
            "prompts.toml, prompt Plain: icon must be a text of 1 to 10 characters.",
        ),
        (
            rf'{PLAIN}model = "a\nb"',
            "prompts.toml, prompt Plain: model must be a text of 1 to 200 characters.",
        ),
        (
            rf'{PLAIN}model = "\u0000"',
            "prompts.toml, prompt Plain: model must be a text of 1 to 200 characters.",
        ),
        (
            f"{PLAIN}rounds = 21",
            "prompts.toml, prompt Plain: rounds must be a whole number from 0 to 20.",
        ),
        (
            f"{PLAIN}rounds = true",
            "prompts.toml, prompt Plain: rounds must be a whole number from 0 to 20.",
        ),
        (
            f'{PLAIN}effort = "hard"',
            "prompts.toml, prompt Plain: effort must be one of"
            " none, minimal, low, medium, high, xhigh, max.",
        ),
        (
            f"{PLAIN}effort = [1]",
            "prompts.toml, prompt Plain: effort must be one of"
            " none, minimal, low, medium, high, xhigh, max.",
        ),
        (
            f"{PLAIN}temperature = 1",
            "prompts.toml, prompt Plain: temperature is not known, only"
            " name, icon, text, model, effort, rounds.",
        ),
        (
            PLAIN + PLAIN.replace("Plain", "PLAIN"),
            "prompts.toml, prompt PLAIN: another one has this name.",
        ),
    ],
    ids=lambda value: re.sub(r"\W+", "-", value)[:60],
)
def test_what_is_wrong_is_said_in_one_sentence_with_its_place(
    file: Path, written: str, said: str
) -> None:
    file.write_text(written, encoding="utf-8")
    with pytest.raises(SettingsError) as raised:
        load(file)
    assert str(raised.value) == said


def test_a_file_that_is_not_there_or_no_text_is_named(file: Path) -> None:
    with pytest.raises(SettingsError, match=r"^CHAT_PROMPTS is .*prompts.toml', but there is no"):
        load(file)
    file.write_bytes(b"\xff")
    with pytest.raises(SettingsError, match=r"^prompts.toml cannot be read: save it as UTF-8 text"):
        load(file)


def test_under_a_budget_a_prompt_has_one_of_the_owners_models(file: Path) -> None:
    file.write_text(PLAIN + TRANSLATOR, encoding="utf-8")
    assert load(file, CHAT_DAILY_TOKENS="10", CHAT_MODELS="m").prompts[1].model == "m"
    with pytest.raises(SettingsError) as raised:
        load(file, CHAT_DAILY_TOKENS="10", CHAT_MODEL="a", CHAT_MODELS="b")
    assert str(raised.value) == "prompts.toml, prompt Translator: model must be one of a, b."


def test_a_link_has_a_prompt_by_its_name_and_sets_the_rest_otherwise(file: Path) -> None:
    file.write_text(TRANSLATOR, encoding="utf-8")
    owners = load(file)
    (translator,) = owners.prompts
    assert Link.read({"prompt": "TRANSLATOR"}, owners).prompt == translator
    other = Link.read({"prompt": "translator", "rounds": "5", "model": "n"}, owners).prompt
    assert (other.title, other.rounds, other.model) == ("🌍 Translator", 5, "n")
    assert other.reasoning_effort == "low"
    assert Link.read({"prompt": "Translate"}, owners).prompt == Prompt(text="Translate")


SHIPPED = (Prompt(name="Brief", text="Be terse."),)
OWN = {"name": " Own ", "icon": "✂", "text": "Be odd.", "model": "m", "rounds": 0}


def test_what_was_picked_is_the_owners_or_the_visitors_own() -> None:
    own = Prompt(name="Own", icon="✂", text="Be odd.", model="m", rounds=0)
    assert picked([{"number": 1, "shipped": "Brief"}], SHIPPED, received=0) == (SHIPPED[0], 1)
    assert picked([{"number": 7, "own": OWN}], SHIPPED, received=1) == (own, 7)
    least = {"name": "N", "text": "T", "effort": "low"}
    prompt = Prompt(name="N", text="T", reasoning_effort="low")
    assert picked([{"number": 2, "own": least}], (), received=1) == (prompt, 2)


def test_of_several_the_last_one_is_picked_and_none_twice() -> None:
    said = [{"number": 1, "shipped": "Brief"}, {"number": 2, "own": OWN}]
    assert picked(said, SHIPPED, received=0) == (picked(said[1:], (), received=1)[0], 2)
    assert picked(said, SHIPPED, received=2) == (None, 2)


ODD: list[dict[str, object]] = [
    {"name": ""},
    {"text": " "},
    {"text": "x" * 100_001},
    {"icon": "\ud83d"},
    {"effort": "odd"},
    {"rounds": True},
    {"rounds": 21},
    {"more": 1},
]


@pytest.mark.parametrize(
    "said",
    [
        *(None, "Brief", [], {}, {"shipped": "brief"}, {"shipped": 0}, {"own": []}),
        {"own": OWN, "shipped": "Brief"},
        *({"own": {**OWN, **odd}} for odd in ODD),
    ],
)
def test_what_is_no_prompt_is_passed_over(said: object) -> None:
    assert picked(said, SHIPPED, received=0) == (None, 0)
    if isinstance(said, dict):
        assert picked([{"number": 1, **said}], SHIPPED, received=0) == (None, 1)
