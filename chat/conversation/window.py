"""What a request carries: the system prompt, the last rounds that were answered, the question."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Literal, TypedDict

from chat.conversation.files import File, Part, Picture, content_of, named, pictures_among, unread

if TYPE_CHECKING:
    from chat.conversation.round import Round
    from chat.conversation.tree import Conversation

# Sent in the visitor's name where an answer is to go on: after it, so that the roles alternate.
GO_ON = (
    "Your answer was cut off. Go on exactly where it stops: repeat nothing, explain nothing, and "
    "begin with the very next character."
)

Role = Literal["system", "user", "assistant"]


class Message(TypedDict):
    """What one role says, in the form of the Chat Completions API.

    A question with files is a list of parts; all else is a text.
    """

    role: Role
    content: str | list[Part]


@dataclass(frozen=True, kw_only=True)
class Capacity:
    """How long a prompt may be: at most `tokens`, as `weigh` counts the tokens of its messages."""

    tokens: int
    weigh: Callable[[Sequence[Message]], int]

    def fits(self, messages: Sequence[Message]) -> bool:
        """Whether a prompt of these messages fits."""
        return self.weigh(messages) <= self.tokens


@dataclass(frozen=True, kw_only=True)
class Window:
    """The part of a conversation that a request carries.

    `begun` is the answer so far, where the request asks to go on with it. `files` go along with the
    question. `remembered` are the answered rounds before the question that it carries, oldest
    first; of the last `seen` of these the pictures go, too, and of all the documents where it
    `reads` them. `forgotten` counts those that the number of rounds leaves out, and `left_out`
    those that did not fit the model's context. `fits` tells whether what remains does.
    """

    system_prompt: str
    remembered: tuple[Round, ...]
    question: str | None
    files: tuple[File, ...] = ()
    seen: int = 0
    reads: bool = True
    begun: str
    forgotten: int
    left_out: int
    fits: bool

    @classmethod
    def of(
        cls,
        conversation: Conversation,
        rounds: int | None = None,
        *,
        waiting: Sequence[File] = (),
    ) -> Window:
        """The window for the open question, or, when none is open, for the next one.

        `rounds` is how many answered rounds to remember; left out, the conversation's own number.
        `waiting` are files that are to go along with the next question.
        Where they exceed the conversation's capacity, the oldest are left out. A question whose
        answer has no word is never sent again; a partial answer counts.
        """
        keep = conversation.rounds if rounds is None else rounds
        capacity = conversation.capacity
        question = conversation.open_round
        past = conversation.history
        asked, files = ("" if waiting else None), tuple(waiting)
        if question is not None:
            past = past[: past.index(question)]
            asked, files = question.question, question.files
        if not conversation.most_pictures:
            files = tuple(map(named, files))
        if not conversation.sends_documents:
            files = tuple(map(unread, files))
        answered = [round for round in past if round.kept]
        remembered = answered[max(0, len(answered) - keep) :]
        seen = _seen(conversation, files, remembered)

        def window(left_out: int, *, fits: bool) -> Window:
            return cls(
                system_prompt=conversation.system_prompt,
                remembered=tuple(remembered[left_out:]),
                question=asked,
                files=files,
                seen=min(seen, len(remembered) - left_out),
                reads=conversation.sends_documents,
                begun=question.versions[-1].continued if question else "",
                forgotten=len(answered) - len(remembered),
                left_out=left_out,
                fits=fits,
            )

        for left_out in range(len(remembered) + 1):
            found = window(left_out, fits=True)
            if capacity is None or capacity.fits(found.messages):
                return found
        return window(len(remembered), fits=False)

    @property
    def missing(self) -> tuple[Picture, ...]:
        """The pictures that a request would carry, if their bytes were there."""
        rounds = self.remembered[len(self.remembered) - self.seen :]
        files = chain(self.files, *(round.files for round in rounds))
        return tuple(each for each in pictures_among(files) if each.data is None)

    @property
    def messages(self) -> tuple[Message, ...]:
        """The messages in the API's form: system, then user and assistant in turn, the question."""
        messages: list[Message] = []
        if self.system_prompt:
            messages.append({"role": "system", "content": self.system_prompt})
        named_ones = len(self.remembered) - self.seen
        messages += chain.from_iterable(
            messages_of(round, pictures=place >= named_ones, documents=self.reads)
            for place, round in enumerate(self.remembered)
        )
        if self.question is not None:
            messages.append({"role": "user", "content": content_of(self.question, self.files)})
        if self.begun:
            messages.append({"role": "assistant", "content": self.begun})
            messages.append({"role": "user", "content": GO_ON})
        return tuple(messages)


def _seen(conversation: Conversation, files: Sequence[File], remembered: Sequence[Round]) -> int:
    """How many of the last rounds go with their pictures, so that these are not too many."""
    if not conversation.pictures_again:
        return 0
    left = conversation.most_pictures - len(pictures_among(files))
    for seen, round in enumerate(reversed(remembered)):
        left -= len(round.pictures)
        if left < 0:
            return seen
    return len(remembered)


def messages_of(
    round: Round, *, pictures: bool = True, documents: bool = True
) -> tuple[Message, ...]:
    """A round as a request carries it: the question and the kept answer.

    Without `pictures` or `documents`, those that came with the question are only named.
    """
    answer = round.kept.text if round.kept else ""
    files = round.files if pictures else tuple(map(named, round.files))
    files = files if documents else tuple(map(unread, files))
    return (
        {"role": "user", "content": content_of(round.question, files)},
        {"role": "assistant", "content": answer},
    )
