"""Nobody spends more than the budget: not many at once, not by stopping, not by failing."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path

import pytest

from chat import errors
from chat.conversation.events import Ended, Event, ReasoningDelta, TextDelta, UsageReported, Waiting
from chat.conversation.tree import Conversation
from chat.conversation.window import Window
from chat.options import Options
from chat.services.base import Service
from chat.services.bill import FASTEST
from chat.services.ledger import Ledger
from chat.services.limits import FILE, FREE, LONGEST_ANSWER, STEP, TURN, Budgeted, Left, Limits
from chat.settings import PROJECT, SettingsError
from chat.tokens.counter import Count, Grade
from chat.usage import Usage

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
DAMAGES = {
    "empty": "",
    "no object": "[]",
    "nothing": "{}",
    "null": "null",
    "words": '{"day": 1, "spent": "x"}',
    "no whole number": f'{{"day": "{DAY}", "spent": 1.5}}',
    "a switch": f'{{"day": "{DAY}", "spent": true}}',
    "negative": f'{{"day": "{DAY}", "spent": -5}}',
    "beyond all numbers": BEYOND,
    "a day to come": '{"day": "2999-01-01", "spent": 5}',
    "half": f'{{"day": "{DAY}", "spe',
    "deep": "[" * 100_000,
    "large": " " * 10_000_000 + "{}",
    "many digits": f'{{"day": "{DAY}", "spent": {"9" * 900}}}',
    "no text": "\xff\0",
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_a_damaged_sum_is_told_and_does_not_begin_anew(tmp_path: Path, damage: str) -> None:
    (tmp_path / FILE).write_text(damage, encoding="latin-1")
    told: list[str] = []
    with pytest.raises(SettingsError, match=f"{FILE} is damaged: delete it") as error:
        Limits(daily_tokens=5, folder=tmp_path, today=Clock(), log=told.append)
    assert told == [str(error.value)]
    assert (tmp_path / FILE).read_text(encoding="latin-1") == damage
    (tmp_path / FILE).unlink()
    assert Limits(daily_tokens=5, folder=tmp_path, today=Clock()).left("v").all == 5


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_a_sum_that_is_damaged_later_is_told_once_and_written_again(
    tmp_path: Path, damage: str
) -> None:
    told: list[str] = []
    limits = Limits(daily_tokens=1_000, folder=tmp_path, today=Clock(), log=told.append)
    limits.reserve("v", 1, 300).settle(200)
    (tmp_path / FILE).write_text(damage, encoding="latin-1")
    reservation = limits.reserve("v", 1, 300)
    assert kept(tmp_path) == 500
    reservation.settle(100)
    assert limits.left("v").all == 700
    assert kept(tmp_path) == 300
    assert len(told) == 1


def test_a_file_that_cannot_be_written_fails_no_question_and_is_told_once(tmp_path: Path) -> None:
    told: list[str] = []
    folder = tmp_path / "data"
    limits = Limits(daily_tokens=1_000, folder=folder, today=Clock(), log=told.append)
    (folder / FILE).with_suffix(".new").mkdir()  # where it is written, as on a full disk
    for _ in range(3):
        limits.reserve("v", 1, 300).settle(100)
    assert limits.left("v").all == 700
    assert kept(folder) == 0
    assert len(told) == 1
    (folder / FILE).with_suffix(".new").rmdir()
    another = Limits(daily_tokens=1_000, folder=folder, today=Clock())  # of another process
    another.reserve("w", 1, 300).settle(50)
    assert limits.left("v").all == 650
    assert kept(folder) == 350
    assert len(told) == 1


def kept(folder: Path) -> int:
    """The sum in the file."""
    spent: int = json.loads((folder / FILE).read_text())["spent"]
    return spent


def test_the_sums_of_two_processes_add_up(tmp_path: Path) -> None:
    clock = Clock()
    first, second = (Limits(daily_tokens=2_000, folder=tmp_path, today=clock) for _ in range(2))
    under_way = first.reserve("v", 1, 300)
    third = Limits(daily_tokens=2_000, folder=tmp_path, today=clock)
    second.reserve("v", 1, 300).settle(200)
    third.reserve("w", 1, 300).settle(400)
    under_way.settle(100)
    assert kept(tmp_path) == 700
    assert [limits.left("x").all for limits in (first, second, third)] == [1_300] * 3


def test_the_sums_of_two_processes_add_up_across_midnight(tmp_path: Path) -> None:
    clocks = Clock(), Clock()
    first, second = (Limits(daily_tokens=2_000, folder=tmp_path, today=clock) for clock in clocks)
    under_way = second.reserve("v", 1, 300)
    clocks[0].today += timedelta(days=1)
    first.reserve("v", 1, 300).settle(100)
    second.reserve("v", 1, 300).settle(50)  # whose clock is late
    clocks[1].today += timedelta(days=1)
    second.reserve("v", 1, 300).settle(10)
    under_way.settle(7)  # of yesterday
    assert kept(tmp_path) == 160
    assert first.left("v").all == second.left("v").all == 1_840


SPEND = """
import sys
from pathlib import Path
from chat.services.limits import Limits
limits = Limits(daily_tokens=100_000, folder=Path(sys.argv[1]))
for _ in range(100):
    limits.reserve("v", 1, 50).settle(7)
"""


def test_processes_that_spend_at_once_lose_no_token(tmp_path: Path) -> None:
    spend = [sys.executable, "-c", SPEND, str(tmp_path)]
    processes = [subprocess.Popen(spend, cwd=PROJECT) for _ in range(4)]
    assert [process.wait(60) for process in processes] == [0] * 4
    assert kept(tmp_path) == 4 * 100 * 7


def test_a_process_that_holds_the_file_for_ever_fails_no_question(tmp_path: Path) -> None:
    told: list[str] = []
    limits = Limits(daily_tokens=1_000, folder=tmp_path, today=Clock(), log=told.append)
    with Ledger(tmp_path / FILE).held():
        limits.reserve("v", 1, 300)
    assert limits.left("v").all == 700
    assert kept(tmp_path) == 300
    assert len(told) == 1


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


def test_thoughts_that_are_reported_apart_count_too() -> None:
    usage = Usage(prompt_tokens=100, completion_tokens=9, reasoning_tokens=30)
    assert spent_after(Scripted(TextDelta("Hi"), UsageReported(usage), Ended("stop"))) == 139
    huge = Usage(prompt_tokens=100, completion_tokens=9, reasoning_tokens=10**11)
    assert spent_after(Scripted(TextDelta("Hi"), UsageReported(huge), Ended("stop"))) == 102


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
