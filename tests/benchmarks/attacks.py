"""What a visitor feels of an attack on the same server. Prints what it measured.

python -m tests.benchmarks.attacks

The attackers speak Streamlit's own protocol, from one address, in processes of their own. Each
figure is the median and the longest of some answers, from the question to the end of the run.
"""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import statistics
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial
from pathlib import Path

from streamlit.proto.BackMsg_pb2 import BackMsg
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException
from websockets.typing import Subprotocol

from chat.keeping.files import encoded
from tests import ranks
from tests.benchmarks.process import ours, paced_service
from tests.files.samples import hostile_docx, hostile_pdfs, zip_bomb
from tests.visitor import Visitor

ANSWERS = 7
SOCKETS = 20
Attack = Callable[[ClientConnection], Awaitable[None]]


def rerun() -> bytes:
    """A run of the page, as every click asks for."""
    message = BackMsg()
    message.rerun_script.query_string = "x"
    return message.SerializeToString()


async def flood(socket: ClientConnection) -> None:
    """Reruns, as fast as they can be sent."""
    for _ in range(20_000):
        await socket.send(rerun())


async def open_pages(socket: ClientConnection) -> None:
    """A page is opened, drawn once, and left."""
    await socket.send(rerun())
    for _ in range(30):
        await socket.recv()


async def clear_caches(socket: ClientConnection) -> None:
    """Caches that are emptied."""
    for _ in range(200):
        await socket.send(BackMsg(clear_cache=True).SerializeToString())


async def ask_for_files(socket: ClientConnection) -> None:
    """Addresses for 100,000 files."""
    message = BackMsg()
    message.file_urls_request.file_names.extend(["x"] * 100_000)
    await socket.send(message.SerializeToString())
    await socket.recv()


async def ask_for_git(socket: ClientConnection) -> None:
    """What git knows of the folder."""
    for _ in range(200):
        await socket.send(BackMsg(load_git_info=True).SerializeToString())


async def store(socket: ClientConnection) -> None:
    """A message of the browser's storage of 20 MB."""
    message = BackMsg()
    widget = message.rerun_script.widget_states.widgets.add()
    widget.id = f"$$STREAMLIT_INTERNAL_KEY_$$ID-{'0' * 32}-chats__events"
    removed = [{"kind": "removed", "number": n, "chats": ["x" * 20], "last": 1} for n in range(9)]
    whole = json.dumps([{"event": "came", "value": removed * 30_000}])
    widget.json_trigger_value = whole
    await socket.send(message.SerializeToString())
    await socket.recv()


ATTACKS = (flood, open_pages, clear_caches, ask_for_files, ask_for_git, store)


def attack(address: str, how: Attack) -> None:
    """Attack without a pause, until this process is ended."""
    stream = address.replace("http", "ws", 1) + "/_stcore/stream"

    async def again() -> None:
        while True:
            with suppress(WebSocketException, OSError, TimeoutError):
                async with connect(
                    stream, subprotocols=[Subprotocol("streamlit")], max_size=None
                ) as socket:
                    await how(socket)

    async def attackers() -> None:
        await asyncio.gather(*(again() for _ in range(SOCKETS)))

    asyncio.run(attackers())


def upload(address: str) -> None:
    """Files of 50 MB, without a page."""
    request = urllib.request.Request(
        f"{address}/_stcore/upload_file/nobody/{time.monotonic()}", bytes(50_000_000), method="PUT"
    )
    while True:
        with suppress(urllib.error.URLError, OSError):
            urllib.request.urlopen(request, timeout=20)


def put_in_files(address: str) -> None:
    """Files that are bombs and traps, in ten pages."""
    hostile = [*hostile_pdfs().values(), *hostile_docx().values(), zip_bomb(), b"a b " * 3_500_000]

    async def page(visitor: Visitor) -> None:
        for number, data in enumerate(hostile, 1):
            file = {"kind": "document", "id": f"{number:032x}", "name": "a", "size": len(data)}
            await visitor.attach({**file, "number": 2 * number, "data": encoded(data)})
            await visitor.attach({**file, "number": 2 * number + 1, "kind": "remove"})

    async def again() -> None:
        while True:
            with suppress(WebSocketException, OSError, TimeoutError):
                async with Visitor(address) as visitor:
                    await page(visitor)

    async def attackers() -> None:
        await asyncio.gather(*(again() for _ in range(10)))

    asyncio.run(attackers())


async def asked(visitor: Visitor) -> float:
    """How many seconds an answer of 40 tokens at 40 a second takes."""
    began = time.monotonic()
    await visitor.ask("40 40")
    return time.monotonic() - began


async def main() -> None:
    """Measure a quiet visitor, and one beside each attack."""
    with tempfile.TemporaryDirectory() as folder, paced_service() as service:
        ranks.unpack_into(Path(folder))
        with ours(f"{service.address}/v1", Path(folder)) as app:
            async with Visitor(app.address) as visitor:
                await asked(visitor)

                async def measure(label: str) -> None:
                    seconds = [await asked(visitor) for _ in range(ANSWERS)]
                    middle, longest = statistics.median(seconds), max(seconds)
                    memory = app.memory // 1000
                    print(f"{label:45} {middle:6.2f} s {longest:6.2f} s {memory:6} MB", flush=True)

                print(f"{'':45} {'median':>8} {'longest':>8} {'memory':>9}")
                await measure("nobody else")
                attackers: list[tuple[Callable[..., object], Callable[[str], None]]] = [
                    *((how, partial(attack, how=how)) for how in ATTACKS),
                    *((how, how) for how in (upload, put_in_files)),
                ]
                for named, how in attackers:
                    attacker = multiprocessing.Process(target=how, args=(app.address,), daemon=True)
                    attacker.start()
                    await measure((named.__doc__ or "").rstrip("."))
                    attacker.terminate()
                    attacker.join()


if __name__ == "__main__":
    asyncio.run(main())
