"""What is known of each model, and what a request took of it.

What is not known is None, and is not guessed.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import cache, lru_cache
from pathlib import Path

from chat.options import EFFORTS, VERBOSITIES, Options

TABLE = Path(__file__).with_name("models.toml")
MILLION = 1_000_000
USUAL_EFFORTS = ("low", "medium", "high")  # of a model that is not known

# Whose models the table describes, where a name says it: "openai/gpt-4o", "azure/gpt-4o:fastest".
_PROVIDERS = frozenset({"openai", "azure"})
# What may stand behind a known name that still means that model: "-2024-11-20", "-0613", "-latest".
_DATED = re.compile(r"-(?:\d{4}-\d{2}-\d{2}|\d{4}|latest)")


@dataclass(frozen=True, kw_only=True)
class Usage:
    """Tokens of one request as the provider counted them."""

    prompt_tokens: int
    completion_tokens: int
    reasoning_tokens: int | None = None
    cached_tokens: int | None = None

    @property
    def total_tokens(self) -> int:
        """Prompt and completion together."""
        return self.prompt_tokens + self.completion_tokens


@dataclass(frozen=True, kw_only=True)
class Model:
    """A model's facts. Context and longest answer in tokens, prices in US dollars per million.

    `efforts` are all reasoning efforts that it takes, and `default_effort` is the one where none is
    sent; `verbosity` says whether it takes that. `vision` says whether it sees pictures; one that
    counts them by tiles has `picture_tiles`: the tokens of a picture, and of each of its tiles.
    """

    name: str
    encoding: str | None = None
    context_tokens: int | None = None
    max_output_tokens: int | None = None
    usd_per_million_input: Decimal | None = None
    usd_per_million_cached_input: Decimal | None = None
    usd_per_million_output: Decimal | None = None
    reasoning: bool | None = None
    efforts: tuple[str, ...] | None = None
    default_effort: str | None = None
    verbosity: bool | None = None
    vision: bool | None = None
    picture_tiles: tuple[int, int] | None = None
    shutdown: date | None = None

    @property
    def offered_efforts(self) -> tuple[str, ...]:
        """The reasoning efforts to choose from; none where it is known not to reason."""
        if self.efforts is not None:
            return self.efforts
        return () if self.reasoning is False else USUAL_EFFORTS

    def takes_temperature(self, effort: str | None) -> bool:
        """Whether temperature and top_p are taken at this effort, as far as is known.

        The models whose efforts are known take them only without any (OpenAI, November 2026).
        """
        return self.efforts is None or (effort or self.default_effort) == "none"

    def accepted(self, options: Options) -> Options:
        """The options without an effort and a verbosity that this model does not take."""
        # Of a model that may reason, but is not known, any effort may be right.
        efforts = EFFORTS if self.efforts is None and self.offered_efforts else self.offered_efforts
        effort, verbosity = options.reasoning_effort, options.verbosity
        return replace(
            options,
            reasoning_effort=effort if effort in efforts else None,
            verbosity=verbosity if self.verbosity and verbosity in VERBOSITIES else None,
        )

    def sendable(self, options: Options) -> Options:
        """The options without anything that this model is known to refuse."""
        accepted = self.accepted(options)
        if self.takes_temperature(accepted.reasoning_effort):
            return accepted
        return replace(accepted, temperature=None, top_p=None)

    def cost(self, usage: Usage) -> Decimal | None:
        """What a request cost in US dollars, by its reported usage; None where no price is known.

        Reasoning is a part of the completion. Cached tokens are a part of the prompt, and cost
        as much as the rest of it where no price of their own is known.
        """
        if self.usd_per_million_input is None or self.usd_per_million_output is None:
            return None
        cached = usage.cached_tokens or 0
        cached_price = self.usd_per_million_cached_input
        if cached_price is None:
            cached_price = self.usd_per_million_input
        return (
            (usage.prompt_tokens - cached) * self.usd_per_million_input
            + cached * cached_price
            + usage.completion_tokens * self.usd_per_million_output
        ) / MILLION

    def prompt_capacity(self, *, context_tokens: int | None, max_tokens: int | None) -> int | None:
        """The longest prompt in tokens: the context less what is kept for the answer.

        `context_tokens` is the owner's setting for a model of unknown context, and `max_tokens`
        the longest answer that is requested. Without it the model's longest answer is kept free,
        or, where that is not known, a quarter of the context. None: no limit is known.
        """
        context = self.context_tokens or context_tokens
        if context is None:
            return None
        return max(0, context - (max_tokens or self.max_output_tokens or context // 4))


@cache
def table() -> dict[str, Model]:
    """The models by name, read once from `models.toml`."""
    with TABLE.open("rb") as file:
        # Prices are decimal numbers: sums of them come out as a person would calculate them.
        rows = tomllib.load(file, parse_float=Decimal)
    for facts in rows.values():
        for listed in facts.keys() & {"efforts", "picture_tiles"}:
            facts[listed] = tuple(facts[listed])
    return {name: Model(name=name, **facts) for name, facts in rows.items()}


_learned: dict[str, Model] = {}  # from the services' own lists
MOST_LEARNED = 5_000  # models


def learn(model: Model) -> None:
    """Note what a service says of a model, for where the table is silent."""
    if len(_learned) < MOST_LEARNED and _learned.get(model.name) != model:
        _learned[model.name] = model
        find.cache_clear()


@lru_cache(maxsize=1000)
def find(name: str) -> Model:
    """What is known of a model, by its id: by the table, else by what its service says of it.

    Of a model that is not known, its name and no more.

    The id may be dated ("gpt-4o-2024-11-20"), and may have the provider's name before and a
    routing word behind it ("openai/gpt-4o:fastest"). The longest match wins.
    """
    provider, _, plain = name.strip().lower().rpartition("/")
    other = _learned.get(name, Model(name=name))
    if provider and provider.rpartition("/")[2] not in _PROVIDERS:
        return other
    plain = plain.partition(":")[0]
    for known in sorted(table(), key=len, reverse=True):
        if plain == known or (plain.startswith(known) and _DATED.fullmatch(plain[len(known) :])):
            return table()[known]
    return other
