"""Attacks over Streamlit's own protocol on the running app, and a visitor beside them.

What the doorkeeper lets through is in test_doorkeeper; here the real server stands behind it.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.typing import Origin, Subprotocol

from chat.words import log as log_words
from tests.fakes.service import ScriptedService, answering
from tests.running import free_port, started_app
from tests.visitor import Visitor, run

BUDGET = 2_000


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("attacked") / "log"


@pytest.fixture(scope="module")
def attacked(
    provider: ScriptedService, rank_files: Path, log: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The address of an app with a budget for all."""
    with started_app(
        log,
        "streamlit_app.py",
        free_port(),
        **provider.reach,
        CHAT_DAILY_TOKENS=str(BUDGET),
        CHAT_MAX_TOKENS="300",
        CHAT_DATA=str(tmp_path_factory.mktemp("data")),
        TIKTOKEN_CACHE_DIR=str(rank_files),
    ) as (address, _):
        yield address


def socket(address: str, *, origin: str | None = None, name: str = "127.0.0.1") -> connect:
    """A websocket to the app at an address, asked for by a name and from a page of an origin."""
    port = urlsplit(address).port
    return connect(
        f"ws://{name}:{port}/_stcore/stream",
        subprotocols=[Subprotocol("streamlit")],
        max_size=None,
        origin=None if origin is None else Origin(origin),
        host="127.0.0.1",
        port=port,
    )


@asynccontextmanager
async def let_in(address: str) -> AsyncIterator[ClientConnection]:
    """A websocket, as soon as the doorkeeper lets one in from here again."""
    while True:
        with suppress(InvalidStatus):
            async with socket(address) as connection:
                yield connection
                return
        await asyncio.sleep(0.1)


async def enter(stack: AsyncExitStack, address: str) -> Visitor:
    """A visitor, as soon as the doorkeeper lets one in from here again."""
    while True:
        with suppress(InvalidStatus):
            return await stack.enter_async_context(Visitor(address))
        await asyncio.sleep(0.1)


async def closing_code(connection: ClientConnection) -> int:
    """The code with which the server closes a connection; what it says before is read."""
    try:
        async for _ in connection:
            pass
    except ConnectionClosed:
        pass
    return connection.close_code or 0


def messages_of_streamlit() -> dict[str, BackMsg]:
    """One of each kind that Streamlit's server understands and this page never sends."""
    file_urls = BackMsg()
    file_urls.file_urls_request.request_id = "x"
    file_urls.file_urls_request.file_names.extend(["x"] * 10_000)
    skills, nudge, chunk = BackMsg(), BackMsg(), BackMsg()
    skills.backend_operation_request.install_skills.SetInParent()
    nudge.backend_operation_request.dismiss_skills_nudge.SetInParent()
    chunk.backend_operation_request.dataframe_chunk.SetInParent()
    return {
        "clear_cache": BackMsg(clear_cache=True),
        "load_git_info": BackMsg(load_git_info=True),
        "set_run_on_save": BackMsg(set_run_on_save=True),
        "debug_disconnect": BackMsg(debug_disconnect_websocket=True),
        "debug_shutdown": BackMsg(debug_shutdown_runtime=True),
        "file_urls": file_urls,
        "skills": skills,
        "nudge": nudge,
        "chunk": chunk,
    }


@pytest.mark.parametrize("kind", messages_of_streamlit())
def test_a_message_that_this_page_never_sends_closes_it(attacked: str, kind: str) -> None:
    async def attack() -> int:
        async with let_in(attacked) as connection:
            await connection.send(messages_of_streamlit()[kind].SerializeToString())
            return await closing_code(connection)

    assert run(attack()) == 1008


def test_no_visitor_empties_the_budget_of_all(attacked: str, service: ScriptedService) -> None:
    cost = 90
    service.enqueue(*[answering("word " * 50, tokens=(40, 50)) for _ in range(100)])

    async def attack() -> str:
        said = ""
        async with AsyncExitStack() as stack:
            visitor = await enter(stack, attacked)
            for _ in range(3 * BUDGET // cost):
                with suppress(InvalidStatus):
                    async with socket(attacked) as connection:
                        await connection.send(BackMsg(clear_cache=True).SerializeToString())
                        await closing_code(connection)
                heard = await visitor.ask("Q")
                said = " ".join(body for _, body in heard.markdown)
                if len(service.requests) * cost > BUDGET:
                    break
        return said

    run(attack())
    assert len(service.requests) * cost <= BUDGET


@pytest.mark.parametrize(
    ("name", "origin"),
    [
        ("127.0.0.1", "http://localhost:3000"),
        ("127.0.0.1", "null"),
        ("127.0.0.1", "http://evil.example"),
        ("evil.example", "http://evil.example:{port}"),
    ],
)
def test_no_page_of_another_program_or_by_another_name_gets_a_websocket(
    attacked: str, name: str, origin: str
) -> None:
    origin = origin.format(port=urlsplit(attacked).port)

    async def attack() -> int:
        try:
            async with socket(attacked, name=name, origin=origin):
                return 101
        except InvalidStatus as refused:
            return refused.response.status_code

    assert run(attack()) == 403


def test_a_flood_is_closed_and_a_visitor_beside_it_is_answered(attacked: str, log: Path) -> None:
    empty = BackMsg()
    empty.rerun_script.query_string = ""

    async def flood() -> list[int]:
        async with AsyncExitStack() as stack:
            connections = [await stack.enter_async_context(let_in(attacked)) for _ in range(5)]

            async def send(connection: ClientConnection) -> int:
                try:
                    for _ in range(5_000):
                        await connection.send(empty.SerializeToString())
                except ConnectionClosed:
                    pass
                return await closing_code(connection)

            return await asyncio.gather(*map(send, connections))

    async def attack() -> list[int]:
        async with AsyncExitStack() as stack:
            visitor = await enter(stack, attacked)
            codes, heard = await asyncio.gather(flood(), visitor.ask("Still there?"))
            assert heard.messages
            return codes

    # 1006: closed so soon that what was on its way was never read.
    assert set(run(attack())) <= {1006, 1008}
    assert log_words.closed("127.0.0.1", "too many messages") in log.read_text(encoding="utf-8")


def test_what_is_no_message_or_too_large_closes_the_page(attacked: str) -> None:
    async def attack(data: bytes | str) -> int:
        async with let_in(attacked) as connection:
            await connection.send(data)
            return await closing_code(connection)

    large = BackMsg()
    large.rerun_script.query_string = "x" * 3_000_000
    assert run(attack("text")) == 1003
    assert run(attack(b"\xff\xff\xff")) == 1008
    assert run(attack(large.SerializeToString())) == 1009
    stored = BackMsg()
    widget = stored.rerun_script.widget_states.widgets.add()
    widget.id = f"$$STREAMLIT_INTERNAL_KEY_$$ID-{'0' * 32}-chats__events"
    widget.json_trigger_value = json.dumps([{"event": "came", "value": ["x" * 3_000_000]}])

    async def restore() -> bytes | str:
        async with let_in(attacked) as connection:
            await connection.send(stored.SerializeToString())
            return await connection.recv()

    assert run(restore())
