"""What visitors think of answers, as a file of the owner's."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from chat import feedback
from chat.feedback import FILE, LONGEST, Feedback


def lines(folder: Path) -> list[dict[str, Any]]:
    """What is in the file."""
    return [json.loads(line) for line in (folder / FILE).read_bytes().splitlines()]


def note(to: Feedback, number: int = 0, said: tuple[str, str] | None = None) -> None:
    to.note("good", answer=f"a{number}", visitor="3f9a", model="scripted", said=said)


def test_nothing_of_what_was_said_is_noted_unasked(tmp_path: Path) -> None:
    folder = tmp_path / "made"
    note(Feedback(folder))
    (line,) = lines(folder)
    assert line.pop("time").startswith("20")
    assert line == {"answer": "a0", "visitor": "3f9a", "model": "scripted", "verdict": "good"}


def test_what_was_said_is_a_part_of_one_line_and_not_endless(tmp_path: Path) -> None:
    note(Feedback(tmp_path), said=("Why?\n\u2028\ud83d", "x" * (LONGEST + 1)))
    (line,) = lines(tmp_path)
    assert line["question"] == "Why?\n\u2028?"
    assert line["text"] == "x" * LONGEST


def test_many_add_to_it_at_once(tmp_path: Path) -> None:
    shared = [Feedback(tmp_path), Feedback(tmp_path)]
    with ThreadPoolExecutor(8) as pool:
        list(
            pool.map(lambda number: note(shared[number % 2], number, ("q", "t" * 9_000)), range(80))
        )
    assert sorted(line["answer"] for line in lines(tmp_path)) == sorted(f"a{n}" for n in range(80))


def test_it_does_not_fill_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feedback, "LARGEST", 300)
    note(Feedback(tmp_path))
    with pytest.raises(OSError, match="too large"):
        note(Feedback(tmp_path), said=("q", "t" * 300))
    assert len(lines(tmp_path)) == 1


def test_a_folder_that_takes_nothing_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match="file"):
        note(Feedback(tmp_path / "file"))
