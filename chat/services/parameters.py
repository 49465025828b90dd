"""A request as it is sent: without what its service refuses, which is mended and remembered. Pure.

habits = Habits()
attempt = habits.begin(messages, options)
attempt.messages, attempt.parameters        # what to send
attempt.mend(refusal)                       # whether it is worth to send it again, as it is now
habits.learn(attempt)                       # as it was answered
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from chat import errors, models
from chat.conversation.files import Part, pictures_of, text_of
from chat.conversation.window import Message
from chat.options import Options
from chat.services.refusals import Refusal
from chat.tokens.estimate import estimate

# Parameters that some services refuse, and what to send in their place (None: nothing).
# OpenAI's reasoning models refuse max_tokens, older compatible servers max_completion_tokens.
SUBSTITUTES: dict[str, str | None] = {
    "max_completion_tokens": "max_tokens",
    "stream_options": None,
    "temperature": None,
    "top_p": None,
    "reasoning_effort": None,
    "verbosity": None,
}
# Of these, a service may take some values and refuse others.
GRADED = frozenset({"reasoning_effort", "verbosity"})
SYSTEM = "system_prompt"
PARTS = "parts"  # a question with documents as a list of parts; what stands for it: one text
BOUND = "max_tokens"
LEAST_BOUND = 16  # tokens of an answer that are worth to be asked for
MOST_BOUNDS = 2  # times that the bound of one request is lowered
_TOO_LARGE = (errors.LargerThanPace, errors.AnswerTooLong, errors.WindowTooLarge)

_OTHER_FAILURES = frozenset({401, 402, 403, 429})  # which are about no parameter
_UNKNOWN_NAMES = frozenset({"unsupported_parameter", "unknown_parameter", "extra_forbidden"})
_UNKNOWN_NAMES |= {"unrecognized_parameter"}
_UNKNOWN_CODES = _UNKNOWN_NAMES | {"unsupported_value"}
_UNKNOWN = re.compile(
    r"unsupported|not supported|n[o']t support|unknown|unrecogni[sz]ed|unexpected|not permitted"
    r"|not allowed|not accept|extra (?:inputs|fields|param)|only the default|incompatible"
    r"|deprecated|not implemented|not available|not (?:a )?valid (?:param|field|arg)|no longer"
    r"|(?:cannot|n't) (?:be|both be) (?:used|set|specified)|invalid (?:param|field|arg)|\bunset\b"
    r"|(?:must|may only|can only) be (?:set to |equal to )?[\d.]*\d(?=$|\W*(?:$|when|for|with))"
    r"|only [\d.]+ is allowed",
    re.IGNORECASE,
)
_NOT_BOTH = re.compile(r"\bboth\b|only one of", re.IGNORECASE)
_UNNAMED = re.compile(
    r"extra (?:inputs|fields|param)|unrecognized request|unknown (?:field|param)", re.I
)
_NO_SYSTEM = re.compile(
    r"system.{0,10}(?:role|message|prompt|instruction)s?\b.{0,40}(?:not|n't|unsupported|invalid)"
    r"|(?:not|n't|unsupported|invalid|unexpected|unknown).{0,40}(?:system|developer).{0,5}"
    r"(?:role|message|prompt|instruction)|role.{0,20}[\"'`]?system\b|developer instruction"
    r"|roles? must alternate|only user,? and assistant|'user' or 'assistant'|角色",
    re.IGNORECASE | re.DOTALL,
)
# DeepSeek: "invalid type: sequence, expected a string"; Groq: "content must be a string".
_NO_PARTS = re.compile(
    r"content.{0,80}(?:must|should|expected|valid).{0,20}(?:string|str\b|text)"
    r"|expected (?:a |type )?.?str(?:ing)?\b|string_type|invalid type: (?:sequence|map|array)"
    r"|(?:unmarshal|received|got) (?:an? )?(?:array|list)|content type: list"
    r"|concatenate str|'list' object",
    re.IGNORECASE | re.DOTALL,
)
# Ollama: '"m" does not support thinking', 'invalid think value: "max" (must be …)'
_NO_EFFORT = re.compile(
    r"(?:n[o']t support|not supported|unsupported|invalid|unknown).{0,40}"
    r"(?:think\b|thinking|reasoning|effort)|(?:think\b|thinking|reasoning|effort).{0,40}"
    r"(?:n[o']t support|not supported|unsupported|invalid|must be)",
    re.IGNORECASE | re.DOTALL,
)
_VALUES = re.compile(r"[\"'`](?:none|minimal|low|medium|x?high|max)\b")
_WRONG_VALUE = re.compile(r"should be|must be|one of|supported|invalid|expected|allowed", re.I)
_NUMBER = re.compile(
    r"(?<![\w.-])(\d{1,3}(?:,\d{3})+|\d+)(?![\w-]|\.\d)( \(exclusive\))?", re.ASCII
)
_CONTEXT = re.compile(r"context\D{0,30}(\d+)", re.IGNORECASE)
# That one of the numbers is the question's, as in "1000 + 50000 > 32768".
_WITH_PROMPT = re.compile(r"\binputs?\b|\bprompt|\bmessages|\d [+-] \d", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Limit:
    """The most tokens that a model was seen to give; `is_shared`: together with what is sent."""

    tokens: int
    is_shared: bool

    def bound(self, messages: Sequence[Message]) -> int:
        """The longest answer to these messages, in tokens; about, where the limit is shared."""
        texts = [text_of(message["content"]) for message in messages if self.is_shared]
        return self.tokens - sum(map(estimate, texts))


class Attempt:
    """A request as it is sent, with what has been mended of it."""

    def __init__(
        self,
        messages: Sequence[Message],
        options: Options,
        refused: set[str],
        limit: Limit | None = None,
    ) -> None:
        self.options = models.find(options.model).sendable(options)
        self.refused = refused  # names of parameters, and "name=value" where only that is refused
        self._wanted = options
        self._messages = messages
        self.limit = limit
        self._bound = options.max_tokens
        self._lowered = 0
        if limit is not None and self._bound is not None:
            bound = limit.bound(messages)
            # A question that leaves no room is for the service to refuse, in its own words.
            self._bound = bound if LEAST_BOUND <= bound < self._bound else self._bound

    @property
    def messages(self) -> tuple[Message, ...]:
        """The messages, without the roles and the parts that are refused."""
        messages = merged(self._messages) if SYSTEM in self.refused else tuple(self._messages)
        return flat(messages) if PARTS in self.refused else messages

    @property
    def parameters(self) -> dict[str, Any]:
        """What is sent beside the messages: of the settings only those that were set."""
        wanted = {
            "model": self.options.model,
            "stream_options": {"include_usage": True},
            "temperature": self.options.temperature,
            "top_p": self.options.top_p,
            "max_completion_tokens": self._bound,
            "reasoning_effort": self.options.reasoning_effort,
            "verbosity": self.options.verbosity,
        }
        sent: dict[str, Any] = {}
        for name, value in wanted.items():
            if f"{name}={value}" in self.refused:
                continue
            spelled = SUBSTITUTES[name] if name in self.refused else name
            if value is not None and spelled is not None:
                sent[spelled] = value
        return sent

    @property
    def left_out(self) -> tuple[str, ...]:
        """What is not sent as the visitor set it, by the names of the settings."""
        sent, settings = self.parameters, ("temperature", "top_p", "reasoning_effort", "verbosity")
        names = [n for n in settings if n not in sent and getattr(self._wanted, n) is not None]
        if SYSTEM in self.refused and any(m["role"] == "system" for m in self._messages):
            names.append(SYSTEM)
        return (*names, BOUND) if self._bound != self._wanted.max_tokens else tuple(names)

    def mend(self, refusal: Refusal) -> bool:
        """Take out what a service refuses; False where there is nothing to take out."""
        if refusal.kind in _TOO_LARGE and self._lower(refusal):
            return True
        if refusal.status is None or refusal.status in _OTHER_FAILURES:
            return False
        sent = self.parameters.keys()
        found = {name for name in SUBSTITUTES if name in sent and _refuses(refusal, name)}
        if {"temperature", "top_p"} <= found and _NOT_BOTH.search(refusal.words):
            found.remove("temperature")
        if not found and "reasoning_effort" in sent and _NO_EFFORT.search(refusal.words):
            found = {"reasoning_effort"}
        if not found and refusal.status < 500 and _UNNAMED.search(refusal.words):
            named = any(
                name in refusal.body for name in (*SUBSTITUTES, *SUBSTITUTES.values()) if name
            )
            found = set() if named else {"stream_options"} & sent
        has_system = any(message["role"] == "system" for message in self.messages)
        if not found and has_system and _NO_SYSTEM.search(refusal.words):
            found = {SYSTEM}
        if not found and flat(self.messages) != self.messages and _NO_PARTS.search(refusal.words):
            found = {PARTS}
        self.refused |= {self._refused(name, refusal) for name in found}
        return bool(found)

    def _refused(self, name: str, refusal: Refusal) -> str:
        """What to remember: the parameter, or its value alone where the service names values."""
        is_unknown = _UNKNOWN_NAMES.intersection(refusal.codes)
        is_value = name in GRADED and not is_unknown and _VALUES.search(refusal.body)
        return f"{name}={getattr(self.options, name)}" if is_value else name

    def _lower(self, refusal: Refusal) -> bool:
        """Lower the bound of the answer to what fits, where the service's own numbers tell it."""
        if self._bound is None or self._lowered >= MOST_BOUNDS:
            return False
        found = _fitting(refusal, self._bound)
        if found is None or not LEAST_BOUND <= found[0] < self._bound:
            return False
        self._bound, limit = found
        self._lowered += 1
        if refusal.status != 402:  # what is left of a credit is no fact of the model
            self.limit = limit
        return True


class Habits:
    """What the models of a service refuse, as far as it was seen."""

    def __init__(self) -> None:
        self._refused: set[tuple[str, str]] = set()  # (model, parameter)
        self._limits: dict[str, Limit] = {}  # by model

    def begin(self, messages: Sequence[Message], options: Options) -> Attempt:
        """A request without what its model is known to refuse."""
        refused = {name for model, name in self._refused if model == options.model}
        return Attempt(messages, options, refused, self._limits.get(options.model))

    def learn(self, attempt: Attempt) -> None:
        """Remember what helped."""
        model = attempt.options.model
        self._refused.update((model, name) for name in attempt.refused)
        if attempt.limit is not None:
            self._limits[model] = attempt.limit


def flat(messages: Sequence[Message]) -> tuple[Message, ...]:
    """The messages with documents as a part of the question's text; pictures stay parts."""
    return tuple(
        message
        if pictures_of(message["content"])
        else {"role": message["role"], "content": text_of(message["content"])}
        for message in messages
    )


def merged(messages: Sequence[Message]) -> tuple[Message, ...]:
    """The messages without a system prompt, which stands at the head of the first question."""
    prompt = "\n\n".join(text_of(m["content"]) for m in messages if m["role"] == "system")
    rest = [message for message in messages if message["role"] != "system"]
    if not prompt:
        return tuple(rest)
    first = rest.pop(0)["content"] if rest and rest[0]["role"] == "user" else ""
    whole: str | list[Part] = f"{prompt}\n\n{first}".rstrip()
    if isinstance(first, list):
        whole = [{"type": "text", "text": prompt}, *first]
    return ({"role": "user", "content": whole}, *rest)


def _refuses(refusal: Refusal, name: str) -> bool:
    """Whether a service says that it does not know a parameter.

    That its value is wrong counts for those that have no value which every service takes.
    """
    if not re.search(rf"(?<![a-z_]){name}(?![a-z_])", refusal.body):
        return False
    if name in GRADED and _WRONG_VALUE.search(refusal.words):
        return True
    return bool(_UNKNOWN_CODES.intersection(refusal.codes) or _UNKNOWN.search(refusal.words))


def _fitting(refusal: Refusal, bound: int) -> tuple[int, Limit] | None:
    """The longest answer that fits, and the limit behind it, by the numbers of a refusal."""
    found = _NUMBER.findall(refusal.words)
    said = {int(number.replace(",", "")) - bool(exclusive) for number, exclusive in found}
    numbers = sorted(number for number in said if number >= LEAST_BOUND)
    others = [number for number in numbers if number != bound]
    prompt = next((n for n in others if n + bound in others), None)
    if len(others) == 2 and bound in numbers and _WITH_PROMPT.search(refusal.words):
        prompt = others[0]
    if prompt is not None:
        context = _CONTEXT.search(refusal.words)
        if context and int(context[1]) == prompt:
            return None
        limits = [n for n in others if prompt < n < prompt + bound]
        return (limits[0] - prompt, Limit(tokens=limits[0], is_shared=True)) if limits else None
    if refusal.kind is errors.WindowTooLarge or not numbers:
        return None  # the question alone may be too long
    if numbers[-1] < bound:
        alone = refusal.kind is errors.AnswerTooLong
        return (numbers[-1], Limit(tokens=numbers[-1], is_shared=False)) if alone else None
    if len(numbers) < 2:
        return None
    limit = Limit(tokens=numbers[-2], is_shared=numbers[-1] > bound)
    return bound - (numbers[-1] - numbers[-2]), limit
