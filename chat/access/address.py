"""Whose request it is, as far as an address shows: for budgets and for wrong passwords. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address

IPV6_NETWORK = 64  # bits: what one household or one rented server has


def of_visitor(direct: str, forwarded: Sequence[str], *, behind_proxy: bool) -> str:
    """The address that a visitor is known by: see `visitors_address` and `network`."""
    return network(visitors_address(direct, forwarded if behind_proxy else ()))


def visitors_address(direct: str, forwarded: Sequence[str]) -> str:
    """The address from which a visitor comes.

    `direct` is who connected, and `forwarded` are the X-Forwarded-For headers as they came, where
    a proxy is to be believed. Of them only the last entry counts, which the proxy added itself: a
    visitor can send the header, too.
    """
    address = _parsed(",".join(forwarded).rpartition(",")[2].strip()) or _parsed(direct)
    return direct if address is None else str(address)


def network(address: str) -> str:
    """What an address stands for: itself, or the whole network of 64 bits of an IPv6 address."""
    parsed = _parsed(address)
    if not isinstance(parsed, IPv6Address):
        return address if parsed is None else str(parsed)
    bits = 128 - IPV6_NETWORK
    return f"{IPv6Address(int(parsed) >> bits << bits)}/{IPV6_NETWORK}"


def _parsed(text: str) -> IPv4Address | IPv6Address | None:
    """An address, without the port that some proxies add."""
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text)
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address
