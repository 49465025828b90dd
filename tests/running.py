"""The app in a process of its own, started as a person starts it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from chat.settings import PROJECT
from chat.words import log as log_words
from tests.fakes.service import KEY

STARTING = 60.0  # seconds that a slow machine may take to start the app


def free_port() -> int:
    """A port that nobody listens at."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


@contextmanager
def running_app(
    log: Path, script: str = "streamlit_app.py", *, path: str = "", **environment: str
) -> Iterator[str]:
    """The app on a port of its own, with the README's command; its log must stay clean.

    `path` is where a variable of the environment puts it (server.baseUrlPath).

    Ordinary use never meets the doorkeeper.
    """
    with started_app(log, script, free_port(), path=path, **environment) as (address, _):
        yield address
    said = log.read_text(encoding="utf-8", errors="replace")
    assert log_words.closed("127.0.0.1", "").removesuffix(".") not in said, said


@contextmanager
def started_app(
    log: Path, script: str, port: int, *, path: str = "", **environment: str
) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """The same, with its process, which may be dead in the end."""
    address = f"http://127.0.0.1:{port}/{path}".rstrip("/")
    command = [sys.executable, "-m", "streamlit", "run", script]
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*command, "--server.port", str(port), "--server.headless", "true"],
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=PROJECT,
            env={**os.environ, "OPENAI_API_KEY": "", "OPENAI_BASE_URL": "", **environment},
        )
    try:
        wait_until_healthy(address, process)
        yield address, process
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(STARTING)
    said = log.read_text(encoding="utf-8", errors="replace")
    assert "Traceback" not in said, said
    assert 'File "' not in said, said  # Streamlit's warnings come with a stack
    assert KEY not in said


def wait_until_healthy(address: str, process: subprocess.Popen[bytes]) -> None:
    """Wait until an app answers at its address, or what stands before it."""
    deadline = time.monotonic() + STARTING
    while True:
        assert process.poll() is None, "the app ended at its start"
        assert time.monotonic() < deadline, "the app did not start"
        try:
            with urllib.request.urlopen(f"{address}/_stcore/health", timeout=1):
                return
        except OSError:
            time.sleep(0.05)
