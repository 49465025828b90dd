"""How many visitors one process carries: without browsers, by Streamlit's own protocol."""

from __future__ import annotations

import asyncio
import json
import statistics
import time
import urllib.request
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass

from tests.benchmarks.paced import ends
from tests.benchmarks.process import Running
from tests.visitor import Heard, Visitor, run

TOKENS, PACE = 200, 40  # of each answer, and a second
SPREAD = TOKENS / PACE  # seconds over which the visitors ask, so that all read at once in the end


@dataclass(frozen=True, kw_only=True)
class Crowd:
    """What so many visitors lived through: milliseconds, kilobytes, and the server's memory."""

    first_word: float  # median lateness
    end: float  # lateness of 95 of 100
    cpu: float  # milliseconds for each reply
    received: float
    messages: float
    memory: float  # megabytes in the end


def measured(
    apps: Sequence[Running], service: Running, visitors: int, *, address: str | None = None
) -> Crowd:
    """Let so many visitors read an answer each, at about the same time.

    Without another address, at that of the first app.
    """
    name = f"{apps[0].pid} {visitors} {time.time()}"
    questions = [f"{name} {number} {TOKENS} {PACE}" for number in range(visitors)]
    busy, replies = run(_read(apps, address or apps[0].address, questions))
    with urllib.request.urlopen(f"{service.address}/times") as answered:
        times = json.load(answered)
    first = [1000 * (r.when(ends(q)[0]) - times[q][1]) for q, r in replies.items()]
    last = sorted(1000 * (r.when(ends(q)[1]) - times[q][2]) for q, r in replies.items())
    return Crowd(
        first_word=statistics.median(first),
        end=last[min(len(last) - 1, int(0.95 * len(last)))],
        cpu=busy / visitors,
        received=statistics.median(r.received / 1000 for r in replies.values()),
        messages=statistics.median(r.messages for r in replies.values()),
        memory=sum(app.memory for app in apps) / 1000,
    )


async def _read(
    apps: Sequence[Running], address: str, questions: list[str]
) -> tuple[float, dict[str, Heard]]:
    async with AsyncExitStack() as stack:
        visitors = {
            question: await stack.enter_async_context(Visitor(address)) for question in questions
        }
        # Everybody has asked something before, as in the middle of a day.
        await asyncio.gather(*(v.ask(f"before {q} 2 100") for q, v in visitors.items()))
        await asyncio.sleep(1)
        before = sum(app.busy for app in apps)

        async def asking(place: int, question: str) -> Heard:
            await asyncio.sleep(SPREAD * place / len(questions))
            return await visitors[question].ask(question)

        replies = await asyncio.gather(*(asking(place, q) for place, q in enumerate(questions)))
        return sum(app.busy for app in apps) - before, dict(zip(questions, replies, strict=True))


@dataclass(frozen=True, kw_only=True)
class Memory:
    """What visitors leave behind: kilobytes for each idle one, megabytes of the process."""

    idle: float
    before: float
    after: float


def memory(app: Running, *, idle: int, passing: int, gone_after: float) -> Memory:
    """Open pages and let them be; then let many come and go, whose sessions end after a while."""

    async def visits() -> Memory:
        async def pass_by() -> None:
            async with Visitor(app.address) as visitor:
                await visitor.ask("passing 20 1000")

        for _ in range(20):  # what everybody shares is there
            await pass_by()
        before = app.memory
        async with AsyncExitStack() as stack:
            for _ in range(idle):
                await stack.enter_async_context(Visitor(app.address))
            each = (app.memory - before) / idle
        await asyncio.sleep(gone_after)
        before = app.memory
        for _ in range(passing):
            await pass_by()
        await asyncio.sleep(gone_after)
        return Memory(idle=each, before=before / 1000, after=app.memory / 1000)

    return run(visits())
