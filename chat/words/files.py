"""What is wrong with a file that was to go along with a question."""

from __future__ import annotations

from chat.files.bounds import BOUNDS, Bounds
from chat.files.faults import FileError
from chat.languages.language import say


def file_fault(error: FileError, bounds: Bounds = BOUNDS) -> str:
    """What is wrong with which file, and what to do."""
    return say(
        f"file_fault.{error.fault.name.lower()}",
        name=error.name,
        count=bounds.files,
        megabytes=bounds.bytes_together // 1_000_000,
    )
