"""What the server has to know when it starts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import cast

import pytest

from chat.access.rules import Rules
from chat.settings import SettingsError
from chat.ui import process, server, sign_in


def test_a_folder_that_comes_late_changes_nothing_of_who_may_come_in(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    disk = tmp_path / "disk"
    disk.touch()  # no folder, yet
    variables = {
        "CHAT_DATA": str(disk / "data"),
        "CHAT_PROXY": "on",
        "CHAT_LOGIN_CLIENT_ID": "chat",
        "CHAT_LOGIN_CLIENT_SECRET": "secret",
        "CHAT_LOGIN_METADATA": "https://id.example",
    }
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(server, "_guarded", [])
    with process.handed_in():
        secrets = sign_in.secrets()
        ask = cast("Callable[[], Rules]", server.middleware()[0].kwargs["rules"])
        rules = ask()
        with pytest.raises(SettingsError):
            process.current()
        disk.unlink()
        assert process.current().people.has_button
    assert secrets["auth"]["client_id"] == "chat"
    assert rules.has_sign_in
    assert rules.behind_proxy
