"""Four servers behind nginx spend from one ledger: visitors race, and a server is killed.

What the race takes is measured by `python -m tests.benchmarks.race`.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed

from chat import errors
from chat.services.bill import FASTEST
from tests import nginx
from tests.installed import require
from tests.ledger.stores import executable
from tests.racing import BUDGET, EACH, HERE, Fleet, Manner, Use, addresses, pages
from tests.visitor import Heard, Visitor, run

VISITORS = 200
ANSWERS = 50
WORDS = 160
PACE = 20  # words a second
BEHIND = 3.0  # seconds that a busy machine may take to begin an answer, or to tell of it


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    """The servers, of which the last test kills one."""
    require(executable(), "There is no redis-server, so nobody raced for the last tokens.")
    require(nginx.executable(), "There is no nginx, so nobody raced for the last tokens.")
    with Fleet.started(tmp_path_factory.mktemp("fleet"), 4) as fleet:
        yield fleet


@pytest.fixture
def fleet(started: Fleet) -> Fleet:
    """The servers at the beginning of a day."""
    started.forget()
    return started


def test_visitors_from_one_address_do_not_overspend_it(fleet: Fleet) -> None:
    run(fleet.race([HERE] * VISITORS, errors.VisitorBudgetSpent))
    fleet.assert_settled(EACH)
    sums = fleet.store.sums(HERE)
    assert sums.visitor == sums.all


def test_visitors_from_many_addresses_do_not_overspend_the_budget_of_all(fleet: Fleet) -> None:
    sources = addresses(VISITORS)
    run(fleet.race(sources, errors.DailyBudgetSpent))
    fleet.assert_settled(BUDGET)
    store = fleet.store
    assert sum(store.sums(source).visitor for source in sources) == store.sums(HERE).all


def test_of_a_server_that_is_killed_in_the_middle_of_50_answers_only_its_own_are_cut(
    fleet: Fleet,
) -> None:
    fleet.service.manner = Manner(length=lambda: WORDS, pace=PACE, piece=5)
    sources = addresses(ANSWERS)
    heard, known, cut, killed = run(_killed(fleet, sources))
    lost = {source for source, said in heard.items() if said is None}
    uses = fleet.service.uses
    assert 0 < len(lost) < ANSWERS
    assert len(cut) == len(lost)
    for said in heard.values():
        assert said is None or (not said.alerts and _words(said) == WORDS)
    store = fleet.store
    while store.sums(HERE).reserved:
        assert time.monotonic() < killed + 60
        time.sleep(0.1)
    # Of what was cut counts what was known of it at the last renewal: what had come by then, and
    # what may have been thought before the first word. Of all else counts what it took.
    counted = sum(known[source] for source in lost)
    whole = sum(use.tokens for use in uses if use.is_whole)
    assert store.sums(HERE).all == whole + counted
    seen = sum(use.tokens for use in cut)
    assert -PACE * BEHIND < (counted - seen) / len(cut) < FASTEST * BEHIND

    async def ask(source: str) -> Heard:
        async with Visitor(fleet.address, source=source) as visitor:
            return await visitor.ask("Is it my turn again?")

    assert not run(ask(min(lost))).alerts
    assert store.sums(HERE).all == whole + counted + uses[-1].tokens


def _words(heard: Heard) -> int:
    return max(body.count("word") for _, body in heard.markdown)


async def _killed(
    fleet: Fleet, sources: list[str]
) -> tuple[dict[str, Heard | None], dict[str, int], list[Use], float]:
    """Kill a server in the middle of answers.

    Returns what each visitor has heard, or None where the connection was lost; what is known to be
    used, by address; the answers that were cut; and the time, in seconds.
    """

    async def ask(visitor: Visitor) -> Heard | None:
        try:
            return await visitor.ask("Go on and on.")
        except ConnectionClosed:
            return None

    async with pages(fleet.address, sources) as visitors:
        asked = asyncio.gather(*map(ask, visitors))
        uses, deadline = fleet.service.uses, time.monotonic() + 60
        while len(uses) < ANSWERS or min(use.completion for use in uses) < WORDS / 3:
            assert time.monotonic() < deadline
            await asyncio.sleep(0.1)
        server = next(iter(fleet.apps.values()))
        server.kill()
        server.wait(20)
        killed, known = time.monotonic(), _known(fleet)
        heard = dict(zip(sources, await asked, strict=True))
        cut = [use for use in uses if not use.is_whole]
    return heard, known, cut, killed


def _known(fleet: Fleet) -> dict[str, int]:
    """What is known to be used of the answers under way, by address."""
    leases: dict[str, Any] = fleet.ledger.client.hgetall("{chat}:leases")  # type: ignore[assignment]
    kept = [json.loads(lease) for lease in leases.values()]
    return {lease["visitor"]: lease["used"] for lease in kept if not lease["is_turn"]}
