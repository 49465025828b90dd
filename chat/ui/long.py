"""A message on the page, as much of it at once as a browser can draw."""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from chat.markup import extent
from chat.markup.markdown import faithful
from chat.ui.page import Page
from chat.words import text

_PIECE = 20_000  # characters of plain text in one element
_MOST = 500_000  # characters that can be shown on the page at all


def markdown(place: DeltaGenerator, message: str, *, key: str, page: Page) -> None:
    """Draw what a model wrote into a place; of a long message its beginning, and a way to all."""
    end = extent.end(message, is_markdown=True)
    if end == len(message):
        place.markdown(faithful(message))
        return
    with place.container():
        # An element, not a container: what had grown in its place would stay (Streamlit 1.67).
        st.markdown(faithful(message[:end]))
        _rest(message, end, key, page)


def plain(message: str, *, key: str, page: Page) -> None:
    """Draw a text as it was typed: no markdown, no formulas, line breaks kept."""
    end = extent.end(message, is_markdown=False, most=extent.MOST / 20)
    if end == len(message):
        st.text(message, width="stretch")
    else:
        st.text(message[:end], width="stretch")
        _rest(message, end, key, page)


@st.fragment
def _rest(message: str, end: int, key: str, page: Page) -> None:
    if key not in page.unfolded:
        st.caption(text.shown_of(end, len(message)))
        st.button(text.SHOW_ALL, key=f"all-{key}", on_click=page.unfolded.add, args=(key,))
        return
    behind = extent.end(message[:_MOST], end, is_markdown=False)
    while end < behind:
        # Not as markdown, which would hold the browser up, and in pieces that it lays out quickly.
        piece = extent.end(message[:behind], end, is_markdown=False, most=_PIECE / 1_000)
        st.text(message[end:piece], width="stretch")
        end = piece
    if end < len(message):
        st.caption(f"{text.shown_of(end, len(message))} {text.REST_IN_FILE}")
    st.button(text.SHOW_LESS, key=f"less-{key}", on_click=page.unfolded.discard, args=(key,))
