"""What is known of each model, and what is not guessed."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from chat.models import Model, find, table
from chat.usage import Usage


def test_the_table_knows_the_models_and_their_facts() -> None:
    assert len(table()) == 24
    assert table()["gpt-4o"] == Model(
        name="gpt-4o",
        encoding="o200k_base",
        context_tokens=128_000,
        max_output_tokens=16_384,
        usd_per_million_input=Decimal("2.50"),
        usd_per_million_cached_input=Decimal("1.25"),
        usd_per_million_output=Decimal("10.00"),
        reasoning=False,
        vision=True,
        shutdown=date(2027, 1, 14),
    )


@pytest.mark.parametrize(
    ("name", "known"),
    [
        ("gpt-4o", "gpt-4o"),
        ("GPT-4o", "gpt-4o"),
        ("gpt-4o-2024-11-20", "gpt-4o"),
        ("gpt-4o-mini-2024-07-18", "gpt-4o-mini"),
        ("gpt-4-0613", "gpt-4"),
        ("gpt-4-turbo-2024-04-09", "gpt-4-turbo"),
        ("gpt-5.6-luna-latest", "gpt-5.6-luna"),
        ("openai/gpt-4o", "gpt-4o"),
        ("openrouter/openai/gpt-5.1:fastest", "gpt-5.1"),
        ("gpt-6-luna", "gpt-6-luna"),
    ],
)
def test_dated_and_routed_names_are_the_model_they_name(name: str, known: str) -> None:
    assert find(name) is table()[known]


@pytest.mark.parametrize(
    "name",
    [
        "gpt-5.9",
        "gpt-5-pro",
        "gpt-4o-audio-preview",
        "gpt-45",
        "llama3.2",
        "acme/gpt-4o",
        "meta-llama/Llama-3.3-70B-Instruct:fastest",
        "",
    ],
)
def test_a_model_that_is_not_known_is_not_guessed(name: str) -> None:
    assert find(name) == Model(name=name)


def test_a_cost_is_what_a_hand_calculates() -> None:
    usage = Usage(prompt_tokens=12_000, completion_tokens=3_000, cached_tokens=10_000)
    # 2,000 x 2.50 + 10,000 x 1.25 + 3,000 x 10.00 = 47,500 millionths of a dollar
    assert find("gpt-4o").cost(usage) == Decimal("0.0475")


def test_where_no_price_is_known_for_cached_tokens_they_cost_as_any_other() -> None:
    usage = Usage(prompt_tokens=1_000, completion_tokens=0, cached_tokens=500)
    assert find("gpt-4").cost(usage) == Decimal("0.03")


@pytest.mark.parametrize(
    ("name", "context_tokens", "max_tokens", "capacity"),
    [
        ("gpt-4o", None, None, 128_000 - 16_384),
        ("gpt-4o", 5, 1_000, 127_000),
        ("llama3.2", 8_000, None, 6_000),
        ("llama3.2", 8_000, 3_000, 5_000),
        ("llama3.2", 8_000, 9_000, 0),
        ("llama3.2", None, 9_000, None),
    ],
)
def test_the_room_of_a_prompt_is_the_context_less_the_answers_room(
    name: str, context_tokens: int | None, max_tokens: int | None, capacity: int | None
) -> None:
    assert (
        find(name).prompt_capacity(context_tokens=context_tokens, max_tokens=max_tokens) == capacity
    )


def test_an_unknown_price_is_no_cost() -> None:
    assert find("llama3.2").cost(Usage(prompt_tokens=1, completion_tokens=1)) is None
