"""Every failure: what happened, and what to do."""

from __future__ import annotations

import math

from chat import errors
from chat.languages.language import say, spoken


def failure(
    error: errors.ChatError, *, has_models: bool = True, has_own_key: bool = False
) -> tuple[str, str]:
    """What happened, and what whoever asked can do; empty where that is nothing.

    `has_models`: there are several to pick from; `has_own_key`: the question was asked with one.
    """
    to_do = _said(error, "advice")
    if error.wait is not None and isinstance(error, errors.TooFast | errors.QuotaUsedUp):
        to_do = say("retry_later", when=_later(error.wait))
    advice = spoken().joined(
        to_do,
        _said(error, "by_model") if has_models else "",
        _said(error, "by_key") if has_own_key else "",
    )
    return _said(error, "happened"), advice


def owners_advice(error: errors.ChatError, *, has_own_key: bool = False) -> str:
    """What only the owner can do; empty where that is nothing."""
    is_theirs = has_own_key and bool(_said(error, "by_key"))
    return "" if is_theirs else _said(error, "by_owner")


def for_owner(advice: str) -> str:
    """Advice, marked as the owner's; empty where there is none."""
    return say("by_owner", advice=advice) if advice else ""


def _said(error: errors.ChatError, part: str) -> str:
    name = f"{type(error).__name__}.{part}"
    return say(name) if spoken().has(name) else ""


def _later(seconds: float) -> str:
    """When a service wants to be asked again."""
    for name, length in (("in_days", 86_400), ("in_hours", 3_600), ("in_minutes", 60)):
        if seconds > 0.8 * length:
            return say(name, count=max(1, math.ceil(seconds / length - 0.1)))
    return say("in_a_moment") if seconds <= 1 else say("in_seconds", count=math.ceil(seconds))
