"""The Dockerfile's steps and its command, as an unprivileged user, up to a chat in a frame."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from chat.deploy.rules import PORT
from chat.settings import PROJECT
from chat.words import text
from tests import dockerfile
from tests.browser.frames import framed
from tests.browser.keeping import READ
from tests.dockerfile import USER, Container
from tests.fakes.service import ScriptedService, answering
from tests.running import free_port

# What a build may use of this machine: how packages are reached, and nothing else.
REACH = ("PIP_", "SSL_CERT", "REQUESTS_CA", "HTTPS_PROXY", "HTTP_PROXY", "https_proxy")
# Half of an installation is the compiling of what nothing imports here.
QUICKLY = {"PIP_NO_COMPILE": "1"}


def interpreter() -> str:
    """A Python that any user may run, as the image has one."""
    found = shutil.which("python3", path="/usr/bin:/usr/local/bin")
    return found or pytest.fail("There is no Python for all users: apt-get install python3-venv")


@pytest.fixture(scope="module")
def container() -> Iterator[Container]:
    """The image's disk, built from what git tracks."""
    disk = Path(tempfile.mkdtemp(prefix="container-"))
    disk.chmod(0o755)
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=PROJECT,
        check=True,
        capture_output=True,
    ).stdout.decode()
    files = [name for name in listed.split("\0") if name and (PROJECT / name).is_file()]
    reach = {name: value for name, value in os.environ.items() if name.startswith(REACH)}
    built = dockerfile.build(PROJECT, [*files, ".env"], disk, interpreter(), reach | QUICKLY)
    yield built
    shutil.rmtree(disk)


@contextmanager
def running(container: Container, log: Path, port: int, **secrets: str) -> Iterator[str]:
    """The container's command, at another port than the one that it exposes."""
    assert container.ports == [PORT]
    command = [word.replace(str(PORT), str(port)) for word in container.command]
    with log.open("wb") as output:
        process = subprocess.Popen(
            container.as_user(["env", *command]),
            cwd=container.moved(container.folder),
            env={**container.variables, "NO_PROXY": "127.0.0.1", **secrets},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        health = container.health.replace(str(PORT), str(port))
        deadline = time.monotonic() + 60
        while subprocess.run(
            container.as_user(["sh", "-c", health]),
            env=container.variables,
            capture_output=True,
            check=False,
        ).returncode:
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < deadline
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(30)
    assert "Traceback" not in log.read_text()


def test_nothing_secret_and_nothing_useless_is_in_the_image(container: Container) -> None:
    app = Path(container.moved(container.folder))
    copied = {str(file.relative_to(app)) for file in app.rglob("*") if file.is_file()}
    assert {"streamlit_app.py", "static/store.js", ".streamlit/config.toml"} <= copied
    assert not [name for name in copied if name.startswith(("tests/", ".git", ".ci", ".env"))]
    assert container.user == "user"
    assert f"useradd --create-home --uid {USER} user" in (PROJECT / "Dockerfile").read_text()
    assert any("chat.tokens --fetch" in step for step in container.ran)
    assert container.environment["TIKTOKEN_CACHE_DIR"].startswith(dockerfile.HOME)
    # Requirements before the code, so that a change of the code installs nothing anew.
    instructions = [words for name, words in dockerfile.steps(dockerfile.text()) if name == "COPY"]
    assert instructions == ["--chown=user requirements.txt ./", "--chown=user . ./"]


def test_a_visitor_chats_and_uploads_inside_another_sites_frame(
    container: Container, browser: Browser, service: ScriptedService, tmp_path: Path
) -> None:
    port = free_port()
    with (
        framed(f"http://127.0.0.1:{port}") as outer,
        running(container, tmp_path / "log", port, CHAT_FRAMES=outer, **service.reach) as address,
    ):
        context = browser.new_context()
        page = context.new_page()
        page.goto(outer)
        frame = page.frame_locator("iframe")
        field = frame.get_by_test_id("stChatInputTextArea")
        service.enqueue(answering("Inside a frame."))
        expect(field).to_be_enabled(timeout=30_000)
        field.fill("Where are you?")
        field.press("Enter")
        answer = frame.get_by_test_id("stChatMessage").nth(1)
        expect(answer).to_contain_text("Inside a frame.")
        expect(frame.locator(".chats li")).to_have_count(1)
        # The chat is kept there, too, apart from the same app outside of the frame.
        (_, inside) = page.frames
        # Playwright takes an unsettled promise for a yes.
        while "Inside a frame." not in json.dumps(inside.evaluate(READ)):
            page.wait_for_timeout(50)
        page.reload()
        expect(answer).to_contain_text("Inside a frame.")

        frame.get_by_text(text.MORE).click()
        loaded = json.dumps([{"role": "user", "content": "From a file"}]).encode()
        frame.locator('.stSidebar input[type="file"]').set_input_files(
            {"name": "chat.json", "mimeType": "application/json", "buffer": loaded}
        )
        first = frame.get_by_test_id("stChatMessage").first
        expect(first).to_contain_text("From a file")
        context.close()
        with urllib.request.urlopen(f"{address}/_stcore/health") as healthy:
            assert healthy.status == 200
