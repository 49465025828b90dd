"""The tokens that a service reports, wherever and by whatever names. Pure.

usage_of({"usage": {"prompt_tokens": 3, "completion_tokens": 4}}, {})
"""

from __future__ import annotations

from typing import Any

from chat.models import Usage
from chat.services.parts import fields

LARGEST_COUNT = 10**12  # tokens

_PROMPT = ("prompt_tokens", "input_tokens", "prompt_eval_count")
_COMPLETION = ("completion_tokens", "output_tokens", "eval_count")
_COMPLETION_DETAILS = ("completion_tokens_details", "output_tokens_details")
_PROMPT_DETAILS = ("prompt_tokens_details", "input_tokens_details")
_CACHED = ("cached_tokens", "prompt_cache_hit_tokens", "cache_read_input_tokens")
_APART = ("cache_read_input_tokens", "cache_creation_input_tokens")  # from Anthropic's input_tokens


def usage_of(said: dict[str, Any], choice: dict[str, Any]) -> Usage | None:
    """What an event reports; None where it reports nothing that can be.

    The thoughts of a model become a part of the completion, and what was cached one of the prompt,
    also where a service counts them apart.
    """
    used = said.get("usage") or choice.get("usage") or said.get("x_groq")
    if not used and "eval_count" not in said:  # as in nearly every event
        return None
    usage = fields(fields(used).get("usage") or used or said)
    prompt, completion = _first(usage, _PROMPT), _first(usage, _COMPLETION)
    if prompt is None or completion is None:
        return None
    thoughts = _detail(usage, _COMPLETION_DETAILS, ("reasoning_tokens",))
    total = _first(usage, ("total_tokens",)) or 0
    if "prompt_tokens" not in usage:
        prompt += sum(_first(usage, (name,)) or 0 for name in _APART)
    unnamed = total - prompt - completion
    if unnamed > 0 and thoughts in (None, 0, unnamed):  # as xAI counts, and Google
        completion, thoughts = completion + unnamed, unnamed
    elif thoughts is not None and thoughts > completion:
        completion += thoughts
    cached = _detail(usage, _PROMPT_DETAILS, _CACHED)
    return Usage(
        prompt_tokens=prompt,
        completion_tokens=completion,
        reasoning_tokens=thoughts,
        cached_tokens=cached if cached is None else min(cached, prompt),
    )


def _detail(usage: dict[str, Any], details: tuple[str, ...], names: tuple[str, ...]) -> int | None:
    """A number that stands in the details, or beside them."""
    holders = [*(fields(usage.get(name)) for name in details), usage]
    found = (_first(holder, names) for holder in holders)
    return next((number for number in found if number is not None), None)


def _first(holder: dict[str, Any], names: tuple[str, ...]) -> int | None:
    """The first of these that is there; None where it is none that can be."""
    number = next((holder[name] for name in names if holder.get(name) is not None), None)
    if isinstance(number, float) and number.is_integer():
        number = int(number)
    if not isinstance(number, int) or isinstance(number, bool):
        return None
    return number if 0 <= number <= LARGEST_COUNT else None
