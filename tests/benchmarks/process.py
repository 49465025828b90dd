"""The app in a process of its own, and the CPU time that it takes. Linux only."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager

from tests.fakes.service import ScriptedService

START = """
import sys
from chat.ui.meter import Meter
if {still}:
    Meter.follow = lambda self, answer: None
from streamlit.web.cli import main
sys.argv = ["streamlit", "run", "streamlit_app.py", "--server.port", "{port}",
            "--server.headless", "true"]
main()
"""


@contextmanager
def running(
    service: ScriptedService, folder: str, *, still: bool = False
) -> Iterator[tuple[int, str]]:
    """The app in a process of its own: its process id and its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {
        "OPENAI_API_KEY": "sk-benchmark",
        "OPENAI_BASE_URL": service.base_url,
        "CHAT_MODEL": "gpt-4o",
        "TIKTOKEN_CACHE_DIR": folder,
    }
    process = subprocess.Popen(
        [sys.executable, "-c", START.format(still=still, port=port)],
        env={**os.environ, **environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        while True:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=1)
                break
            except OSError:
                time.sleep(0.1)
        yield process.pid, f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()


def busy(process: int) -> float:
    """The CPU time of a process so far, in milliseconds, threads that have ended included."""
    clock = ~process << 3 | 2  # how Linux names the CPU clock of another process
    return 1000 * time.clock_gettime(clock)
