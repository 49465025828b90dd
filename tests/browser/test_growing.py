"""What travels to the page while a model thinks and writes."""

from __future__ import annotations

import pytest

from tests.fakes.service import Reply, ScriptedService, chunk, done, pause
from tests.visitor import Heard, Visitor, run

WORDS = 3_000
ENDS = {"one block": " ", "paragraphs": "\n\n", "lines": "\n", "list": "\n- "}


def words(mark: str, between: str) -> list[str]:
    return [f"{mark}{n:04}{between if n % 60 == 59 else ' '}" for n in range(WORDS)]


def said(heard: Heard, mark: str) -> int:
    """How many characters of elements with these words came, each as often as it came."""
    return sum(len(body) for _, body in heard.markdown if mark in body)


async def asked(address: str) -> Heard:
    async with Visitor(address) as visitor:
        return await visitor.ask("Think")


@pytest.mark.parametrize("between", ENDS.values(), ids=ENDS.keys())
def test_thoughts_travel_three_times_at_most(
    service: ScriptedService, app: str, between: str
) -> None:
    thought = words("thought", between)
    steps = [step for word in thought for step in (chunk(reasoning_content=word), pause(0.001))]
    service.enqueue(Reply(steps=[*steps, chunk("Four."), chunk(finish_reason="stop"), done]))
    heard = run(asked(app))
    assert said(heard, "thought0000") > 0
    assert said(heard, f"thought{WORDS - 1:04}") > 0
    length = sum(map(len, thought))
    assert said(heard, "thought") <= 3 * length + 2_000


def test_of_an_answer_only_the_last_paragraph_travels_again(
    service: ScriptedService, app: str
) -> None:
    answer = words("word", "\n\n")
    steps = [step for word in answer for step in (chunk(word), pause(0.001))]
    service.enqueue(Reply(steps=[*steps, chunk(finish_reason="stop"), done]))
    heard = run(asked(app))
    assert said(heard, "word2999") > 0
    assert said(heard, "word") <= 10 * sum(map(len, answer))  # 20 times, were it all of it
