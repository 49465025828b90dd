"""Whose request it is, as far as an address shows: for budgets and for wrong passwords. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

IPV6_NETWORK = 64  # bits: what one household or one rented server has


def visitors_address(direct: str, forwarded: Sequence[str]) -> str:
    """The address from which a visitor comes.

    `direct` is who connected, and `forwarded` are the X-Forwarded-For headers as they came, where
    a proxy is to be believed. Of them only the last entry counts, which the proxy added itself: a
    visitor can send the header, too.
    """
    address = parsed(",".join(forwarded).rpartition(",")[2].strip()) or parsed(direct)
    return direct if address is None else str(address)


def network(address: str) -> str:
    """What an address stands for: itself, or the whole network of 64 bits of an IPv6 address."""
    found = parsed(address)
    if isinstance(found, IPv6Address):
        return str(IPv6Network((int(found), IPV6_NETWORK), strict=False))
    return address if found is None else str(found)


def parsed(text: str) -> IPv4Address | IPv6Address | None:
    """An address, without the port that some proxies add; None where it is none."""
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
