"""A scripted assistant for when no key is set: the same interface, and no network.

It reads the window that it is given and nothing else, so what it remembers is what a model would.
"""

from __future__ import annotations

import re
import time
from collections.abc import Generator, Iterator

from chat.conversation.events import Ended, Event, TextDelta, UsageReported, Waiting
from chat.conversation.window import Message, Window
from chat.options import Options
from chat.services.base import Service
from chat.tokens.counter import REPLY_OVERHEAD, estimate_messages
from chat.tokens.estimate import estimate
from chat.usage import Usage

PACE = 0.04  # seconds between two pieces: about 25 words a second
LOOKED_AT = 1_000  # characters of a question that the script looks at
FIRST_WORD = 0.4  # seconds before the first piece, as a service would need

_GREETING = (
    "Hello! I am the **demo**: a scripted stand-in that answers until a key is set. "
    "I can show you *markdown*, some `code`, or a table, and I can tell you the first question "
    "that I still remember. Try **Rounds to remember** in the sidebar and ask me again."
)
_CODE = """Here is a function that counts words:

```python
from collections import Counter


def count_words(text: str) -> Counter[str]:
    \"\"\"How often each word occurs, whatever its case.\"\"\"
    return Counter(text.lower().split())


print(count_words("to be or not to be"))
```

`Counter` does the counting; the function only splits the text."""
_TABLE = """Three fruits, side by side:

| Fruit  | Colour | Calories in 100 g | Keeps for |
| ------ | ------ | ----------------: | --------- |
| Apple  | red    |                52 | 4 weeks   |
| Banana | yellow |                89 | 5 days    |
| Grape  | blue   |                69 | 1 week    |

An apple keeps longest; a banana has the most energy."""
_TOKENS = """A **token** is the piece of text that a model reads and writes at a time.

1. A short word such as *cat* is one token.
2. A long or rare word is several: *un-believ-able*.
3. A space usually belongs to the word behind it.

> Four letters of English are about one token, so 100 tokens are about 75 words.

The counter in the sidebar shows how many tokens your next request will carry."""
_MARKDOWN = """## What markdown can do

- **bold**, *italic* and ~~struck~~
- [links](https://commonmark.org) that open apart
- lists
    - inside lists

> and quotations.

1. Numbered steps,
2. with `inline code`.

---

Ask for *code* or a *table* to see more."""

# The first pattern that a question matches says the answer.
_SCRIPT = (
    (re.compile(r"\bcode\b|\bpython\b|\bfunction\b|\bprogram\b", re.IGNORECASE), _CODE),
    (re.compile(r"\btables?\b|\bcompare\b", re.IGNORECASE), _TABLE),
    (re.compile(r"\bmarkdown\b|\bformat", re.IGNORECASE), _MARKDOWN),
    (re.compile(r"\btokens?\b", re.IGNORECASE), _TOKENS),
    (re.compile(r"^\W*(?:hi|hello|hey|help|what can you do)\b", re.IGNORECASE), _GREETING),
)
_REMEMBERS = re.compile(r"\b(?:first|earliest)\b.*\b(?:question|message|remember)", re.IGNORECASE)


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
        for piece in _pieces(text):
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
    questions = [message["content"] for message in messages if message["role"] == "user"]
    if not questions:
        return _GREETING
    question = questions[-1][:LOOKED_AT]
    if _REMEMBERS.search(question):
        return f"The first question I remember is:\n\n{_quoted(questions[0])}"
    for pattern, said in _SCRIPT:
        if pattern.search(question):
            return said
    remembered = len(questions) - 1
    rounds = {0: "no earlier round", 1: "one earlier round"}.get(
        remembered, f"{remembered} earlier rounds"
    )
    return (
        f"You said:\n\n{_quoted(questions[-1])}\n\n"
        f"I am the **demo**, so this is all I can say to that; I was sent {rounds} with it. "
        "Ask me for *code*, a *table*, *markdown*, *tokens*, or for the first question I remember."
    )


def _quoted(text: str, most: int = 400) -> str:
    """A person's text as a fenced block, where nothing in it can turn into markup."""
    shown = text if len(text) <= most else text[:most] + "…"
    longest = max((len(run) for run in re.findall(r"`+", shown)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}text\n{shown}\n{fence}"


def _pieces(text: str) -> Iterator[str]:
    """A text in words, each with the white space behind it."""
    yield from re.findall(r"\S+\s*|\s+", text)


def _cut(text: str, tokens: int) -> str:
    """The beginning of a text that is at most this many tokens long."""
    kept = ""
    for piece in _pieces(text):
        if estimate(kept + piece) > tokens:
            break
        kept += piece
    return kept or text[:1]
