"""The app as its front door has it, for somebody who is its owner while there is such a file."""

from __future__ import annotations

import os
import runpy
from pathlib import Path

import streamlit as st

from chat.settings import PROJECT
from chat.ui import process, server


def is_owner() -> bool:
    return Path(os.environ["OWNED"]).exists()


if __name__ != "__main__":
    process.is_owner = is_owner
    app = st.App(__file__, routes=server.routes(), middleware=server.middleware())
else:
    runpy.run_path(str(PROJECT / "streamlit_app.py"), run_name="__main__")
