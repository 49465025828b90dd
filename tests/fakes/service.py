"""A real HTTP service on loopback that speaks Chat Completions as it is told to, faults included.

with ScriptedService() as service:
    service.enqueue(answering("Hel", "lo"))
    ...                                 # ask something of service.base_url
    service.requests[0].messages        # what arrived
"""

from __future__ import annotations

import json
import re
import select
import socket
import struct
import threading
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self, cast

from chat.conversation.window import Message

KEY = "sk-test-0123456789abcdef"  # which it takes, as any other
EVENT_STREAM = "text/event-stream"
TRANSCRIPTIONS = "/v1/audio/transcriptions"
PATIENCE = 20.0  # seconds after which a test that waits in vain fails


@dataclass
class Request:
    """A request as it arrived, and whether whoever sent it has left."""

    path: str
    headers: dict[str, str]
    body: bytes
    connection: int
    left: threading.Event = field(default_factory=threading.Event)
    finished: threading.Event = field(default_factory=threading.Event)

    @property
    def json(self) -> dict[str, Any]:
        return cast(dict[str, Any], json.loads(self.body))

    @property
    def messages(self) -> list[Message]:
        return cast(list[Message], self.json["messages"])

    @property
    def form(self) -> dict[str, bytes]:
        """The parts of a form by their names, and the name of its file as `filename`."""
        boundary = self.headers["content-type"].partition("boundary=")[2].encode()
        found: dict[str, bytes] = {}
        for part in self.body.split(b"--" + boundary)[1:-1]:
            head, _, content = part.partition(b"\r\n\r\n")
            names = dict(re.findall(rb'(\w+)="([^"]*)"', head))
            found[names[b"name"].decode()] = content.removesuffix(b"\r\n")
            found |= {"filename": names[b"filename"]} if b"filename" in names else {}
        return found


class ClientLeft(Exception):
    """Whoever asked has closed the connection."""


class Connection:
    """The service's end of one connection, for the steps of a reply to act on."""

    def __init__(self, handler: _Handler, request: Request) -> None:
        self._handler = handler
        self._request = request

    def send(self, data: bytes) -> None:
        """Send bytes as one chunk of the body."""
        try:
            self._handler.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))
            self._handler.wfile.flush()
        except OSError:
            raise ClientLeft from None

    def end(self) -> None:
        """End the body properly."""
        try:
            self._handler.wfile.write(b"0\r\n\r\n")
            self._handler.wfile.flush()
        except OSError:
            raise ClientLeft from None

    def pause(self, seconds: float) -> None:
        """Be silent for so long, or until the client leaves."""
        readable, _, _ = select.select([self._handler.connection], [], [], seconds)
        try:
            has_left = readable and not self._handler.connection.recv(1, socket.MSG_PEEK)
        except ConnectionResetError:  # it left with something unread
            has_left = True
        if has_left:
            raise ClientLeft

    def wait(self, released: threading.Event) -> None:
        """Be silent until released, or until the client leaves."""
        while not released.is_set():
            self.pause(0.02)

    def cut(self) -> None:
        """Close the connection in the middle of the body, without a word."""
        self._handler.close_connection = True

    def reset(self) -> None:
        """Break the connection, so that the client's next read fails."""
        linger = struct.pack("ii", 1, 0)
        self._handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self._handler.close_connection = True
        self._handler.connection.close()


Step = Callable[[Connection], None]


@dataclass(frozen=True, kw_only=True)
class Reply:
    """What to answer a request with: a status, headers, and steps that write the body."""

    steps: Sequence[Step]
    status: int = 200
    headers: dict[str, str] = field(default_factory=lambda: {"Content-Type": EVENT_STREAM})


HANG_UP = Reply(steps=[])  # close the connection without a word


def raw(data: bytes | str) -> Step:
    """Send these bytes."""
    encoded = data.encode() if isinstance(data, str) else data
    return lambda connection: connection.send(encoded)


def event(data: object) -> Step:
    """Send one event of the stream."""
    return raw(f"data: {json.dumps(data)}\n\n")


def chunk(text: str | None = None, *, finish_reason: str | None = None, **delta: object) -> Step:
    """Send one chunk of a completion."""
    content = {} if text is None else {"content": text}
    return event(
        {
            "id": "completion-1",
            "object": "chat.completion.chunk",
            "created": 1,
            "model": "scripted",
            "choices": [
                {"index": 0, "delta": {**content, **delta}, "finish_reason": finish_reason}
            ],
        }
    )


def usage(prompt_tokens: int, completion_tokens: int, **details: object) -> Step:
    """Send the last chunk, which has no choices but the usage."""
    return event(
        {
            "id": "completion-1",
            "object": "chat.completion.chunk",
            "created": 1,
            "model": "scripted",
            "choices": [],
            "usage": {
                "prompt_tokens": prompt_tokens,
                "completion_tokens": completion_tokens,
                "total_tokens": prompt_tokens + completion_tokens,
                **details,
            },
        }
    )


def done(connection: Connection) -> None:
    """Say [DONE] and end the body."""
    connection.send(b"data: [DONE]\n\n")
    connection.end()


def end(connection: Connection) -> None:
    """End the body properly, but without [DONE]."""
    connection.end()


def cut(connection: Connection) -> None:
    """Close the connection in the middle of the body."""
    connection.cut()


def reset(connection: Connection) -> None:
    """Break the connection in the middle of the body."""
    connection.reset()


def pause(seconds: float) -> Step:
    """Be silent for so long."""
    return lambda connection: connection.pause(seconds)


def wait(released: threading.Event) -> Step:
    """Be silent until the test releases this step."""
    return lambda connection: connection.wait(released)


def stall(connection: Connection) -> None:
    """Be silent until the client leaves."""
    connection.wait(threading.Event())


def answering(
    *pieces: str,
    pace: float = 0.0,
    tokens: tuple[int, int] | None = (20, 10),
    finish_reason: str = "stop",
) -> Reply:
    """A proper answer in these pieces, `pace` seconds apart, with its usage."""
    steps: list[Step] = [chunk("", role="assistant")]
    for piece in pieces:
        steps += [pause(pace), chunk(piece)] if pace else [chunk(piece)]
    steps.append(chunk(finish_reason=finish_reason))
    if tokens is not None:
        steps.append(usage(*tokens))
    return Reply(steps=[*steps, done])


def transcript(text: str, **usage: object) -> Reply:
    """A proper transcript of a recording, with what it took where that is said."""
    body = json.dumps({"text": text, **({"usage": usage} if usage else {})})
    return Reply(headers={"Content-Type": "application/json"}, steps=[raw(body), end])


def failing(status: int, error: object, **headers: str) -> Reply:
    """An error of the API; a text is sent as it is, anything else as JSON."""
    body = error if isinstance(error, str) else json.dumps({"error": error})
    kind = "text/html" if isinstance(error, str) else "application/json"
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply(status=status, headers={"Content-Type": kind, **named}, steps=[raw(body), end])


class ScriptedService:
    """The service: replies in the order in which they were enqueued, then a plain answer."""

    def __init__(self, models: Iterable[str] | None = None) -> None:
        self.requests: list[Request] = []
        self.models = None if models is None else list(models)
        self._replies: deque[Reply] = deque()
        self._arrived = threading.Condition()
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.service = self
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}/v1"

    @property
    def reach(self) -> dict[str, str]:
        """The variables with which an app asks it."""
        return {
            "OPENAI_API_KEY": KEY,
            "OPENAI_BASE_URL": self.base_url,
            "CHAT_MODEL": "scripted",
        }

    @property
    def last(self) -> Request:
        return self.requests[-1]

    def enqueue(self, *replies: Reply) -> None:
        self._replies.extend(replies)

    def wait_for(self, number: int) -> Request:
        """Wait until so many requests have arrived, and return the last of them."""
        with self._arrived:
            assert self._arrived.wait_for(lambda: len(self.requests) >= number, PATIENCE)
            return self.requests[number - 1]

    def forget(self) -> None:
        """Begin anew: no requests, no replies."""
        with self._arrived:
            self.requests.clear()
            self._replies.clear()

    def reply_to(self, request: Request) -> Reply:
        with self._arrived:
            self.requests.append(request)
            self._arrived.notify_all()
            if self._replies:
                return self._replies.popleft()
            if request.path == TRANSCRIPTIONS:
                return transcript("Spoken words.")
            return answering("Answer ", f"{len(self.requests)}.")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    service: ScriptedService

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of a connection that was reset on purpose, or by whoever asked."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        models = cast(_Server, self.server).service.models
        if self.path != "/v1/models" or models is None:
            self._plain(404, {"error": {"message": "not found"}})
            return
        self._plain(200, {"object": "list", "data": [{"id": name} for name in models]})

    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        request = Request(
            path=self.path,
            headers={name.lower(): value for name, value in self.headers.items()},
            body=self.rfile.read(length),
            connection=self.client_address[1],
        )
        reply = cast(_Server, self.server).service.reply_to(request)
        if reply is HANG_UP:
            self.close_connection = True
            return
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        connection = Connection(self, request)
        try:
            for step in reply.steps:
                step(connection)
        except ClientLeft:
            request.left.set()
            self.close_connection = True
        finally:
            request.finished.set()

    def _plain(self, status: int, content: object) -> None:
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: the tests look at what arrived."""
