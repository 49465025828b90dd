"""Real Chromium in front of the real app, started as a person starts it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests import ranks
from tests.browser import chromium
from tests.browser.chat_page import ChatPage, visitor
from tests.fakes.service import ScriptedService
from tests.installed import require
from tests.running import running_app

PATIENCE = 20_000  # milliseconds that a slow machine may take to show what is expected


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The machine's Chromium; without one, CI fails and anybody else is told."""
    missing = "Chromium is not installed, so the tests in a browser did not run."
    require(chromium.executable(), missing)
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright, chromium.launched(playwright) as launched:
        yield launched


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
        **provider.reach,
        TIKTOKEN_CACHE_DIR=str(rank_files),
    ) as address:
        yield address


@pytest.fixture(scope="session")
def demo_app(rank_files: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the app without a key."""
    log = tmp_path_factory.mktemp("demo") / "log"
    with running_app(log, TIKTOKEN_CACHE_DIR=str(rank_files)) as address:
        yield address


@pytest.fixture
def forgetful_app(tmp_path: Path, rank_files: Path) -> Iterator[str]:
    """The demo, whose owner wants no chat to be kept."""
    with running_app(
        tmp_path / "log", CHAT_STORE="off", TIKTOKEN_CACHE_DIR=str(rank_files)
    ) as address:
        yield address


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
