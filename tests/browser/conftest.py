"""Real Chromium in front of the real app, started as a person starts it."""

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
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from chat.settings import PROJECT
from chat.words import text
from tests import ranks
from tests.browser import chromium
from tests.browser.chat_page import ChatPage
from tests.fakes.service import ScriptedService

KEY = "sk-test-0123456789abcdef"
PATIENCE = 20_000  # milliseconds that a slow machine may take to show what is expected
STARTING = 60.0  # seconds that a slow machine may take to start the app


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The machine's Chromium; without one, CI fails and anybody else is told."""
    if chromium.executable() is None:
        missing = "Chromium is not installed, so the tests in a browser did not run."
        if os.environ.get("CI"):
            pytest.fail(missing)
        pytest.skip(missing)
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright, chromium.launched(playwright) as launched:
        yield launched


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
    assert text.closed("127.0.0.1", "").removesuffix(".") not in said, said


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


@pytest.fixture(scope="session")
def rank_files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Tiktoken's rank files, so that counts are exact and nothing is downloaded."""
    folder = tmp_path_factory.mktemp("ranks")
    ranks.unpack_into(folder)
    return folder


@pytest.fixture(scope="session")
def provider() -> Iterator[ScriptedService]:
    """The service behind the app with a key."""
    with ScriptedService(models=["scripted", "other"]) as service:
        yield service


@pytest.fixture(scope="session")
def app(
    provider: ScriptedService, rank_files: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The address of the app with a key."""
    with running_app(
        tmp_path_factory.mktemp("app") / "log",
        OPENAI_API_KEY=KEY,
        OPENAI_BASE_URL=provider.base_url,
        CHAT_MODEL="scripted",
        TIKTOKEN_CACHE_DIR=str(rank_files),
    ) as address:
        yield address


@pytest.fixture(scope="session")
def demo_app(rank_files: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the app without a key."""
    log = tmp_path_factory.mktemp("demo") / "log"
    with running_app(log, TIKTOKEN_CACHE_DIR=str(rank_files)) as address:
        yield address


@contextmanager
def visitor(browser: Browser, address: str) -> Iterator[ChatPage]:
    """Somebody with a browser of their own, whose page asks no other host for anything."""
    context: BrowserContext = browser.new_context()
    context.set_default_timeout(20_000)
    page: Page = context.new_page()
    hosts: set[str | None] = set()
    context.on("request", lambda request: hosts.add(urlsplit(request.url).hostname))
    page.goto(address)
    try:
        yield ChatPage(page)
    finally:
        context.close()
    assert hosts - {None} <= {"127.0.0.1"}


@pytest.fixture
def service(provider: ScriptedService) -> ScriptedService:
    """The service behind the app, with nothing asked and nothing enqueued."""
    provider.forget()
    return provider


@pytest.fixture
def chat(browser: Browser, app: str, service: ScriptedService) -> Iterator[ChatPage]:
    """A visitor's page of the app with a key."""
    assert service.requests == []
    with visitor(browser, app) as page:
        yield page
