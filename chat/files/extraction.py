"""A PDF or DOCX file made into its text, by a process of its own that is bounded, and killed."""

from __future__ import annotations

import json
import math
import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from threading import BoundedSemaphore, Event, Thread, Timer
from typing import IO, Literal

from chat.characters import mended
from chat.conversation.files import Document
from chat.files.bounds import Bounds
from chat.files.faults import Fault, FileError, clean_name

PROGRAM = Path(__file__).with_name("extractor.py")
AT_ONCE = 2  # processes of this server
# All of the server's variables that it gets: what Python may need to be found and to start.
VARIABLES = ("LD_LIBRARY_PATH", "SYSTEMROOT")

_turns = BoundedSemaphore(AT_ONCE)


def extract(name: str, kind: Literal["pdf", "docx"], data: bytes, bounds: Bounds) -> Document:
    """The text of such a file; waits for its turn. Raises a `FileError`."""
    if not _turns.acquire(timeout=bounds.wait):
        raise FileError(name, Fault.BUSY)
    try:
        said = _run(name, kind, data, bounds)
    finally:
        _turns.release()
    try:
        found = json.loads(said)
        if "fault" in found:
            raise FileError(name, Fault[found["fault"]])
        text, is_cut = str(found["text"]), bool(found["is_cut"])
    except (ValueError, KeyError, TypeError, RecursionError):  # it was killed, or worse
        raise FileError(name, Fault.BROKEN) from None
    return Document(name=clean_name(name), text=mended(text)[: bounds.letters], is_cut=is_cut)


def _run(name: str, kind: str, data: bytes, bounds: Bounds) -> bytes:
    """What the program prints of a file."""
    limits = (bounds.pages, bounds.letters, math.ceil(bounds.seconds) + 1, bounds.memory)
    process = subprocess.Popen(  # noqa: S603 - our own program
        [sys.executable, "-IB", str(PROGRAM), kind, *map(str, limits)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={variable: os.environ[variable] for variable in VARIABLES if variable in os.environ},
        start_new_session=True,
    )
    assert process.stdin is not None  # noqa: S101 - for mypy
    assert process.stdout is not None  # noqa: S101
    is_late = Event()

    def end() -> None:
        is_late.set()
        _kill(process)

    timer = Timer(bounds.seconds, end)
    feeder = Thread(target=_feed, args=[process.stdin, data], daemon=True)
    timer.start()
    feeder.start()
    try:
        # In JSON a letter takes twelve bytes at most, as two halves.
        most = 12 * bounds.letters + 1_000
        said = process.stdout.read(most + 1)
    finally:
        timer.cancel()
        timer.join()  # once the process is waited for, its number may be another's
        _kill(process)
        process.wait()
        feeder.join()
        process.stdout.close()
    if not said and is_late.is_set():
        raise FileError(name, Fault.TOO_SLOW)
    return said if len(said) <= most else b""


def _feed(pipe: IO[bytes], data: bytes) -> None:
    with suppress(OSError), pipe:  # it may have ended before it had read all
        pipe.write(data)


def _kill(process: subprocess.Popen[bytes]) -> None:
    """End a process, which nobody has waited for yet, and whatever it started."""
    if sys.platform == "win32":
        process.kill()
        return
    with suppress(OSError):
        os.killpg(process.pid, signal.SIGKILL)
