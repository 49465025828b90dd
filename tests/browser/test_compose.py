"""compose.yaml: read, and its processes run without an engine of containers."""

from __future__ import annotations

import re
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import yaml

from chat.settings import PROJECT
from chat.ui.leaving import PATIENCE
from tests import nginx
from tests.fakes.service import ScriptedService
from tests.installed import require
from tests.ledger.stores import Server, executable
from tests.running import free_port, started_app
from tests.visitor import Visitor, run

APPS = ("app1", "app2")
PAGE = (PROJECT / ".github" / "SEVERAL_SERVERS.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    """What stands in the file."""
    read = yaml.safe_load((PROJECT / "compose.yaml").read_text(encoding="utf-8"))
    assert isinstance(read, dict)
    return read


def test_the_servers_are_those_of_their_page(compose: dict[str, Any]) -> None:
    services = compose["services"]
    assert set(services) == {*APPS, "front", "ledger"}
    assert services["app1"] == services["app2"]
    (secret,) = re.findall(r"\$\{(\w+):\?", str(services["app1"]["environment"]))
    assert secret in PAGE
    seconds = int(services["app1"]["stop_grace_period"].removesuffix("s"))
    assert seconds >= PATIENCE + 10
    (package,) = services["app1"]["build"]["args"].values()
    assert f'"{package}"' in PAGE


def test_nginx_is_that_of_their_page(compose: dict[str, Any]) -> None:
    (site,) = re.findall(r"```nginx\n(.*?)```", PAGE, re.DOTALL)
    for name, port in zip(APPS, ("8501", "8502"), strict=True):
        site = site.replace(f"127.0.0.1:{port}", f"{name}:8501")
    assert compose["configs"]["site"]["content"].replace("$$", "$") == site
    dockerfile = (PROJECT / "Dockerfile").read_text(encoding="utf-8")
    assert "EXPOSE 8501" in dockerfile
    (published,) = compose["services"]["front"]["ports"]
    assert f"listen {published.partition(':')[2]};" in site


def test_two_servers_spend_from_one_budget(compose: dict[str, Any], tmp_path: Path) -> None:
    require(executable(), "There is no redis-server, so the servers of compose.yaml did not run.")
    require(nginx.executable(), "There is no nginx, so the servers of compose.yaml did not run.")
    variables = compose["services"]["app1"]["environment"]
    with ExitStack() as stack:
        ledger = stack.enter_context(Server.running(tmp_path / "ledger"))
        service = stack.enter_context(ScriptedService())
        ports = [free_port() for _ in APPS]
        environment = {
            **variables,
            "CHAT_REDIS_URL": ledger.url,
            "STREAMLIT_SERVER_COOKIE_SECRET": "the same for all",
            "CHAT_DAILY_TOKENS": "100",
            "CHAT_MAX_TOKENS": "50",
            **service.reach,
        }
        for port in ports:
            log = tmp_path / f"log {port}"
            stack.enter_context(started_app(log, "streamlit_app.py", port, **environment))
        address = stack.enter_context(nginx.before(tmp_path, ports, is_sticky=False))

        async def ask(*addresses: str) -> None:
            for each in addresses:
                async with Visitor(each) as visitor:
                    await visitor.ask("Q")

        run(ask(address))
        assert len(service.requests) == 1
        run(ask(*[f"http://127.0.0.1:{port}" for port in ports * 2]))
        # An answer takes 30 tokens, as the service reports; for a third question too few are left.
        assert len(service.requests) == 2
