"""How a new chat begins where an address or a prompt asks for something. Pure.

A link sets and fills in, and asks nothing: who follows it looks at it first, and sends it by a key
of their own hand. It may come from anybody, and what is sent is paid for by the owner or by the
visitor.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from chat.characters import mended
from chat.keeping.untrusted import LONGEST_NAME
from chat.options import MOST_ROUNDS
from chat.prompts import Prompt
from chat.settings import Settings
from chat.visitor import Visitor

QUESTION, MODEL, PROMPT, ROUNDS = PARAMETERS = "q", "model", "prompt", "rounds"
LONGEST_TEXT = 20_000  # characters; few servers take an address that is much longer
_WHOLE = re.compile(r"\d{1,3}", re.ASCII)


@dataclass(frozen=True, kw_only=True)
class Link:
    """What the address of a page asks for; `unusable` are the parameters that were passed over."""

    question: str = ""
    prompt: Prompt = field(default_factory=Prompt)
    unusable: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether the address asks for nothing."""
        return self == Link()

    @classmethod
    def read(cls, asked: Mapping[str, str], owners: Settings) -> Link:
        """Read the parameters of an address, within what a visitor may set. Untrusted input."""
        given = {name: _text(asked.get(name, "")) for name in PARAMETERS}
        longest = min(owners.max_chars or LONGEST_TEXT, LONGEST_TEXT)
        allowed = owners.allowed_models
        is_model = len(given[MODEL]) <= LONGEST_NAME and given[MODEL].isprintable()
        is_usable = {
            QUESTION: len(given[QUESTION]) <= longest,
            MODEL: is_model and (allowed is None or given[MODEL] in allowed),
            PROMPT: len(given[PROMPT]) <= LONGEST_TEXT,
            ROUNDS: bool(_WHOLE.fullmatch(given[ROUNDS])) and int(given[ROUNDS]) <= MOST_ROUNDS,
        }
        usable = {name: text for name, text in given.items() if text and is_usable[name]}
        prompt = _prompt(usable.get(PROMPT), owners.prompts)
        return cls(
            question=usable.get(QUESTION, ""),
            prompt=replace(
                prompt,
                model=usable.get(MODEL, prompt.model),
                rounds=int(usable[ROUNDS]) if ROUNDS in usable else prompt.rounds,
            ),
            unusable=tuple(name for name, text in given.items() if text and name not in usable),
        )


@dataclass(frozen=True, kw_only=True)
class Beginning:
    """What a chat was begun with: the title of its prompt, what that has set, and what was there.

    What the prompt leaves as it is, is not in `before`: it may be set to something else meanwhile.
    `after` is the key of the chat's last round then; empty where there was none.
    """

    title: str
    settings: Prompt
    before: Prompt
    after: str

    def holds(self, visitor: Visitor) -> bool:
        """Whether nothing of it was set to something else since."""
        return _alike(self.settings, visitor) == self.settings


def settings_of(visitor: Visitor) -> Prompt:
    """What a visitor has set of what a prompt sets."""
    return Prompt(
        text=visitor.conversation.system_prompt,
        model=visitor.options.model,
        reasoning_effort=visitor.options.reasoning_effort or "",
        rounds=visitor.conversation.rounds,
    )


def begin_with(visitor: Visitor, prompt: Prompt) -> Beginning:
    """Set what a prompt sets, as far as the visitor may set it and the model takes it."""
    conversation, options, before = visitor.conversation, visitor.options, _alike(prompt, visitor)
    if prompt.model is not None:  # which may not take the effort that was set
        before = replace(before, reasoning_effort=options.reasoning_effort or "")
    allowed = visitor.owners.allowed_models
    if prompt.model is not None and (allowed is None or prompt.model in allowed):
        options = replace(options, model=prompt.model)
    if prompt.reasoning_effort is not None:
        options = replace(options, reasoning_effort=prompt.reasoning_effort or None)
    visitor.use(
        system_prompt=conversation.system_prompt if prompt.text is None else prompt.text,
        rounds=conversation.rounds if prompt.rounds is None else prompt.rounds,
        pictures_again=conversation.pictures_again,
        options=options,
    )
    settings, after = _alike(prompt, visitor), last_round(visitor)
    return Beginning(title=prompt.title, settings=settings, before=before, after=after)


def last_round(visitor: Visitor) -> str:
    """The key of the last round of the chat that is shown; empty where there is none."""
    history = visitor.conversation.history
    return history[-1].key if history else ""


def _alike(prompt: Prompt, visitor: Visitor) -> Prompt:
    """What a visitor has set, as far as the prompt sets it."""
    now = settings_of(visitor)
    return Prompt(
        text=None if prompt.text is None else now.text,
        model=None if prompt.model is None else now.model,
        reasoning_effort=None if prompt.reasoning_effort is None else now.reasoning_effort,
        rounds=None if prompt.rounds is None else now.rounds,
    )


def _prompt(asked: str | None, shipped: tuple[Prompt, ...]) -> Prompt:
    """The prompt that is shipped by this name, or else one with this text."""
    name = (asked or "").casefold()
    return next((p for p in shipped if p.name.casefold() == name), Prompt(text=asked))


def _text(value: str) -> str:
    """A value as a field would have it."""
    return mended(re.sub(r"\r\n?", "\n", value)).strip()
