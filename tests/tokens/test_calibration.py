"""Estimates corrected by what a service with another tokenizer reports."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from chat.conversation.answer import Answer
from chat.conversation.events import Ended, TextDelta
from chat.conversation.files import text_of
from chat.conversation.tree import Conversation
from chat.conversation.window import Message, Window
from chat.models import Usage
from chat.tokens.calibration import Calibration
from chat.tokens.counter import Encoding, Grade, TokenCounter
from chat.tokens.estimate import estimate
from chat.tokens.ranks import Obstacle, RanksUnavailable
from tests.corpus import CORPUS
from tests.fakes.encoding import Letters

MODEL = "somebody/else"
PROSE = CORPUS["English"]


def never(_: str) -> Encoding:
    raise RanksUnavailable(Obstacle.UNREACHABLE)


@pytest.fixture
def calibration() -> Calibration:
    return Calibration(TokenCounter(never))


class SkewedService:
    """Counts `factor` times what we count, in a format that adds `overhead` to each message."""

    def __init__(self, factor: float, *, overhead: int = 3, preface: int = 3) -> None:
        self.factor = factor
        self.overhead = overhead
        self.preface = preface

    def prompt(self, messages: Sequence[Message]) -> int:
        texts = (round(self.factor * estimate(text_of(message["content"]))) for message in messages)
        return sum(texts) + self.overhead * len(messages) + self.preface

    def answer(self, conversation: Conversation, question: str, text: str) -> tuple[Window, Answer]:
        """Ask and answer, with the usage as this service counts it."""
        answer = conversation.ask(question).answer
        window = Window.of(conversation)
        list(answer.grow([TextDelta(text), Ended("stop")]))
        answer.usage = Usage(
            prompt_tokens=self.prompt(window.messages),
            completion_tokens=round(self.factor * estimate(text)),
        )
        return window, answer


def predicted_and_true(
    calibration: Calibration, service: SkewedService, conversation: Conversation, question: str
) -> tuple[int, int]:
    """What we predict of the next prompt, and what the service will report."""
    conversation.ask(question)
    messages = Window.of(conversation).messages
    weights = calibration.weigh(messages, MODEL)
    assert weights.grade is Grade.CALIBRATED
    return weights.total.tokens, service.prompt(messages)


def test_before_the_first_report_it_is_an_estimate(calibration: Calibration) -> None:
    messages: list[Message] = [{"role": "user", "content": PROSE}]
    assert calibration.weigh(messages, MODEL).grade is Grade.ESTIMATED


@pytest.mark.parametrize("factor", [0.6, 0.8, 1.0, 1.4, 2.2])
@pytest.mark.parametrize(("overhead", "preface"), [(3, 3), (6, 0), (4, 250)])
@pytest.mark.parametrize(
    ("text", "question"),
    [(PROSE, "And why is that so?"), (PROSE, PROSE), ("In short: it depends on the case.", PROSE)],
    ids=["long answer", "long question", "short answer"],
)
def test_after_the_first_answer_the_next_prompt_is_predicted_within_three_percent(
    calibration: Calibration, factor: float, overhead: int, preface: int, text: str, question: str
) -> None:
    service = SkewedService(factor, overhead=overhead, preface=preface)
    conversation = Conversation()
    window, answer = service.answer(conversation, "What are human rights?", text)
    calibration.learn(window.messages, answer, MODEL)
    predicted, true = predicted_and_true(calibration, service, conversation, question)
    # Ten tokens of an answer tell the ratio to a tenth at best; a hundred tell it to a hundredth.
    assert predicted == pytest.approx(true, rel=0.03 if text == PROSE else 0.08, abs=3)


def test_it_stays_right_while_the_window_slides(calibration: Calibration) -> None:
    service = SkewedService(1.4, overhead=5, preface=20)
    conversation = Conversation(rounds=2)
    for script in ("English", "Russian", "Python code", "German", "JSON"):
        window, answer = service.answer(conversation, f"Say it in {script}.", CORPUS[script])
        calibration.learn(window.messages, answer, MODEL)
        predicted, true = predicted_and_true(calibration, service, conversation, "And then?")
        conversation.history.pop()
        assert predicted == pytest.approx(true, rel=0.03)


def test_reasoning_is_no_part_of_the_answers_text(calibration: Calibration) -> None:
    service = SkewedService(1.0)
    conversation = Conversation()
    window, answer = service.answer(conversation, "Why?", PROSE)
    assert answer.usage is not None
    hidden = Usage(
        prompt_tokens=answer.usage.prompt_tokens,
        completion_tokens=answer.usage.completion_tokens + 5_000,
        reasoning_tokens=5_000,
    )
    answer.usage = hidden
    calibration.learn(window.messages, answer, MODEL)
    predicted, true = predicted_and_true(calibration, service, conversation, PROSE)
    assert predicted == pytest.approx(true, rel=0.03)


@pytest.mark.parametrize(
    "usage",
    [
        Usage(prompt_tokens=0, completion_tokens=0),
        Usage(prompt_tokens=1, completion_tokens=100_000),
        Usage(prompt_tokens=10**11, completion_tokens=100),
        Usage(prompt_tokens=10**11, completion_tokens=10**11),
        Usage(prompt_tokens=100_000, completion_tokens=0),
    ],
)
def test_a_report_that_cannot_be_is_not_learned_from(
    calibration: Calibration, usage: Usage
) -> None:
    messages: list[Message] = [{"role": "user", "content": PROSE}]
    calibration.learn(messages, Answer(text=PROSE, usage=usage), MODEL)
    assert calibration.weigh(messages, MODEL).grade is Grade.ESTIMATED


@pytest.mark.parametrize("completion", [0, -1, 1, 10**11])
@pytest.mark.parametrize("reasoning", [None, 0, 10**11])
def test_a_completion_that_cannot_be_does_not_spoil_the_ratio(
    calibration: Calibration, completion: int, reasoning: int | None
) -> None:
    messages: list[Message] = [{"role": "user", "content": PROSE}]
    prompt = estimate(PROSE) + 6
    usage = Usage(prompt_tokens=prompt, completion_tokens=completion, reasoning_tokens=reasoning)
    calibration.learn(messages, Answer(text=PROSE, usage=usage), MODEL)
    assert calibration.weigh(messages, MODEL).total.tokens == prompt
    assert calibration.text(PROSE, MODEL).tokens == pytest.approx(estimate(PROSE), rel=0.05)


def test_no_part_is_ever_negative(calibration: Calibration) -> None:
    messages: list[Message] = [{"role": "user", "content": PROSE}]
    usage = Usage(prompt_tokens=40, completion_tokens=estimate(PROSE))
    calibration.learn(messages, Answer(text=PROSE, usage=usage), MODEL)
    weights = calibration.weigh(messages, MODEL)
    assert weights.extra == 0
    assert weights.total.tokens == 40


def test_each_model_is_learned_of_by_itself(calibration: Calibration) -> None:
    service = SkewedService(2.0)
    window, answer = service.answer(Conversation(), "Why?", PROSE)
    calibration.learn(window.messages, answer, MODEL)
    assert calibration.text(PROSE, MODEL).grade is Grade.CALIBRATED
    assert calibration.text(PROSE, "another").grade is Grade.ESTIMATED


@pytest.mark.parametrize(
    ("off_by", "grade"), [(0, Grade.EXACT), (1, Grade.EXACT), (60, Grade.CALIBRATED)]
)
def test_an_exact_count_stays_exact_unless_the_service_contradicts_it(
    off_by: int, grade: Grade
) -> None:
    counter = TokenCounter(lambda _: Letters())
    thread = counter.prepare("gpt-4o")
    assert thread is not None
    thread.join()
    calibration = Calibration(counter)
    messages: list[Message] = [{"role": "user", "content": "a" * 94}]
    usage = Usage(prompt_tokens=100 + off_by, completion_tokens=5)
    calibration.learn(messages, Answer(text="hello", usage=usage), "gpt-4o")
    weights = calibration.weigh(messages, "gpt-4o")
    assert weights.grade is grade
    assert weights.total.tokens == (100 + off_by if grade is Grade.CALIBRATED else 100)
