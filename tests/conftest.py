"""What several rooms' tests share."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from hypothesis import settings
from streamlit.testing.v1 import AppTest

from chat.options import Options
from chat.ui import process
from tests.fakes.app import app_in
from tests.fakes.hub import TOKEN, ScriptedHub
from tests.fakes.service import ScriptedService
from tests.ui.driving import Open, opened, process_of

BROWSER = Path(__file__).parent / "browser"

# Few examples while somebody waits, and always other ones; in CI many, and always the same.
settings.register_profile("default", max_examples=25, deadline=None)
settings.register_profile("ci", settings.get_profile("ci"), max_examples=200)
settings.load_profile("ci" if os.environ.get("CI") else "default")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What is in the folder of browsers has their mark, and all else the other.

    In CI, a test in a browser that fails is run once more, and the summary names it (`RERUN`): on a
    machine that was busy for a moment, one of 300 meets its 20 seconds. One that is named there
    twice in a row has a cause.
    """
    for item in items:
        item.add_marker("browser" if BROWSER in item.path.parents else "fast")
        if os.environ.get("CI") and BROWSER in item.path.parents:
            item.add_marker(pytest.mark.flaky(reruns=1))


@pytest.fixture
def service() -> Iterator[ScriptedService]:
    """The scripted service, fresh for each test."""
    with ScriptedService() as scripted:
        yield scripted


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[ScriptedHub]:
    """The scripted Hub, for the package and for the command."""
    with ScriptedHub() as scripted:
        monkeypatch.setattr("huggingface_hub.constants.ENDPOINT", scripted.endpoint)
        monkeypatch.setenv("HF_ENDPOINT", scripted.endpoint)
        monkeypatch.setenv("HF_TOKEN", TOKEN)
        yield scripted


@pytest.fixture
def app(tmp_path: Path) -> Path:
    """A small app in a git repository."""
    return app_in(tmp_path)


@pytest.fixture
def options() -> Options:
    """Nothing set but the model."""
    return Options(model="scripted")


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the machine sets for the app stays out of the tests."""
    for name in list(os.environ):
        if name.startswith(("CHAT_", "OPENAI_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("LC_ALL", "C.UTF-8")  # for which a terminal is spoken to in English
    # A proxy of the environment would be asked for loopback addresses too.
    monkeypatch.setenv("NO_PROXY", "127.0.0.1,localhost")


@pytest.fixture
def open_page(monkeypatch: pytest.MonkeyPatch) -> Iterator[Open]:
    """Opens a page in a process of its own, as far as one process can tell."""
    # What AppTest has for an address is a MagicMock (Streamlit 1.67).
    monkeypatch.setattr("streamlit.runtime.context._get_client_context", lambda: None)
    with ExitStack() as processes:

        def open_one(**variables: str) -> AppTest:
            processes.enter_context(process.handed_in(lambda: process_of(**variables)))
            return opened()

        yield open_one


@pytest.fixture
def reach(service: ScriptedService) -> dict[str, str]:
    """The settings that lead to the scripted service."""
    return {**service.reach, "CHAT_TIMEOUT": "1"}


@pytest.fixture
def page(open_page: Open, reach: dict[str, str]) -> AppTest:
    """The page in front of the scripted service."""
    return open_page(**reach)
