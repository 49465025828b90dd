"""What is known of each model, and what is not guessed."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from chat.models import Model, Usage, find, table
from chat.options import EFFORTS, Options


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
        picture_tiles=(85, 170),
        shutdown=date(2027, 1, 14),
    )


@pytest.mark.parametrize("model", table().values(), ids=lambda model: model.name)
def test_each_model_of_the_table_is_described_whole(model: Model) -> None:
    least_and_most = (model.context_tokens, model.max_output_tokens)
    assert all(least_and_most)
    assert (model.max_output_tokens or 0) <= (model.context_tokens or 0)
    assert model.usd_per_million_input is not None
    assert model.usd_per_million_output is not None
    assert model.usd_per_million_input < model.usd_per_million_output
    assert (model.usd_per_million_cached_input or 0) < model.usd_per_million_input
    assert None not in (model.reasoning, model.vision)
    assert bool(model.efforts) is model.reasoning
    efforts = model.efforts or ()
    assert tuple(effort for effort in EFFORTS if effort in efforts) == efforts
    assert not model.verbosity or model.reasoning
    assert model.default_effort is None or model.default_effort in efforts


@pytest.mark.parametrize(
    ("name", "efforts"),
    [
        ("gpt-5-mini", "minimal low medium high"),
        ("gpt-5.1", "none low medium high"),
        ("gpt-5.4-nano", "none low medium high xhigh"),
        ("gpt-5.6-luna", "none low medium high xhigh"),
        ("gpt-6-luna", "none low medium high xhigh max"),
        ("gpt-6-astra", "low medium high xhigh max"),
        ("o3", "low medium high"),
        ("gpt-4o", ""),
        ("llama3.2", "low medium high"),
    ],
)
def test_the_efforts_that_a_model_takes_are_offered(name: str, efforts: str) -> None:
    assert " ".join(find(name).offered_efforts) == efforts


def everything(effort: str | None) -> Options:
    return Options(model="m", temperature=0.5, top_p=0.5, reasoning_effort=effort, verbosity="low")


@pytest.mark.parametrize(
    ("name", "effort", "accepted", "takes_temperature", "takes_verbosity"),
    [
        ("gpt-5.1", "none", "none", True, True),
        ("gpt-5.1", "high", "high", False, True),
        ("gpt-5.1", "xhigh", None, True, True),  # so its default holds, which is none
        ("gpt-5.1", None, None, True, True),
        ("gpt-5.4-mini", None, None, True, True),
        ("gpt-5.5", None, None, False, True),
        ("gpt-6-luna", None, None, False, True),  # whose default is not known
        ("gpt-5", "high", "high", False, True),
        ("o3", "high", "high", False, False),
        ("gpt-4o", "high", None, True, False),
        ("llama3.2", "max", "max", True, False),
        ("llama3.2", "made up", None, True, False),
    ],
)
def test_what_a_model_is_known_to_refuse_is_not_sent(
    name: str,
    effort: str | None,
    accepted: str | None,
    takes_temperature: bool,
    takes_verbosity: bool,
) -> None:
    wanted = everything(effort)
    verbosity = "low" if takes_verbosity else None
    kept = find(name).accepted(wanted)
    assert (kept.reasoning_effort, kept.verbosity) == (accepted, verbosity)
    assert (kept.temperature, kept.top_p) == (0.5, 0.5)
    sent = find(name).sendable(wanted)
    assert (sent.reasoning_effort, sent.verbosity) == (accepted, verbosity)
    assert (sent.temperature, sent.top_p) == ((0.5, 0.5) if takes_temperature else (None, None))


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
