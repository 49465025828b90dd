"""What can be wrong with a file that is to go along with a question. Pure."""

from __future__ import annotations

import unicodedata
from enum import StrEnum

LONGEST_NAME = 100  # characters
_ENDING = 12  # characters of a longer name's end that stay, as its kind stands there
_NAMELESS = "?"
# Invisible, but parts of what is seen: they join letters of Persian and Hindi, and of an emoji.
_JOINERS = "\u200c\u200d"


class Fault(StrEnum):
    """What is wrong with a file."""

    NOT_ALLOWED = "not allowed here"
    TOO_MANY = "one too many"
    TOO_MUCH = "too large together with the others"
    TOO_LARGE = "too large"
    TOO_MANY_PIXELS = "a picture with too many pixels"
    UNREADABLE = "not there or not to be opened"
    UNKNOWN_KIND = "of a kind that cannot be read"
    EMPTY = "empty"
    BROKEN = "broken"
    ENCRYPTED = "encrypted"
    SCANNED = "scanned, without a text"
    TOO_SLOW = "not read in time"
    BUSY = "behind too many others"


class FileError(Exception):
    """A file cannot go along: `fault` says why, and `name` is the file's, fit to be shown."""

    def __init__(self, name: str, fault: Fault) -> None:
        self.name = clean_name(name)
        self.fault = fault
        super().__init__(f"The file {self.name} is {fault}.")


def clean_name(name: str) -> str:
    """A file's name without its path: one line of 100 characters at most, all of them visible.

    What would turn the direction of the text around it (such as U+202E) is left out.
    """
    base = name[-10_000:].replace("\\", "/").rstrip("/").rpartition("/")[2]
    shown = "".join(map(_visible, base))
    line = " ".join(shown.split())
    if len(line) > LONGEST_NAME:
        line = f"{line[: LONGEST_NAME - _ENDING - 1]}…{line[-_ENDING:]}"
    return line if line.strip(".") else _NAMELESS


def _visible(letter: str) -> str:
    """A character, a space in the place of a line's end, or nothing for what cannot be seen."""
    if letter.isspace():
        return " "
    # Controls, formats, halves of characters, and what is not assigned.
    hidden = unicodedata.category(letter) in ("Cc", "Cf", "Cs", "Cn")
    return "" if hidden and letter not in _JOINERS else letter
