"""`python -m chat`: the conversation in a terminal and through pipes."""

from __future__ import annotations

import os
import pty
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest
from PIL import Image

from chat import errors
from chat.conversation.files import pictures_of, text_of
from chat.files.bounds import Bounds
from chat.files.faults import Fault, FileError
from chat.languages.language import language, say
from chat.settings import PROJECT
from chat.words import text
from tests.fakes import service as fake
from tests.fakes.service import KEY, PATIENCE, Reply, ScriptedService, answering, chunk, failing

COMMAND = [sys.executable, "-m", "chat"]


def environment(service: ScriptedService | None = None, **more: str) -> dict[str, str]:
    reach = service.reach if service else {}
    return {**os.environ, "OPENAI_API_KEY": "", "CHAT_SYSTEM_PROMPT": "", **reach, **more}


def piped(
    said: bytes, service: ScriptedService | None = None, *arguments: str | Path, **more: str
) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [*COMMAND, *arguments],
        input=said,
        capture_output=True,
        env=environment(service, **more),
        cwd=PROJECT,
        timeout=PATIENCE,
        check=False,
    )


def test_a_question_through_a_pipe_is_answered_by_the_demo() -> None:
    done = piped(b"hi\n")
    assert done.returncode == 0
    assert done.stdout.startswith(b"Hello! I am the **demo**")
    assert "demo" in done.stderr.decode()


def test_a_pipe_carries_the_answers_alone(service: ScriptedService) -> None:
    service.enqueue(answering("One", "."), answering("Two."))
    done = piped("first\nzweite Fräge\n".encode(), service)
    assert (done.stdout, done.stderr, done.returncode) == (b"One.\nTwo.\n", b"", 0)
    assert [message["content"] for message in service.last.messages] == [
        "first",
        "One.",
        "zweite Fräge",
    ]


def test_commands_start_over_set_the_rounds_and_leave(service: ScriptedService) -> None:
    huge = b"/rounds " + b"9" * 5_000
    said = b"Q1\n/rounds 0\nQ2\n/new\nQ2\nQ2\n/rounds 2\nQ3\nQ4\n%b\n/nonsense\n/quit\nQ5\n"
    done = piped(said % huge, service)
    assert [len(request.messages) for request in service.requests] == [1, 1, 1, 1, 5, 5]
    assert done.stderr.decode().splitlines() == [
        say("remembering", count=0),
        text.STARTED_OVER,
        say("remembering", count=2),
        say("rounds_allowed", most=20),
        f"{say('unknown_command', command='/nonsense')} {text.TERMINAL_HELP}",
    ]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        *((["--help"], 0), (["-h"], 0), (["--model", "x"], 2), (["--version", "x"], 2)),
        *((["--file"], 2), (["--file", "x", "--file"], 2), (["--file", "x", "y", "z"], 2)),
    ],
)
def test_it_says_how_it_is_used_in_the_owners_language(arguments: list[str], code: int) -> None:
    done = subprocess.run(
        [*COMMAND, *arguments],
        capture_output=True,
        env=environment(CHAT_LANGUAGE="zh"),
        cwd=PROJECT,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == code
    said, other = (done.stdout, done.stderr) if code == 0 else (done.stderr, done.stdout)
    assert language("zh").say("terminal_help") in said.decode()
    assert other == b""


def test_it_says_its_version_which_is_that_of_the_changelog() -> None:
    changes = (PROJECT / ".github" / "CHANGELOG.md").read_text(encoding="utf-8")
    (latest, *_) = re.findall(r"^## (\d+\.\d+\.\d+), ", changes, re.MULTILINE)
    done = piped(b"", None, "--version")
    assert (done.returncode, done.stdout, done.stderr) == (0, f"chat {latest}\n".encode(), b"")


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    """The arguments for a text and a picture."""
    (tmp_path / "notes.txt").write_bytes("Grüße".encode("latin-1"))
    Image.new("RGB", (20, 10)).save(tmp_path / "dot.png")
    return ["--file", str(tmp_path / "notes.txt"), "--file", str(tmp_path / "dot.png")]


@pytest.mark.parametrize(("said", "texts"), [(b"Q1\nQ2\n", ["Q1"]), (b"\n", []), (b"", [])])
def test_files_go_along_with_the_first_question_or_alone(
    service: ScriptedService, files: list[str], said: bytes, texts: list[str]
) -> None:
    done = piped(said, service, *files)
    assert (done.returncode, done.stderr) == (0, b"")
    content = service.requests[0].messages[0]["content"]
    assert text_of(content) == "\n\n".join(["===== notes.txt =====\nGrüße\n=====", *texts])
    assert [url.partition(",")[0] for url in pictures_of(content)] == ["data:image/jpeg;base64"]
    if texts:
        assert service.last.messages[2]["content"] == "Q2"


def test_files_do_not_go_without_the_question_that_failed(
    service: ScriptedService, files: list[str]
) -> None:
    assert piped(b"a\0b\n", service, *files).returncode == 1
    assert service.requests == []


def test_more_files_than_the_owner_takes_are_one_sentence(
    service: ScriptedService, files: list[str]
) -> None:
    done = piped(b"Q\n", service, *files, CHAT_FILES_COUNT="1")
    said = text.file_fault(FileError("dot.png", Fault.TOO_MANY), Bounds(files=1))
    assert (done.returncode, done.stderr.decode()) == (2, f"{said}\n")


@pytest.mark.parametrize(
    ("name", "fault", "more"),
    [
        ("nowhere.txt", Fault.UNREADABLE, {}),
        ("dot.png", Fault.NOT_ALLOWED, {"CHAT_FILES": "documents"}),
        ("notes.txt", Fault.NOT_ALLOWED, {"CHAT_FILES": "off"}),
    ],
)
def test_a_file_that_cannot_go_is_one_sentence_and_nothing_is_sent(
    service: ScriptedService, files: list[str], name: str, fault: Fault, more: dict[str, str]
) -> None:
    path = Path(files[1]).with_name(name)
    done = piped(b"Q\n", service, "--file", path, **more)
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr.decode() == f"{text.file_fault(FileError(name, fault))}\n"
    assert service.requests == []


def test_the_demo_speaks_the_terminals_language() -> None:
    done = piped("你好\n".encode(), LC_ALL="zh_CN.UTF-8")
    assert done.stdout.decode().startswith(language("zh").say("says.greeting")[:8])


def test_a_failure_is_two_sentences_and_the_exit_code(service: ScriptedService) -> None:
    service.enqueue(failing(401, {"message": f"Incorrect API key provided: {KEY}"}))
    done = piped(b"hi\n\n \nagain\n", service)
    assert done.returncode == 1
    assert done.stderr.decode() == (
        f"{text.failure(errors.KeyRefused())[0]} For the owner: check OPENAI_API_KEY.\n"
        f"{text.REASON}: Incorrect API key provided: [key]\n"
    )
    assert done.stdout == b"Answer 2.\n"


@pytest.mark.parametrize("said", [b"\xff\xfe\n", b"a\0b\n"])
def test_a_broken_character_is_one_sentence_and_not_sent(
    service: ScriptedService, said: bytes
) -> None:
    done = piped(said + b"fine\n", service)
    assert "broken character" in done.stderr.decode()
    assert done.stdout == b"Answer 1.\n"


def test_a_bad_setting_is_one_sentence() -> None:
    done = piped(b"hi\n", CHAT_ROUNDS="many")
    assert done.returncode == 1
    assert done.stderr.decode() == (
        f"{text.SETTINGS_WRONG} CHAT_ROUNDS is 'many', but must be a whole number from 0 to 20.\n"
    )


def test_control_characters_of_a_model_do_not_reach_the_terminal(service: ScriptedService) -> None:
    service.enqueue(answering("\x1b[2Jred\x07\x9b31m\tline\nend\r"))
    assert piped(b"hi\n", service).stdout == b"[2Jred31m\tline\nend\n"


def test_control_characters_of_an_error_do_not_reach_the_terminal(
    service: ScriptedService,
) -> None:
    service.enqueue(failing(400, {"message": "\x1b[2Jodd\x07"}))
    assert b"said: [2Jodd" in piped(b"hi\n", service).stderr


def test_without_an_input_there_is_nothing_to_say() -> None:
    closed = ["sh", "-c", f"exec {sys.executable} -m chat <&-"]
    done = subprocess.run(
        closed, capture_output=True, env=environment(), cwd=PROJECT, timeout=PATIENCE, check=False
    )
    assert done.returncode == 0
    assert b"Traceback" not in done.stderr


def test_an_output_that_is_full_is_one_sentence(service: ScriptedService) -> None:
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            COMMAND,
            input=b"hi\n",
            stdout=full,
            stderr=subprocess.PIPE,
            env=environment(service),
            cwd=PROJECT,
            timeout=PATIENCE,
            check=False,
        )
    assert (done.returncode, done.stderr.decode()) == (1, f"{text.OUTPUT_LOST}\n")


def test_a_reader_that_leaves_early_gets_no_traceback(service: ScriptedService) -> None:
    service.enqueue(*[answering(*["word "] * 5000) for _ in range(30)])
    process = subprocess.Popen(
        COMMAND,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(service),
        cwd=PROJECT,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdin.write(b"hi\n" * 30)
    process.stdin.close()
    process.stdout.read(10)
    process.stdout.close()
    assert process.wait(PATIENCE) == 1
    assert process.stderr.read() == b""
    process.stderr.close()


@contextmanager
def terminal(service: ScriptedService) -> Iterator[tuple[subprocess.Popen[bytes], Screen]]:
    """The program with a terminal of its own, as a person has it."""
    ours, theirs = pty.openpty()
    # Tests that a shell runs in the background ignore these, and so would what they start.
    signals = (signal.SIGINT, signal.SIGQUIT)
    before = [signal.signal(each, signal.SIG_DFL) for each in signals]
    process = subprocess.Popen(
        COMMAND,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env=environment(service),
        cwd=PROJECT,
        start_new_session=True,
    )
    for each, handler in zip(signals, before, strict=True):
        signal.signal(each, handler)
    os.close(theirs)
    try:
        yield process, Screen(ours)
    finally:
        process.kill()
        process.wait()
        os.close(ours)


class Screen:
    """What the terminal shows, read until something stands there."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._shown = b""

    def type(self, keys: bytes) -> None:
        os.write(self._descriptor, keys)

    def until(self, text: str, *, pressing: Callable[[], None] | None = None) -> None:
        """Wait until this text stands behind what was waited for before.

        `pressing` is done at first, and again after each second in which nothing was shown.
        """
        until = time.monotonic() + PATIENCE
        if pressing is not None:
            pressing()
        while text.encode() not in self._shown:
            assert time.monotonic() < until, self._shown
            if select.select([self._descriptor], [], [], 1)[0]:
                self._shown += os.read(self._descriptor, 4096)
            elif pressing is not None:
                pressing()
        self._shown = self._shown.partition(text.encode())[2]


def test_control_c_stops_an_answer_and_keeps_it_and_control_d_leaves(
    service: ScriptedService,
) -> None:
    service.enqueue(Reply(steps=[chunk("Half of it"), fake.stall]))
    with terminal(service) as (process, screen):
        screen.until(text.TERMINAL_PROMPT)
        screen.type(b"Q1\n")
        screen.until("Half of it")
        process.send_signal(signal.SIGINT)
        screen.until(text.STOPPED)
        assert service.last.left.wait(PATIENCE)
        screen.until(text.TERMINAL_PROMPT)
        # With nothing to stop it is not the end. One that meets Python between the prompt and
        # its reading is told at the next key only, so it is pressed again, as a person would.
        screen.until(text.TERMINAL_PROMPT, pressing=partial(process.send_signal, signal.SIGINT))
        screen.type(b"Q2\n")
        screen.until("Answer 2.")
        screen.until(text.TERMINAL_PROMPT)
        screen.type(b"\x04")
        assert process.wait(PATIENCE) == 0
    assert [m["content"] for m in service.last.messages] == ["Q1", "Half of it", "Q2"]
