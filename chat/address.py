"""Whose request it is, as far as an address tells: for budgets and for wrong passwords. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address

IPV6_NETWORK = 64  # bits: what one household or one rented server has


def of_visitor(direct: str, forwarded: Sequence[str], *, behind_proxy: bool) -> str:
    """The address that a visitor is known by.

    `direct` is who connected, and `forwarded` are the X-Forwarded-For headers as they came. These
    count only behind a proxy, and of them only the last entry, which the proxy added itself: a
    visitor can send the header, too. An IPv6 address stands for its whole network of 64 bits.
    """
    entry = ",".join(forwarded).rpartition(",")[2].strip()
    told = _parsed(entry) if behind_proxy else None
    address = told or _parsed(direct)
    if address is None:
        return direct
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    if isinstance(address, IPv6Address):
        bits = 128 - IPV6_NETWORK
        return f"{IPv6Address(int(address) >> bits << bits)}/{IPV6_NETWORK}"
    return str(address)


def _parsed(text: str) -> IPv4Address | IPv6Address | None:
    """An address, without the port that some proxies add."""
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        return ip_address(text)
    except ValueError:
        return None
