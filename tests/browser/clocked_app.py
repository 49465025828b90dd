"""The app as its front door has it, with a clock that is ahead by the seconds in a file."""

from __future__ import annotations

import os
import runpy
import time
from pathlib import Path

import streamlit as st

from chat.settings import PROJECT
from chat.ui import process, server


def clock() -> float:
    """Seconds, as the test wants them."""
    return time.monotonic() + float(Path(os.environ["CLOCK_AHEAD"]).read_text() or 0)


if __name__ != "__main__":
    process.current().clock = clock
    app = st.App(__file__, routes=server.routes(), middleware=server.middleware())
else:
    runpy.run_path(str(PROJECT / "streamlit_app.py"), run_name="__main__")
