"""Every failure: what happened, and what to do."""

from __future__ import annotations

import math

from chat import errors

OWNER = "For the owner:"  # what a visitor cannot do
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
        f"{OWNER} check OPENAI_API_KEY. If you put a key of your own into the sidebar, check that.",
    ),
    errors.NotAllowed: (
        "The service does not allow this.",
        f"Pick another model. {OWNER} check what the key and the account may be used for.",
    ),
    errors.NoSuchModel: (
        "The service does not know this model.",
        "Pick another model in the sidebar.",
    ),
    errors.WrongAddress: (
        "There is no chat service at this app's address.",
        f"{OWNER} OPENAI_BASE_URL begins with https:// for most services, and usually ends in /v1.",
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
        "Pick a smaller model.",
    ),
    errors.WindowTooLarge: (
        "The messages are too long for this model.",
        "Ask a shorter question, remember fewer rounds, or lower Max tokens.",
    ),
    errors.QuotaUsedUp: (
        "The account's credit is used up.",
        f"Try again another day. {OWNER} check the plan and the billing.",
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
        "Check the connection, then retry.",
    ),
    errors.TooSlow: (
        "The service was silent for too long.",
        "Retry, or pick a faster model.",
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
        "Retry, and if Max tokens is set, raise it.",
    ),
    errors.ToolWanted: (
        "The model wanted to use a tool, which this app does not have.",
        "Ask it to answer without one, or pick another model.",
    ),
    errors.NotUnderstood: (
        "What came back is not the answer of a chat service.",
        f"Retry. {OWNER} check OPENAI_BASE_URL (it usually ends in /v1).",
    ),
    errors.UnknownFailure: (
        "The question could not be answered.",
        "Retry, or change the settings.",
    ),
}

REASON = "What the service said"  # beneath these sentences, in its own words


def failure(error: errors.ChatError) -> tuple[str, str]:
    """What happened and what to do, a sentence each."""
    happened, to_do = ERRORS[type(error)]
    if error.wait is not None and isinstance(error, errors.TooFast | errors.QuotaUsedUp):
        to_do = f"Retry {_later(error.wait)}."
    return happened, to_do


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
    return f"in {max(1, math.ceil(seconds))} seconds"
