"""What several rooms' tests share."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from chat.service import Options
from tests.fakes.service import ScriptedService


@pytest.fixture
def service() -> Iterator[ScriptedService]:
    """The scripted service, fresh for each test."""
    with ScriptedService() as scripted:
        yield scripted


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
