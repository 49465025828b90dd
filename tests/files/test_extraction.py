"""A PDF or DOCX file is read by a process that has little, ends, and is gone."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from chat.files import documents, extraction
from chat.files.bounds import BOUNDS, Bounds
from chat.files.faults import Fault, FileError
from tests.fakes.service import PATIENCE
from tests.files import samples
from tests.files.samples import docx, paragraph, pdf_of, written

HOSTILE = {**samples.hostile_pdfs(), **samples.hostile_docx()}


def children() -> set[str]:
    """The processes that this one has started and not waited for."""
    listed = Path(f"/proc/{os.getpid()}/task").glob("*/children")
    return {child for task in listed for child in task.read_text().split()}


@pytest.fixture(autouse=True)
def nothing_is_left() -> Iterator[None]:
    """Whatever a test has started is gone when it ends; other tests' browsers may stay."""
    before = children()
    yield
    assert children() <= before


@pytest.mark.parametrize("attack", HOSTILE)
def test_a_hostile_file_is_told_in_time_and_leaves_nothing(attack: str) -> None:
    assert len(HOSTILE[attack]) < BOUNDS.document_bytes
    began = time.monotonic()
    with pytest.raises(FileError) as caught:
        documents.read("a", HOSTILE[attack])
    assert time.monotonic() - began < BOUNDS.seconds + 5
    assert caught.value.fault in (Fault.BROKEN, Fault.EMPTY, Fault.TOO_LARGE, Fault.TOO_SLOW)


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Path]:
    """Puts another program in the extractor's place; returns where it may write."""

    def put(source: str) -> Path:
        file = tmp_path / "program.py"
        file.write_text(f"import os, sys, time, json\nout = {str(tmp_path / 'out')!r}\n{source}")
        monkeypatch.setattr(extraction, "PROGRAM", file)
        return tmp_path / "out"

    return put


def until(there: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not there():
        assert time.monotonic() < end
        time.sleep(0.01)


def fault_of(bounds: Bounds = BOUNDS, data: bytes = b"%PDF-") -> Fault:
    with pytest.raises(FileError) as caught:
        documents.read("a.pdf", data, bounds)
    return caught.value.fault


def test_what_does_not_end_is_killed_with_what_it_started(program: Callable[[str], Path]) -> None:
    out = program(
        "child = os.fork()\n"
        "if child: open(out, 'w').write(str(child))\n"
        "while True: time.sleep(60)\n"
    )
    assert fault_of(Bounds(seconds=1)) is Fault.TOO_SLOW
    child = Path("/proc") / out.read_text()
    # Whoever takes in orphans may not have waited for it yet.
    until(lambda: not child.exists() or ") Z " in (child / "stat").read_text())


def test_what_reads_nothing_is_fed_no_further(program: Callable[[str], Path]) -> None:
    program("time.sleep(60)")
    assert fault_of(Bounds(seconds=0.5), b"%PDF-" + bytes(1_000_000)) is Fault.TOO_SLOW


@pytest.mark.parametrize(
    "source",
    [
        "",
        "print('[1]')",
        "print('{}')",
        "print(json.dumps({'fault': 'NONE'}))",
        "print('[' * 100_000)",
        "sys.stdout.buffer.write(bytes(1_000))",
        "os.abort()",
        "while True: print('a' * 1_000_000)",
    ],
)
def test_whatever_it_says_instead_is_a_broken_file(
    program: Callable[[str], Path], source: str
) -> None:
    program(source)
    assert fault_of() is Fault.BROKEN


def test_no_text_is_longer_than_asked_for_or_cannot_be_sent(
    program: Callable[[str], Path],
) -> None:
    program("print(json.dumps({'text': 'a\\0\\ud800' + 'b' * 9, 'is_cut': 1}))")
    assert documents.read("a.pdf", b"%PDF-", Bounds(letters=5)).text == "a\ufffd\ufffdbb"


def test_it_gets_no_secret_and_nothing_else(
    program: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
    program("print(json.dumps({'text': ' '.join(os.environ), 'is_cut': False}))")
    given = documents.read("a.pdf", b"%PDF-").text.split()
    assert {*given} <= {*extraction.VARIABLES, "LC_CTYPE"}  # which Python itself sets


def test_it_has_little_of_everything() -> None:
    watched = (
        f"import resource as r, runpy; program = runpy.run_path({str(extraction.PROGRAM)!r})\n"
        "program['_bound'](3, 900_000_000)\n"
        "limits = r.RLIMIT_CPU, r.RLIMIT_AS, r.RLIMIT_FSIZE, r.RLIMIT_CORE\n"
        "print([r.getrlimit(limit)[1] for limit in limits])"
    )
    done = subprocess.run([sys.executable, "-I", "-c", watched], capture_output=True, check=True)
    assert done.stdout == b"[3, 900000000, 0, 0]\n"


def test_it_imports_nothing_of_this_project() -> None:
    source = extraction.PROGRAM.read_text("utf-8")
    assert "import chat" not in source
    assert "from chat" not in source


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(3) as threads:
        yield threads


def test_two_are_read_at_once_and_a_third_waits(
    program: Callable[[str], Path], pool: ThreadPoolExecutor
) -> None:
    out = program(
        "open(f'{out}-{os.getpid()}', 'w').close()\n"
        "while not os.path.exists(out): time.sleep(0.01)\n"
        "print(json.dumps({'text': 'read', 'is_cut': False}))\n"
    )

    def begun() -> int:
        return len([*out.parent.glob("out-*")])

    reading = [pool.submit(documents.read, "a.pdf", b"%PDF-") for _ in range(2)]
    until(lambda: begun() == 2)
    assert fault_of(Bounds(wait=0.2)) is Fault.BUSY
    reading.append(pool.submit(documents.read, "a.pdf", b"%PDF-"))
    assert begun() == 2
    out.touch()
    assert [each.result(PATIENCE).text for each in reading] == ["read"] * 3
    assert begun() == 3


def test_different_files_at_once_are_not_mixed_up(pool: ThreadPoolExecutor) -> None:
    files = [pdf_of(written("a PDF")), docx(paragraph("a DOCX"))] * 3
    read = pool.map(lambda data: documents.read("a", data).text, files)
    assert [*read] == ["a PDF", "a DOCX"] * 3
