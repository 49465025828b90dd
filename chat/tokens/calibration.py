"""Estimates corrected by what the provider reported: for one visitor, model by model.

Of a model whose encoding is not known, our count is off by a factor, because its tokenizer is
another, and by a number, because the service wraps messages in a format of its own. The answers
tell the factor, since nothing is wrapped around them; the latest prompt then tells the number:

    ratio    = (reported completions + PRIOR) / (the same texts as we count them + PRIOR)
    residual = reported prompt - (ratio x its texts as we count them + our overhead)

Of a prompt with pictures, whose tokens are always an estimate, the report tells the pictures':

    factor   = (reported prompt - the rest as weighed) / the pictures as we count them

So the next prompt, which mostly repeats the latest, is off only by what was added to it. A small
residual is taken to be a part of each message's format, a large one to be said once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from chat.conversation.answer import Answer
from chat.conversation.window import Message
from chat.tokens.counter import MESSAGE_OVERHEAD, Count, Grade, TokenCounter, Weights

HIDDEN = 1_000  # tokens that a service may add to a prompt by itself
PRIOR = 1  # tokens counted alike by both: keeps a first short answer from saying too much
ENOUGH = 5  # tokens of answers from which on only answers tell the ratio
PLAUSIBLE = (0.2, 5.0)  # a ratio beyond this is no tokenizer's, but something hidden that is billed
LARGEST_FORMAT = 8  # tokens that a message's format may have beyond the three that we count
TOLERANCE = (3, 0.02)  # tokens, and share, by which an exact count may miss the report


@dataclass
class _Fit:
    """What was learned of one model."""

    ours: int = 0
    theirs: int = 0
    ratio: float = 1.0
    of_each: float = 0.0
    once: int = 0
    is_learned: bool = False


class Calibration:
    """Weighs texts and prompts, better with every report."""

    def __init__(self, counter: TokenCounter) -> None:
        self._counter = counter
        self._fits: dict[str, _Fit] = {}
        self._pictures: dict[str, float] = {}  # the factor of each model

    def weigh(self, messages: Sequence[Message], model: str) -> Weights:
        """What the messages of a prompt weigh, and what comes on top."""
        counted = self._with_pictures(self._counter.weigh(messages, model), model)
        fit = self._fits.get(model)
        if fit is None or not fit.is_learned:
            return counted
        scaled = tuple(
            round(fit.ratio * (tokens - seen - MESSAGE_OVERHEAD) + fit.of_each)
            + seen
            + MESSAGE_OVERHEAD
            for tokens, seen in zip(counted.messages, counted.pictures, strict=True)
        )
        extra = counted.extra + fit.once
        if extra < 0:
            # Nothing can weigh less than nothing: the messages themselves are lighter then.
            lighter = max(0.0, 1 + extra / max(1, sum(scaled)))
            scaled = tuple(round(lighter * tokens) for tokens in scaled)
            extra = 0
        return replace(counted, messages=scaled, extra=extra, grade=Grade.CALIBRATED)

    def answer(self, answer: Answer, model: str) -> Count:
        """What an answer weighs with its thoughts; `model` stands in where it has none."""
        return self.text(answer.reasoning + answer.written, answer.model or model)

    def text(self, text: str, model: str) -> Count:
        """What a text weighs by itself."""
        return self.scaled(self._counter.text(text, model), model)

    def picture(self, url: str, model: str) -> Count:
        """What the picture in a data: URL weighs."""
        counted, factor = self._counter.picture(url, model), self._pictures.get(model)
        if factor is None:
            return counted
        return Count(round(factor * counted.tokens), Grade.CALIBRATED)

    def scaled(self, counted: Count, model: str) -> Count:
        """A count of the counter's, corrected."""
        fit = self._fits.get(model)
        if fit is None or not fit.is_learned:
            return counted
        return Count(round(fit.ratio * counted.tokens), Grade.CALIBRATED)

    def learn(self, messages: Sequence[Message], answer: Answer, model: str) -> None:
        """Take in what the provider reported for an answer to these messages."""
        usage = answer.usage
        if usage is None:
            return
        counted = self._counter.weigh(messages, model)
        weight = counted.total.tokens
        if not PLAUSIBLE[0] * weight <= usage.prompt_tokens <= PLAUSIBLE[1] * weight + HIDDEN:
            return  # some services report nothing, only what their cache did not have, or nonsense
        if seen := sum(counted.pictures):
            known = self.weigh(messages, model)
            rest = known.total.tokens - sum(known.pictures)
            if _is_plausible(factor := (usage.prompt_tokens - rest) / seen):
                self._pictures[model] = factor
            return
        if counted.grade is Grade.EXACT and _agrees(counted.total.tokens, usage.prompt_tokens):
            self._fits.pop(model, None)
            return
        fit = self._fits.setdefault(model, _Fit())
        completion = usage.completion_tokens - (usage.reasoning_tokens or 0)
        text = self._counter.text(answer.written, model).tokens
        if usage.reasoning_tokens is None:
            text += self._counter.text(answer.reasoning, model).tokens
        if text and _is_plausible(completion / text):
            fit.ours += text
            fit.theirs += completion
        ours, theirs = fit.ours, fit.theirs
        texts = sum(counted.messages) - MESSAGE_OVERHEAD * len(messages)
        reported = usage.prompt_tokens - MESSAGE_OVERHEAD * len(messages) - counted.extra
        if ours < ENOUGH and texts and _is_plausible(reported / texts):
            ours += texts
            theirs += reported
        fit.ratio = (theirs + PRIOR) / (ours + PRIOR)
        fit.is_learned = True
        fit.of_each = fit.once = 0
        residual = usage.prompt_tokens - self.weigh(messages, model).total.tokens
        if 0 <= residual <= LARGEST_FORMAT * len(messages):
            fit.of_each = residual / len(messages)
        fit.once = usage.prompt_tokens - self.weigh(messages, model).total.tokens

    def _with_pictures(self, counted: Weights, model: str) -> Weights:
        """The weights with the pictures as they were reported last."""
        factor = self._pictures.get(model)
        if factor is None or not any(counted.pictures):
            return counted
        seen = tuple(round(factor * tokens) for tokens in counted.pictures)
        messages = tuple(
            tokens - before + now
            for tokens, before, now in zip(counted.messages, counted.pictures, seen, strict=True)
        )
        return replace(counted, messages=messages, pictures=seen)


def _is_plausible(ratio: float) -> bool:
    return PLAUSIBLE[0] <= ratio <= PLAUSIBLE[1]


def _agrees(ours: int, theirs: int) -> bool:
    return abs(ours - theirs) <= max(TOLERANCE[0], TOLERANCE[1] * theirs)
