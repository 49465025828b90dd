"""Every failure: what happened, and what to do."""

from __future__ import annotations

import math
from collections.abc import Mapping

from chat import errors

Sentences = Mapping[type[errors.ChatError], str]

# What happened, and what anybody can do who asked; empty where that is nothing.
ERRORS: dict[type[errors.ChatError], tuple[str, str]] = {
    errors.BlankQuestion: (
        "There was no question to send.",
        "Type one and send it.",
    ),
    errors.BadCharacter: (
        "The question or the system prompt has a broken character in it that cannot be sent.",
        "Take it out and send again.",
    ),
    errors.KeyRefused: (
        "The service does not accept the key.",
        "",
    ),
    errors.NotAllowed: (
        "The service does not allow this.",
        "",
    ),
    errors.NoSuchModel: (
        "The service does not know this model.",
        "",
    ),
    errors.WrongAddress: (
        "There is no chat service at this app's address.",
        "",
    ),
    errors.AnswerTooLong: (
        "The longest answer that was asked for is more than the service gives.",
        "Lower Max tokens.",
    ),
    errors.LargerThanPace: (
        "This is too long for what the service allows in a minute.",
        "Ask a shorter question, remember fewer rounds, or lower Max tokens.",
    ),
    errors.ModelTooLarge: (
        "The service has too little memory for this model.",
        "",
    ),
    errors.WindowTooLarge: (
        "The messages are too long for this model.",
        "Ask a shorter question, remember fewer rounds, or lower Max tokens.",
    ),
    errors.QuotaUsedUp: (
        "The account's credit is used up.",
        "Try again another day.",
    ),
    errors.VisitorBudgetSpent: (
        "You have used all the tokens that you may use today.",
        "Your chat is kept. Go on after midnight UTC.",
    ),
    errors.DailyBudgetSpent: (
        "All the tokens of this app for today are used.",
        "Your chat is kept. Go on after midnight UTC.",
    ),
    errors.TooLong: (
        "The question is too long for this app.",
        "Shorten it and send it again.",
    ),
    errors.TooFast: (
        "Too many questions were asked in a short time.",
        "Wait a minute, then retry.",
    ),
    errors.ContentRefused: (
        "The service refused to answer this.",
        "Ask it in another way.",
    ),
    errors.ServiceDown: (
        "The service has a problem or is overloaded.",
        "Wait a moment, then retry.",
    ),
    errors.NotReachable: (
        "The service cannot be reached.",
        "Wait a moment, then retry.",
    ),
    errors.TooSlow: (
        "The service was silent for too long.",
        "Retry.",
    ),
    errors.BrokenOff: (
        "The answer broke off.",
        "What had arrived is kept; retry for a whole one.",
    ),
    errors.ConnectionLost: (
        "The connection to this page was lost.",
        "What had arrived is kept; go on from there, or retry.",
    ),
    errors.EmptyAnswer: (
        "The service sent an answer with nothing in it.",
        "Retry. It may help to raise Max tokens where it is set, or to remember fewer rounds.",
    ),
    errors.ToolWanted: (
        "The model wanted to use a tool, which this app does not have.",
        "Ask it to answer without one.",
    ),
    errors.NotUnderstood: (
        "What came back is not the answer of a chat service.",
        "Retry.",
    ),
    errors.UnknownFailure: (
        "The question could not be answered.",
        "Retry, or change the settings.",
    ),
}

# What can be done where there are several models to pick from.
_BY_MODEL: Sentences = {
    errors.NotAllowed: "Pick another model.",
    errors.NoSuchModel: "Pick another model.",
    errors.ModelTooLarge: "Pick a smaller model.",
    errors.TooSlow: "A faster model may help.",
    errors.ToolWanted: "Another model may do without.",
}
# What whoever asked can do with a key of their own, which is for an account of their own.
_BY_KEY: Sentences = {
    errors.KeyRefused: "Check the key that you put into the sidebar.",
    errors.NotAllowed: "Check what your key and your account may be used for.",
    errors.QuotaUsedUp: "Check the plan and the billing of your account.",
}
OWNER = "For the owner:"
# What nobody can do but who runs the app; on the page and in the log.
_BY_OWNER: Sentences = {
    errors.KeyRefused: "check OPENAI_API_KEY.",
    errors.NotAllowed: "check what the key and the account may be used for.",
    errors.NoSuchModel: "check CHAT_MODEL and CHAT_MODELS.",
    errors.WrongAddress: (
        "OPENAI_BASE_URL begins with https:// for most services, and usually ends in /v1."
    ),
    errors.ModelTooLarge: "the service's machine needs more memory for it.",
    errors.QuotaUsedUp: "check the plan and the billing.",
    errors.NotReachable: "check OPENAI_BASE_URL, and that the service runs.",
    errors.TooSlow: "CHAT_TIMEOUT says how long to wait.",
    errors.EmptyAnswer: "the service's own log may say why.",
    errors.NotUnderstood: "check OPENAI_BASE_URL (it usually ends in /v1).",
}

REASON = "What the service said"  # beneath these sentences, in its own words


def failure(
    error: errors.ChatError, *, has_models: bool = True, has_own_key: bool = False
) -> tuple[str, str]:
    """What happened, and what to do: what whoever reads it can do, and what only the owner can.

    `has_models`: there are several to pick from; `has_own_key`: the question was asked with one.
    """
    kind = type(error)
    happened, to_do = ERRORS[kind]
    if error.wait is not None and isinstance(error, errors.TooFast | errors.QuotaUsedUp):
        to_do = f"Retry {_later(error.wait)}."
    said = [to_do]
    said += [_BY_MODEL.get(kind, "")] if has_models else []
    said += [_BY_KEY.get(kind, "")] if has_own_key else []
    said += [owners_advice(error, has_own_key=has_own_key)]
    return happened, " ".join(filter(None, said))


def owners_advice(error: errors.ChatError, *, has_own_key: bool = False) -> str:
    """What only the owner can do; empty where that is nothing."""
    kind = type(error)
    is_theirs = has_own_key and kind in _BY_KEY
    return f"{OWNER} {_BY_OWNER[kind]}" if kind in _BY_OWNER and not is_theirs else ""


def _later(seconds: float) -> str:
    """When a service wants to be asked again."""
    for one, many, length in (
        ("tomorrow", "in {} days", 86_400),
        ("in an hour", "in {} hours", 3_600),
        ("in a minute", "in {} minutes", 60),
    ):
        if seconds > 0.8 * length:
            count = math.ceil(seconds / length - 0.1)
            return one if count <= 1 else many.format(count)
    return "in a moment" if seconds <= 1 else f"in {math.ceil(seconds)} seconds"
