"""Thoughts that a model writes into its answer, as `<think>…</think>` before it. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from chat.conversation.events import ReasoningDelta, TextDelta

OPENING, CLOSING = "<think>", "</think>"


class Thinking:
    """Tells thoughts from the answer in a text that arrives in pieces.

    Only an answer that begins with `<think>` has thoughts: further on it is a tag like any other.
    """

    def __init__(self) -> None:
        self._pending = ""  # what could still become a tag, or is space before the answer
        self._is_open = False
        self._is_over = False
        self._trims = False

    def take(self, piece: str) -> Iterator[ReasoningDelta | TextDelta]:
        """The thoughts and the text in the next piece."""
        if self._is_over:
            yield from self._text(piece)
            return
        pending = self._pending + piece
        if not self._is_open:
            begun = pending.lstrip()
            if len(begun) < len(OPENING) and OPENING.startswith(begun):
                self._pending = pending
                return
            if not begun.startswith(OPENING):
                self._pending, self._is_over = "", True
                yield TextDelta(pending)
                return
            self._is_open = True
            pending = begun.removeprefix(OPENING)
        thought, closing, text = pending.partition(CLOSING)
        if closing:
            self._pending, self._is_over, self._trims = "", True, True
        else:
            kept = _overlap(thought, CLOSING)
            thought, self._pending = thought[: len(thought) - kept], thought[len(thought) - kept :]
        if thought:
            yield ReasoningDelta(thought)
        yield from self._text(text)

    def end(self) -> Iterator[ReasoningDelta | TextDelta]:
        """What is left when no piece comes any more."""
        pending, self._pending = self._pending, ""
        if pending:
            yield ReasoningDelta(pending) if self._is_open else TextDelta(pending)

    def _text(self, text: str) -> Iterator[TextDelta]:
        if self._trims:  # the empty lines between the thoughts and the answer
            text = text.lstrip()
            self._trims = not text
        if text:
            yield TextDelta(text)


def _overlap(text: str, tag: str) -> int:
    """The length of the longest end of the text that the tag begins with."""
    return next((n for n in range(len(tag) - 1, 0, -1) if text.endswith(tag[:n])), 0)
