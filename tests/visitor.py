"""A visitor without a browser, who speaks Streamlit's own websocket protocol (1.67).

    async with Visitor(address) as visitor:     # the page has been drawn
        heard = await visitor.ask("Hi")         # and drawn again, answer and all

Like Streamlit's frontend it tells the server which messages it has already, and sends the values of
no widget but the input, which leaves the others as they are.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter
from collections.abc import Coroutine, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self, TypeVar

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

Result = TypeVar("Result")


REPLACED = ForwardMsg.FINISHED_EARLY_FOR_RERUN  # by another run, which follows at once


def run(visits: Coroutine[Any, Any, Result]) -> Result:
    """Run what visitors do, in a thread of its own: Playwright has a loop in this one."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, visits).result()


@dataclass
class Heard:
    """What came from the server until its script stood still, and when, in seconds since 1970."""

    received: int = 0  # bytes
    messages: int = 0
    kinds: Counter[str] = field(default_factory=Counter)  # the messages, by what they carry
    markdown: list[tuple[float, str]] = field(default_factory=list)
    alerts: list[str] = field(default_factory=list)

    def when(self, word: str) -> float:
        """When a word came first."""
        return next(at for at, body in self.markdown if word in body)


class Visitor:
    """One visitor's connection; it may come from an address of this machine, with own headers."""

    def __init__(
        self, address: str, *, source: str = "127.0.0.1", headers: Mapping[str, str] | None = None
    ) -> None:
        self._source = source
        self._headers = headers
        self._address = address.replace("http", "ws", 1) + "/_stcore/stream"
        self._connection: ClientConnection | None = None
        self._cached: set[str] = set()
        self._fragments: dict[str, str] = {}  # in which widgets stand
        self._input = ""
        self._components: dict[str, str] = {}  # what draws itself, by its name
        self.opened = Heard()  # with the empty page

    async def __aenter__(self) -> Self:
        self._connection = await connect(
            self._address,
            subprotocols=[Subprotocol("streamlit")],
            max_size=None,
            compression=None,
            ping_interval=None,
            open_timeout=90,
            additional_headers=self._headers,
            local_addr=(self._source, 0),
        )
        self.opened = await self._run(BackMsg())
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
        message.rerun_script.fragment_id = self._fragments[self._input]
        return await self._run(message)

    async def load(self, file: str) -> Heard:
        """Turn to the chat in a file, and hear everything until the script has finished."""
        return await self._say("files", "file", {"text": file})

    async def attach(self, *messages: dict[str, Any]) -> Heard:
        """Say something of the files for the next question (chat/files/tray.py)."""
        return await self._say("tray", "came", messages)

    async def _say(self, component: str, event: str, value: object) -> Heard:
        message = BackMsg()
        id = self._components[component]
        widget = message.rerun_script.widget_states.widgets.add()
        widget.id = f"$$STREAMLIT_INTERNAL_KEY_{id}__events"
        widget.json_trigger_value = json.dumps([{"event": event, "value": value}])
        message.rerun_script.fragment_id = self._fragments[id]
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
            kind = str(said.WhichOneof("type"))
            if kind == "delta":
                self._note(said, heard)
            else:
                heard.kinds[kind] += 1
            # At the end of all runs, of the page or of parts of it.
            if kind == "script_finished" and said.script_finished != REPLACED:
                break
        return heard

    def _note(self, said: ForwardMsg, heard: Heard) -> None:
        kind = str(said.delta.WhichOneof("type"))
        if kind == "new_element":
            element = said.delta.new_element
            kind = str(element.WhichOneof("type"))
            if kind == "chat_input":
                self._input = element.chat_input.id
                self._fragments[self._input] = said.delta.fragment_id
            elif kind == "bidi_component":
                component = element.bidi_component
                self._components[component.component_name.rpartition(".")[2]] = component.id
                self._fragments[component.id] = said.delta.fragment_id
            elif kind == "alert":
                heard.alerts.append(element.alert.body)
            elif kind == "markdown":
                heard.markdown.append((time.time(), element.markdown.body))
        heard.kinds[kind] += 1
