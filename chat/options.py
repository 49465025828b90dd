"""How a request is to be answered, and what a conversation begins with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

DEFAULT_SYSTEM_PROMPT = "You are a helpful assistant."
DEFAULT_ROUNDS = 3
MOST_ROUNDS = 20
# What a service may take, from least to most.
EFFORTS = ("none", "minimal", "low", "medium", "high", "xhigh", "max")
VERBOSITIES = ("low", "medium", "high")
# What a service may not take as it was set.
REFUSABLE = ("temperature", "top_p", "reasoning_effort", "verbosity", "system_prompt", "max_tokens")


@dataclass(frozen=True, kw_only=True)
class Options:
    """How a request is to be answered; what is None is left to the model.

    `temperature` is 0 to 2, `top_p` is 0 to 1, `max_tokens` bounds the completion,
    `reasoning_effort` is one of `EFFORTS`, `verbosity` one of `VERBOSITIES`.
    """

    model: str
    temperature: float | None = None
    top_p: float | None = None
    max_tokens: int | None = None
    reasoning_effort: str | None = None
    verbosity: str | None = None

    @classmethod
    def of(cls, values: Mapping[Any, Any]) -> Options:
        """The options among values by name; an empty text is left to the model."""
        names = [field.name for field in fields(cls)]
        found: dict[str, Any] = {name: values[name] for name in names if values[name] != ""}
        return cls(**found)

    @property
    def values(self) -> dict[str, object]:
        """The options by name, with an empty text for a choice that is left to the model."""
        effort, verbosity = self.reasoning_effort or "", self.verbosity or ""
        return {**asdict(self), "reasoning_effort": effort, "verbosity": verbosity}
