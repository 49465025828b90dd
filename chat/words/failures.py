"""Every failure: what happened, and what to do."""

from __future__ import annotations

from chat import errors

# What happened, and what to do
ERRORS: dict[type[errors.ChatError], tuple[str, str]] = {
    errors.BlankQuestion: ("There was no question to send.", "Type one and send it."),
    errors.BadCharacter: (
        "The question or the system prompt has a broken character in it that cannot be sent.",
        "Take it out and send again.",
    ),
    errors.KeyRefused: (
        "The service does not accept the key.",
        "If it is yours, check it (OPENAI_API_KEY, or the sidebar); otherwise tell the owner.",
    ),
    errors.NotAllowed: (
        "The service does not allow this.",
        "Pick another model, or check what the key may be used for.",
    ),
    errors.NoSuchModel: (
        "The service does not know this model.",
        "Pick another model in the sidebar.",
    ),
    errors.WindowTooLarge: (
        "The messages are too long for this model.",
        "Ask a shorter question, remember fewer rounds, or lower Max tokens.",
    ),
    errors.QuotaUsedUp: (
        "The account's credit is used up.",
        "If this is your app, check the plan and the billing; otherwise try again another day.",
    ),
    errors.VisitorBudgetSpent: (
        "You have used all the tokens that you may use today.",
        "Your chat is kept. Go on after midnight UTC.",
    ),
    errors.DailyBudgetSpent: (
        "All the tokens of this app for today are used.",
        "Your chat is kept. Go on after midnight UTC.",
    ),
    errors.TooLong: ("The question is too long for this app.", "Shorten it and send it again."),
    errors.TooFast: (
        "Too many questions were asked in a short time.",
        "Wait a minute, then retry.",
    ),
    errors.ContentRefused: ("The service refused to answer this.", "Ask it in another way."),
    errors.ServiceDown: (
        "The service has a problem or is overloaded.",
        "Wait a moment, then retry.",
    ),
    errors.NotReachable: ("The service cannot be reached.", "Check the connection, then retry."),
    errors.TooSlow: ("The service was silent for too long.", "Retry, or pick a faster model."),
    errors.BrokenOff: ("The answer broke off.", "What had arrived is kept; retry for a whole one."),
    errors.ConnectionLost: (
        "The connection to this page was lost.",
        "What had arrived is kept; go on from there, or retry.",
    ),
    errors.EmptyAnswer: (
        "The service sent an answer with nothing in it.",
        "Retry, and if Max tokens is set, raise it.",
    ),
    errors.NotUnderstood: (
        "What came back is not the answer of a chat service.",
        "If this is your app, check OPENAI_BASE_URL (it usually ends in /v1); otherwise retry.",
    ),
    errors.UnknownFailure: (
        "The question could not be answered.",
        "Retry, or change the settings.",
    ),
}


def failure(error: errors.ChatError) -> tuple[str, str]:
    """What happened and what to do, a sentence each; an unknown failure in the service's words."""
    happened, to_do = ERRORS[type(error)]
    if isinstance(error, errors.UnknownFailure) and error.detail:
        happened = f"The service says: {error.detail}"
    return happened, to_do
