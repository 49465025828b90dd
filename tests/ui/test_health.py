"""Whether visitors may come."""

from __future__ import annotations

import pytest

from chat.ui import health, process
from tests.fakes.service import ScriptedService
from tests.ui.driving import process_of


def test_a_demo_is_ready_at_once_and_a_server_that_is_about_to_end_is_not() -> None:
    made = process_of()
    with process.handed_in(lambda: made):
        assert health.obstacle() is None
        made.under_way.close()
        assert health.obstacle() == "restarting"


def test_a_service_is_ready_when_its_models_were_looked_for() -> None:
    with ScriptedService(models=None) as service:  # which has no list of them
        made = process_of(**service.reach)
        with process.handed_in(lambda: made):
            assert health.obstacle() == "models"
            while health.obstacle() is not None:
                pass
            assert made.service.models() == ()


def test_settings_that_cannot_be_used_are_an_obstacle(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHAT_ROUNDS", "many")
    with process.handed_in():
        assert health.obstacle() == "settings"
