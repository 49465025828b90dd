"""Real Chromium in front of the real app, started as a person starts it."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests import ranks
from tests.browser import chromium
from tests.browser.chat_page import ChatPage, tab_of
from tests.browser.visit import Visit
from tests.fakes.service import ScriptedService
from tests.installed import require
from tests.running import running_app

PATIENCE = 20_000  # milliseconds that a slow machine may take to show what is expected

FAILED = pytest.StashKey[bool]()  # whether something went wrong in a test so far


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Note what fails: a page on which something failed is left."""
    item.stash[FAILED] = item.stash.get(FAILED, False) or call.excinfo is not None
    return (yield)


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


@pytest.fixture(scope="module")
def visit(browser: Browser, app: str) -> Iterator[Visit]:
    """A visitor of the app with a key, for the tests of a file."""
    visit = Visit(browser, app)
    yield visit
    visit.end()


@pytest.fixture
def chat(
    request: pytest.FixtureRequest, visit: Visit, service: ScriptedService
) -> Iterator[ChatPage]:
    """A visitor's page of the app with a key.

    It is loaded anew, or, in a file with the mark `one_page`, goes on from the test before with a
    new chat: half the time of a short test is the loading of its page.
    """
    mark = request.node.get_closest_marker
    goes_on = bool(mark("one_page")) and not mark("own_page")
    if not goes_on:
        visit.end()
    assert service.requests == []
    yield visit.begin()
    if not goes_on or request.node.stash[FAILED]:
        visit.end()
    visit.expect_harmless()


@pytest.fixture
def tab(browser: Browser, service: ScriptedService) -> Iterator[Page]:
    """A visitor's tab, in which nothing was opened yet."""
    assert service.requests == []
    with tab_of(browser) as page:
        yield page
