"""The dialogue: its buttons, how an answer grows, and how it ended."""

from __future__ import annotations

from datetime import datetime, tzinfo

from chat.conversation.answer import Answer, Status
from chat.conversation.spending import Spending
from chat.tokens.counter import Count
from chat.words.meter import cost, in_and_out, tokens
from chat.words.sidebar import EFFORT, MODEL, TEMPERATURE, TOP_P, VERBOSITY

MEMORY_BEGINS = "The model no longer sees what is above."

ASK = "Ask anything"
GREETING = "What would you like to know?"
SUGGESTIONS = (
    "Explain what a token is",
    "Write a short Python function",
    "Compare three fruits in a table",
    "What is the first question you remember?",
)
BRING_BACK = "Bring the last chat back"
RETRY = "Retry"
EDIT = "Edit"
EDIT_QUESTION = "Your question"
SAVE_EDIT = "Ask again from here"
LEAVE_EDIT = "Leave it"
COPY = "Copy"
COPIED = "Copied"
COPY_FAILED = "The browser does not let this page copy. Here is the text to copy yourself:"
GO_ON = "Continue"
UNDO = "Undo"
DELETE = "Delete"
SHOW_ALL = "Show all"
SHOW_LESS = "Show less"
REST_IN_FILE = "To read the rest, save this chat as a file."
GROWS_ON = "It goes on. You can read the rest when the answer has ended."
SAVE_TEXT = "Save as a file"
EARLIER_VERSION = "Earlier version"
LATER_VERSION = "Later version"
REASONING = "Reasoning"
STOP = "Stop"
DEMO = (
    "This is the **demo**: the answers are scripted. To talk to a real model, set "
    "`OPENAI_API_KEY` (in the file `.env`, or as a secret of the Space) and start the app again."
)


DEMO_OWN_KEY = (
    "This is the **demo**: the answers are scripted. To talk to a real model, put your own key "
    "into the sidebar."
)
OWN_KEY = "Your key"
OWN_KEY_HELP = (
    "It is used for your questions alone, kept nowhere, and gone when you leave this page."
)
NO_KEY = "That is no key: it has a space or a special letter in it. Copy it again."


def show_earlier(rounds: int) -> str:
    """The way to what is not drawn."""
    return f"Show earlier ({rounds:,} {'round' if rounds == 1 else 'rounds'})"


def version(shown: int, count: int) -> str:
    """Which of several versions is shown."""
    return f"{shown} / {count}"


def shown_of(shown: int, length: int) -> str:
    """How much of a long message is shown."""
    return f"{shown:,} of {length:,} characters are shown."


def thought(count: Count, answer: Answer) -> str:
    """How much and how long a model thought before it answered."""
    if not answer.thought_seconds:
        return tokens(count)
    return f"{tokens(count)} in {max(1, round(answer.thought_seconds))} s"


LONG = 20  # seconds without a word after which it is said that this may be normal
PATIENCE = "Some models think for minutes. You can stop at any time."


def progress(answer: Answer, *, seconds: int) -> str:
    """Shown beneath an answer until it has ended."""
    if answer.has_text:
        return "Writing …"
    if seconds < 2:
        return "Thinking …"
    return f"Thinking … {seconds} s" + (f". {PATIENCE}" if seconds >= LONG else "")


ABOUT = "About this answer"


def by(model: str) -> str:
    """Said beneath an answer where a chat has answers of several models."""
    return f"By {model}."


def about(answer: Answer, spent: Spending, zone: tzinfo) -> list[tuple[str, str]]:
    """What is known of an answer, as labels and values; `spent` is for it alone."""
    when = datetime.fromtimestamp(answer.began, zone)
    is_counted = answer.usage is not None or answer.prompt_estimate > 0
    in_out = in_and_out(spent.tokens_in, spent.tokens_out, is_exact=spent.is_exact)
    rows = [
        (MODEL, answer.model),
        ("Asked", f"{when.day} {when:%B %Y, %H:%M}" if answer.began else ""),
        ("Time", _duration(round(answer.seconds)) if answer.began else ""),
        ("Tokens", in_out if is_counted else ""),
        ("Cost", cost(spent) or "" if is_counted else ""),
    ]
    return [(label, value) for label, value in rows if value]


def _duration(seconds: int) -> str:
    minutes, rest = divmod(max(1, seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


PRESS_IS_GONE = "What you pressed is no longer here, so nothing was done. Please look again."

# How an answer ended, where it did not simply end
STOPPED = "Stopped."
STOPPED_EARLY = "Stopped before the first word."
CUT_BY_LENGTH = "The answer reached its length limit."
CUT_BY_FILTER = "The service's content filter cut the answer here."
FORMER_ANSWER = "This is the answer from before."


def not_sent(names: tuple[str, ...]) -> str:
    """What the service does not take as it was set."""
    said = []
    if "max_tokens" in names:
        said.append("Max tokens was lowered to what the service allows.")
    if "system_prompt" in names:
        said.append("This model takes no system prompt: it stands before the first question.")
    labels = {
        "temperature": TEMPERATURE,
        "top_p": TOP_P,
        "reasoning_effort": EFFORT,
        "verbosity": VERBOSITY,
    }
    if plain := [label for name, label in labels.items() if name in names]:
        listed = " and ".join(filter(None, (", ".join(plain[:-1]), plain[-1])))
        said.append(f"This model does not take {listed} as set: left out.")
    return " ".join(said)


def ending(answer: Answer) -> str | None:
    """How an answer ended, and what was not sent, if there is something to say."""
    said = [_end(answer), not_sent(answer.left_out) if answer.left_out else None]
    return " ".join(filter(None, said)) or None


def _end(answer: Answer) -> str | None:
    if answer.status is Status.STOPPED:
        return STOPPED if answer.has_text else STOPPED_EARLY
    if answer.status is Status.CUT:
        return CUT_BY_FILTER if answer.finish_reason == "content_filter" else CUT_BY_LENGTH
    return None
