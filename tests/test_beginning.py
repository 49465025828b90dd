"""What an address asks for, and how a chat begins with it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from chat.beginning import LONGEST_TEXT, Beginning, Link, begin_with, settings_of
from chat.prompts import MOST_VARIABLES, Prompt
from chat.settings import Settings
from chat.tokens.counter import TokenCounter
from chat.visitor import Visitor


def owners(**variables: str) -> Settings:
    return Settings.load(variables, dotenv=Path("none"))


@pytest.fixture
def visitor() -> Visitor:
    return Visitor(owners(CHAT_MODEL="gpt-5.6-luna"), TokenCounter())


def test_an_address_that_asks_for_nothing_is_an_empty_link() -> None:
    asked = {"lang": "de", "embed": "true", "send": "1", "q": " ", "model": "", "rounds": "\n"}
    assert Link.read(asked, owners()).is_empty


def test_a_link_has_a_question_and_what_is_to_be_set() -> None:
    asked = {"q": " What is\r\na token?\0 ", "model": "other", "prompt": "Be terse.", "rounds": "0"}
    assert Link.read(asked, owners()) == Link(
        question="What is\na token?\ufffd",
        prompt=Prompt(text="Be terse.", model="other", rounds=0),
    )


@pytest.mark.parametrize(
    "asked",
    [
        *({"rounds": value} for value in ("21", "-1", "1.5", "many", "٣", "9999999999")),
        *({"model": value} for value in ("m" * 201, "a\tb", "a\nb")),
        *({name: "x" * (LONGEST_TEXT + 1)} for name in ("q", "prompt")),
    ],
    ids=repr,
)
def test_what_nobody_can_set_is_passed_over_and_the_rest_is_not(asked: dict[str, str]) -> None:
    (name,) = asked
    rest = {"q": "Q", "model": "m", "prompt": "P", "rounds": "7"}
    link, other = Link.read({**rest, **asked}, owners()), Link.read(rest, owners())
    assert link.unusable == (name,)
    if name == "q":
        assert link == Link(prompt=other.prompt, unusable=("q",))
    else:
        assert link.question == "Q"
        assert getattr(link.prompt, {"prompt": "text"}.get(name, name)) is None


def test_a_question_in_a_link_is_no_longer_than_the_owner_allows() -> None:
    assert Link.read({"q": "12345"}, owners(CHAT_MAX_CHARS="5")).question == "12345"
    assert Link.read({"q": "123456"}, owners(CHAT_MAX_CHARS="5")).unusable == ("q",)


def test_under_a_budget_a_link_has_only_the_owners_models() -> None:
    with_budget = owners(CHAT_MODEL="a", CHAT_MODELS="b", CHAT_DAILY_TOKENS="1000")
    assert Link.read({"model": "b"}, with_budget).prompt.model == "b"
    assert Link.read({"model": "c"}, with_budget).unusable == ("model",)


def test_a_prompt_sets_what_it_has_and_leaves_the_rest(visitor: Visitor) -> None:
    before = settings_of(visitor)
    begun = begin_with(visitor, Prompt(name="Brief", icon="✂", text="Be terse.", rounds=0))
    assert begun == Beginning(
        title="✂ Brief",
        settings=Prompt(text="Be terse.", rounds=0),
        before=Prompt(text=before.text, rounds=before.rounds),
        after="",
    )
    assert visitor.conversation.system_prompt == "Be terse."
    assert visitor.conversation.rounds == 0
    assert visitor.options == visitor.owners.options
    begin_with(visitor, begun.before)
    assert settings_of(visitor) == before


def test_the_way_back_from_a_prompt_keeps_what_was_set_besides(visitor: Visitor) -> None:
    before = settings_of(visitor)
    begun = begin_with(visitor, Prompt(text="Be terse."))
    begin_with(visitor, Prompt(model="gpt-4o", rounds=9))  # by hand
    begin_with(visitor, begun.before)
    assert settings_of(visitor) == replace(before, model="gpt-4o", rounds=9)


def test_the_way_back_from_a_model_that_takes_no_effort_brings_it_back(visitor: Visitor) -> None:
    begin_with(visitor, Prompt(model="gpt-5.6-luna", reasoning_effort="high"))
    before = settings_of(visitor)
    begun = begin_with(visitor, Prompt(model="gpt-4o"))
    assert visitor.options.reasoning_effort is None
    begin_with(visitor, begun.before)
    assert settings_of(visitor) == before


def test_a_beginning_holds_until_something_of_it_is_set_to_something_else(visitor: Visitor) -> None:
    begun = begin_with(visitor, Prompt(text="Be terse."))
    visitor.conversation.rounds = 9
    assert begun.holds(visitor)
    visitor.conversation.system_prompt = "Be long."
    assert not begun.holds(visitor)


def test_a_prompt_sets_an_effort_that_its_model_takes(visitor: Visitor) -> None:
    begun = begin_with(visitor, Prompt(model="gpt-5.6-luna", reasoning_effort="high"))
    assert visitor.options.reasoning_effort == begun.settings.reasoning_effort == "high"
    begun = begin_with(visitor, Prompt(model="gpt-4o"))
    assert settings_of(visitor) == Prompt(
        text="You are a helpful assistant.", model="gpt-4o", reasoning_effort="", rounds=3
    )
    assert begin_with(visitor, begun.before).settings == begun.before


def test_a_prompt_does_not_lead_around_a_budget() -> None:
    visitor = Visitor(owners(CHAT_MODEL="a", CHAT_VISITOR_TOKENS="10"), TokenCounter())
    begin_with(visitor, Prompt(model="b", rounds=1))
    assert (visitor.options.model, visitor.conversation.rounds) == ("a", 1)


def test_what_is_put_into_a_prompt_is_text_whatever_it_looks_like() -> None:
    prompt = Prompt(text="From {{ a }} to {{b}}, {{a}}, {{ }}, {{{c}}}, {{\n}}.")
    assert prompt.variables == ("a", "b", "c")
    filled = prompt.filled({"a": "{{b}}", "b": r"\1", "c": ""})
    assert filled.text == r"From {{b}} to \1, {{b}}, {{ }}, {}, {{" + "\n}}."
    assert Prompt().variables == ()


def test_a_prompt_asks_for_few_things() -> None:
    names = [f"v{number}" for number in range(MOST_VARIABLES + 2)]
    prompt = Prompt(text=" ".join(f"{{{{{name}}}}}" for name in names))
    assert prompt.variables == tuple(names[:MOST_VARIABLES])
    filled = prompt.filled(dict.fromkeys(prompt.variables, "x")).text
    assert filled == " ".join(["x"] * MOST_VARIABLES + ["{{v10}}", "{{v11}}"])
