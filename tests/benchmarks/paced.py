"""A service that streams at a pace to many at once, and notes when. In a process of its own.

    python -m tests.benchmarks.paced PORT

A question `… 400 80` gets 400 tokens at 80 a second, and `… 400 80 after 300` gets them when 300
milliseconds have passed. `GET /times` tells, by question, when it
arrived and when its first and its last token were sent, in seconds since 1970.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
import time
from hashlib import sha1

SENTENCE = "a token is a piece of text that a model reads and writes in one step of its work . "
PARAGRAPH = 60  # tokens
_ASKED = re.compile(r"(\d+) (\d+)(?: after (\d+))?$")


def ends(question: str) -> tuple[str, str]:
    """The first and the last word of the answer to a question, which are in no other answer."""
    mark = sha1(question.encode()).hexdigest()[:8]  # noqa: S324 - a name, not a secret
    return f"First{mark}", f"Last{mark}"


def tokens(count: int, first: str, last: str) -> list[str]:
    """The tokens of an answer: paragraphs of plain words, about six letters a token."""
    words = [f"{word}{' ' * (len(word) > 1)}" for word in SENTENCE.split()]
    made = [words[place % len(words)].ljust(5, "x") + " " for place in range(count)]
    for place in range(PARAGRAPH - 1, count - 1, PARAGRAPH):
        made[place] = "end.\n\n"
    made[0], made[-1] = f"{first} ", last
    return made


def _event(delta: dict[str, str], finish_reason: str | None = None) -> bytes:
    chunk = {
        "id": "chatcmpl-0123456789abcdef",
        "object": "chat.completion.chunk",
        "created": 1_700_000_000,
        "model": "gpt-4o",
        "service_tier": "default",
        "system_fingerprint": "fp_0123456789",
        "choices": [{"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish_reason}],
    }
    return _chunked(b"data: " + json.dumps(chunk).encode() + b"\n\n")


def _chunked(body: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(body), body)


class _Service:
    def __init__(self) -> None:
        self.times: dict[str, list[float]] = {}

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, kept open for as many requests as come."""
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                length = re.search(r"content-length: (\d+)", head, re.IGNORECASE)
                body = await reader.readexactly(int(length[1])) if length else b""
                if head.startswith("POST"):
                    await self._stream(json.loads(body)["messages"][-1]["content"], writer)
                else:
                    self._plain(head.split()[1], writer)
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    def _plain(self, path: str, writer: asyncio.StreamWriter) -> None:
        found = self.times if path == "/times" else {"object": "list", "data": [{"id": "gpt-4o"}]}
        body = json.dumps(found).encode()
        kind = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: "
        writer.write(kind + b"%d\r\n\r\n" % len(body) + body)

    async def _stream(self, question: str, writer: asyncio.StreamWriter) -> None:
        noted = self.times[question] = [time.time()]
        asked = _ASKED.search(question)
        count, pace = (int(asked[1]), int(asked[2])) if asked else (20, 100)
        thought = int(asked[3] or 0) / 1000 if asked else 0.0
        events = [_event({"content": token}) for token in tokens(count, *ends(question))]
        await asyncio.sleep(thought)
        writer.write(
            b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
            b"Transfer-Encoding: chunked\r\n\r\n" + _event({"role": "assistant", "content": ""})
        )
        loop = asyncio.get_running_loop()
        began = loop.time()
        for place, event in enumerate(events):
            await asyncio.sleep(began + place / pace - loop.time())
            if place in (0, count - 1):
                noted.append(time.time())
            writer.write(event)
        writer.write(_event({}, "stop") + _chunked(b"data: [DONE]\n\n") + b"0\r\n\r\n")
        await writer.drain()


async def _main(port: int) -> None:
    server = await asyncio.start_server(_Service().serve, "127.0.0.1", port, limit=2**26)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_main(int(sys.argv[1])))
