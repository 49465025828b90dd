"""An answer on the page while it grows: what is settled stays behind, and only the rest is sent.

Otherwise the whole text would travel again with every word, and a long answer would cost with the
square of its length.
"""

from __future__ import annotations

import time

from streamlit.delta_generator import DeltaGenerator

from chat.markdown import Growing
from chat.prose import without_images

BEHIND = 200  # characters of settled blocks that are worth an element of their own
LONG = 2_000  # characters of one block; a longer one is drawn as much less often
PACE = 0.1  # seconds between two drawings of a long block, for each `LONG` of it


class GrowingAnswer:
    """Draws one answer in its place, which belongs to nobody else meanwhile."""

    def __init__(self, slot: DeltaGenerator) -> None:
        self._slot = slot
        self._growing = Growing()
        self._blocks: DeltaGenerator | None = None
        self._last: DeltaGenerator | None = None
        self._behind = 0  # characters that have been left behind
        self._markdown = ""
        self._pieces: list[str] = []  # that are not drawn yet
        self._drawn = 0.0

    def add(self, piece: str) -> None:
        """Take another piece in, and draw what is new when it is time; an empty one may be, too."""
        if piece:
            self._pieces.append(piece)
        length = len(self._markdown) - self._behind
        is_due = time.monotonic() - self._drawn >= PACE * (length // LONG)
        if self._pieces and is_due:
            self._markdown = self._growing.add("".join(self._pieces))
            self._pieces.clear()
            self._draw()

    def _draw(self) -> None:
        if self._blocks is None or self._last is None:
            self._blocks = self._slot.container(gap="small")  # as between blocks
            self._last = self._blocks.empty()
        apart = self._growing.apart
        if apart - self._behind >= BEHIND:
            self._last.markdown(self._markdown[self._behind : apart])
            self._last = self._blocks.empty()
            self._behind = apart
        # Not public, but what `st.write_stream` uses to close what is still open, as in **bold
        # (Streamlit 1.67). What it puts at the end may cut code open, and let an image out of it.
        growing = without_images(self._markdown[self._behind :])
        self._last._markdown(growing, unterminated_parsing=True)
        self._drawn = time.monotonic()
