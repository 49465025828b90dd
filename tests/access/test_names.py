"""By which names an app may be asked for, and from whose pages."""

from __future__ import annotations

import pytest

from chat.access.names import is_expected, is_own_page

LAN, WORLD = "192.168.1.7", "203.0.113.9"


@pytest.mark.parametrize(
    "host",
    [
        *("127.0.0.1:8501", "localhost:8501", "[::1]:8501", "192.168.1.5", "printer:8501"),
        *("chat.local", "nas.home.arpa:80", "app.localhost", "", "pc.lan.", "me-chat.hf.space"),
    ],
)
def test_addresses_and_local_names_are_expected(host: str) -> None:
    assert is_expected(host, peer="127.0.0.1", is_forwarded=False, hosts=())


@pytest.mark.parametrize("host", ["evil.example", "EVIL.example:8501", "localhost.evil.example."])
@pytest.mark.parametrize("peer", ["127.0.0.1", "::1", LAN, "10.0.0.1", "fe80::1"])
def test_a_name_of_the_world_is_not_expected_from_a_private_network(host: str, peer: str) -> None:
    assert not is_expected(host, peer=peer, is_forwarded=False, hosts=("chat.example.org",))


def test_a_name_of_the_world_is_expected_behind_a_proxy_and_from_the_world() -> None:
    assert is_expected("chat.example.org", peer=LAN, is_forwarded=True, hosts=())
    assert is_expected("chat.example.org", peer="8.8.8.8", is_forwarded=False, hosts=())


@pytest.mark.parametrize("pattern", ["chat.example.org", "*.example.org", "CHAT.Example.org"])
def test_a_name_that_the_owner_allows_is_expected(pattern: str) -> None:
    assert is_expected("chat.example.org:80", peer=LAN, is_forwarded=False, hosts=(pattern,))
    assert not is_expected("chatexample.org", peer=LAN, is_forwarded=False, hosts=(pattern,))


@pytest.mark.parametrize(
    "origin",
    [
        *("http://localhost:3000", "http://127.0.0.1:8502", "http://[::1]:8501", "null", ""),
        *("http://app.localhost:8501", "file://", "http://127.1.2.3", "http://[", "data:"),
        *("http://192.168.1.5:3000", "http://0.0.0.0:3000", "https://evil.example"),
    ],
)
def test_a_page_of_anybody_else_gets_nothing(origin: str) -> None:
    assert not is_own_page(origin, host="localhost:8501", hosts=("chat.example.org",))


@pytest.mark.parametrize("origin", [None, "http://localhost:8501", "https://chat.example.org"])
def test_the_apps_own_page_and_the_names_that_the_owner_allows_pass(origin: str | None) -> None:
    assert is_own_page(origin, host="localhost:8501", hosts=("*.example.org",))
