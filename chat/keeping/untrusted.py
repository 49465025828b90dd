"""JSON that a file or a browser hands over: bounded, and validated value by value. Pure.

Every function raises `TranscriptError` for what it refuses.
"""

from __future__ import annotations

import binascii
import json
import math
import re
from base64 import b64decode
from collections.abc import Mapping
from enum import StrEnum
from typing import Any, NoReturn

from chat.characters import mended

# Bytes of a chat as JSON, as it travels inside of another JSON text, where a line break or a quote
# takes three or four. Streamlit 1.67 closes the connection at a message of 25 MB.
LARGEST = 20_000_000
ROOM = 10_000  # bytes of it for what may change when a chat is opened, such as its model
MOST = 10_000  # rounds, files of all rounds, or messages of a plain list
MOST_ANSWERS = 20_000  # of all rounds
MOST_VALUES = 1_000_000  # in a JSON text; so many rounds and answers have half as many
LONGEST_NAME = 200  # characters
LARGEST_NUMBER = 10**12

# A string, whether it ends or not. Possessive: no part of the text is looked at twice.
_STRING = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+\\?(?:"|\Z)', re.DOTALL)


class Fault(StrEnum):
    """What is wrong with a file."""

    TOO_LARGE = "too large"
    NOT_JSON = "not JSON"
    NOT_A_TRANSCRIPT = "not a transcript"
    NEWER = "a newer version"
    DAMAGED = "damaged"


class TranscriptError(Exception):
    """A file is no conversation that can be taken in; `fault` says why."""

    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        super().__init__(f"The file is {fault}.")


def sent_size(text: str) -> int:
    """How many bytes a JSON text takes inside of another one, as every browser writes it."""
    return len(json.dumps(text, ensure_ascii=False).encode("utf-8", "surrogatepass"))


def parsed(data: bytes | str) -> Any:  # noqa: ANN401 - whatever there is
    """What is in a JSON text."""
    if len(data) > LARGEST:
        raise TranscriptError(Fault.TOO_LARGE)
    try:
        text = data.decode("utf-8-sig") if isinstance(data, bytes) else data
        if _count_values(text) > MOST_VALUES:
            raise TranscriptError(Fault.TOO_LARGE)
        return json.loads(text, parse_constant=refuse)
    except (ValueError, RecursionError):
        raise TranscriptError(Fault.NOT_JSON) from None


def _count_values(text: str) -> int:
    """How many values a JSON text has at most. Parsed, an empty list takes 64 bytes."""
    marks = sum(map(text.count, ",[{"))
    return marks if marks <= MOST_VALUES else sum(map(_STRING.sub("", text).count, ",[{"))


def refuse(_: object = None) -> NoReturn:
    """Say that a value is not what it must be."""
    raise TranscriptError(Fault.DAMAGED)


def fields(item: object, *names: str, later: Mapping[str, Any] | None = None) -> list[Any]:
    """The values of an object that has these fields, perhaps those of `later`, and no others.

    `later` are fields that earlier versions did not have, with what stands for them there.
    """
    later = later or {}
    if not isinstance(item, dict) or not set(names) <= item.keys() <= {*names, *later}:
        refuse()
    whole = {**later, **item}
    return [whole[name] for name in (*names, *later)]


def items(value: object) -> list[Any]:
    """A list of `MOST` values at most."""
    if not isinstance(value, list):
        refuse()
    if len(value) > MOST:
        raise TranscriptError(Fault.TOO_LARGE)
    return value


def text(value: object, longest: int = LARGEST) -> str:
    """A text of so many characters at most, without what cannot be sent."""
    if not isinstance(value, str) or len(value) > longest:
        refuse()
    return mended(value)


def binary(value: object, longest: int) -> bytes:
    """Bytes as base64 of so many characters at most."""
    if not isinstance(value, str) or len(value) > longest:
        refuse()
    try:
        return b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        refuse()


def flag(value: object) -> bool:
    """True or false."""
    return value if isinstance(value, bool) else refuse()


def choice(value: object, allowed: tuple[str, ...]) -> str:
    """One of the texts that are allowed."""
    if not isinstance(value, str) or value not in allowed:
        refuse()
    return value


def whole(value: object, *, least: int = 0, most: int = LARGEST_NUMBER) -> int:
    """A whole number from `least` to `most`."""
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        refuse()
    return value


def number(value: object, *, most: float = math.inf) -> float:
    """A number from 0 to `most`, and below `LARGEST_NUMBER`."""
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value <= most:
        refuse()
    return float(value) if value < LARGEST_NUMBER else refuse()
