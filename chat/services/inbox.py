"""The way from the network's thread to the one that waits for an answer: events, in batches.

    inbox = Inbox()
    request = run(work)             # a coroutine that puts events in, and closes the inbox
    yield from inbox.batches()

The asynchronous client runs on one event loop in a thread of its own, for all visitors, because
(openai 3.54) the synchronous one cannot be woken from a blocked read when somebody presses Stop,
and does not use a connection again after a stream.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Coroutine, Generator, Iterator
from concurrent.futures import Future, wait
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

from chat.conversation.events import Ended, Event, ReasoningDelta, TextDelta, Waiting
from chat.errors import ChatError

Result = TypeVar("Result")

BATCH = 0.09  # seconds of text that go to the page at once
BATCH_EACH = 0.003  # seconds for each answer that is under way, when there are many
LONGEST_BATCH = 0.6  # seconds; the same goes for a Stop, which is seen between two batches
PATIENCE = 0.1  # seconds of silence after which `Waiting` is handed out; more with many readers
FIRST_PATIENCE = 0.01  # the same for the first time, and twice as long each time until then


class Inbox:
    """The events of one request, on their way from the loop's thread to the thread that waits."""

    def __init__(self) -> None:
        self._queue: SimpleQueue[Event | ChatError] = SimpleQueue()
        self._closed = threading.Event()
        self.begun = threading.Event()  # something has been put in

    def put(self, event: Event) -> None:
        """Add an event."""
        self._queue.put(event)
        self.begun.set()

    def close(self, last: Ended | ChatError) -> None:
        """Add the last event; an error is raised in the thread that waits."""
        self._queue.put(last)
        self._closed.set()
        self.begun.set()

    def batches(self) -> Iterator[Event]:
        """The events, the text of each batch as one; raises the `ChatError` that ended them."""
        _under_way.add(self)
        try:
            yield from self._batches()
        finally:
            _under_way.discard(self)

    def _batches(self) -> Iterator[Event]:
        handed_out = 0.0
        patience = FIRST_PATIENCE
        while True:
            # The first word goes out at once; later ones gather, but never hold up the end.
            self._closed.wait(max(0.0, handed_out + batch() - time.monotonic()))
            try:
                arrived = [self._queue.get(timeout=patience)]
            except Empty:
                patience = min(2 * patience, max(PATIENCE, batch()))
                yield Waiting()
                continue
            while not self._queue.empty():
                arrived.append(self._queue.get())
            handed_out = time.monotonic()
            for event in _joined(arrived):
                if isinstance(event, ChatError):
                    raise event
                yield event
                if isinstance(event, Ended):
                    return


_under_way: set[Inbox] = set()  # for all visitors of this process


def batch() -> float:
    """Seconds of text that go to the page at once: more when the server is full of readers."""
    return min(max(BATCH, BATCH_EACH * len(_under_way)), LONGEST_BATCH)


def _joined(events: list[Event | ChatError]) -> Iterator[Event | ChatError]:
    """The same events with neighbouring pieces of text made one."""
    joined: list[Event | ChatError] = []
    for event in events:
        match joined[-1:], event:
            case [TextDelta(before)], TextDelta(text):
                joined[-1] = TextDelta(before + text)
            case [ReasoningDelta(before)], ReasoningDelta(text):
                joined[-1] = ReasoningDelta(before + text)
            case _:
                joined.append(event)
    yield from joined


class _Loop:
    """The event loop of all providers, in a thread that starts when it is first needed."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None

    def run(self, work: Coroutine[Any, Any, Result]) -> Future[Result]:
        """Start this work there."""
        with self._lock:
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                threading.Thread(
                    target=self._loop.run_forever, name="providers", daemon=True
                ).start()
            return asyncio.run_coroutine_threadsafe(work, self._loop)


run = _Loop().run


def waiting(work: Coroutine[Any, Any, Result]) -> Generator[Event, None, Result]:
    """Hand out `Waiting` until this work is done, whose result is the value; closing it ends it."""
    request = run(work)
    try:
        while not wait([request], PATIENCE).done:
            yield Waiting()
        return request.result()
    finally:
        request.cancel()
