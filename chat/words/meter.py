"""The token counter, what will be sent, and the look into tokens."""

from __future__ import annotations

from chat.conversation.spending import Spending
from chat.languages.language import say, spoken
from chat.tokens.counter import Count, Grade, Loading
from chat.tokens.ranks import Obstacle

INSPECT_LIMIT = 10_000  # characters that are shown in pieces


def number(count: int) -> str:
    """A number as the language writes it."""
    return spoken().number(count)


def part_rounds(rounds: int) -> str:
    """The remembered rounds, as a part of a request."""
    return say("part_rounds", count=rounds)


def tokens(count: Count) -> str:
    """A number of tokens, with its unit."""
    written = _about(number(count.tokens), is_exact=count.grade is Grade.EXACT)
    return say("tokens", count=count.tokens, number=written)


def share(used: int, limit: int) -> str:
    """How much of the model's context a request fills."""
    filled = used / limit
    is_small = 0 < filled < 0.01
    percent = spoken().percent(0.01 if is_small else filled)
    return say("share_small" if is_small else "share", percent=percent, limit=limit)


def sent_and_received(tokens_in: int, tokens_out: int, *, is_exact: bool) -> str:
    """Tokens sent and received."""
    return say(
        "sent_and_received",
        count=tokens_in,
        sent=_about(number(tokens_in), is_exact=is_exact),
        received=_about(number(tokens_out), is_exact=is_exact),
    )


def cost(spending: Spending) -> str | None:
    """What the chat cost so far, where prices are known."""
    if spending.cost is None:
        return None
    written = _about(spoken().dollars(spending.cost), is_exact=spending.is_exact)
    return written if spending.is_whole else say("at_least", cost=written)


def grade(grade: Grade) -> str:
    """How sure the numbers are."""
    return say(grade.name.lower())


def obstacle(obstacle: Obstacle) -> str:
    """Why there is no exact counter, and what the owner can do."""
    return say(f"obstacle.{obstacle.name.lower()}")


def left_out(rounds: int) -> str:
    """Said where the model's context is too small for the rounds to remember."""
    return say("left_out", count=rounds)


def role(role: str) -> str:
    """Whose message it is."""
    return say(f"role.{role}")


def inspected(encoding: str, count: int, characters: int) -> str:
    """What the inspector found."""
    return say("inspected", count=count, number=count, characters=characters, encoding=encoding)


def inspect_cut() -> str:
    """Said where a text is too long for all of it to be shown in pieces."""
    return say("inspect_cut", limit=INSPECT_LIMIT)


def not_inspected(state: Loading) -> str:
    """Why no tokens are shown."""
    return say("inspect_loading" if state is Loading.LOADING else "inspect_missing")


def _about(number: str, *, is_exact: bool) -> str:
    return number if is_exact else f"≈ {number}"
