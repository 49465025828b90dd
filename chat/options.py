"""How a request is to be answered, and what a conversation begins with."""

from __future__ import annotations

from dataclasses import dataclass

DEFAULT_SYSTEM_PROMPT = "You are a helpful assistant."
DEFAULT_ROUNDS = 3
MOST_ROUNDS = 20


@dataclass(frozen=True, kw_only=True)
class Options:
    """How a request is to be answered; what is None is left to the model.

    `temperature` is 0 to 2, `top_p` is 0 to 1, `max_tokens` bounds the completion.
    """

    model: str
    temperature: float | None = None
    top_p: float | None = None
    max_tokens: int | None = None
