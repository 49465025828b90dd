"""Every language: whole, with nothing too much; and numbers, days and forms as it has them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from babel import Locale

from chat.conversation.window import Message
from chat.languages.language import (
    CODES,
    ENGLISH,
    FOLDER,
    PLURALS,
    accepted,
    choose,
    language,
    read,
    say,
    speaking,
    spoken,
)
from chat.languages.terminal import speak_there
from chat.services import demo
from chat.settings import PROJECT
from chat.words import text
from chat.words.__main__ import faults, main

WORDS = read((FOLDER / "en.toml").read_text(encoding="utf-8"))
FOREIGN = [code for code in CODES if code != ENGLISH]
PLACES = [PROJECT / "streamlit_app.py", *sorted((PROJECT / "chat").rglob("*.py"))]


@pytest.mark.parametrize("code", CODES)
def test_a_language_has_every_word_and_none_too_much(
    code: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([code]) == 0, capsys.readouterr().out


@pytest.mark.parametrize(
    ("said", "fault"),
    [
        ({}, "missing      a = 'An {x}'"),
        ({"a": "Ein {x}", "b": "B"}, "superfluous  b"),
        ({"a": "Ein"}, "lacks        a: {x}"),
        ({"a": "Ein {x} {y}"}, "unknown      a: {y}"),
        ({"a": ("Ein {x}",)}, "other kind   a: in English it is 'An {x}'"),
    ],
)
def test_what_is_wrong_with_a_language_is_told(said: dict[str, str], fault: str) -> None:
    assert faults({**said}, {"a": "An {x}"}, forms=PLURALS) == [fault]


def test_a_form_that_a_language_does_not_have_is_told() -> None:
    english = {"a": {"one": "{number} word", "other": "{number} words"}}
    forms = Locale.parse("zh").plural_form.tags | {"other"}
    assert faults({**english}, {**english}, forms=forms) == [
        "no form      a: the language has no one"
    ]
    assert not faults({"a": {"other": "{number} 个词"}}, {**english}, forms=forms)


def test_a_new_language_is_asked_for(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "en.toml").write_text('[a]\nword = "Word"\nother = "Other"\n', encoding="utf-8")
    assert main(["it"], folder=tmp_path) == 2
    assert "Copy en.toml" in capsys.readouterr().err
    (tmp_path / "it.toml").write_text('[a]\nword = "Parola"\n', encoding="utf-8")
    assert main(["it"], folder=tmp_path) == 1
    assert capsys.readouterr().out == "missing      other = 'Other'\n"
    (tmp_path / "it.toml").write_text('[a]\nword = "Parola"\nword = 1\n', encoding="utf-8")
    assert main(["it"], folder=tmp_path) == 2
    assert "it.toml cannot be used" in capsys.readouterr().err


def said_in(place: Path) -> Iterator[str]:
    """The names of the words that a file says, as it writes them."""
    for node in ast.walk(ast.parse(place.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Attribute) and ast.unparse(node.value) == "text":
            if node.attr.isupper():
                yield node.attr.lower()
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


# Tables of which a word is looked for by a name that is made up.
TABLES = {
    *("level", "obstacle", "role", "notice", "fault", "file_fault", "chats", "tray", "streamlit"),
    *("says", "asks", "microphone", "queue", "taking", "sharing", "own_prompts"),
    *(name for name in (key.partition(".")[0] for key in WORDS) if name[0].isupper()),
}


def test_every_word_is_said_somewhere_and_what_is_said_is_a_word() -> None:
    said = {name for place in PLACES for name in said_in(place)}
    unsaid = {name for name in WORDS if name not in said and name.partition(".")[0] not in TABLES}
    # Grades of counts, and plural forms of a time, by the name of a kind or a length.
    assert unsaid == {"exact", "calibrated", "estimated", "name"} - said
    for place in PLACES:
        for node in ast.walk(ast.parse(place.read_text(encoding="utf-8"))):
            of_text = isinstance(node, ast.Attribute) and ast.unparse(node.value) == "text"
            if isinstance(node, ast.Attribute) and of_text and node.attr.isupper():
                assert getattr(text, node.attr) is not None
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "say":
                name = node.args[0]
                assert not isinstance(name, ast.Constant) or str(name.value) in WORDS, name


def written(node: ast.AST) -> Iterator[str]:
    """The texts in an expression, but for what is given to a call."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    if not isinstance(node, ast.Call | ast.Subscript):
        for inner in ast.iter_child_nodes(node):
            yield from written(inner)


SEEN = {
    *("button", "caption", "chat_input", "dialog", "download_button", "error", "expander"),
    *("form_submit_button", "header", "info", "markdown", "number_input", "selectbox", "slider"),
    *("subheader", "success", "text", "text_area", "text_input", "title", "toggle", "warning"),
    *("write", "checkbox", "radio", "toast", "page_link", "popover", "tabs", "spinner", "status"),
}


def test_the_page_draws_no_word_of_its_own() -> None:
    for place in [PROJECT / "streamlit_app.py", *(PROJECT / "chat" / "ui").glob("*.py")]:
        for node in ast.walk(ast.parse(place.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
                continue
            if node.func.attr not in SEEN:
                continue
            seen = [node.args[0]] if node.args else []
            seen += [k.value for k in node.keywords if k.arg in ("help", "placeholder", "label")]
            for shown in seen:
                words = [text for text in written(shown) if re.search(r"[A-Za-z]{3}", text)]
                assert not words, (place.name, node.lineno, words)


@pytest.mark.parametrize(
    ("wishes", "code"),
    [
        (["zh"], "zh"),
        (["zh-CN"], "zh"),
        (["zh-TW"], "zh"),
        (["zh_HK.UTF-8"], "zh"),
        (["DE-at"], "de"),
        (["pt-BR"], "en"),
        (["pt-BR", "es-MX", "de"], "es"),
        ([None, "", "C.UTF-8", "POSIX"], "en"),
        (["../en", "e" * 10_000, "\0"], "en"),
        ([], "en"),
    ],
)
def test_the_first_wish_that_can_be_met_is_met(wishes: list[str | None], code: str) -> None:
    assert choose(*wishes).code == code


@pytest.mark.parametrize(
    ("owners", "locales", "code"),
    [
        (None, {"LANG": "zh_CN.UTF-8"}, "zh"),
        (None, {"LC_ALL": "", "LC_MESSAGES": "es_MX", "LANG": "zh_CN.UTF-8"}, "es"),
        (None, {"LC_ALL": "C", "LC_MESSAGES": "es_MX", "LANG": "zh_CN.UTF-8"}, "en"),
        ("de", {"LC_ALL": "zh_CN.UTF-8"}, "de"),
        (None, {}, "en"),
    ],
)
def test_a_terminal_has_its_owners_language_or_that_of_its_first_locale(
    monkeypatch: pytest.MonkeyPatch, owners: str | None, locales: dict[str, str], code: str
) -> None:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.setenv(name, locales.get(name, ""))
    with speaking(language("ar")):
        speak_there(owners)
        assert spoken().code == code


def test_a_browsers_header_is_read_in_its_order() -> None:
    assert choose(*accepted("pt-BR,pt;q=0.9,de;q=0.8,en;q=0.7")).code == "de"
    assert choose(*accepted("*")).code == choose(*accepted("")).code == "en"


def test_numbers_days_and_amounts_are_written_as_the_language_does() -> None:
    written = {
        code: (
            language(code).number(12_345),
            language(code).day(date(2026, 10, 3)),
            language(code).dollars(Decimal("0.00123")),
            language(code).moment(datetime(2026, 10, 3, 9, 5, tzinfo=UTC)),
        )
        for code in ("en", "zh", "de", "es")
    }
    spaced = {code: [each.replace("\xa0", " ") for each in of] for code, of in written.items()}
    assert spaced == {
        "en": ["12,345", "October 3, 2026", "$0.0012", "October 3, 2026, 9:05\u202fAM"],
        "zh": ["12,345", "2026年10月3日", "US$0.0012", "2026年10月3日 09:05"],
        "de": ["12.345", "3. Oktober 2026", "0,0012 $", "3. Oktober 2026, 09:05"],
        "es": ["12.345", "3 de octubre de 2026", "0,0012 US$", "3 de octubre de 2026, 9:05"],
    }


def test_an_amount_has_cents_or_two_digits_that_say_something() -> None:
    amounts = ["0", "0.06", "0.5", "1.005", "1234.5", "0.00004321"]
    shown = [language("en").dollars(Decimal(amount)) for amount in amounts]
    assert shown == ["$0.00", "$0.06", "$0.50", "$1.00", "$1,234.50", "$0.000043"]


def test_what_is_put_into_an_arabic_sentence_keeps_its_direction() -> None:
    with speaking(language("ar")):
        assert "\u2068gpt-4o\u2069" in say("by", model="gpt-4o")
        assert "\u2068" not in say("says.echo", question="```\nHi\n```", carried="")
    assert say("by", model="gpt-4o") == "By gpt-4o."


@pytest.mark.parametrize("code", CODES)
def test_the_demo_understands_what_the_page_suggests(code: str) -> None:
    with speaking(language(code)):
        said = [demo.answer((asking(question),)) for question in text.suggestions()]
        assert said[:3] == [say(f"says.{name}") for name in ("tokens", "code", "table")]
        assert said[3].startswith(say("says.first_question"))
        assert demo.answer((asking("xyzzy"),)).startswith(
            say("says.echo", question="", carried="")[:3]
        )
    assert "`" in said[1]


@pytest.mark.parametrize("code", CODES)
def test_the_demo_understands_english_everywhere(code: str) -> None:
    with speaking(language(code)):
        assert demo.answer((asking("Write a short Python function"),)) == say("says.code")


def asking(question: str) -> Message:
    """A question, as a service gets it."""
    return {"role": "user", "content": question}


@pytest.mark.parametrize("code", FOREIGN)
def test_the_demo_streams_in_small_pieces(code: str) -> None:
    with speaking(language(code)):
        said = say("says.tokens")
    pieces = [*demo.pieces(said)]
    assert "".join(pieces) == said
    assert max(map(len, pieces)) < 40
