"""How much may go along, and the name that is said of what may not."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from chat.files.bounds import Bounds, Kinds
from chat.files.faults import Fault, FileError, clean_name
from chat.languages.language import CODES, language, speaking
from chat.words import text


def test_ten_thousand_tiny_files_are_refused_by_number() -> None:
    looked_at: list[int] = []

    def sizes() -> Iterator[tuple[str, int]]:
        for number in range(10_000):
            looked_at.append(number)
            yield f"{number}.txt", 1

    with pytest.raises(FileError) as caught:
        Bounds().check(sizes())
    assert (caught.value.name, caught.value.fault) == ("8.txt", Fault.TOO_MANY)
    assert len(looked_at) == 9


@pytest.mark.parametrize(
    ("sizes", "fault"),
    [([20_000_001], Fault.TOO_LARGE), ([10_000_000, 10_000_001], Fault.TOO_MUCH)],
)
def test_files_that_are_too_large_are_refused(sizes: list[int], fault: Fault) -> None:
    with pytest.raises(FileError) as caught:
        Bounds().check(("a", size) for size in sizes)
    assert caught.value.fault is fault


def test_what_is_within_the_bounds_may_go_along() -> None:
    Bounds().check([("a", 2_500_000)] * 8)


def test_the_kinds_say_what_is_among_them() -> None:
    assert [(kind.has_images, kind.has_documents) for kind in Kinds] == [
        (False, False),
        (True, False),
        (False, True),
        (True, True),
    ]


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("notes.txt", "notes.txt"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\me\\notes.txt", "notes.txt"),
        ("folder/", "folder"),
        ("..", "?"),
        ("", "?"),
        ("\u202e\u2066", "?"),
        ("a\u202etxt.exe", "atxt.exe"),
        ("two\r\nlines\u2028\0.txt", "two lines .txt"),
        ("half\ud83d.txt", "half.txt"),
        ("<img src=x onerror=alert(1)>.png", "<img src=x onerror=alert(1)>.png"),
        ("می\u200cخواهم.txt", "می\u200cخواهم.txt"),
        ("👩\u200d💻.txt", "👩\u200d💻.txt"),
    ],
)
def test_a_name_is_one_visible_line_without_a_path(name: str, clean: str) -> None:
    assert clean_name(name) == clean
    assert FileError(name, Fault.EMPTY).name == clean


def test_a_long_name_keeps_its_ending() -> None:
    clean = clean_name("a" * 1_000_000 + ".pdf")
    assert len(clean) == 100
    assert clean.endswith("…aaaaaaaa.pdf")


@pytest.mark.parametrize("code", CODES)
def test_every_fault_is_a_sentence_with_the_files_name(code: str) -> None:
    with speaking(language(code)):
        said = [text.file_fault(FileError("notes.txt", fault)) for fault in Fault]
    assert all("notes.txt" in sentence for sentence in said)
    assert len({*said}) == len(Fault) == len(language(code).table("file_fault"))
