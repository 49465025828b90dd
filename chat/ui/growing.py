"""An answer on the page while it grows: what is settled stays behind, and only the rest is sent.

Otherwise the whole text would travel again with every word, and a long answer would cost with the
square of its length.
"""

from __future__ import annotations

import time

from streamlit.delta_generator import DeltaGenerator

from chat.markup import extent
from chat.markup.markdown import GrowingMarkdown
from chat.markup.plain import without_images
from chat.ui import streamlit_quirks
from chat.words import text

BEHIND = 200  # characters of settled blocks that are worth an element of their own
LONG = 2_000  # characters of one block; a longer one is drawn as much less often
PACE = 0.1  # seconds between two drawings of a long block, for each `LONG` of it
FOLDED = 0.5  # seconds between two drawings of what is folded away


class GrowingAnswer:
    """Draws one answer in its place, which belongs to nobody else meanwhile.

    What is folded away is drawn when it has become twice as long, so it is sent twice at most while
    it grows, and once when it is settled.
    """

    def __init__(self, slot: DeltaGenerator, *, is_folded: bool = False) -> None:
        self._slot = slot
        self._is_folded = is_folded
        self._room = extent.MOST  # for what can still be drawn
        self._growing = GrowingMarkdown()
        self._blocks: DeltaGenerator | None = None
        self._last: DeltaGenerator | None = None
        self._behind = 0  # characters that have been left behind
        self._markdown = ""
        self._cost = 0.0  # seconds that a browser takes to draw what is still growing
        self._pieces: list[str] = []  # that are not drawn yet
        self._waiting = 0  # characters of them
        self._drawn = 0.0

    def add(self, piece: str) -> None:
        """Take another piece in, and draw what is new when it is time; an empty one may be, too."""
        if piece and not self.is_full:
            shown, self._room = extent.fitting(piece, self._room)
            self._pieces.append(shown)
            self._waiting += len(shown)
        if self._pieces and self._is_due():
            self._draw_pieces()

    @property
    def is_full(self) -> bool:
        """Whether there is more than can be drawn."""
        return self._room <= 0

    def finish(self) -> None:
        """Draw what is not drawn yet, as it is to stay."""
        if self._pieces or self._last is not None:
            self._draw_pieces(is_last=True)

    def _is_due(self) -> bool:
        growing = len(self._markdown) - self._behind
        # A browser that has just drawn a table has no time for another at once.
        pace = max(PACE * (growing // LONG), 2 * self._cost)
        if self._is_folded:
            if self._waiting < growing:
                return False
            pace = max(FOLDED, pace)
        return time.monotonic() - self._drawn >= pace

    def _draw_pieces(self, *, is_last: bool = False) -> None:
        self._markdown = self._growing.add("".join(self._pieces))
        self._pieces.clear()
        self._waiting = 0
        self._draw(is_last=is_last)
        if self.is_full and self._blocks is not None:
            self._blocks.caption(text.GROWS_ON)

    def _draw(self, *, is_last: bool) -> None:
        if self._blocks is None or self._last is None:
            self._blocks = self._slot.container().container(gap="small")  # as between blocks
            self._last = self._blocks.empty()
        apart = self._growing.apart
        if apart - self._behind >= BEHIND:
            self._last.markdown(self._markdown[self._behind : apart])
            self._last = self._blocks.empty()
            self._behind = apart
        if is_last:
            self._last.markdown(self._markdown[self._behind :])
            return
        # What closes it at the end may cut code open, and let an image out of it.
        growing = without_images(self._markdown[self._behind :])
        self._cost = extent.cost(growing, is_markdown=True) / 1000
        streamlit_quirks.draw_unfinished(self._last, growing)
        self._drawn = time.monotonic()
