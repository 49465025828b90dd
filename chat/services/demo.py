"""A scripted assistant for when no key is set: the same interface, and no network.

It reads the window that it is given and nothing else, so what it remembers is what a model would.
What it says, and what it looks for, stands in the files of the languages.
"""

from __future__ import annotations

import re
import time
from collections.abc import Generator, Iterator
from functools import cache

from chat.conversation.events import Ended, Event, TextDelta, UsageReported, Waiting
from chat.conversation.files import Part, pictures_of, text_of
from chat.conversation.window import Message, Window
from chat.languages.language import ENGLISH, Language, language, say, spoken
from chat.models import Usage
from chat.options import Options
from chat.services.base import Service
from chat.tokens.counter import REPLY_OVERHEAD, estimate_messages
from chat.tokens.estimate import estimate

PACE = 0.04  # seconds between two pieces: about 25 words a second
LOOKED_AT = 1_000  # characters of a question that the script looks at
FIRST_WORD = 0.4  # seconds before the first piece, as a service would need

# What the script looks for in a question, in this order.
_LOOKED_FOR = ("first_question", "code", "table", "markdown", "tokens", "greeting")


class Demo(Service):
    """The built-in demo.

    `pace` is the time in seconds between two pieces of an answer.
    """

    is_demo = True

    def __init__(self, defaults: Options, *, pace: float = PACE) -> None:
        super().__init__(defaults)
        self._pace = pace

    def models(self) -> tuple[str, ...]:
        """None: a script is no model."""
        return ()

    def stream(self, window: Window, options: Options) -> Generator[Event]:
        """Answer a window from the script; see `Service.stream`."""
        text = answer(window.messages)
        completion = estimate(text)
        finish_reason = "stop"
        if options.max_tokens is not None and completion > options.max_tokens:
            text = _cut(text, options.max_tokens)
            completion = options.max_tokens
            finish_reason = "length"
        yield Waiting()
        if self._pace:
            until = time.monotonic() + FIRST_WORD
            while time.monotonic() < until:
                yield Waiting()
                time.sleep(self._pace)
        for piece in pieces(text):
            yield TextDelta(piece)
            time.sleep(self._pace)
        yield UsageReported(
            Usage(
                prompt_tokens=estimate_messages(window.messages) + REPLY_OVERHEAD,
                completion_tokens=completion,
            )
        )
        yield Ended(finish_reason)


def answer(messages: tuple[Message, ...]) -> str:
    """What the script says to the last message, given the ones before it."""
    questions = [_words(m["content"]) for m in messages if m["role"] == "user"]
    if not questions:
        return say("says.greeting")
    question = questions[-1][:LOOKED_AT].lower()
    understood = spoken(), language(ENGLISH)
    asked = next((n for n in _LOOKED_FOR if _asking_for(n, *understood).search(question)), None)
    if asked == "first_question":
        return f"{say('says.first_question')}\n\n{_quoted(questions[0])}"
    if asked is not None:
        return say(f"says.{asked}")
    remembered = len(questions) - 1
    carried = say("says.carried", count=remembered) if remembered else say("says.carried_none")
    return say("says.echo", question=_quoted(questions[-1]), carried=carried)


def _words(content: str | list[Part]) -> str:
    """What is said in a question, with a sign for each of its pictures."""
    return "\n".join(filter(None, (*["🖼"] * len(pictures_of(content)), text_of(content))))


@cache
def _asking_for(name: str, *languages: Language) -> re.Pattern[str]:
    """What finds a question of this kind in a text in lower case, in these languages."""
    listed = ",".join(each.say(f"asks.{name}") for each in languages)
    phrases = [map(re.escape, map(str.strip, phrase.split("…"))) for phrase in listed.split(",")]
    # Between other Latin letters it is a part of another word; some scripts put no spaces there.
    found = "|".join(rf"(?<![a-z0-9]){'.*'.join(phrase)}(?![a-z0-9])" for phrase in phrases)
    return re.compile(rf"^\W*(?:{found})" if name == "greeting" else found)


def _quoted(text: str, most: int = 400) -> str:
    """A person's text as a fenced block, where nothing in it can turn into markup."""
    shown = text if len(text) <= most else text[:most] + "…"
    longest = max((len(run) for run in re.findall(r"`+", shown)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}text\n{shown}\n{fence}"


def pieces(text: str) -> Iterator[str]:
    """A text in words, or in letters of a script without spaces; with the white space behind."""
    yield from re.findall(r"[⺀-鿿＀-￯]\s*|[^\s⺀-鿿＀-￯]+\s*|\s+", text)


def _cut(text: str, tokens: int) -> str:
    """The beginning of a text that is at most this many tokens long."""
    kept = ""
    for piece in pieces(text):
        if estimate(kept + piece) > tokens:
            break
        kept += piece
    return kept or text[:1]
