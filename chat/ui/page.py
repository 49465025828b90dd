"""What the page needs beside Streamlit's own: a style sheet and a few lines of script."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

_HERE = Path(__file__).parent


def prepare() -> None:
    """Send the style and the script along; neither shows anything by itself."""
    st.html(_HERE / "style.css")
    script = (_HERE / "page.js").read_text(encoding="utf-8")
    st.html(f"<script>{script}</script>", unsafe_allow_javascript=True)
