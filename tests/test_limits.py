"""Nobody spends more than the budget: not many at once, not by stopping, not by failing."""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path

import pytest

from chat import errors
from chat.conversation import Conversation
from chat.events import Ended, Event, TextDelta, Usage, UsageReported, Waiting
from chat.limits import (
    FASTEST,
    FILE,
    FREE,
    LONGEST_ANSWER,
    STEP,
    TURN,
    Budgeted,
    Left,
    Limits,
)
from chat.service import Options, Service
from chat.tokens import Count, Grade
from chat.window import Window

DAY = date(2026, 11, 24)
WINDOW = 100  # tokens, by `weigh` below


class Clock:
    """A date that a test can turn."""

    def __init__(self) -> None:
        self.today = DAY

    def __call__(self) -> date:
        return self.today


class Scripted(Service):
    """Answers with these events, and raises what is among them; notes the options."""

    def __init__(self, *script: Event | errors.ChatError) -> None:
        super().__init__(Options(model="m"))
        self.script = script
        self.asked: list[Options] = []
        self.closed = 0

    def models(self) -> tuple[str, ...]:
        return ()

    def stream(self, window: Window, options: Options) -> Generator[Event]:
        assert window.question
        self.asked.append(options)
        try:
            for event in self.script:
                if isinstance(event, errors.ChatError):
                    raise event
                yield event
        finally:
            self.closed += 1


class Seconds:
    """A clock that a test sets."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def budgeted(
    service: Service,
    limits: Limits,
    visitor: str = "v",
    grade: Grade = Grade.EXACT,
    models: tuple[str, ...] | None = None,
    clock: Callable[[], float] = Seconds(),  # noqa: B008 - it stands still
) -> Budgeted:
    return Budgeted(
        service,
        limits,
        visitor=visitor,
        weigh=lambda _window, _model: Count(WINDOW, grade),
        count=lambda text, _model: Count(len(text), grade),
        models=models,
        clock=clock,
    )


def window(question: str = "Q") -> Window:
    conversation = Conversation(system_prompt="")
    conversation.ask(question)
    return Window.of(conversation)


def used(prompt: int, completion: int) -> UsageReported:
    return UsageReported(Usage(prompt_tokens=prompt, completion_tokens=completion))


OPTIONS = Options(model="m", max_tokens=50)


def spent_after(service: Service, *, take: int | None = None, options: Options = OPTIONS) -> int:
    """What a request counts for; `take` events are read of it, and then it is stopped."""
    limits = Limits(daily_tokens=10_000)
    events = budgeted(service, limits).stream(window(), options)
    try:
        for _ in range(100 if take is None else take):
            next(events)
    except (StopIteration, errors.ChatError):
        pass
    events.close()
    left = limits.left("v").all
    assert left is not None
    return 10_000 - left


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
    assert service.asked[0].max_tokens == 200


def test_another_model_than_the_owners_is_not_asked() -> None:
    service = Scripted(Ended("stop"))
    limits = Limits(daily_tokens=10_000)
    with pytest.raises(errors.NotAllowed):
        list(budgeted(service, limits, models=("cheap",)).stream(window(), OPTIONS))
    assert service.asked == []
    list(budgeted(service, limits, models=("cheap", "m")).stream(window(), OPTIONS))
    assert len(service.asked) == 1


def test_a_visitor_has_one_request_at_a_time() -> None:
    limits, clock = Limits(daily_tokens=10_000), Seconds()
    service = Scripted(TextDelta("Hi"), Ended("stop"))
    first = budgeted(service, limits, clock=clock).stream(window(), OPTIONS)
    second = budgeted(service, limits, clock=clock).stream(window(), OPTIONS)
    other = budgeted(service, limits, "other").stream(window(), OPTIONS)
    assert next(first) == next(other) == TextDelta("Hi")
    assert [next(second), next(second)] == [Waiting(), Waiting()]
    assert len(service.asked) == 2
    first.close()
    assert next(second) == TextDelta("Hi")
    third = budgeted(service, limits, clock=clock).stream(window(), OPTIONS)
    assert next(third) == Waiting()
    clock.now += TURN + 1
    with pytest.raises(errors.TooFast):
        next(third)
    second.close()
    assert list(budgeted(service, limits, clock=clock).stream(window(), OPTIONS))


def test_while_others_wait_for_their_answers_nobody_is_told_that_the_day_is_over() -> None:
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
    assert [options.max_tokens for options in service.asked] == [most]


def test_an_answer_without_a_bound_gets_one() -> None:
    service = Scripted(Ended("stop"))
    list(budgeted(service, Limits(daily_tokens=10_000)).stream(window(), Options(model="m")))
    assert service.asked[0].max_tokens == LONGEST_ANSWER


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
    assert service.asked == []
    with pytest.raises(error):
        list(budgeted(service, limits).stream(window(), OPTIONS))


def test_one_visitors_budget_is_not_anothers() -> None:
    limits = Limits(visitor_tokens=200)
    spend = Scripted(used(150, 50), Ended("stop"))
    list(budgeted(spend, limits, "first").stream(window(), OPTIONS))
    assert limits.left("first").visitor == 0
    assert limits.left("second").visitor == 200


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
    assert answered == len(service.asked)
    assert limits.left("any").all == max(0, 1_000 - 150 * answered)


def test_budgets_begin_anew_at_midnight() -> None:
    clock = Clock()
    limits = Limits(visitor_tokens=200, daily_tokens=200, today=clock)
    reservation = limits.reserve("v", 1, 200)
    assert limits.left("v") == Left(visitor=0, all=0)
    assert not reservation.extend(1)
    clock.today += timedelta(days=1)
    assert limits.left("v") == Left(visitor=200, all=200)
    reservation.settle(50)  # of yesterday
    assert limits.left("v") == Left(visitor=200, all=200)
    clock.today -= timedelta(days=1)  # a clock that is set back
    limits.reserve("v", 1, 200)
    assert limits.left("v") == Left(visitor=0, all=0)


def test_a_reservation_is_settled_once() -> None:
    limits = Limits(daily_tokens=200)
    reservation = limits.reserve("v", 1, 200)
    reservation.settle(50)
    reservation.settle(0)
    assert limits.left("v").all == 150


def test_the_days_sum_survives_a_restart(tmp_path: Path) -> None:
    clock = Clock()
    folder = tmp_path / "data"
    limits = Limits(visitor_tokens=500, daily_tokens=1_000, folder=folder, today=clock)
    limits.reserve("v", 1, 300).settle(200)
    limits.reserve("v", 1, 300)  # the process dies before it is settled
    again = Limits(visitor_tokens=500, daily_tokens=1_000, folder=folder, today=clock)
    assert again.left("v") == Left(visitor=500, all=500)
    clock.today += timedelta(days=1)
    fresh = Limits(daily_tokens=1_000, folder=folder, today=clock)
    assert fresh.left("v").all == 1_000


def test_a_folder_that_vanishes_fails_no_question(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    limits = Limits(daily_tokens=1_000, folder=folder)
    shutil.rmtree(folder)
    service = Scripted(TextDelta("Hi"), used(90, 7), Ended("stop"))
    assert TextDelta("Hi") in list(budgeted(service, limits).stream(window(), OPTIONS))
    assert limits.left("v").all == 903


BEYOND = f'{{"day": "{date.today().isoformat()}", "spent": 1e999}}'


@pytest.mark.parametrize("damage", ["", "[]", "{}", '{"day": 1, "spent": "x"}', "null", BEYOND])
def test_a_damaged_sum_begins_anew(tmp_path: Path, damage: str) -> None:
    (tmp_path / FILE).write_text(damage)
    assert Limits(daily_tokens=5, folder=tmp_path).left("v").all == 5
    assert json.loads((tmp_path / FILE).read_text())["spent"] == 0
