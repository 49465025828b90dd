"""Conversations that any moves have made."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO

import hypothesis.strategies as st
from PIL import Image

from chat.conversation.events import Ended, Event, LeftOut, ReasoningDelta, TextDelta, UsageReported
from chat.conversation.files import Document, File, Picture
from chat.conversation.tree import Conversation
from chat.errors import ServiceDown
from chat.files.pictures import checked
from chat.models import Usage
from chat.options import Options

PLAIN_OPTIONS = Options(model="m", temperature=0.5, max_tokens=7)
OPTIONS = Options(
    model="m", temperature=0.5, max_tokens=7, reasoning_effort="high", verbosity="low"
)


def drawn(color: str, kind: str = "JPEG", size: tuple[int, int] = (5, 3)) -> bytes:
    """A picture of one colour, as a browser sends it."""
    out = BytesIO()
    Image.new("RGB", size, color).save(out, kind)
    return out.getvalue()


def picture(color: str, kind: str = "JPEG") -> Picture:
    """A picture of one colour in a question."""
    return checked(f"{color}.{kind.lower()}", drawn(color, kind), drawn(color))


RED, BLUE, GREEN = picture("red"), picture("blue"), picture("green", "PNG")
NOTES = Document(name="notes.txt", text="Milk\nBread", is_cut=True)
# What goes along with a question, by a number.
FILES: tuple[tuple[File, ...], ...] = ((), (), (RED,), (RED, BLUE, NOTES), (GREEN,))

MOVES = ("ask", "retry", "edit", "go_on", "turn", "turn_question", "delete", "undo", "back")


def played(
    moves: list[tuple[str, int]], words: list[str], conversation: Conversation | None = None
) -> Conversation:
    """A conversation after some moves, each on the round that a number picks."""
    conversation = conversation or Conversation(system_prompt="S", rounds=5)
    for place, (move, number) in enumerate(moves):
        history = conversation.history
        round = history[number % len(history)] if history else None
        word = words[place % len(words)]
        files = FILES[number % len(FILES)]
        if round is None or move == "ask":
            round = conversation.ask("" if files else f"Q{word}", files=files)
        elif move == "edit":
            round = conversation.ask(f"E{word}", files=files, instead_of=round)
        elif move in ("turn", "turn_question"):
            getattr(conversation, move)(round, 1 if number % 2 else -1)
            continue
        elif move == "delete":
            conversation.delete(round)
            continue
        elif move == "undo":
            conversation.undo()
            continue
        elif move == "back":
            conversation.bring_back()
            continue
        elif move == "go_on" and round.answer.can_go_on:
            conversation.go_on(round)
        else:
            conversation.ask_again(round)
        round.answer.began, round.answer.seconds = 1_700_000_000.5 + place, 0.1 * place
        list(round.answer.grow(came(number % 5, word)))
    return conversation


USAGE = Usage(prompt_tokens=3, completion_tokens=2, reasoning_tokens=1)


def came(kind: int, word: str) -> Iterator[Event]:
    """What a service sends: a whole answer, one cut, one broken off, nothing, or a failure."""
    if kind == 0:
        yield from (TextDelta(f"A{word}"), UsageReported(USAGE), Ended("stop"))
    elif kind == 1:
        yield from (LeftOut(("top_p",)), ReasoningDelta(word), TextDelta(f"B{word}"))
        yield Ended("length")
    elif kind == 2:
        yield TextDelta(f"C{word}")
    elif kind == 3:
        yield TextDelta(word)
        raise ServiceDown("busy")


conversations = st.builds(
    played,
    st.lists(st.tuples(st.sampled_from(MOVES), st.integers(0, 20)), max_size=25),
    st.lists(
        st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")), min_size=1
    ),
)
