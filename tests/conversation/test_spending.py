"""What a conversation has cost: sums that agree with a hand calculation."""

from __future__ import annotations

from decimal import Decimal

from chat.conversation.answer import Answer, Status
from chat.conversation.round import Round
from chat.conversation.spending import Spending
from chat.conversation.tree import Conversation
from chat.models import Usage


def answer(model: str, tokens_in: int, tokens_out: int, *, cached: int | None = None) -> Answer:
    usage = Usage(prompt_tokens=tokens_in, completion_tokens=tokens_out, cached_tokens=cached)
    return Answer(text="A", status=Status.COMPLETE, model=model, usage=usage)


def spent(*rounds: list[Answer]) -> Spending:
    conversation = Conversation()
    for versions in rounds:
        conversation.end.add(Round(question="Q", versions=versions))
    return Spending.of(conversation, lambda answer: len(answer.text))


def test_nothing_was_spent_on_nothing() -> None:
    assert spent() == Spending()


def test_sums_of_every_version_agree_with_a_hand_calculation() -> None:
    # gpt-4o: (1,000 - 400) x 2.50 + 400 x 1.25 + 200 x 10.00 = 4,000 millionths of a dollar
    # gpt-5.6-luna: 3,000 x 0.20 + 100 x 1.20 = 720
    # gpt-4o: 500 x 2.50 + 50 x 10.00 = 1,750
    assert spent(
        [answer("gpt-4o", 1_000, 200, cached=400), answer("gpt-5.6-luna", 3_000, 100)],
        [answer("gpt-4o", 500, 50)],
    ) == Spending(
        requests=3,
        tokens_in=4_500,
        tokens_out=350,
        cost=Decimal("0.00647"),
        is_whole=True,
        is_exact=True,
    )


def test_an_unknown_price_is_left_out_of_the_cost_and_said() -> None:
    spending = spent([answer("gpt-4", 1_000, 0)], [answer("llama3.2", 1_000, 0)])
    assert (spending.cost, spending.is_whole) == (Decimal("0.03"), False)
    assert spent([answer("llama3.2", 1, 1)]).cost is None


def test_an_answer_that_was_stopped_is_estimated_and_one_that_never_began_is_not_counted() -> None:
    stopped = Answer(text="Half", status=Status.STOPPED, model="gpt-4", prompt_estimate=96)
    refused = Answer(status=Status.FAILED, model="gpt-4", prompt_estimate=96)
    # 96 x 30.00 + 4 x 60.00 = 3,120 millionths of a dollar
    assert spent([stopped], [refused]) == Spending(
        requests=1,
        tokens_in=96,
        tokens_out=4,
        cost=Decimal("0.00312"),
        is_whole=True,
        is_exact=False,
    )


def test_what_was_deleted_was_paid_for_all_the_same() -> None:
    conversation = Conversation()
    paid, stopped, failed = (
        answer("gpt-4o", 1_000, 200),
        Answer(text="Half", status=Status.STOPPED, model="gpt-4o", prompt_estimate=96),
        Answer(status=Status.FAILED, model="gpt-4o", prompt_estimate=96),
    )
    conversation.end.add(Round(question="Q", versions=[paid, stopped, failed]))
    conversation.undo()
    # 1,096 x 2.50 + 200 x 10.00 = 4,740 millionths of a dollar
    spending = Spending.of(conversation, lambda answer: len(answer.text))
    assert (spending.requests, spending.tokens_in, spending.tokens_out) == (2, 1_096, 200)
    assert (spending.cost, spending.is_exact) == (Decimal("0.00474"), False)
    assert not any(answer.text for answer in conversation.discarded)


def test_an_answer_that_goes_on_is_counted_by_what_it_wrote_itself() -> None:
    more = Answer(
        text="Half more",
        continued="Half",
        status=Status.STOPPED,
        model="gpt-4",
        prompt_estimate=9,
    )
    conversation = Conversation()
    conversation.end.add(Round(question="Q", versions=[more]))
    spending = Spending.of(conversation, lambda answer: len(answer.written))
    assert spending.tokens_out == len(" more")
