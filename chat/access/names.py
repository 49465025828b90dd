"""By which name somebody comes, and from whose page: against sites that pose as this app. Pure.

A page of any site can make its own name point to this very machine (DNS rebinding), and any page
can ask for a websocket of any host. Streamlit (1.67) refuses other origins, but takes whatever
name stands in both headers for its own, and every port of localhost for a friend; and
of an origin that it does not know it asks the internet for its own address, while all wait.
"""

from __future__ import annotations

from collections.abc import Collection
from urllib.parse import urlsplit

from chat.access.address import parsed

# Names whose address no stranger can choose: those of no registry, and those of the hosts that the
# README and its pages name, whose proxies may not say that they are there.
SAFE_ENDINGS = (
    *(".localhost", ".local", ".lan", ".internal", ".home.arpa"),
    *(".hf.space", ".streamlit.app"),
)


def is_expected(host: str, *, peer: str, is_forwarded: bool, hosts: Collection[str]) -> bool:
    """Whether an app may be asked for by this Host header.

    Refused are names that everybody can look up where they come from the visitor's own machine or
    network (`peer`) with no proxy between (`is_forwarded`), unless the owner allows them (`hosts`,
    of which "*.example.org" stands for all below it). A browser cannot be made to add a header of
    a proxy's to the handshake of a websocket.
    """
    name = hostname(host)
    if "." not in name or name.endswith(SAFE_ENDINGS) or parsed(name) is not None:
        return True
    if is_forwarded or any(_matches(name, pattern.lower()) for pattern in hosts):
        return True
    address = parsed(peer)
    return address is not None and address.is_global


def is_own_page(origin: str | None, *, host: str, hosts: Collection[str]) -> bool:
    """Whether a handshake with these headers comes from a page of this app.

    Whoever is no browser names no origin. A page that a proxy shows under another name is
    expected where the owner allows that (`hosts`); it is for Streamlit to judge then.
    """
    if origin is None:
        return True
    try:
        there = urlsplit(origin)
        name = (there.hostname or "").rstrip(".")
    except ValueError:
        return False
    is_allowed = any(_matches(name, pattern.lower()) for pattern in hosts)
    return bool(name) and (there.netloc == host or is_allowed)


def hostname(host: str) -> str:
    """The name in a Host header, without its port; empty where there is none."""
    try:
        return (urlsplit(f"//{host}").hostname or "").rstrip(".")
    except ValueError:
        return ""


def _matches(name: str, pattern: str) -> bool:
    return name.endswith(pattern[1:]) if pattern.startswith("*.") else name == pattern
