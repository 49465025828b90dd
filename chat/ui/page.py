"""What the page needs beside Streamlit's own: a style sheet and a few scripts."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import streamlit as st

_HERE = Path(__file__).parent


def prepare() -> None:
    """Send the style and the scripts along; none of them shows anything by itself."""
    st.html(_HERE / "style.css")
    run("page.js", "unsent.js", "input.js", "scroll.js")


def run(*scripts: str) -> None:
    """Have the browser run some of our scripts in this order, by their files' names."""
    whole = "\n".join(map(_text, scripts))
    st.html(f"<script>{whole}</script>", unsafe_allow_javascript=True)


@cache
def _text(script: str) -> str:
    return (_HERE / script).read_text(encoding="utf-8")
