"""A report in the words of the language that is spoken."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from datetime import date

from chat.languages.language import say, spoken
from chat.ledger.used import REST
from chat.usage.report import Line, Report

_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
REPLACEMENT = "\ufffd"


def seen(name: str) -> str:
    """A name without letters that are not seen, or that act on what is around them."""
    return "".join(
        REPLACEMENT if unicodedata.category(letter) in _UNSEEN else letter for letter in name
    )


def person(line: Line) -> str:
    """Whose requests these are."""
    return say("usage_others") if line.name == REST else seen(line.name)


def model(line: Line) -> str:
    """Of which model they are."""
    return say("usage_other_models") if line.name == REST else seen(line.name)


def tokens(line: Line, number: int) -> str:
    """So many tokens of it, or more where those of a request are not known."""
    written = spoken().number(number)
    return _at_least(written) if line.used.unreported else written


def requests(line: Line) -> str:
    """How many requests, how many of them failed, and the tokens, behind each other."""
    used = line.used
    said = [say("usage_asked", count=used.requests)]
    if used.failures:
        said.append(say("usage_failures", count=used.failures))
    sent, received = tokens(line, used.prompt_tokens), tokens(line, used.completion_tokens)
    count = used.prompt_tokens
    return " · ".join((*said, say("sent_and_received", count=count, sent=sent, received=received)))


def cost(line: Line) -> str:
    """What it cost, as far as that is known."""
    if line.has_own_key:
        return say("usage_own_key")
    if line.cost is None:
        return say("usage_unknown")
    written = spoken().dollars(line.cost)
    return _at_least(written) if line.used.unpriced else written


def day(line: Line) -> str:
    """Which day it was."""
    return spoken().day(date.fromisoformat(line.name))


def notes(reports: Sequence[Report]) -> str:
    """What has to be known to read them."""
    lines = [line for report in reports for line in report.total]
    is_least = any(line.used.unreported or line.used.unpriced for line in lines)
    return spoken().joined(say("usage_days_begin"), say("usage_at_least") if is_least else None)


def period(days: int) -> str:
    """So many days until now."""
    return say("usage_today") if days == 1 else say("usage_last_days", count=days)


def _at_least(written: str) -> str:
    # The sign would be turned about where one reads from right to left.
    is_turned = spoken().direction == "rtl"
    return f"\u2066≥ {written}\u2069" if is_turned else f"≥ {written}"
