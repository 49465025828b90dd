"""What a reply sends to the page: in which order, and that it does not grow with the chat."""

from __future__ import annotations

from tests.benchmarks.clicks import chat_of
from tests.fakes import service as fake
from tests.fakes.service import Reply, ScriptedService, answering, chunk
from tests.visitor import Heard, Visitor, run

EMPTY_PAGE = 22_000  # bytes, without the words of what the browser draws itself
MOST_MESSAGES = 60  # for a question with an answer of two words
PARAGRAPH = "word " * 60 + "\n\n"


def test_an_empty_page_is_small(app: str) -> None:
    async def opened() -> Heard:
        async with Visitor(app) as visitor:
            return visitor.opened

    assert run(opened()).received < EMPTY_PAGE


def test_of_an_answer_only_the_last_block_is_sent_again(app: str, service: ScriptedService) -> None:
    async def asked() -> Heard:
        async with Visitor(app) as visitor:
            return await visitor.ask("Q")

    answer = (PARAGRAPH * 20).strip()
    pieces = [answer[place : place + 50] for place in range(0, len(answer), 50)]
    service.enqueue(answering(*pieces, pace=0.01))
    heard = run(asked())
    bodies = [body for _, body in heard.markdown if "word" in body]
    whole = [body for body in bodies if body.count("word") == 60 * 20]
    assert len(whole) == 1  # in the end, in one piece
    assert len(bodies) >= 5
    sent = sum(len(body) for body in bodies if body not in whole)
    assert sent < 1.1 * len(answer) + len(bodies) * 2 * len(PARAGRAPH)


def test_a_thought_of_60_seconds_costs_no_more_than_an_answer_of_its_length(
    app: str, service: ScriptedService
) -> None:
    words = [f"word{place} " if place % 60 else f"word{place}\n\n" for place in range(1, 2_401)]

    async def asked() -> list[Heard]:
        async with Visitor(app) as visitor:
            return [await visitor.ask(question) for question in ("Think", "Write")]

    # As many words as come in 60 seconds, in a tenth of the time.
    pace = fake.pause(0.0025)
    thought = [step for word in words for step in (pace, chunk(reasoning_content=word))]
    ending = [chunk("Done."), chunk(finish_reason="stop"), fake.usage(20, 2_400), fake.done]
    service.enqueue(Reply(steps=[*thought, *ending]), answering(*words, pace=0.0025))
    thinking, writing = run(asked())
    print(f"thought: {thinking.received} bytes, answer: {writing.received} bytes")
    assert thinking.received < writing.received
    assert thinking.messages < writing.messages


def test_a_question_costs_no_more_in_a_long_chat(app: str, service: ScriptedService) -> None:
    async def asked() -> list[Heard]:
        async with Visitor(app) as visitor:
            return [await visitor.ask(f"Q{number}") for number in range(45)]

    runs = run(asked())
    assert len(service.requests) == 45
    # A few rounds more or fewer are drawn, and messages that follow each other may become one.
    early, late = (max(run.received for run in some) for some in (runs[8:20], runs[33:]))
    assert late < 1.2 * early


def test_a_question_costs_few_messages_however_long_the_chat_is(app: str) -> None:
    async def asked(rounds: int) -> Heard:
        async with Visitor(app) as visitor:
            await visitor.load(chat_of(2 * rounds))
            return await visitor.ask("Q")

    costs = {rounds: run(asked(rounds)) for rounds in (1, 12, 200)}
    for rounds, heard in costs.items():
        print(f"{rounds} rounds: {heard.messages} messages, {heard.received} bytes")
        assert heard.messages <= MOST_MESSAGES, heard.kinds


def test_what_was_pressed_is_drawn_again(app: str) -> None:
    """Streamlit (1.67) throws away what of it was not sent yet (see `pressed_parts`)."""

    async def asked() -> Heard:
        async with Visitor(app) as visitor:
            return await visitor.ask("Q")

    assert run(asked()).kinds["chat_input"] == 1


def test_the_first_words_come_first_and_nothing_that_was_there_comes_again(
    app: str, service: ScriptedService
) -> None:
    async def asked() -> list[str]:
        async with Visitor(app) as visitor:
            for number in range(3):
                await visitor.ask(f"Q{number}")
            return [body for _, body in (await visitor.ask("Q3")).markdown]

    service.enqueue(*[answering(f"Answer {number}.") for number in range(3)])
    # What is drawn before the first of it was sent would be one message with it.
    rest = [chunk(finish_reason="stop"), fake.done]
    service.enqueue(
        Reply(steps=[fake.pause(0.5), chunk("The first words"), fake.pause(0.5), *rest])
    )
    bodies = run(asked())
    assert next(body for body in bodies if not body.startswith("Thinking")) == "The first words"
    assert not [body for body in bodies if "Answer" in body]
