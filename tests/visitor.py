"""A visitor without a browser, who speaks Streamlit's own websocket protocol (1.67).

    async with Visitor(address) as visitor:     # the page has been drawn
        heard = await visitor.ask("Hi")         # and drawn again, answer and all

Like Streamlit's frontend it tells the server which messages it has already, and sends the values of
no widget but the input, which leaves the others as they are.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self, TypeVar

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

Result = TypeVar("Result")

FINISHED = (
    ForwardMsg.FINISHED_SUCCESSFULLY,
    ForwardMsg.FINISHED_WITH_COMPILE_ERROR,
)


def run(visits: Coroutine[Any, Any, Result]) -> Result:
    """Run what visitors do, in a thread of its own: Playwright has a loop in this one."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, visits).result()


@dataclass
class Heard:
    """What came from the server during one run of the script, and when, in seconds since 1970."""

    received: int = 0  # bytes
    messages: int = 0
    markdown: list[tuple[float, str]] = field(default_factory=list)

    def when(self, word: str) -> float:
        """When a word came first."""
        return next(at for at, body in self.markdown if word in body)


class Visitor:
    """One visitor's connection."""

    def __init__(self, address: str) -> None:
        self._address = address.replace("http", "ws", 1) + "/_stcore/stream"
        self._connection: ClientConnection | None = None
        self._cached: set[str] = set()
        self._input = ""

    async def __aenter__(self) -> Self:
        self._connection = await connect(
            self._address,
            subprotocols=[Subprotocol("streamlit")],
            max_size=None,
            compression=None,
            ping_interval=None,
        )
        await self._run(BackMsg())
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._connection is not None:
            await self._connection.close()

    async def ask(self, question: str) -> Heard:
        """Ask, and hear everything until the script has finished."""
        message = BackMsg()
        widget = message.rerun_script.widget_states.widgets.add()
        widget.id = self._input
        widget.chat_input_value.data = question
        return await self._run(message)

    async def _run(self, message: BackMsg) -> Heard:
        assert self._connection is not None
        message.rerun_script.cached_message_hashes.extend(self._cached)
        await self._connection.send(message.SerializeToString())
        heard = Heard()
        async for data in self._connection:
            assert isinstance(data, bytes)
            heard.received += len(data)
            heard.messages += 1
            said = ForwardMsg.FromString(data)
            if said.metadata.cacheable:
                self._cached.add(said.hash)
            kind = said.WhichOneof("type")
            if kind == "script_finished" and said.script_finished in FINISHED:
                break
            if kind == "delta" and said.delta.WhichOneof("type") == "new_element":
                element = said.delta.new_element
                if element.HasField("chat_input"):
                    self._input = element.chat_input.id
                elif element.HasField("markdown"):
                    heard.markdown.append((time.time(), element.markdown.body))
        return heard
