"""A real OpenID Connect provider (npm's oidc-provider), an app that knows it, and who signs in."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, expect

from tests import node
from tests.browser.chat_page import OWN_HOSTS, hosts_of
from tests.running import STARTING, free_port, started_app

HERE = Path(node.__file__).parent / "javascript"
SECRET = "a-secret-of-the-provider's"
PEOPLE: Mapping[str, Mapping[str, object]] = {
    "ada": {
        "name": "Ada Lovelace",
        "email": "ada@example.org",
        "email_verified": True,
        "preferred_username": "countess",
    },
    "grace": {"name": "Grace [Hopper]", "email": "Grace@Example.com", "email_verified": True},
    "mallory": {"name": "Mallory", "email": "ada@example.org", "email_verified": False},
}


@dataclass(frozen=True)
class Site:
    """An app and the provider that it sends people to."""

    address: str
    provider: subprocess.Popen[bytes]
    log: Path


@contextmanager
def site(folder: Path, environment: Mapping[str, str], port: int = 0) -> Iterator[Site]:
    """An app where one can sign in; `folder` is for node's packages and the log."""
    packages = folder / "packages"
    packages.mkdir(exist_ok=True)
    if not (packages / "node_modules").exists():
        node.install(packages, "oidc-provider")
    (packages / "provider.js").write_text((HERE / "openid_provider.js").read_text("utf-8"))
    at, of_app = free_port(), port or free_port()
    app = f"http://127.0.0.1:{of_app}"
    command = ["node", "provider.js", str(at), app, SECRET, json.dumps(PEOPLE)]
    provider = subprocess.Popen(
        command, cwd=packages, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    log = folder / f"log-{of_app}"
    try:
        _wait_until_ready(provider)
        with started_app(
            log,
            "streamlit_app.py",
            of_app,
            CHAT_LOGIN_CLIENT_ID="chat",
            CHAT_LOGIN_CLIENT_SECRET=SECRET,
            CHAT_LOGIN_METADATA=f"http://127.0.0.1:{at}",
            CHAT_LOGIN_ADDRESS=app,
            **environment,
        ):
            yield Site(app, provider, log)
        assert SECRET not in log.read_text(encoding="utf-8")
    finally:
        provider.kill()
        provider.communicate()


def _wait_until_ready(provider: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + STARTING
    assert provider.stdout is not None
    while b"ready" not in provider.stdout.readline():
        assert provider.poll() is None, "the provider ended at its start"
        assert time.monotonic() < deadline, "the provider did not start"


@contextmanager
def somebody(
    browser: Browser,
    **device: Any,  # noqa: ANN401 - whatever Playwright knows of one
) -> Iterator[Page]:
    """A tab of somebody with a browser of their own."""
    context = browser.new_context(locale="en-US", **device)
    context.set_default_timeout(20_000)
    # The provider's pages want a typeface from there.
    context.route("https://fonts.googleapis.com/**", lambda route: route.abort())
    hosts = hosts_of(context)
    yield context.new_page()
    context.close()
    assert hosts <= {*OWN_HOSTS, "localhost", "fonts.googleapis.com"}


def sign_in(page: Page, name: str) -> None:
    """Sign in as one of `PEOPLE`, from a page that asks for it, up to the app's page."""
    page.get_by_role("button", name="Sign in").click()
    page.locator("input[name=login]").fill(name)
    page.locator("input[name=password]").fill("any")
    page.locator("button[type=submit]").click()
    agree = page.get_by_role("button", name="Continue")
    expect(agree).to_be_visible()
    agree.click()
    expect(page.get_by_test_id("stApp")).to_be_visible()


def sign_out(page: Page) -> None:
    """Sign out, here and at the provider, up to the app's page."""
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("button", name="Yes, sign me out").click()
    expect(page.get_by_test_id("stApp")).to_be_visible()
