"""The token counter, what will be sent, and the look into tokens."""

from __future__ import annotations

from decimal import Decimal

from chat.conversation.spending import Spending
from chat.tokens.counter import Count, Grade
from chat.tokens.ranks import Obstacle

NEXT_REQUEST = "Next request"
THIS_REQUEST = "This request"
PART_SYSTEM = "System prompt"
PART_QUESTION = "Question"
PART_EXTRA = "Format"
PART_REPLY = "Answer so far"
PART_ROOM = "Room left"
TO_SEND = "To send"
LAST_ANSWER = "Last answer"
CACHED = "of it cached"
OF_IT_REASONING = "of it reasoning"
THIS_CHAT = "This chat"
REQUESTS = "Requests"
COST = "Cost so far"
SPARED = "Forgetting spares"
LEFT_FOR_YOU = "Left for you today"
LEFT_FOR_ALL = "Left for all today"
NO_LIMIT = "The limit of this model is not known."
GRADES = {
    Grade.EXACT: "Counted exactly.",
    Grade.CALIBRATED: "≈ Estimated, and corrected by what the service counted before.",
    Grade.ESTIMATED: "≈ Estimated.",
}
LOADING_ENCODING = "The exact counter is being loaded."
OBSTACLES = {
    Obstacle.UNREACHABLE: (
        "The exact counter could not be downloaded. To count exactly without a download, put its "
        "file into a folder and name that folder in TIKTOKEN_CACHE_DIR."
    ),
    Obstacle.NOT_WRITABLE: (
        "The exact counter's file could not be stored. Name a folder that can be written in "
        "TIKTOKEN_CACHE_DIR."
    ),
    Obstacle.NOT_GENUINE: (
        "The exact counter's file is damaged. Delete it from the folder that TIKTOKEN_CACHE_DIR "
        "names, and start the app again."
    ),
    Obstacle.UNKNOWN: "There is no exact counter for this model.",
}


def part_rounds(rounds: int) -> str:
    """The remembered rounds, as a part of a request."""
    return "1 round" if rounds == 1 else f"{rounds} rounds"


def tokens(count: Count) -> str:
    """A number of tokens, with its unit."""
    return f"{count} token" if count.tokens == 1 else f"{count} tokens"


def share(used: int, limit: int) -> str:
    """How much of the model's context a request fills."""
    filled = 100 * used / limit
    percent = "under 1" if 0 < filled < 1 else f"{filled:.0f}"
    return f"{percent} % of {limit:,}"


def in_and_out(tokens_in: int, tokens_out: int, *, is_exact: bool) -> str:
    """Tokens sent and received."""
    about = "" if is_exact else "≈ "
    return f"{about}{tokens_in:,} in, {about}{tokens_out:,} out"


def cost(spending: Spending) -> str | None:
    """What the chat cost so far, where prices are known."""
    if spending.cost is None:
        return None
    least = "" if spending.is_whole else "at least "
    return f"{least}{'' if spending.is_exact else '≈ '}{dollars(spending.cost)}"


def left_out(rounds: int) -> str:
    """Said where the model's context is too small for the rounds to remember."""
    if rounds == 1:
        return "The oldest round stays out: it would not fit this model."
    return f"The {rounds} oldest rounds stay out: they would not fit this model."


def dollars(amount: Decimal) -> str:
    """An amount in US dollars: cents, and below a dollar two digits that say something."""
    if amount >= 1 or amount == 0:
        return f"${amount:,.2f}"
    digits = max(2, 1 - amount.adjusted())
    return f"${amount:.{digits}f}"


# What will be sent
WHAT_WILL_BE_SENT = "What will be sent"
SENT_INTRO = "These messages go along with your next question, word for word:"
SENT_NOTHING = "Nothing goes along with your next question."
SENT_AS_JSON = "The same as JSON, as the service gets it"
ROLES = {"system": "System prompt", "user": "Question", "assistant": "Answer"}

# The token inspector
INSPECT = "Look into tokens"
INSPECT_INPUT = "Your text"
INSPECT_SAMPLE = "Tokens are pieces of text: un-be-liev-able! 你好 👋🏽"
INSPECT_LIMIT = 10_000


def inspected(encoding: str, count: int, characters: int) -> str:
    """What the inspector found."""
    return f"**{count:,}** tokens for {characters:,} characters, by the encoding `{encoding}`"


INSPECT_ASSUMED = "The encoding of this model is not known, so this is how another would do it."
INSPECT_CUT = f"Only the first {INSPECT_LIMIT:,} characters are shown in pieces; all are counted."
INSPECT_DECODED = "Decoded again"
INSPECT_NOT_LOADED = "The tokenizer is not loaded yet. Close this and try again in a moment."
