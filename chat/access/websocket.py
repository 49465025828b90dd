"""One websocket of a page, between the network and Streamlit."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable

from starlette.types import Message, Receive, Send


class Refused(Exception):
    """A message for which a page is closed, and with which code."""

    def __init__(self, code: int, why: str) -> None:
        self.code = code
        self.why = why
        super().__init__(why)


class Socket:
    """What comes is checked, and after the end nothing is sent.

    `check` raises `Refused`; it gets None for a message that is text. The first message is held
    back for `wait` seconds.
    """

    def __init__(
        self,
        receive: Receive,
        send: Send,
        check: Callable[[bytes | None], None],
        log: Callable[[str], None],
        *,
        wait: float,
    ) -> None:
        self._receive = receive
        self._send = send
        self._check = check
        self._log = log
        self._wait = wait
        self._is_closed = False
        self._came: deque[tuple[Message, float]] = deque()  # and when they may be handed on
        self._coming: asyncio.Task[tuple[Message, float]] | None = None

    async def receive(self) -> Message:
        """The next message, when it is its turn. A page that leaves or floods ends at once."""
        if not self._came:
            await self._await_message(None)
        message, at = self._came.popleft()
        while (wait := at - asyncio.get_running_loop().time()) > 0 and await self._await_message(
            wait
        ):
            if self._came[-1][0]["type"] == "websocket.disconnect":
                return self._came.pop()[0]
        return message

    async def send(self, message: Message) -> None:
        """Send a message, unless the visitor has left."""
        if self._is_closed:
            return
        try:
            await self._send(message)
        except OSError:
            # The visitor has left, which `receive` says next. Streamlit (1.67) would take what
            # Starlette makes of this for a fault of its own, and log where it happened.
            self._is_closed = True

    def end(self) -> None:
        """Wait for nothing any more."""
        if self._coming is not None:
            self._coming.cancel()

    async def _await_message(self, seconds: float | None) -> bool:
        """Wait for another message; False where none has come in so many seconds."""
        self._coming = self._coming or asyncio.ensure_future(self._next())
        if not (await asyncio.wait({self._coming}, timeout=seconds))[0]:
            return False
        self._came.append(self._coming.result())
        self._coming = None
        return True

    async def _next(self) -> tuple[Message, float]:
        message = await self._receive()
        if message["type"] != "websocket.receive":
            return message, 0.0
        try:
            self._check(message.get("bytes"))
        except Refused as refused:
            self._log(refused.why)
            await self.send({"type": "websocket.close", "code": refused.code})
            self._is_closed = True
            return {"type": "websocket.disconnect", "code": refused.code}, 0.0
        wait, self._wait = self._wait, 0.0
        return message, asyncio.get_running_loop().time() + wait
