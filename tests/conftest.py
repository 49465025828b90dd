"""What several rooms' tests share."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from chat.options import Options
from chat.settings import PROJECT
from chat.tokens.ranks import Obstacle, RanksUnavailable
from chat.ui import process
from tests.fakes.app import app_in
from tests.fakes.hub import TOKEN, ScriptedHub
from tests.fakes.service import ScriptedService


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
    # A proxy of the environment would be asked for loopback addresses too.
    monkeypatch.setenv("NO_PROXY", "127.0.0.1,localhost")


KEY = "sk-test-0123456789abcdef"
Open = Callable[[], AppTest]


def unavailable(_: str) -> None:
    """No rank file: every count is an estimate, at every time."""
    raise RanksUnavailable(Obstacle.UNREACHABLE)


@pytest.fixture
def open_page(monkeypatch: pytest.MonkeyPatch) -> Iterator[Open]:
    """Opens the page in a process of its own settings, as far as one process can tell."""
    monkeypatch.setattr("chat.settings._read_dotenv", lambda _: {})
    monkeypatch.setattr("chat.tokens.counter.load_encoding", unavailable)
    monkeypatch.setattr("chat.ui.process.address", lambda: "127.0.0.1")  # AppTest has none

    def opened() -> AppTest:
        page = AppTest.from_file(str(PROJECT / "streamlit_app.py"), default_timeout=20)
        return page.run()

    with process.handed_in():
        yield opened


@pytest.fixture
def page(open_page: Open, service: ScriptedService, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    """The page in front of the scripted service."""
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("OPENAI_BASE_URL", service.base_url)
    monkeypatch.setenv("CHAT_MODEL", "scripted")
    monkeypatch.setenv("CHAT_TIMEOUT", "1")
    return open_page()
