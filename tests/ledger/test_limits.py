"""Budgets add up over visitors and processes, in each of the stores."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from chat import errors
from chat.ledger.ledger import FILE, Ledger
from chat.ledger.limits import Limits
from chat.ledger.sqlite import SqliteStore
from chat.ledger.store import LEASE, ClockError, Lease, Left, Sums
from tests.ledger.spending import store_at
from tests.ledger.stores import DAY, Clock, Make, unheard


def limits_of(make: Make, *, visitor: int | None = None, all: int | None = None) -> Limits:
    return Limits(Ledger(make(), unheard), visitor_tokens=visitor, daily_tokens=all)


def test_one_visitors_budget_is_not_anothers(make: Make) -> None:
    limits = limits_of(make, visitor=200)
    limits.reserve("first", 1, 500).settle(500)
    assert limits.left("first") == Left(visitor=0, all=None)
    assert limits.left("second") == Left(visitor=200, all=None)
    with pytest.raises(errors.VisitorBudgetSpent):
        limits.reserve("first", 1, 1)


def test_without_a_bound_nothing_is_left_to_know(make: Make) -> None:
    limits = limits_of(make)
    assert not limits.are_set
    assert limits.reserve("v", 1, 10**12).tokens == 10**12
    assert limits.left("v") == Left(visitor=None, all=None)
    assert limits.left("v").least is None


def test_what_all_may_have_is_set_aside_and_given_back(make: Make) -> None:
    limits = limits_of(make, visitor=900, all=1_000)
    first = limits.reserve("first", 100, 700)
    second = limits.reserve("second", 100, 700)
    assert (first.tokens, second.tokens) == (700, 300)
    with pytest.raises(errors.TooFast):  # as these may give something back
        limits.reserve("third", 100, 700)
    assert not second.extend(1)
    first.settle(650)
    assert not second.extend(51)
    assert second.extend(50)
    assert second.tokens == 350
    second.settle(10_000)
    with pytest.raises(errors.DailyBudgetSpent):
        limits.reserve("third", 1, 700)
    assert limits.left("third") == Left(visitor=900, all=0)


def test_a_reservation_is_settled_once(make: Make) -> None:
    limits = limits_of(make, all=200)
    reservation = limits.reserve("v", 1, 200)
    reservation.settle(50)
    reservation.settle(0)
    assert limits.left("v").all == 150


def test_a_turn_that_is_over_is_not_taken_by_a_step_that_comes_late(make: Make) -> None:
    store, turn = make(), Lease(visitor="v", is_turn=True)
    store.settle(turn, 0)  # no answer came to the step that took it
    assert not store.enter(turn)
    assert store.enter(Lease(visitor="v", is_turn=True))


def test_budgets_begin_anew_at_midnight_and_not_before(make: Make, clock: Clock) -> None:
    limits = limits_of(make, visitor=200, all=200)
    reservation = limits.reserve("v", 1, 200)
    clock.now += DAY // 2 - 1
    limits.renew()
    assert limits.left("v") == Left(visitor=0, all=0)
    assert not reservation.extend(1)
    clock.now += 1
    assert limits.left("v") == Left(visitor=200, all=200)
    reservation.settle(50)  # of yesterday
    assert limits.left("v") == Left(visitor=200, all=200)


def test_what_an_answer_takes_behind_midnight_counts_for_the_new_day(
    make: Make, clock: Clock
) -> None:
    limits = limits_of(make, visitor=1_000, all=1_000)
    reservation = limits.reserve("v", 1, 400)
    clock.now += DAY // 2 - 1
    limits.renew()
    clock.now += 1
    assert reservation.extend(300)
    assert limits.left("v") == Left(visitor=700, all=700)
    reservation.settle(650)
    assert limits.left("v") == Left(visitor=750, all=750)


@pytest.mark.parametrize("back", [1, LEASE, DAY // 2 + 1, DAY])
def test_a_clock_that_is_set_back_begins_no_new_budget(
    make: Make, clock: Clock, back: float
) -> None:
    clock.now += DAY // 2
    limits = limits_of(make, visitor=200, all=200)
    limits.reserve("v", 1, 120).settle(120)
    clock.now -= back
    assert limits.left("v") == Left(visitor=80, all=80)
    limits.reserve("v", 1, 30).settle(30)
    clock.now += back + DAY - 1
    assert limits.left("v") == Left(visitor=50, all=50)
    clock.now += 1
    assert limits.left("v") == Left(visitor=200, all=200)


def test_a_day_that_is_further_ahead_is_not_believed(make: Make, clock: Clock) -> None:
    limits = limits_of(make, all=200)
    limits.reserve("v", 1, 120).settle(120)
    store = make()
    clock.now -= 2 * DAY
    with pytest.raises(errors.LedgerAway):
        limits.left("v")
    with pytest.raises(ClockError):
        store.sums("v")


def test_a_visitor_has_one_turn_in_all_processes(make: Make, clock: Clock) -> None:
    first, second = limits_of(make), limits_of(make)
    assert first.enter("v")
    assert not second.enter("v")
    assert second.enter("another")
    second.leave("v")  # which it does not have
    assert not second.enter("v")
    first.leave("v")
    assert second.enter("v")
    clock.now += LEASE  # it was killed
    assert first.enter("v")
    second.renew()  # or asleep
    second.leave("v")
    assert not second.enter("v")


def test_the_sums_of_several_processes_add_up(make: Make) -> None:
    first, second = (limits_of(make, visitor=500, all=2_000) for _ in range(2))
    under_way = first.reserve("v", 1, 300)
    third = limits_of(make, visitor=500, all=2_000)
    second.reserve("v", 1, 300).settle(200)
    third.reserve("w", 1, 300).settle(400)
    under_way.settle(100)
    for limits in (first, second, third):
        assert limits.left("v") == Left(visitor=200, all=1_300)
        assert limits.left("w") == Left(visitor=100, all=1_300)


def test_the_sums_add_up_where_one_clock_is_late(where: str) -> None:
    clocks = Clock(), Clock()
    first, second = (
        Limits(Ledger(store_at(where, clock=clock), unheard), daily_tokens=2_000)
        for clock in clocks
    )
    second.reserve("v", 1, 300).settle(300)
    clocks[0].now += DAY // 2
    first.reserve("v", 1, 300).settle(100)
    second.reserve("v", 1, 300).settle(50)
    clocks[1].now += DAY // 2
    second.reserve("v", 1, 300).settle(10)
    assert first.left("v").all == second.left("v").all == 1_840


def test_of_a_process_that_was_killed_what_is_known_to_be_used_counts(
    make: Make, clock: Clock
) -> None:
    killed, other = (limits_of(make, visitor=1_000, all=1_000) for _ in range(2))
    reservation = killed.reserve("v", 100, 600)
    killed.reserve("w", 50, 300)
    reservation.used = 250
    killed.renew()
    reservation.used = 300  # which is not told any more
    clock.now += LEASE - 1
    assert other.left("v") == Left(visitor=400, all=100)
    clock.now += 1
    assert other.left("v") == Left(visitor=750, all=700)
    assert other.left("w") == Left(visitor=950, all=700)


def test_a_process_that_was_asleep_takes_up_what_it_had(make: Make, clock: Clock) -> None:
    asleep, other = (limits_of(make, visitor=1_000, all=1_000) for _ in range(2))
    reservation, another = asleep.reserve("v", 100, 600), asleep.reserve("w", 100, 200)
    reservation.used = 250
    asleep.renew()
    clock.now += LEASE
    assert other.left("v") == Left(visitor=750, all=650)
    asleep.renew()
    assert other.left("v") == Left(visitor=400, all=200)
    clock.now += LEASE
    assert other.left("v") == Left(visitor=750, all=650)
    reservation.settle(270)
    assert another.extend(1)
    assert other.left("v") == Left(visitor=730, all=529)
    another.settle(150)
    assert other.left("w") == Left(visitor=850, all=580)


def test_what_is_under_way_is_renewed_by_itself(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / FILE, lease=0.3)
    limits = Limits(Ledger(store), daily_tokens=1_000, lease=0.3)
    assert limits.enter("v")
    reservation = limits.reserve("v", 1, 600)
    lasting = limits._keeper
    assert lasting is not None
    for used in (100, 200, 300):
        reservation.used = used
        while reservation.told < used:
            assert limits.left("v").all == 400
    assert not limits.enter("v")
    reservation.settle(300)
    limits.leave("v")
    lasting.join(20)
    assert limits._keeper is None
    assert limits.left("v").all == 700


def test_what_was_told_with_an_extension_counts_once_where_the_lease_runs_out(
    make: Make, clock: Clock
) -> None:
    limits = Limits(Ledger(make(), unheard), daily_tokens=1_000)
    reservation = limits.reserve("v", 10, 100)
    reservation.used = 90
    assert reservation.extend(50)
    clock.now += 2 * LEASE
    assert limits.left("v").all == 910
    reservation.settle(140)
    assert limits.left("v").all == 860


class Slow(SqliteStore):
    """A store whose renewals wait until a test lets them go."""

    def __init__(self) -> None:
        super().__init__()
        self.asked, self.released = threading.Event(), threading.Event()

    def renew(self, leases: Sequence[tuple[Lease, int]]) -> None:
        """See `Store.renew`."""
        self.asked.set()
        assert self.released.wait(20)
        super().renew(leases)


def test_what_ends_while_it_is_renewed_is_not_taken_up_again() -> None:
    store = Slow()
    limits = Limits(Ledger(store), daily_tokens=1_000)
    assert limits.enter("v")
    ended, lasting = limits.reserve("v", 10, 300), limits.reserve("w", 10, 300)
    with ThreadPoolExecutor(1) as pool:
        renewal = pool.submit(limits.renew)
        assert store.asked.wait(20)
        # None of these waits for it.
        ended.settle(50)
        limits.leave("v")
        assert not limits.enter("v")
        assert limits.enter("w")
        limits.reserve("x", 10, 100).settle(30)
        assert limits.left("v").all == 370
        store.released.set()
        renewal.result(20)
    assert limits.left("v").all == 620
    assert limits.enter("v")
    limits.renew()
    lasting.settle(20)
    assert store.sums("v") == Sums(visitor=50, all=100, reserved=0)
