"""Nobody spends more than the budget: not many at once, not by stopping, not by failing."""

from __future__ import annotations

import threading
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor

import pytest

from chat import errors
from chat.conversation.events import Ended, Event, ReasoningDelta, TextDelta, UsageReported, Waiting
from chat.conversation.window import Window
from chat.ledger.ledger import Ledger
from chat.ledger.limits import Limits
from chat.ledger.sqlite import SqliteStore
from chat.ledger.store import LEASE, Left
from chat.options import Options
from chat.services.base import Service
from chat.services.bill import FASTEST
from chat.services.budgeted import FREE, LONGEST_ANSWER, STEP, TURN
from chat.tokens.counter import Grade
from tests.ledger.stores import Clock
from tests.services.budgets import (
    OPTIONS,
    WINDOW,
    Scripted,
    Seconds,
    budgeted,
    spent_after,
    used,
    window,
)


def test_a_request_counts_what_the_service_reports() -> None:
    assert spent_after(Scripted(TextDelta("Hi"), used(90, 7), Ended("stop"))) == 97


def test_without_a_report_it_counts_what_we_count() -> None:
    assert spent_after(Scripted(TextDelta("Hi"), Ended("stop"))) == WINDOW + 2


def test_a_stopped_answer_counts_what_had_come() -> None:
    service = Scripted(TextDelta("Hi"), TextDelta("!"), used(90, 7), Ended("stop"))
    assert spent_after(service, take=2) == WINDOW + 3
    assert service.closed == 1


def test_who_stops_before_it_begins_pays_nothing() -> None:
    assert spent_after(Scripted(Ended("stop")), take=0) == 0


@pytest.mark.parametrize(
    ("seconds", "spent"),
    [(0.0, WINDOW), (0.1, WINDOW + FASTEST // 10), (100.0, WINDOW + 50)],  # 50 are the most
)
@pytest.mark.parametrize("is_stopped", [True, False])
def test_thoughts_that_nobody_saw_count_by_the_second(
    seconds: float, spent: int, is_stopped: bool
) -> None:
    limits, clock = Limits(daily_tokens=10_000), Seconds()
    service = Scripted(Waiting(), errors.TooSlow())
    events = budgeted(service, limits, clock=clock).stream(window(), OPTIONS)
    next(events)
    clock.now += seconds
    if is_stopped:
        events.close()
    else:
        with pytest.raises(errors.TooSlow):
            next(events)
    assert limits.left("v").all == 10_000 - spent


@pytest.mark.parametrize("error", FREE)
def test_a_request_that_was_refused_is_free(error: type[errors.ChatError]) -> None:
    assert spent_after(Scripted(Waiting(), error())) == 0


def test_an_answer_that_broke_off_counts_what_had_come() -> None:
    assert spent_after(Scripted(TextDelta("Half"), errors.BrokenOff())) == WINDOW + 4
    assert spent_after(Scripted(TextDelta("Half"), errors.ServiceDown())) == WINDOW + 4


@pytest.mark.parametrize("report", [used(0, 0), used(-50_000, 1), used(90, -5)])
def test_a_report_that_cannot_be_is_not_believed(report: UsageReported) -> None:
    assert spent_after(Scripted(TextDelta("Hi"), report, Ended("stop"))) == WINDOW + 2


def test_a_first_report_does_not_hold_for_an_answer_that_goes_on() -> None:
    service = Scripted(used(90, 0), TextDelta("x" * 40), TextDelta("x"), Ended("stop"))
    assert spent_after(service, take=2) == WINDOW + 40


def test_a_service_that_keeps_to_no_bound_is_cut_where_the_budget_ends() -> None:
    limits = Limits(daily_tokens=1_000)
    service = Scripted(*[TextDelta("x" * 100)] * 90, used(90, 9_000), Ended("stop"))
    events = list(budgeted(service, limits).stream(window(), OPTIONS))
    assert events[-1] == Ended("length")
    assert 1_000 - STEP <= WINDOW + 100 * (len(events) - 1) <= 1_100
    assert limits.left("v").all == 0
    assert service.closed == 1


@pytest.mark.parametrize("question", ["\t\u00a0\u2003" * 300 + "?", "ἄ" * 400, "\u1100" * 300])
def test_what_cannot_be_counted_exactly_is_reserved_by_its_bytes(question: str) -> None:
    limits = Limits(daily_tokens=100_000)
    service = budgeted(Scripted(Waiting(), Waiting()), limits, grade=Grade.ESTIMATED)
    events = service.stream(window(question), OPTIONS)
    next(events)
    assert limits.left("v").all < 100_000 - len(question.encode())  # type: ignore[operator]
    events.close()
    assert limits.left("v").all < 100_000 - len(question.encode())  # type: ignore[operator]


def test_nobody_asks_for_more_than_the_owner_allows() -> None:
    service = Scripted(Ended("stop"))
    service.defaults = Options(model="m", max_tokens=200)
    options = Options(model="m", max_tokens=600_000)
    list(budgeted(service, Limits(daily_tokens=500_000)).stream(window(), options))
    assert service.requested[0].max_tokens == 200


def test_another_model_than_the_owners_is_not_asked() -> None:
    service = Scripted(Ended("stop"))
    limits = Limits(daily_tokens=10_000)
    with pytest.raises(errors.NotAllowed):
        list(budgeted(service, limits, models=("cheap",)).stream(window(), OPTIONS))
    assert service.requested == []
    list(budgeted(service, limits, models=("cheap", "m")).stream(window(), OPTIONS))
    assert len(service.requested) == 1


def test_a_visitor_has_one_request_at_a_time() -> None:
    limits, clock = Limits(daily_tokens=10_000), Seconds()
    service = Scripted(TextDelta("Hi"), Ended("stop"))
    first = budgeted(service, limits, clock=clock).stream(window(), OPTIONS)
    second = budgeted(service, limits, clock=clock).stream(window(), OPTIONS)
    other = budgeted(service, limits, "other").stream(window(), OPTIONS)
    assert next(first) == next(other) == TextDelta("Hi")
    assert [next(second), next(second)] == [Waiting(), Waiting()]
    assert len(service.requested) == 2
    first.close()
    assert next(second) == TextDelta("Hi")
    third = budgeted(service, limits, clock=clock).stream(window(), OPTIONS)
    assert next(third) == Waiting()
    clock.now += TURN + 1
    with pytest.raises(errors.TooFast):
        next(third)
    second.close()
    assert list(budgeted(service, limits, clock=clock).stream(window(), OPTIONS))


def test_of_a_process_that_is_killed_counts_what_had_come() -> None:
    clock = Clock()
    limits = Limits(Ledger(SqliteStore(clock=clock)), daily_tokens=10_000)
    service = Scripted(TextDelta("Hi"), TextDelta("x" * 20), TextDelta("y" * 5), Ended("stop"))
    events = budgeted(service, limits).stream(window(), OPTIONS)
    assert next(events) == TextDelta("Hi")
    next(events)
    limits.renew()
    next(events)
    clock.now += LEASE
    assert limits.left("v").all == 10_000 - WINDOW - 22


def test_while_others_wait_for_their_answers_nobody_reads_that_the_day_is_over() -> None:
    limits = Limits(daily_tokens=160)
    first = budgeted(Scripted(Waiting(), Ended("stop")), limits, "first").stream(window(), OPTIONS)
    next(first)
    second = budgeted(Scripted(Ended("stop")), limits, "second")
    with pytest.raises(errors.TooFast):
        next(second.stream(window(), OPTIONS))
    list(first)
    with pytest.raises(errors.DailyBudgetSpent):
        next(second.stream(window(), OPTIONS))


def test_while_it_runs_the_most_it_can_cost_is_set_aside() -> None:
    limits = Limits(visitor_tokens=1_000, daily_tokens=2_000)
    service = budgeted(Scripted(TextDelta("Hi"), used(90, 7), Ended("stop")), limits)
    events = service.stream(window(), OPTIONS)
    next(events)
    assert service.left() == Left(visitor=850, all=1_850)
    list(events)
    assert service.left() == Left(visitor=903, all=1_903)


@pytest.mark.parametrize(
    ("tokens", "grade", "most"),
    [
        (10_000, Grade.EXACT, 50),
        (130, Grade.EXACT, 30),
        (130, Grade.ESTIMATED, 30),  # an estimate is not less than the letters
    ],
)
def test_an_answer_is_bounded_by_what_is_left(tokens: int, grade: Grade, most: int) -> None:
    service = Scripted(Ended("stop"))
    list(budgeted(service, Limits(daily_tokens=tokens), grade=grade).stream(window(), OPTIONS))
    assert [options.max_tokens for options in service.requested] == [most]


def test_an_answer_without_a_bound_gets_one() -> None:
    service = Scripted(Ended("stop"))
    list(budgeted(service, Limits(daily_tokens=10_000)).stream(window(), Options(model="m")))
    assert service.requested[0].max_tokens == LONGEST_ANSWER


@pytest.mark.parametrize(
    ("limits", "error"),
    [
        (Limits(daily_tokens=WINDOW), errors.DailyBudgetSpent),
        (Limits(visitor_tokens=WINDOW, daily_tokens=9_999), errors.VisitorBudgetSpent),
        (Limits(visitor_tokens=0), errors.VisitorBudgetSpent),
    ],
)
def test_over_budget_nothing_is_sent(limits: Limits, error: type[errors.ChatError]) -> None:
    service = Scripted(Ended("stop"))
    with pytest.raises(error):
        list(budgeted(service, limits).stream(window(), OPTIONS))
    assert service.requested == []
    with pytest.raises(error):
        list(budgeted(service, limits).stream(window(), OPTIONS))


def test_a_hundred_visitors_who_race_for_the_last_tokens_do_not_overspend() -> None:
    limits = Limits(daily_tokens=1_000)
    at_once = threading.Barrier(100)
    service = Scripted(Waiting(), used(WINDOW, 50), Ended("stop"))

    def ask(number: int) -> bool:
        mine = budgeted(service, limits, str(number))
        at_once.wait(20)
        try:
            list(mine.stream(window(), OPTIONS))
        except (errors.DailyBudgetSpent, errors.TooFast):
            return False
        return True

    with ThreadPoolExecutor(100) as pool:
        answered = sum(pool.map(ask, range(100)))
    # 150 each; whoever comes when fewer are left gets a shorter answer.
    assert 6 <= answered <= 9
    assert answered == len(service.requested)
    assert limits.left("any").all == max(0, 1_000 - 150 * answered)


class Thinker(Service):
    """Thinks unseen, as fast as any may, and keeps to no bound; every event is a tenth second."""

    def __init__(self, clock: Seconds, *, lasting: float, said: str = "") -> None:
        super().__init__(Options(model="m"))
        self.clock = clock
        self.lasting = lasting
        self.said = said
        self.spent = 0

    def models(self) -> tuple[str, ...]:
        return ()

    def stream(self, window: Window, options: Options) -> Generator[Event]:
        assert window.question
        assert options.max_tokens
        began = self.clock.now
        self.spent += WINDOW
        booked = 0
        while self.clock.now - began < self.lasting:
            thought = int((self.clock.now - began) * FASTEST)
            self.spent += thought - booked
            booked = thought
            yield ReasoningDelta(self.said) if self.said else Waiting()
        self.spent += int(self.lasting * FASTEST) - booked
        yield TextDelta("Hi")
        yield used(WINDOW, int(self.lasting * FASTEST))
        yield Ended("stop")


@pytest.mark.parametrize("said", ["", "Hmm"], ids=["unseen", "in a summary"])
@pytest.mark.parametrize("lasting", [3.0, 60.0])
def test_who_think_beyond_all_bounds_overspend_a_second_each_at_most(
    lasting: float, said: str
) -> None:
    clock = Seconds()
    limits = Limits(daily_tokens=20_000)
    service = Thinker(clock, lasting=lasting, said=said)
    options = Options(model="m", max_tokens=200)
    requests: list[Generator[Event] | None] = [
        budgeted(service, limits, str(number), clock=clock).stream(window(), options)
        for number in range(60)
    ]
    ends = []
    while any(requests):
        for number, events in enumerate(requests):
            if events is None:
                continue
            event = next(events, None)
            if event is None:
                requests[number] = None
            elif isinstance(event, Ended):
                ends.append(event)
        clock.now += 0.1
    assert 18_000 < service.spent <= 20_000 + 60 * FASTEST
    assert len(ends) == 60
    assert Ended("length") in ends
    assert limits.left("any").all == 0


def test_thoughts_are_reserved_for_as_they_grow() -> None:
    clock = Seconds()
    limits = Limits(daily_tokens=10_000)
    events = budgeted(Thinker(clock, lasting=20), limits, clock=clock).stream(window(), OPTIONS)
    left = []
    for _ in range(10):
        next(events)
        clock.now += 1.0
        left.append(limits.left("v").all)
    assert left == sorted(left, key=lambda tokens: -(tokens or 0))
    assert left[0] == 10_000 - WINDOW - 50
    assert left[-1] is not None
    assert left[-1] <= 10_000 - WINDOW - 9 * FASTEST
    events.close()
    assert limits.left("v").all == 10_000 - WINDOW - 10 * FASTEST  # nobody knows better


def test_a_slow_answer_within_its_bound_ends_and_gives_back_what_was_reserved() -> None:
    clock = Seconds()
    limits = Limits(daily_tokens=10_000)
    service = Thinker(clock, lasting=10)
    seen = []
    for event in budgeted(service, limits, clock=clock).stream(window(), OPTIONS):
        seen.append(event)
        clock.now += 0.1
    assert seen[-1] == Ended("stop")
    assert limits.left("v").all == 10_000 - WINDOW - 10 * FASTEST


def test_while_text_is_written_nothing_is_thought() -> None:
    clock = Seconds()
    limits = Limits(daily_tokens=1_000)
    service = Scripted(*[TextDelta("four")] * 200, Ended("stop"))
    options = Options(model="m", max_tokens=800)
    for _ in budgeted(service, limits, clock=clock).stream(window(), options):
        clock.now += 0.09  # 44 tokens a second, for 18 seconds
    assert limits.left("v").all == 1_000 - WINDOW - 800


OWN = WINDOW + 20  # what we count of an answer of twenty letters


@pytest.mark.parametrize(
    ("usage", "spent"),
    [
        ((0, 0), OWN),
        ((1, 0), OWN),
        ((1, 20), OWN),
        ((100, 0), OWN),
        ((100, 1), OWN),
        ((0, 40), WINDOW + 40),  # a part that may be true counts, if it is the larger one
        ((150, 0), 170),
        ((-1, -1), OWN),
        ((10**11, 20), OWN),
        ((100, 10**11), OWN),
        ((10**11, 10**11), OWN),
        ((100_000, 100_000), OWN),
        ((100, 20), 120),
        ((80, 15), 95),  # other tokenizers
        ((250, 50), 300),
        ((600, 20), 620),  # instructions that the service adds
        ((100, 50), 150),  # thoughts within the bound
    ],
)
def test_a_report_counts_as_far_as_it_is_plausible(usage: tuple[int, int], spent: int) -> None:
    answer = TextDelta("x" * 20)
    assert spent_after(Scripted(answer, used(*usage), Ended("stop"))) == spent
    assert spent_after(Scripted(used(*usage), answer, used(*usage), Ended("stop"))) == spent


def test_a_report_in_every_chunk_counts_once_and_the_last_one_holds() -> None:
    chunks = [event for n in range(1, 21) for event in (TextDelta("x"), used(110, n))]
    assert spent_after(Scripted(*chunks, Ended("stop"))) == 130


def test_without_a_report_what_may_have_been_thought_counts_by_the_second() -> None:
    clock = Seconds()
    limits = Limits(daily_tokens=10_000)
    service = Scripted(*[Waiting()] * 10, TextDelta("Hi"), Ended("stop"))
    for event in budgeted(service, limits, clock=clock).stream(window(), OPTIONS):
        clock.now += 0.1 if event == Waiting() else 0.0
    left = limits.left("v").all
    assert left is not None
    assert abs(left - (10_000 - WINDOW - FASTEST)) <= 2 + FASTEST // 5
