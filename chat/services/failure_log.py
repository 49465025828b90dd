"""A failure as a line of the server's log: the service's words, and none of the visitor's. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from chat.conversation.files import text_of
from chat.conversation.window import Message
from chat.errors import ChatError, clean

Log = Callable[[ChatError, str], None]  # gets each failure, with its line

REPEATED = "…"  # stands for what a service says back
_LONG = 12  # characters of a word that may be a secret of whoever wrote it
_RUN = 3  # words in a row that are taken for a repetition
_QUOTED = re.compile(r"([\"'`‘“«])(.+?)([\"'`’”»])")
_WORD = re.compile(r"\S+")
_EDGES = ".,;:!?()[]{}<>\"'`‘’“”«»"


def line(
    error: ChatError, model: str, messages: Sequence[Message], status: int | None = None
) -> str:
    """The kind, the status, the model and the service's words, on one line."""
    words = without_repetitions(error.detail, messages)
    kind, number = type(error).__name__, "" if status is None else str(status)
    parts = [kind, number, f"model {named(model)}", " ".join(words.split())]
    return " | ".join(filter(None, parts))


def named(model: str) -> str:
    """A model's name for the log: whoever asks may have typed anything there, even a key."""
    return clean(model).replace("|", "/")  # which stands between two parts of a line


def without_repetitions(words: str, messages: Sequence[Message]) -> str:
    """What a service said, without what it repeats of the messages that it was sent."""
    sent = " ".join(
        " ".join(text_of(message["content"]).split()) for message in messages
    ).casefold()

    def hide(found: re.Match[str]) -> str:
        is_sent = found[2].casefold() in sent
        return f"{found[1]}{REPEATED}{found[3]}" if is_sent else found[0]

    written = _WORD.findall(_QUOTED.sub(hide, words))
    plain = [word.strip(_EDGES).casefold() for word in written]
    hidden: set[int] = set()
    for at in range(len(plain)):
        run = " ".join(plain[at : at + _RUN])
        if at + _RUN <= len(plain) and run in sent:
            hidden.update(range(at, at + _RUN))
        elif len(plain[at]) >= _LONG and plain[at] in sent:
            hidden.add(at)
    return " ".join(REPEATED if at in hidden else word for at, word in enumerate(written))
