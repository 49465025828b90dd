"""The token meter: what the next request carries, what each part weighs, what it costs."""

from __future__ import annotations

import html
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from chat import errors, models
from chat.conversation.answer import Answer, Status
from chat.conversation.spending import Spending
from chat.conversation.window import Window, messages_of
from chat.languages.language import spoken
from chat.ledger.store import Left
from chat.models import Model
from chat.services.budgeted import Budgeted
from chat.tokens.counter import Count, Loading, RunningCount, TokenCounter
from chat.tokens.ranks import Obstacle
from chat.ui import notes, owner, process
from chat.ui.split import Part, Split, change, row
from chat.visitor import Visitor
from chat.words import text

PACE = 0.15  # seconds between two drawings while an answer grows: each costs the browser time


@dataclass(kw_only=True)
class _Sent:
    """The request that is being answered: weighed once, with counts that grow with its answer."""

    split: Split
    text: RunningCount
    reasoning: RunningCount
    begun: list[str]  # HTML of the split before the first word
    place: DeltaGenerator  # of what has changed since
    shown: Split | None = None
    shown_at: float = 0.0


@dataclass(kw_only=True)
class Meter:
    """Draws one visitor's tokens: the split of the request, which grows, and lines below it.

    `context_tokens` is the owner's word for models whose context is not known. `is_free` tells
    that nobody pays, as with the demo.
    """

    visitor: Visitor
    counter: TokenCounter
    context_tokens: int | None
    is_free: bool
    left: Callable[[], Left] | None = None  # what remains of the owner's budgets
    _sent: _Sent | None = field(default=None, init=False)

    @classmethod
    def of(cls, visitor: Visitor) -> Meter:
        """The meter of a visitor as it is now."""
        service = process.service_of(visitor)
        return cls(
            visitor=visitor,
            counter=process.current().counter,
            context_tokens=visitor.owners.context_tokens,
            is_free=service.is_demo,
            left=service.left if isinstance(service, Budgeted) else None,
        )

    def draw(self) -> None:
        """Draw everything as it is between two answers."""
        window = self.visitor.window
        total, parts = self._request(window)
        if self._limit is not None:
            room = max(0, self._limit - total.tokens)
            parts.append(Part(kind="room", label=text.PART_ROOM, tokens=room))
        head, rows = self._drawn(Split(text.NEXT_REQUEST, total, parts, self._limit))
        st.html(head)
        with st.expander(text.METER_DETAILS, key="details", type="compact"):
            st.html(rows)
            st.html(_lines_html(self._rows(window), self._said(window)) + self._for_owner())

    def begin(self, answer: Answer, place: DeltaGenerator) -> None:
        """Weigh the request that was sent, and note in its answer what it weighs.

        The split is drawn from a place beside the answer, as its part of the page draws nothing
        outside of itself (Streamlit 1.67): notes of which the page's program lets the meter have
        the words. One has all of it, and each later one what is not as in that one.
        """
        total, parts = self._request(Window.of(self.visitor.conversation))
        answer.prompt_estimate = total.tokens
        parts.append(Part(kind="reply", label=text.PART_REPLY, tokens=0))
        split = Split(text.THIS_REQUEST, total, parts, self._limit)
        begun = self._drawn(split)
        place.html(notes.note("meter", begun))
        self._sent = _Sent(
            split=split,
            text=RunningCount(self.counter, self.visitor.options.model),
            reasoning=RunningCount(self.counter, self.visitor.options.model),
            begun=begun,
            place=place.empty(),
        )

    def grow(self, answer: Answer) -> None:
        """Draw the split with the weight of an answer that grows."""
        sent = self._sent
        if sent is None or time.monotonic() - sent.shown_at < PACE:
            return
        if answer.usage is not None:
            total, reply = Count(answer.usage.prompt_tokens), answer.usage.completion_tokens
        else:
            counted = sent.text.count(answer.written) + sent.reasoning.count(answer.reasoning)
            scaled = self.visitor.calibration.scaled(counted, self.visitor.options.model)
            total, reply = sent.split.total, scaled.tokens
        *parts, before = sent.split.parts
        parts.append(replace(before, tokens=reply))
        split = replace(sent.split, total=total, parts=parts)
        if split == sent.shown:
            return
        drawn = zip(sent.begun, self._drawn(split), strict=True)
        sent.place.html(notes.note("growth", [change(begun, now) for begun, now in drawn]))
        sent.shown, sent.shown_at = split, time.monotonic()

    def _drawn(self, split: Split) -> list[str]:
        """HTML of the two pieces of a split."""
        return [split.head(self._price(split.total.tokens)), split.rows()]

    @property
    def _model(self) -> Model:
        return models.find(self.visitor.options.model)

    @property
    def _limit(self) -> int | None:
        return self._model.context_tokens or self.context_tokens

    def _price(self, tokens: int) -> str | None:
        """What it costs to send so many tokens; None where nobody pays or nobody knows."""
        if self._model.usd_per_million_input is None or self.is_free:
            return None
        return spoken().dollars(self._model.usd_per_million_input * tokens / models.MILLION)

    def _request(self, window: Window) -> tuple[Count, list[Part]]:
        """What a request weighs, and its parts."""
        weights = self.visitor.calibration.weigh(window.messages, self.visitor.options.model)
        of_messages = list(weights.messages)
        parts = []
        if window.system_prompt:
            parts.append(Part(kind="system", label=text.PART_SYSTEM, tokens=of_messages.pop(0)))
        question = of_messages.pop() if window.question is not None else None
        if window.remembered:
            rounds = text.part_rounds(len(window.remembered))
            parts.append(Part(kind="rounds", label=rounds, tokens=sum(of_messages)))
        if question is not None:
            parts.append(Part(kind="question", label=text.PART_QUESTION, tokens=question))
        if weights.extra:
            parts.append(Part(kind="extra", label=text.PART_OVERHEAD, tokens=weights.extra))
        return weights.total, parts

    def _rows(self, window: Window) -> list[tuple[str, str]]:
        """What there is to look up below the split: labels and values."""
        conversation = self.visitor.conversation
        weights = self.visitor.calibration.weigh(window.messages, self.visitor.options.model)
        spending = Spending.of(conversation, lambda answer: self._tokens_of(answer).tokens)
        answers = [self.visitor.latest, *(r.kept for r in reversed(conversation.history))]
        last = next((answer for answer in answers if answer is not None and _is_told(answer)), None)
        spared = self._spared(window)
        rows: list[tuple[str, str | None]] = [(text.TO_SEND, self._price(weights.total.tokens))]
        if last is not None:
            rows += self._last_answer(last)
        if spending.requests:
            total = text.sent_and_received(
                spending.tokens_in, spending.tokens_out, is_exact=spending.is_exact
            )
            rows.append((text.THIS_CHAT, total))
            rows.append((text.REQUESTS, text.number(spending.requests)))
            rows.append((text.COST, text.cost(spending)))
        if spared.tokens > 0:
            rows.append((text.SAVED, text.tokens(spared)))
        if self.left is not None:
            with suppress(errors.LedgerAway):  # which the next question says
                left = self.left()
                rows.append((text.LEFT_FOR_YOU, _number(left.visitor)))
                rows.append((text.LEFT_FOR_ALL, _number(left.all)))
        return [(label, value) for label, value in rows if value is not None]

    def _said(self, window: Window) -> list[str]:
        """What is to be said of the numbers: how sure they are, and what stays out."""
        name = self.visitor.options.model
        notes = [text.grade(self.visitor.calibration.weigh(window.messages, name).grade)]
        state, obstacle = self.counter.state(name)
        if state is Loading.LOADING:
            notes.append(text.LOADING_ENCODING)
        elif obstacle is Obstacle.UNKNOWN:  # about which nobody can do anything
            notes.append(text.obstacle(obstacle))
        if self._limit is None:
            notes.append(text.NO_LIMIT)
        if window.left_out:
            notes.append(text.left_out(window.left_out))
        return notes

    def _for_owner(self) -> str:
        """HTML: what an owner could do about the numbers."""
        _, obstacle = self.counter.state(self.visitor.options.model)
        return "" if obstacle in (None, Obstacle.UNKNOWN) else owner.note(text.obstacle(obstacle))

    def _last_answer(self, answer: Answer) -> list[tuple[str, str | None]]:
        usage = answer.usage
        if usage is None:
            counted = self._tokens_of(answer).tokens
            estimate = text.sent_and_received(answer.prompt_estimate, counted, is_exact=False)
            return [(text.LAST_ANSWER, estimate)]
        total = text.sent_and_received(usage.prompt_tokens, usage.completion_tokens, is_exact=True)
        return [
            (text.LAST_ANSWER, total),
            (text.CACHED, _number(usage.cached_tokens or None)),
            (text.OF_IT_REASONING, _number(usage.reasoning_tokens or None)),
        ]

    def _tokens_of(self, answer: Answer) -> Count:
        return self.visitor.calibration.answer(answer, self.visitor.options.model)

    def _spared(self, window: Window) -> Count:
        """The tokens that sending everything would add to the next request."""
        left_out = window.forgotten + window.left_out
        out = [round for round in self.visitor.conversation.history if round.kept][:left_out]
        weights = self.visitor.calibration.weigh(
            [each for round in out for each in messages_of(round, documents=window.reads)],
            self.visitor.options.model,
        )
        return weights.count(sum(weights.messages))


def _is_told(answer: Answer) -> bool:
    """Whether there is something to say of an answer's tokens, and it has ended."""
    return answer.is_begun and answer.is_weighed and answer.status is not Status.STREAMING


def _number(number: int | None) -> str | None:
    return None if number is None else text.number(number)


def _lines_html(rows: list[tuple[str, str]], notes: list[str]) -> str:
    listed = "".join(row("line", label, value) for label, value in rows)
    return f'<div class="meter"><ul>{listed}</ul><p>{html.escape(" ".join(notes))}</p></div>'
