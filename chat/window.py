"""What a request carries: the system prompt, the last rounds that were answered, the question."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypedDict

if TYPE_CHECKING:
    from chat.conversation import Conversation

Role = Literal["system", "user", "assistant"]


class Message(TypedDict):
    """One role's text, in the form of the Chat Completions API."""

    role: Role
    content: str


@dataclass(frozen=True, kw_only=True)
class Window:
    """The part of a conversation that a request carries.

    `messages` is the list in the API's form: an optional system message, then user and assistant
    in turn, then the question, if one is open. `remembered` and `forgotten` count the answered
    rounds before the question that are inside and outside.
    """

    messages: tuple[Message, ...]
    remembered: int
    forgotten: int

    @classmethod
    def of(cls, conversation: Conversation, rounds: int | None = None) -> Window:
        """The window for the open question, or, when none is open, for the next one.

        `rounds` is how many answered rounds to remember; left out, the conversation's own number.
        A question without an answer's first word is never sent again; a partial answer counts.
        """
        keep = conversation.rounds if rounds is None else rounds
        question = conversation.open_round
        past = conversation.history
        if question is not None:
            past = past[: past.index(question)]
        answered = [(round.question, round.kept.text) for round in past if round.kept]
        remembered = answered[max(0, len(answered) - keep) :]

        messages: list[Message] = []
        if conversation.system_prompt:
            messages.append({"role": "system", "content": conversation.system_prompt})
        for asked, answer in remembered:
            messages.append({"role": "user", "content": asked})
            messages.append({"role": "assistant", "content": answer})
        if question is not None:
            messages.append({"role": "user", "content": question.question})
        return cls(
            messages=tuple(messages),
            remembered=len(remembered),
            forgotten=len(answered) - len(remembered),
        )
