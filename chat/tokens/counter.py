"""How many tokens a text is: exactly, where the model's encoding is at hand; else as an estimate.

Counting never waits: an encoding is loaded in a thread of its own, and until it is there, and for
models whose encoding nobody knows, an estimate stands in. `python -m chat.tokens` tells of them.
"""

from __future__ import annotations

import re
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from functools import lru_cache
from typing import Protocol

from chat import models
from chat.conversation.files import pictures_of, text_of
from chat.conversation.window import Message
from chat.languages.language import spoken
from chat.tokens import pictures, ranks
from chat.tokens.estimate import estimate
from chat.tokens.ranks import Obstacle, RanksUnavailable

# Tokens that the chat format adds to the text itself: to each message, and once for the start of
# the reply. Source: OpenAI's cookbook, "How to count tokens with tiktoken"; exact for gpt-4o and
# gpt-3.5-turbo, off by one at most on the gpt-5 family.
MESSAGE_OVERHEAD = 3
REPLY_OVERHEAD = 3

PIECE = 20_000  # characters encoded at once: a million spaces in a row make tiktoken 0.14 panic
CACHED_TEXTS = 20_000
_BETWEEN_WORDS = re.compile(r"(?<=[a-z]) (?=[a-z])", re.IGNORECASE)
ASSUMED_ENCODING = "o200k_base"  # what models of unknown encoding are estimated with


class Grade(IntEnum):
    """How sure a count is; a sum is as sure as the least sure of its parts."""

    EXACT = 0
    CALIBRATED = 1  # an estimate, corrected by what the provider reported for this model
    ESTIMATED = 2


@dataclass(frozen=True)
class Count:
    """A number of tokens, and how sure it is."""

    tokens: int
    grade: Grade = Grade.EXACT

    def __add__(self, other: Count) -> Count:
        return Count(self.tokens + other.tokens, max(self.grade, other.grade))

    def __str__(self) -> str:
        return f"{'' if self.grade is Grade.EXACT else '≈ '}{spoken().number(self.tokens)}"


@dataclass(frozen=True, kw_only=True)
class Weights:
    """What each message of a prompt weighs, its overhead included, and what comes on top.

    `pictures` are the tokens of each message's pictures, which `messages` include. `extra` is the
    start of the reply and, where calibrated, what the service adds by itself.
    """

    messages: tuple[int, ...]
    pictures: tuple[int, ...]
    extra: int
    grade: Grade

    @property
    def total(self) -> Count:
        """The whole prompt."""
        return self.count(sum(self.messages) + self.extra)

    def count(self, tokens: int) -> Count:
        """So many of these tokens, as sure as all of them."""
        return Count(tokens, self.grade)


@dataclass(frozen=True, kw_only=True)
class Inspection:
    """A text as its tokens: each with its id and its bytes, and the text decoded again."""

    encoding: str
    count: int
    tokens: tuple[tuple[int, bytes], ...]
    decoded: str


class Encoding(Protocol):
    """The part of tiktoken's encoding that counting needs."""

    def encode_ordinary(self, text: str) -> list[int]:
        """The text's tokens; special tokens in it are plain text."""

    def decode_single_token_bytes(self, token: int) -> bytes:
        """What a token stands for, which may be a part of a character."""

    def decode(self, tokens: Sequence[int]) -> str:
        """The text that tokens stand for."""


class Loading(StrEnum):
    """How far the loading of an encoding has come."""

    LOADING = "loading"
    READY = "ready"
    UNAVAILABLE = "unavailable"


class TokenCounter:
    """Counts tokens for any model, never waiting for a file, a network or a loading thread.

    `load` gets an encoding by its name. It may take as long as it likes, and raises
    `RanksUnavailable` where it has to give up. One counter serves all visitors: it keeps numbers,
    and never a text.
    """

    def __init__(self, load: Callable[[str], Encoding] | None = None) -> None:
        self._load = load or load_encoding
        self._lock = threading.Lock()
        self._encodings: dict[str, Encoding | Loading] = {}
        self._obstacles: dict[str, Obstacle] = {}
        self._counts: OrderedDict[tuple[str, int, int], int] = OrderedDict()

    def prepare(self, model: str) -> threading.Thread | None:
        """Start to load the model's encoding in the background, once.

        Returns the thread that loads it, or None where that has happened before.
        """
        name = encoding_name(model) or ASSUMED_ENCODING
        with self._lock:
            if name in self._encodings:
                return None
            self._encodings[name] = Loading.LOADING
        thread = threading.Thread(
            target=self._fetch, args=(name,), name=f"loading {name}", daemon=True
        )
        thread.start()
        return thread

    def state(self, model: str) -> tuple[Loading, Obstacle | None]:
        """How far the loading of the model's encoding has come, and what keeps it from it."""
        name = encoding_name(model) or ASSUMED_ENCODING
        found = self._encodings.get(name, Loading.LOADING)
        if isinstance(found, Loading):
            return found, self._obstacles.get(name)
        return Loading.READY, None

    def text(self, text: str, model: str) -> Count:
        """The tokens of a text by itself, without the overhead of a message."""
        self.prepare(model)
        known = encoding_name(model)
        name = known or ASSUMED_ENCODING
        encoding = self._encodings[name]
        if isinstance(encoding, Loading):
            return Count(self._cached("", text, estimate), Grade.ESTIMATED)
        exactly = self._cached(name, text, lambda text: _encoded_length(encoding, text))
        return Count(exactly, Grade.EXACT if known else Grade.ESTIMATED)

    def weigh(self, messages: Sequence[Message], model: str) -> Weights:
        """What the messages of a prompt weigh, each with its overhead."""
        contents = [message["content"] for message in messages]
        counts = [self.text(text_of(content), model) for content in contents]
        seen = [
            sum(self.picture(url, model).tokens for url in pictures_of(content))
            for content in contents
        ]
        grades = [count.grade for count in counts] + [Grade.ESTIMATED] * any(seen)
        return Weights(
            messages=tuple(
                count.tokens + picture + MESSAGE_OVERHEAD
                for count, picture in zip(counts, seen, strict=True)
            ),
            pictures=tuple(seen),
            extra=REPLY_OVERHEAD,
            grade=max(grades, default=Grade.EXACT),
        )

    def picture(self, url: str, model: str) -> Count:
        """About the tokens of the picture in a data: URL."""
        rule = f"picture {models.find(model).picture_tiles}"
        counted = self._cached(rule, url, lambda url: pictures.tokens(url, model))
        return Count(counted, Grade.ESTIMATED)

    def inspect(self, text: str, model: str, *, most: int) -> Inspection | None:
        """The tokens of a text one by one, of its first `most` characters.

        None as long as the encoding is not at hand.
        """
        self.prepare(model)
        name = encoding_name(model) or ASSUMED_ENCODING
        encoding = self._encodings[name]
        if isinstance(encoding, Loading):
            return None
        ids = _encoded(encoding, text[:most])
        return Inspection(
            encoding=name,
            count=self.text(text, model).tokens,
            tokens=tuple((token, encoding.decode_single_token_bytes(token)) for token in ids),
            decoded=encoding.decode(ids),
        )

    def _fetch(self, name: str) -> None:
        try:
            encoding = self._load(name)
            encoding.encode_ordinary("The first call compiles what later calls use.")
        except RanksUnavailable as error:
            self._obstacles[name] = error.obstacle
            self._encodings[name] = Loading.UNAVAILABLE
        except Exception:  # noqa: BLE001 - whatever it is, estimates stand in
            self._obstacles[name] = Obstacle.NOT_GENUINE
            self._encodings[name] = Loading.UNAVAILABLE
        else:
            self._encodings[name] = encoding

    def _cached(self, name: str, text: str, count: Callable[[str], int]) -> int:
        # By hash and length, so that no visitor's text is kept alive. The hash is 64 bits, with a
        # secret of the process, and Python keeps it with the string: 0.1 µs to look up again.
        key = (name, hash(text), len(text))
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


@lru_cache(maxsize=1000)
def encoding_name(model: str) -> str | None:
    """The name of a model's encoding; None where neither our table nor tiktoken knows it."""
    from tiktoken import encoding_name_for_model

    listed = models.find(model)
    if listed.name in models.table():
        return listed.encoding
    try:
        name = encoding_name_for_model(model)
    except KeyError:
        return None
    return name if name in ranks.RANK_FILES else None


def load_encoding(name: str) -> Encoding:
    """Tiktoken's encoding, after its rank file has been provided. Raises `RanksUnavailable`."""
    from tiktoken import get_encoding

    ranks.provide(name)
    return get_encoding(name)


def _encoded_length(encoding: Encoding, text: str) -> int:
    return sum(len(encoding.encode_ordinary(piece)) for piece in _pieces(text))


def _encoded(encoding: Encoding, text: str) -> list[int]:
    return [token for piece in _pieces(text) for token in encoding.encode_ordinary(piece)]


def _pieces(text: str) -> Iterable[str]:
    return (text[start : start + PIECE] for start in range(0, len(text), PIECE))


class RunningCount:
    """Counts a text that only grows, without counting its beginning again each time."""

    def __init__(self, counter: TokenCounter, model: str) -> None:
        self._counter = counter
        self._model = model
        self._settled = 0  # characters
        self._counted = Count(0)

    def count(self, text: str) -> Count:
        """The tokens of the text as it is now."""
        tail = text[self._settled :]
        if len(tail) > 1000:
            # A space between two letters begins a token in every encoding used here, so that the
            # two parts count as much as the whole.
            spaces = [match.start() for match in _BETWEEN_WORDS.finditer(tail)]
            if spaces:
                self._counted += self._counter.text(tail[: spaces[-1]], self._model)
                self._settled += spaces[-1]
                tail = tail[spaces[-1] :]
        return self._counted + self._counter.text(tail, self._model)


def estimate_messages(messages: Iterable[Message]) -> int:
    """About how many tokens messages are, with the overhead of each, for a model like most."""
    contents = [message["content"] for message in messages]
    texts = sum(estimate(text_of(content)) + MESSAGE_OVERHEAD for content in contents)
    return texts + sum(pictures.tokens(url, "") for each in contents for url in pictures_of(each))
