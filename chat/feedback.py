"""What visitors think of answers: lines of JSON in a file of the owner's.

    feedback = Feedback(Path("data"))
    feedback.note("good", answer, visitor="3f9a0c12", model="gpt-5.6-luna")

Nothing of what was said is in it, but where its visitor wants that.
"""

from __future__ import annotations

import errno
import json
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

Verdict = Literal["good", "bad"]

FILE = "feedback.jsonl"
LARGEST = 100_000_000  # bytes, as any visitor can add to it
LONGEST = 100_000  # characters of a text


class Feedback:
    """A file in this folder. Any thread and any process may add to it."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE
        self._lock = threading.Lock()

    def note(
        self,
        verdict: Verdict,
        *,
        answer: str,
        visitor: str,
        model: str,
        said: tuple[str, str] | None = None,
    ) -> None:
        """Add a line: of which `answer`, by its name, and what was `said`, question and answer.

        Raises `OSError`, also where the file is full.
        """
        line: dict[str, str] = {
            "time": datetime.now(UTC).isoformat(timespec="seconds"),
            "answer": answer,
            "visitor": visitor,
            "model": model,
            "verdict": verdict,
        }
        if said is not None:
            line["question"], line["text"] = (words[:LONGEST] for words in said)
        written = json.dumps(line, ensure_ascii=False).encode("utf-8", "replace") + b"\n"
        self._path.parent.mkdir(parents=True, exist_ok=True)
        # One write at the end of the file, in which nobody else's gets.
        with self._lock, self._path.open("ab", buffering=0) as file:
            if file.tell() + len(written) > LARGEST:
                raise OSError(errno.EFBIG, "it has become too large", str(self._path))
            file.write(written)
