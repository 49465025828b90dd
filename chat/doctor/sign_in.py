"""Whether people can sign in: what the provider says of itself, and where they come back to."""

from __future__ import annotations

import json
from collections.abc import Iterator
from ipaddress import ip_address
from urllib.parse import urlsplit

from chat.doctor.address import host_of
from chat.doctor.finding import Finding, note, well, wrong
from chat.languages.language import say
from chat.login import Login, Provider

LARGEST = 1_000_000  # bytes of a provider's metadata; it has a few thousand
# What signing in needs of it (OpenID Connect Discovery 1.0, section 3).
NEEDED = ("issuer", "authorization_endpoint", "token_endpoint", "jwks_uri")


def look(login: Login, provider: Provider, *, seconds: float) -> list[Finding]:
    """Ask the provider what it is; each part of it takes so many seconds at most."""
    return [*_of_address(login.address), *_of_provider(provider, seconds)]


def _of_address(address: str | None) -> Iterator[Finding]:
    if address is None:
        yield note(say("doctor_no_way_back", name="CHAT_LOGIN_ADDRESS"))
    elif _is_open(address):
        yield note(say("doctor_open_way", name="CHAT_LOGIN_ADDRESS"))


def _of_provider(provider: Provider, seconds: float) -> Iterator[Finding]:
    import httpx2  # which openai (3.54) is built on

    name, host = "CHAT_LOGIN_METADATA", host_of(provider.metadata)
    if _is_open(provider.metadata):
        yield note(say("doctor_open_way", name=name))
    try:
        with (
            httpx2.Client(follow_redirects=True, timeout=seconds) as client,
            client.stream("GET", provider.metadata) as answer,
        ):
            status, said = answer.status_code, b""
            for piece in answer.iter_bytes():
                said += piece
                if len(said) > LARGEST:
                    break
    except (httpx2.HTTPError, httpx2.InvalidURL, OSError) as error:
        yield wrong(say("doctor_provider_away", name=name, host=host), str(error))
        return
    if status != httpx2.codes.OK:
        yield wrong(say("doctor_provider_refuses", name=name, host=host, status=str(status)))
        return
    known = _read(said)
    missing = [part for part in NEEDED if not isinstance(known.get(part), str)]
    if missing:
        sentence = say("doctor_no_provider", name=name, host=host, missing=missing[0])
        yield wrong(sentence)
    else:
        yield well(say("doctor_provider", host=host))


def _read(said: bytes) -> dict[str, object]:
    """What a provider says of itself; nothing where it is no JSON object."""
    try:
        read = json.loads(said)
    except (ValueError, RecursionError):
        return {}
    return read if isinstance(read, dict) else {}


def _is_open(address: str) -> bool:
    """Whether an address leads to another machine without TLS."""
    parts = urlsplit(address)
    host = parts.hostname or ""
    try:
        is_here = ip_address(host).is_loopback
    except ValueError:
        is_here = host == "localhost"
    return parts.scheme == "http" and not is_here
