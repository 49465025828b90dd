"""How many tokens a text is: exactly, where the model's encoding is at hand; else as an estimate.

Counting never waits: an encoding is loaded in a thread of its own (its rank file may have to be
downloaded, and tiktoken 0.14 sets no time limit for that), and until it is there, and for models
that tiktoken does not know, a rule per script stands in.
"""

from __future__ import annotations

import re
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Protocol

from chat.window import Message

# Tokens that the chat format adds to the text itself: to each message, and once for the start of
# the reply. Source: OpenAI's cookbook, "How to count tokens with tiktoken"; exact for gpt-4o and
# gpt-3.5-turbo, off by one at most on the gpt-5 family.
MESSAGE_OVERHEAD = 3
REPLY_OVERHEAD = 3

PIECE = 20_000  # characters encoded at once: a million spaces in a row make tiktoken 0.14 panic
CACHED_TEXTS = 10_000


@dataclass(frozen=True)
class Count:
    """A number of tokens, and whether it is exact or an estimate."""

    tokens: int
    exact: bool = field(default=True, kw_only=True)

    def __add__(self, other: Count) -> Count:
        return Count(self.tokens + other.tokens, exact=self.exact and other.exact)

    def __str__(self) -> str:
        return f"{'' if self.exact else '≈ '}{self.tokens:,}"


class Encoding(Protocol):
    """The part of tiktoken's encoding that counting needs."""

    def encode_ordinary(self, text: str) -> list[int]:
        """The text's tokens; special tokens in it are plain text."""


class TokenCounter:
    """Counts tokens for any model, never waiting for a file or a network.

    `load` gets an encoding by its name, and may take as long as it likes.
    """

    def __init__(self, load: Callable[[str], Encoding] | None = None) -> None:
        self._load = load or _load
        self._lock = threading.Lock()
        self._asked_for: set[str] = set()
        self._encodings: dict[str, Encoding] = {}
        self._counts: OrderedDict[tuple[str, bytes], int] = OrderedDict()

    def prepare(self, model: str) -> threading.Thread | None:
        """Start to load the model's encoding in the background, once.

        Returns the thread that loads it, or None when there is nothing to load.
        """
        name = encoding_name(model)
        with self._lock:
            if name is None or name in self._asked_for:
                return None
            self._asked_for.add(name)
        thread = threading.Thread(
            target=self._fetch, args=(name,), name=f"loading {name}", daemon=True
        )
        thread.start()
        return thread

    def text(self, text: str, model: str) -> Count:
        """The tokens of a text by itself, without the overhead of a message."""
        self.prepare(model)
        name = encoding_name(model)
        encoding = self._encodings.get(name) if name is not None else None
        if name is None or encoding is None:
            return Count(self._cached("", text, estimate), exact=False)

        def exactly(counted: str) -> int:
            pieces = (counted[i : i + PIECE] for i in range(0, len(counted), PIECE))
            return sum(len(encoding.encode_ordinary(piece)) for piece in pieces)

        return Count(self._cached(name, text, exactly))

    def messages(self, messages: Iterable[Message], model: str) -> Count:
        """The tokens of a prompt: the texts, the overhead of each, and the reply's start."""
        total = Count(REPLY_OVERHEAD)
        for message in messages:
            total += self.text(message["content"], model) + Count(MESSAGE_OVERHEAD)
        return total

    def _fetch(self, name: str) -> None:
        try:
            encoding = self._load(name)
            encoding.encode_ordinary("The first call compiles what later calls use.")
        except Exception:  # noqa: BLE001 - no file, no network, a wrong hash: estimates stand in
            return
        self._encodings[name] = encoding

    def _cached(self, name: str, text: str, count: Callable[[str], int]) -> int:
        # By digest, so that the cache does not keep visitors' texts alive.
        digest = blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()
        key = (name, digest)
        with self._lock:
            if key in self._counts:
                self._counts.move_to_end(key)
                return self._counts[key]
        counted = count(text)
        with self._lock:
            self._counts[key] = counted
            while len(self._counts) > CACHED_TEXTS:
                self._counts.popitem(last=False)
        return counted


def encoding_name(model: str) -> str | None:
    """The name of a model's encoding; None for a model that tiktoken does not know."""
    from tiktoken import encoding_name_for_model

    try:
        return encoding_name_for_model(model)
    except KeyError:
        return None


def _load(name: str) -> Encoding:
    from tiktoken import get_encoding

    return get_encoding(name)


# One run of letters of a script, of digits, of white space, of punctuation, or one other character.
_RUN = re.compile(
    r"(?P<word>[A-Za-z\u00c0-\u024f]+)"
    r"|(?P<digits>\d+)"
    r"|(?P<newline>\s*\n\s*)"
    r"|(?P<space>[^\S\n]+)"
    r"|(?P<ideographs>[\u3005-\u3007\u3400-\u9fff\uf900-\ufaff]+)"
    r"|(?P<kana>[\u3040-\u30ff]+)"
    r"|(?P<hangul>[\u1100-\u11ff\uac00-\ud7af]+)"
    r"|(?P<greek_or_cyrillic>[\u0370-\u052f]+)"
    r"|(?P<hebrew_or_arabic>[\u0590-\u08ff]+)"
    r"|(?P<indic>[\u0900-\u0dff]+)"
    r"|(?P<punctuation>[!-/:-@\[-`{-~]+)"
    r"|(?P<other>.)",
    re.DOTALL,
)

# Tokens per character, fitted to o200k_base on a page of text of each script.
_RATES = {
    "ideographs": 0.78,
    "kana": 0.72,
    "hangul": 0.8,
    "greek_or_cyrillic": 0.28,
    "hebrew_or_arabic": 0.385,
    "indic": 0.36,
    "punctuation": 0.62,
    "other": 1.5,
}


def estimate(text: str) -> int:
    """About how many tokens a text is, by a rule per script, without any rank file."""
    total = 0.0
    for run in _RUN.finditer(text):
        length = run.end() - run.start()
        match run.lastgroup:
            case "word":
                total += 1 if length <= 8 else 1 + (length - 8) / 4
            case "digits":
                total += -(-length // 3)
            case "newline":
                total += 0.8
            case "space":
                total += 0 if length == 1 else 1
            case script:
                total += max(0.5, _RATES[script or "other"] * length)
    return round(total)


def estimate_messages(messages: Iterable[Message]) -> int:
    """About how many tokens messages are, with the overhead of each."""
    return sum(estimate(message["content"]) + MESSAGE_OVERHEAD for message in messages)
