"""Whether the service's address leads to a machine that listens: its name, its port, its TLS."""

from __future__ import annotations

import socket
import ssl
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from chat.doctor.finding import Finding, note, well, wrong
from chat.languages.language import say

PORTS = {"http": 80, "https": 443}


def host_of(base_url: str) -> str:
    """The part of a service's address that can be shown: its host and port."""
    parts = urlsplit(base_url)
    port = parts.port or PORTS[parts.scheme]
    host = parts.hostname or ""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def look(base_url: str, *, seconds: float) -> list[Finding]:
    """Connect to a service's address, as far as TLS; each try takes so many seconds at most."""
    parts = urlsplit(base_url)
    name, port = parts.hostname or "", parts.port or PORTS[parts.scheme]
    host = host_of(base_url)
    if parts.scheme in getproxies() and not proxy_bypass(name):
        return [note(say("doctor_proxy", host=host))]
    try:
        socket.getaddrinfo(name, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return [wrong(say("doctor_no_name", host=host))]
    try:
        with socket.create_connection((name, port), timeout=seconds) as connection:
            if parts.scheme == "https":
                _shake_hands(connection, name)
    except ssl.SSLCertVerificationError:
        return [wrong(say("doctor_certificate", host=host))]
    except ssl.SSLError:
        return [wrong(say("doctor_no_tls", host=host))]
    except ConnectionRefusedError:
        return [wrong(say("doctor_nobody", host=host))]
    except OSError:
        return [wrong(say("doctor_silent", host=host))]
    return [well(say("doctor_reached", host=host))]


def _shake_hands(connection: socket.socket, name: str) -> None:
    """Agree on TLS, and trust whom the app's own client trusts."""
    import httpx2  # which openai (3.54) is built on

    with httpx2.create_ssl_context().wrap_socket(connection, server_hostname=name):
        pass
