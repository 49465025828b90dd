"""The manifest of the page about several servers, held against the app that it starts."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml
from starlette.routing import Match

from chat.ledger.ledger import REDIS
from chat.settings import PROJECT, Settings, variables
from chat.ui import health
from chat.ui.leaving import PATIENCE

PAGE = PROJECT / ".github" / "SEVERAL_SERVERS.md"
BESIDE = {"STREAMLIT_SERVER_COOKIE_SECRET"}  # what Streamlit reads itself


def blocks(kind: str) -> list[str]:
    """The page's blocks of code of one kind."""
    found = re.findall(
        rf"^```{kind}\n(.*?)^```$", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL
    )
    return [str(block) for block in found]


@pytest.fixture(scope="module")
def manifest() -> dict[str, Any]:
    """What stands in it, by kind."""
    (written,) = blocks("yaml")
    return {each["kind"]: each for each in yaml.safe_load_all(written)}


@pytest.fixture(scope="module")
def pod(manifest: dict[str, Any]) -> dict[str, Any]:
    """What each server is started with."""
    found: dict[str, Any] = manifest["Deployment"]["spec"]["template"]
    return found


@pytest.fixture(scope="module")
def app(pod: dict[str, Any]) -> dict[str, Any]:
    """Its one container."""
    (container,) = pod["spec"]["containers"]
    assert isinstance(container, dict)
    return container


def test_names_and_ports_lead_from_one_to_the_next(
    manifest: dict[str, Any], pod: dict[str, Any], app: dict[str, Any]
) -> None:
    assert set(manifest) == {"Deployment", "Service", "Ingress"}
    labels = pod["metadata"]["labels"]
    assert manifest["Deployment"]["spec"]["selector"]["matchLabels"] == labels
    assert manifest["Service"]["spec"]["selector"] == labels
    (port,) = app["ports"]
    dockerfile = (PROJECT / "Dockerfile").read_text(encoding="utf-8")
    assert f"EXPOSE {port['containerPort']}" in dockerfile
    (offered,) = manifest["Service"]["spec"]["ports"]
    assert offered["targetPort"] == port["name"]
    (rule,) = manifest["Ingress"]["spec"]["rules"]
    (path,) = rule["http"]["paths"]
    service = path["backend"]["service"]
    assert service == {
        "name": manifest["Service"]["metadata"]["name"],
        "port": {"number": offered["port"]},
    }
    assert manifest["Ingress"]["spec"]["tls"][0]["hosts"] == [rule["host"]]


def test_each_probe_asks_a_route_that_there_is(app: dict[str, Any]) -> None:
    routes = health.routes()
    asked = {name: app[name]["httpGet"] for name in app if name.endswith("Probe")}
    assert {name: probe["path"] for name, probe in asked.items()} == {
        "startupProbe": "/healthz",
        "livenessProbe": "/healthz",
        "readinessProbe": "/readyz",
    }
    for probe in asked.values():
        assert probe["port"] == app["ports"][0]["name"]
        scope = {"type": "http", "path": probe["path"], "method": "GET"}
        assert [route for route in routes if route.matches(scope)[0] is Match.FULL]


def test_a_server_has_the_time_that_its_answers_need_to_end(pod: dict[str, Any]) -> None:
    assert pod["spec"]["terminationGracePeriodSeconds"] >= PATIENCE + 10


def test_every_variable_is_one_of_the_apps(app: dict[str, Any]) -> None:
    (source,) = app["envFrom"]
    build, create = next(block for block in blocks("sh") if "kubectl" in block).splitlines()
    assert (
        create
        == f"kubectl create secret generic {source['secretRef']['name']} --from-env-file=.env"
    )
    assert f'EXTRA="{REDIS}"' in build
    assert f"--tag {app['image']} " in build
    (kept,) = blocks("ini")
    secret = {line.partition("=")[0] for line in kept.splitlines()}
    assert secret == {"OPENAI_API_KEY", "CHAT_REDIS_URL", *BESIDE}
    plain = {each["name"]: each["value"] for each in app["env"]}
    assert not secret & plain.keys()
    assert (secret | plain.keys()) - BESIDE <= variables()
    settings = Settings.load({**plain, "CHAT_REDIS_URL": "redis://host"}, dotenv=PROJECT / "none")
    assert settings.proxy
    assert settings.daily_tokens


def test_a_visitor_stays_with_a_server_and_its_websocket_lasts(manifest: dict[str, Any]) -> None:
    prefix = "nginx.ingress.kubernetes.io/"
    said = manifest["Ingress"]["metadata"]["annotations"]
    assert said[f"{prefix}affinity"] == "cookie"
    (site,) = blocks("nginx")
    (hours,) = re.findall(r"proxy_read_timeout (\d+)h;", site)
    assert int(said[f"{prefix}proxy-read-timeout"]) == 3_600 * int(hours)
    assert int(said[f"{prefix}proxy-send-timeout"]) == 3_600 * int(hours)
