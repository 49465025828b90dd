"""A visitor is known by an address that no visitor can choose."""

from __future__ import annotations

import pytest

from chat.access.address import network, visitors_address


@pytest.mark.parametrize(
    ("direct", "known"),
    [
        ("8.8.8.8", "8.8.8.8"),
        ("unknown", "unknown"),
        ("::ffff:8.8.8.8", "8.8.8.8"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
    ],
)
def test_without_a_proxy_whoever_connects_is_known_by_their_network(
    direct: str, known: str
) -> None:
    assert network(visitors_address(direct, ())) == known


@pytest.mark.parametrize(
    ("forwarded", "known"),
    [
        ([], "10.1.2.3"),
        (["198.51.100.1"], "198.51.100.1"),
        (["6.6.6.6, 198.51.100.1"], "198.51.100.1"),  # the first was sent by the visitor
        (["6.6.6.6", "198.51.100.1"], "198.51.100.1"),  # of two lines the proxy's is the last
        (["198.51.100.1:51234"], "198.51.100.1"),
        (["[2001:db8:1:2::9]:443"], "2001:db8:1:2::/64"),
        (["::ffff:198.51.100.1"], "198.51.100.1"),
        (["<b>"], "10.1.2.3"),
        (["198.51.100.1, "], "10.1.2.3"),
        (["[198.51.100.1]:443"], "198.51.100.1"),
        (["2001:db8:1:2::9%eth0"], "2001:db8:1:2::/64"),
        (["[fe80::1%25eth0]:443"], "fe80::/64"),
        (["::ffff:198.51.100.1%1"], "198.51.100.1"),
        (["198.51.100.1\t"], "198.51.100.1"),
        (["unknown"], "10.1.2.3"),
        (["198.51.100.1, unknown"], "10.1.2.3"),
        (["_hidden"], "10.1.2.3"),
        ([""], "10.1.2.3"),
        (["198.51.100.1", ""], "10.1.2.3"),
        (["[]:443"], "10.1.2.3"),
        (["fe80::1%"], "10.1.2.3"),
        (["0x7f.1"], "10.1.2.3"),
        (["3221225985"], "10.1.2.3"),
        (["198.51.100.01"], "10.1.2.3"),
        (["１98.51.100.1"], "10.1.2.3"),
        (["1" * 100_000], "10.1.2.3"),
    ],
)
def test_behind_a_proxy_its_own_entry_counts(forwarded: list[str], known: str) -> None:
    assert network(visitors_address("10.1.2.3", forwarded)) == known
