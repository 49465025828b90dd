"""What a conversation has cost so far, in requests, tokens and dollars. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal

from chat import models
from chat.conversation.answer import Answer
from chat.conversation.tree import Conversation
from chat.models import Usage


@dataclass(frozen=True, kw_only=True)
class Spending:
    """The sum of a conversation's requests.

    `cost` is in US dollars, of the requests to models whose price is known; None where there are
    none of these. `is_whole` tells whether those are all. `is_exact` tells whether the provider
    reported every number.
    """

    requests: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    cost: Decimal | None = None
    is_whole: bool = True
    is_exact: bool = True

    @classmethod
    def of(cls, conversation: Conversation, count: Callable[[Answer], int]) -> Spending:
        """Sum up every answer that was begun, be it shown, hidden behind another, or deleted.

        Where the provider reported no usage (after Stop, say), `count` tells the answer's tokens.
        A request that failed before its first word is not counted, as it is not billed, and what
        an imported file says was not asked from here.
        """
        answers = [version for round in conversation.all_rounds for version in round.versions]
        begun = [*(answer for answer in answers if answer.is_begun), *conversation.discarded]
        return cls.of_answers([answer for answer in begun if answer.is_weighed], count)

    @classmethod
    def of_answers(cls, answers: Iterable[Answer], count: Callable[[Answer], int]) -> Spending:
        """Sum these answers up; see `of`."""
        requests = tokens_in = tokens_out = 0
        cost: Decimal | None = None
        is_whole = is_exact = True
        for answer in answers:
            usage = answer.usage
            if usage is None:
                usage = Usage(prompt_tokens=answer.prompt_estimate, completion_tokens=count(answer))
                is_exact = False
            requests += 1
            tokens_in += usage.prompt_tokens
            tokens_out += usage.completion_tokens
            price = models.find(answer.model).cost(usage)
            if price is None:
                is_whole = False
            else:
                cost = price if cost is None else cost + price
        return cls(
            requests=requests,
            tokens_in=tokens_in,
            tokens_out=tokens_out,
            cost=cost,
            is_whole=is_whole,
            is_exact=is_exact,
        )
