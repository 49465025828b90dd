"""Text that can be sent, stored and shown: no NUL, and no half of a character. Pure."""

from __future__ import annotations

REPLACEMENT = "\ufffd"


def is_sendable(text: str) -> bool:
    """Whether a text can go over the wire as it is."""
    if "\0" in text:
        return False
    return text.isascii() or not any("\ud800" <= letter <= "\udfff" for letter in text)


def mended(text: str) -> str:
    """The text with halves that belong together joined, and whatever else is broken replaced."""
    if is_sendable(text):
        return text
    joined = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return joined.replace("\0", REPLACEMENT)


class Mender:
    """Mends a text that arrives in pieces, where a character may be split between two of them."""

    def __init__(self) -> None:
        self._half = ""

    def take(self, piece: str) -> str:
        """The piece, mended; a first half at its end waits for the next piece."""
        piece = self._half + piece
        self._half = ""
        if "\ud800" <= piece[-1:] <= "\udbff":
            piece, self._half = piece[:-1], piece[-1]
        return mended(piece)

    def end(self) -> str:
        """What is left when no piece comes any more."""
        half, self._half = self._half, ""
        return mended(half)
