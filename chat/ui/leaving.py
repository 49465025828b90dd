"""The end of the server, when it is asked to go: no answer under way is cut off at once.

Whoever stops a process first sends it SIGTERM, and after some time kills it. In between no question
is taken any more and no recording, each stays where it is, and what is under way has `PATIENCE` to
end and to be counted. What is left is stopped and kept as at the end of every connection. A second
signal ends it now.
"""

from __future__ import annotations

import asyncio
import signal
import threading
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from types import FrameType

from chat.services.base import log
from chat.services.under_way import UnderWay
from chat.ui import process
from chat.words import log as said

PATIENCE = 20.0  # seconds
GLANCE = 0.1  # seconds between two looks whether all answers have ended

Handler = Callable[[int, FrameType | None], object]


@asynccontextmanager
async def lifespan(_app: object) -> AsyncIterator[None]:
    """From the server's start to its end, for `st.App`."""
    before = signal.getsignal(signal.SIGTERM)
    if threading.current_thread() is not threading.main_thread() or not callable(before):
        yield  # somebody else stops this server
        return
    signal.signal(signal.SIGTERM, _handler(before, asyncio.get_running_loop()))
    yield


def _handler(before: Handler, loop: asyncio.AbstractEventLoop) -> Handler:
    """What waits for the answers under way, and then does what was done `before`."""

    def leave(number: int, frame: FrameType | None) -> None:
        under_way = process.under_way()
        if under_way is None or under_way.is_closed or under_way.is_over:
            before(number, frame)
            return
        under_way.close()
        log(said.leaving(under_way.count))
        # In the loop's own time: a signal comes in the middle of anything.
        loop.call_soon_threadsafe(lambda: tasks.append(loop.create_task(wait(under_way, number))))

    async def wait(under_way: UnderWay, number: int) -> None:
        began = time.monotonic()
        while time.monotonic() - began < PATIENCE:
            await asyncio.sleep(GLANCE)
            if under_way.is_over and process.is_all_counted():
                break
        before(number, None)

    tasks: list[asyncio.Task[None]] = []  # a loop keeps none by itself
    return leave
