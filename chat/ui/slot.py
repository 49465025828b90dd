"""A place on the page that is filled and cleared again."""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator


class Slot:
    """A place in `parent`, or else where it is made. To clear an empty one sends nothing."""

    def __init__(self, parent: DeltaGenerator | None = None) -> None:
        self._place = st.empty() if parent is None else parent.empty()
        self._is_filled = False

    def fill(self) -> DeltaGenerator:
        """Where to draw what takes the place of whatever there is."""
        self._is_filled = True
        return self._place

    def clear(self) -> None:
        """Take away what there is."""
        if self._is_filled:
            self._place.empty()
        self._is_filled = False
