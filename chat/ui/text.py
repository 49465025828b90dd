"""Every word that a visitor reads, on the page and in the terminal. No logic but filling in."""

from __future__ import annotations

from chat import errors
from chat.conversation import Answer, Status

# The sidebar
NEW_CHAT = "New chat"
SYSTEM_PROMPT = "System prompt"
SYSTEM_PROMPT_HELP = "What the model is told before your questions. Leave it empty to tell nothing."
ROUNDS = "Rounds to remember"
ROUNDS_HELP = (
    "How many earlier rounds (a question and its answer) go along with your next question. "
    "With 0 the model sees only the question."
)
MODEL = "Model"
MODEL_HELP = "Pick a model, or type the name of another one."
MORE = "More settings"
TEMPERATURE = "Temperature"
TEMPERATURE_HELP = "Lower is steadier, higher is more surprising. Not every model takes it."
TOP_P = "Top p"
TOP_P_HELP = "Keeps to the likeliest words. Not every model takes it."
MAX_TOKENS = "Max tokens"
MAX_TOKENS_HELP = "The longest answer you want, in tokens."
LEAVE_IT = "Leave it to the model"

# The token counter
NEXT_REQUEST = "Next request"
THIS_REQUEST = "This request"
LAST_ANSWER = "Last answer"
THIS_ANSWER = "This answer"
NO_ANSWER_YET = "–"


def reported(number: int) -> str:
    """A number of tokens that the service itself counted."""
    return f"{number:,}"


def token_counter(*, request: str, answer: str | None, growing: bool) -> str:
    """The token counter's lines, as markdown."""
    request_label = THIS_REQUEST if growing else NEXT_REQUEST
    answer_label = THIS_ANSWER if growing else LAST_ANSWER
    return (
        f"{request_label}: **{request}** tokens  \n"
        f"{answer_label}: {NO_ANSWER_YET if answer is None else f'**{answer}** tokens'}"
    )


# The dialogue
ASK = "Ask anything"
GREETING = "What would you like to know?"
SUGGESTIONS = (
    "Explain what a token is",
    "Write a short Python function",
    "Compare three fruits in a table",
    "What is the first question you remember?",
)
RETRY = "Retry"
STOP = "Stop"
DEMO = (
    "This is the **demo**: the answers are scripted. To talk to a real model, set "
    "`OPENAI_API_KEY` (in the file `.env`, or as a secret of the Space) and start the app again."
)


def progress(answer: Answer, *, seconds: int) -> str:
    """Shown beneath an answer until it has ended."""
    if answer.has_text:
        return "Writing …"
    return "Thinking …" if seconds < 2 else f"Thinking … {seconds} s"


# How an answer ended, where it did not simply end
STOPPED = "Stopped."
STOPPED_EARLY = "Stopped before the first word."
CUT_BY_LENGTH = "The answer reached its length limit."
CUT_BY_FILTER = "The service's content filter cut the answer here."
FORMER_ANSWER = "This is the answer from before."

# Errors: what happened, and what to do
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
        "If this is your app, check OPENAI_API_KEY; otherwise tell its owner.",
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
        "Remember fewer rounds, or ask a shorter question.",
    ),
    errors.QuotaUsedUp: (
        "The account's credit is used up.",
        "If this is your app, check the plan and the billing; otherwise try again another day.",
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


def ending(answer: Answer) -> str | None:
    """How an answer ended, if there is something to say that is no failure."""
    if answer.status is Status.STOPPED:
        return STOPPED if answer.has_text else STOPPED_EARLY
    if answer.status is Status.CUT:
        return CUT_BY_FILTER if answer.finish_reason == "content_filter" else CUT_BY_LENGTH
    return None


# Faults of the app itself
SETTINGS_WRONG = "The app cannot start, because a setting is wrong."

# The terminal
TERMINAL_HELP = (
    "/new starts over, /rounds N remembers N rounds, /quit leaves. Ctrl-C stops an answer."
)
TERMINAL_DEMO = "This is the demo: the answers are scripted. Set OPENAI_API_KEY to talk to a model."
TERMINAL_PROMPT = "> "
STARTED_OVER = "Started over."


def remembering(rounds: int) -> str:
    """Said when the number of rounds was set."""
    return f"Remembering {rounds} {'round' if rounds == 1 else 'rounds'}."


def rounds_allowed(most: int) -> str:
    """Said when the number of rounds was not understood."""
    return f"Say a whole number from 0 to {most}, like this: /rounds 3"


def unknown_command(command: str) -> str:
    """Said for a command that does not exist."""
    return f"There is no command {command}. {TERMINAL_HELP}"
