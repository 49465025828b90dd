"""Processes of the app behind nginx with one ledger, and visitors who race for its last tokens.

with Fleet.started(folder, 4) as fleet:
    run(fleet.race(["127.0.0.2", "127.0.0.3"]))
    fleet.service.used          # tokens
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import Popen
from typing import Self

from chat import errors
from chat.languages.language import say
from chat.ledger.redis import RedisStore
from chat.markup.plain import literal
from chat.services.bill import FASTEST
from chat.tokens.counter import MESSAGE_OVERHEAD, REPLY_OVERHEAD
from chat.words import text
from tests import nginx
from tests.fakes.service import Connection, Reply, Request, ScriptedService, chunk, done, usage
from tests.fakes.service import pause as silence
from tests.ledger.stores import Server
from tests.running import free_port, started_app
from tests.visitor import Visitor, run

HERE = "127.0.0.1"
LEASE = 3.0  # seconds
BUDGET = 60_000  # tokens, of all
EACH = 5_000  # tokens, of an address
LONGEST = 1_000  # tokens of an answer
USUAL = (200, 800)
QUESTION = "How many are left of all the tokens?"
TRIES = 12  # questions of a visitor, at most
APP = "tests/short_leases_app.py"


@dataclass
class Use:
    """The tokens of a request, as the service counts them while it writes."""

    prompt: int
    completion: int = 0
    is_whole: bool = False

    @property
    def tokens(self) -> int:
        """All of them."""
        return self.prompt + self.completion


@dataclass(frozen=True, kw_only=True)
class Manner:
    """How a service answers: so many tokens, at so many a second, in pieces of so many."""

    length: Callable[[], int] = lambda: random.randint(*USUAL)  # noqa: S311
    pace: int = 1_000
    piece: int = 50


class Metered(ScriptedService):
    """A service that knows what it has used: no word of an answer is free.

    Its prompts are the heaviest that the app can expect, a token for each byte, and its answers
    keep within the bound of their requests.
    """

    def __init__(self) -> None:
        super().__init__()
        self.uses: list[Use] = []
        self.manner = Manner()

    @property
    def used(self) -> int:
        """The tokens of all requests."""
        return sum(use.tokens for use in self.uses)

    def forget(self) -> None:
        """Begin anew."""
        super().forget()
        self.uses = []
        self.manner = Manner()

    def reply_to(self, request: Request) -> Reply:
        """An answer of one word for each token."""
        super().reply_to(request)
        use = Use(prompt=sum(_heaviest(str(message["content"])) for message in request.messages))
        self.uses.append(use)
        manner = self.manner
        count = min(manner.length(), request.json["max_completion_tokens"])
        steps = [chunk("", role="assistant")]
        for written in range(0, count, manner.piece):
            size = min(manner.piece, count - written)
            steps += [_words(use, size), silence(size / manner.pace)]

        def end(connection: Connection) -> None:
            use.is_whole = True
            done(connection)

        steps += [chunk(finish_reason="stop"), usage(use.prompt, count), end]
        return Reply(steps=steps)


def _heaviest(question: str) -> int:
    """The tokens of a prompt of this question alone, if its tokenizer were the worst there is."""
    return len(question.encode()) + 2 * MESSAGE_OVERHEAD + REPLY_OVERHEAD


def addresses(count: int) -> list[str]:
    """So many addresses of this machine, none of which is the usual one."""
    return [f"127.0.1.{number}" for number in range(1, count + 1)]


def _words(use: Use, count: int) -> Callable[[Connection], None]:
    def write(connection: Connection) -> None:
        use.completion += count
        chunk(" word" * count)(connection)

    return write


@dataclass
class Fleet:
    """The processes, by their addresses, and what stands before and behind them."""

    address: str
    apps: dict[str, Popen[bytes]]
    service: Metered
    ledger: Server
    heard: Counter[str] = field(default_factory=Counter)  # how many questions ended in what way

    @classmethod
    @contextmanager
    def started(cls, folder: Path, count: int) -> Iterator[Self]:
        """So many processes of the app."""
        with ExitStack() as stack:
            ledger = stack.enter_context(Server.running(folder / "ledger"))
            service = stack.enter_context(Metered())
            variables = {
                **service.reach,
                "CHAT_REDIS_URL": ledger.url,
                "CHAT_DAILY_TOKENS": str(BUDGET),
                "CHAT_VISITOR_TOKENS": str(EACH),
                "CHAT_MAX_TOKENS": str(LONGEST),
                "CHAT_SYSTEM_PROMPT": "",
                "CHAT_ROUNDS": "0",
                "CHAT_PROXY": "on",
                "STREAMLIT_SERVER_COOKIE_SECRET": "the same for all",
            }
            apps = {}
            for port in (free_port() for _ in range(count)):
                log = folder / f"log {port}"
                app = stack.enter_context(started_app(log, APP, port, **variables))
                apps[app[0]] = app[1]
            ports = [int(address.rpartition(":")[2]) for address in apps]
            front = stack.enter_context(nginx.before(folder, ports, is_sticky=False))
            for address in apps:
                run(_ask_first(address))
            yield cls(front, apps, service, ledger)

    @property
    def store(self) -> RedisStore:
        """The ledger, as another process would have it."""
        return RedisStore(self.ledger.url, lease=LEASE)

    def forget(self) -> None:
        """Begin the day anew, when nothing is under way."""
        self.ledger.client.flushdb()
        self.service.forget()
        self.heard.clear()

    async def race(self, sources: Sequence[str], spent: type[errors.ChatError]) -> None:
        """Let a visitor come from each of these addresses, and ask until the budget is spent."""
        async with pages(self.address, sources) as visitors:
            await asyncio.gather(*(self._spend(visitor, spent) for visitor in visitors))

    def assert_settled(self, budget: int) -> None:
        """All of the budget was spent, nothing above it, and the ledger says what the service says.

        Where the machine was busy, some answers may have been cut: they were late, and the app
        counts what may have been thought meanwhile, as far as that was set aside.
        """
        sums, used = self.store.sums(HERE), self.service.used
        cut = self.heard["cut"]
        assert used <= budget, used
        assert sums.reserved == 0, sums
        assert 0 <= sums.all - used <= cut * LONGEST, (sums, used, self.heard)
        assert budget - _heaviest(QUESTION) <= sums.all <= budget + cut * FASTEST, (
            sums,
            used,
            self.heard,
        )

    async def _spend(self, page: Visitor, spent: type[errors.ChatError]) -> None:
        for _ in range(TRIES):
            heard = await page.ask(QUESTION)
            if any(literal(text.failure(spent())[0]) in alert for alert in heard.alerts):
                self.heard["spent"] += 1
                return
            is_cut = any(say("cut_by_length") in body for _, body in heard.markdown)
            self.heard["refused" if heard.alerts else "cut" if is_cut else "answered"] += 1
        raise AssertionError("the budget was never spent")


async def _ask_first(address: str) -> None:
    """Have everything imported that a question needs."""
    async with Visitor(address) as visitor:
        await visitor.ask(QUESTION)


@asynccontextmanager
async def pages(address: str, sources: Sequence[str]) -> AsyncIterator[list[Visitor]]:
    """A page for a visitor from each of these addresses, who claims to come from somewhere else."""
    visitors = [
        Visitor(address, source=source, headers={"X-Forwarded-For": f"198.51.100.{number % 250}"})
        for number, source in enumerate(sources)
    ]
    async with AsyncExitStack() as stack:
        await asyncio.gather(*map(stack.enter_async_context, visitors))
        yield visitors
