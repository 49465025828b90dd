"""Every word that a visitor reads, on the page and in the terminal. No logic but filling in."""

from __future__ import annotations

import math
from datetime import date
from decimal import Decimal

from chat import errors
from chat.conversation.answer import Answer, Status
from chat.conversation.spending import Spending
from chat.keeping.records import Notice
from chat.keeping.transcript import Fault
from chat.tokens.counter import Count, Grade
from chat.tokens.ranks import Obstacle

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
LEAVE_IT = "Left to the model"

# The token counter
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


# The models
def shutdown(model: str, day: date, today: date) -> str:
    """Said of a model that is announced to go."""
    when = f"{day.day} {day:%B %Y}"
    if day <= today:
        return f"{model} was shut down on {when}. Pick another model."
    return f"{model} will be shut down on {when}."


# The end of memory
MEMORY_BEGINS = "The model no longer sees what is above."


# The dialogue
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


# How an answer ended, where it did not simply end
STOPPED = "Stopped."
STOPPED_EARLY = "Stopped before the first word."
CUT_BY_LENGTH = "The answer reached its length limit."
CUT_BY_FILTER = "The service's content filter cut the answer here."
FORMER_ANSWER = "This is the answer from before."

# Errors: what happened, and what to do
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


def not_sent(names: tuple[str, ...]) -> str:
    """What the service does not take as it was set."""
    said = []
    if "max_tokens" in names:
        said.append("Max tokens was lowered to what the service allows.")
    if "system_prompt" in names:
        said.append("This model takes no system prompt: it stands before the first question.")
    labels = {"temperature": TEMPERATURE, "top_p": TOP_P}
    if plain := [label for name, label in labels.items() if name in names]:
        said.append(f"This model does not take {' and '.join(plain)}: left out.")
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


# Chats in the browser
CHATS_WORDS = {
    "chats": "Chats",
    "search": "Search your chats",
    "none": "No chat says that.",
    "searching": "Looking through your chats …",
    "untitled": "Untitled",
    "waits": "Opens when the answer is done.",
    "today": "Today",
    "yesterday": "Yesterday",
    "week": "Last 7 days",
    "rename": "Rename",
    "remove": "Delete",
    "removed": "Deleted.",
    "removedMore": "{} chats deleted.",
    "undo": "Undo",
    "kept": "Your chats are kept in this browser alone.",
    "full": "This browser has no room left: what is said now is not kept yet.",
    "forbidden": "This browser does not keep your chats.",
    "silent": "Your browser's storage does not answer: what is said now is not kept yet.",
    "removeAll": "Delete all",
    "removeAllReally": "Really delete all?",
}
ASKS_FOR_TITLES = "After the first answer, the model is asked for a title."


def chats_words(*, asks_for_titles: bool) -> dict[str, str]:
    """The words of the list of chats."""
    if not asks_for_titles:
        return CHATS_WORDS
    return {**CHATS_WORDS, "kept": f"{CHATS_WORDS['kept']} {ASKS_FOR_TITLES}"}


NOT_KEPT = "Your chats are not kept: they are gone when you close or reload this page."
KEEPING = {
    Notice.FULL: (
        "This browser has no room left, so what is said now is not kept. Delete old chats, or save "
        "this one as a file."
    ),
    Notice.FORBIDDEN: (
        "This browser does not let the page keep your chats, so they are gone when you leave. "
        "Save a chat as a file to keep it."
    ),
    Notice.SILENT: (
        "Your browser's storage does not answer, so what is said now is not kept yet. Leave this "
        "page open, or save the chat as a file."
    ),
    Notice.DAMAGED: "Part of this chat was damaged in your browser. What can be read is here.",
    Notice.UNREADABLE: "This chat was damaged in your browser and cannot be read.",
    Notice.TOO_LONG: "This chat is too long to be opened again. It stays in your browser.",
    Notice.NEWER: "This chat was kept by a newer version of this app. Reload the page in a moment.",
}

# A press that met a break of the connection
PRESS_IS_GONE = "What you pressed is no longer here, so nothing was done. Please look again."

# Transcripts
THIS_CHAT_AS_FILE = "Save or load"
DOWNLOAD_MARKDOWN = "Save to read (Markdown)"
DOWNLOAD_JSON = "Save to load again (JSON)"
UPLOAD = "Load a chat"
UPLOAD_HELP = "A file saved here, or a list of messages in JSON. The chat you see can be had back."
TRANSCRIPT_FAULTS = {
    Fault.TOO_LARGE: "This chat is too large to be kept and saved. Load a smaller one.",
    Fault.NOT_JSON: "This file is not JSON. Load one that was saved here as JSON.",
    Fault.NOT_A_TRANSCRIPT: "There is no chat in this file. Load one that was saved here as JSON.",
    Fault.NEWER: "This file was saved by a newer version of this app. Load it there.",
    Fault.DAMAGED: "This file is damaged or was changed. Load another copy of it.",
}

# The password
PASSWORD = "Password"
COME_IN = "Come in"
WRONG_PASSWORD = "That is not the password. Try again."


def wait_for_password(seconds: float) -> str:
    """Said after several wrong tries, also to others."""
    return f"There were too many wrong tries. Try again in {math.ceil(seconds)} s."


# Faults of the app itself
SUM_IS_FORGOTTEN = (
    "CHAT_DATA is not set, so what was spent today is forgotten when the app starts again."
)
SETTINGS_WRONG = "The app cannot start, because a setting is wrong."
UNGUARDED = (
    "The app runs without its doorkeeper, so a stranger can empty its budgets or fill its memory. "
    "Start it with: streamlit run streamlit_app.py"
)
FULL = "Too many people are here just now. This page tries again by itself in a moment."


def wrong_name(name: str) -> str:
    """Said to whoever comes by a name that another site may have made up."""
    return (
        f"This app does not answer to the name {name[:100]}. If it is yours, add the name to "
        "CHAT_HOSTS and start the app again."
    )


def refused(address: str, why: str) -> str:
    """A line of the log, about a page that was not let in."""
    return f"A page at {address} was not let in: {why}."


def closed(address: str, why: str) -> str:
    """A line of the log, about a page that was closed."""
    return f"A page at {address} was closed: {why}."


# The terminal
TERMINAL_HELP = (
    "/new starts over, /rounds N remembers N rounds, /quit leaves. Ctrl-C stops an answer."
)
TERMINAL_DEMO = "This is the demo: the answers are scripted. Set OPENAI_API_KEY to talk to a model."
TERMINAL_PROMPT = "> "
OUTPUT_LOST = "The answer could not be written."
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
