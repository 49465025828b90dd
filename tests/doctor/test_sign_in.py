"""The provider with which people sign in, asked by the doctor over real HTTP."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from chat.doctor import sign_in
from chat.doctor.finding import Finding, Mark, note, well, wrong
from chat.languages.language import say
from chat.login import DISCOVERY, Login, Provider
from tests.running import free_port

KNOWN = {part: f"https://id.example.org/{part}" for part in sign_in.NEEDED}
NAME = "CHAT_LOGIN_METADATA"
HERE = "https://chat.example.org"


@contextmanager
def provider(status: int, body: bytes) -> Iterator[str]:
    """The address of something that answers so, and of nothing that it is not asked for."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status if self.path == DISCOVERY else 404)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def looked(host: str, address: str | None = HERE, seconds: float = 5) -> list[Finding]:
    metadata = f"http://{host}{DISCOVERY}"
    known = Provider(client_id="chat", client_secret="s", metadata=metadata)
    return [*sign_in.look(Login(provider=known, address=address), known, seconds=seconds)]


def test_a_provider_that_says_what_it_is_is_well() -> None:
    with provider(200, json.dumps(KNOWN).encode()) as host:
        assert looked(host) == [well(say("doctor_provider", host=host))]


@pytest.mark.parametrize(
    ("status", "body", "sentence"),
    [
        pytest.param(404, b"{}", "doctor_provider_refuses", id="a status"),
        pytest.param(200, b"<html>", "doctor_no_provider", id="a page"),
        pytest.param(200, b"[]", "doctor_no_provider", id="a list"),
        pytest.param(200, b"[" * 100_000, "doctor_no_provider", id="deep"),
        pytest.param(200, b"1" * (sign_in.LARGEST + 1), "doctor_no_provider", id="large"),
    ],
)
def test_what_is_no_provider_is_told(status: int, body: bytes, sentence: str) -> None:
    with provider(status, body) as host:
        said = say(sentence, name=NAME, host=host, status=str(status), missing="issuer")
        assert looked(host) == [wrong(said)]


@pytest.mark.parametrize("part", sign_in.NEEDED)
def test_a_part_that_is_missing_is_named(part: str) -> None:
    with provider(200, json.dumps(KNOWN | {part: None}).encode()) as host:
        (found,) = looked(host)
        assert found == wrong(say("doctor_no_provider", name=NAME, host=host, missing=part))


def test_a_provider_that_is_away_or_silent_is_told_in_time() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        for port in (free_port(), silent.getsockname()[1]):
            host, began = f"127.0.0.1:{port}", time.monotonic()
            (found,) = sign_in.look(
                Login(address=HERE),
                Provider(client_id="c", client_secret="s", metadata=f"http://{host}/x"),
                seconds=0.5,
            )
            assert time.monotonic() - began < 5
            assert found.sentence == say("doctor_provider_away", name=NAME, host=host)
            assert found.mark is Mark.WRONG


def test_an_address_to_come_back_to_that_leads_elsewhere_is_told() -> None:
    with provider(200, json.dumps(KNOWN).encode()) as host:
        name = "CHAT_LOGIN_ADDRESS"
        assert looked(host, None)[0] == note(say("doctor_no_way_back", name=name))
        open_way = note(say("doctor_open_way", name=name))
        assert looked(host, "http://chat.example.org")[0] == open_way
        for own in ("http://localhost:8501", "http://127.0.0.1:8501", HERE):
            assert len(looked(host, own)) == 1
