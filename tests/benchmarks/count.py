"""How long counting takes. Prints what it measured; nothing here passes or fails.

python -m tests.benchmarks.count
"""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from chat.conversation.answer import Answer, Status
from chat.conversation.round import Round
from chat.conversation.tree import Conversation
from chat.conversation.window import Message, Window
from chat.tokens.counter import RunningCount, TokenCounter
from tests import ranks

MODEL = "gpt-4o"
REPEATS = 9


def measured(work: Callable[[], object]) -> str:
    """The median of some runs, and how far they spread, in milliseconds."""
    taken = []
    for _ in range(REPEATS):
        began = time.perf_counter()
        work()
        taken.append(1000 * (time.perf_counter() - began))
    return f"{statistics.median(taken):9.3f} ms   ({min(taken):.3f} to {max(taken):.3f})"


def conversation_of(messages: int, tokens: int) -> Conversation:
    """So many messages of so many tokens, each of them different."""
    conversation = Conversation(rounds=messages)
    for number in range(messages // 2):
        question, answer = (f"{side} {number}" + " word" * (tokens - 2) for side in "QA")
        versions = [Answer(text=answer, status=Status.COMPLETE)]
        conversation.end.add(Round(question=question, versions=versions))
    return conversation


def main() -> None:
    """Measure, and print a line each."""
    with tempfile.TemporaryDirectory() as folder:
        ranks.unpack_into(Path(folder))
        os.environ["TIKTOKEN_CACHE_DIR"] = folder
        counter = TokenCounter()
        began = time.perf_counter()
        loading = counter.prepare(MODEL)
        print(f"to begin loading an encoding  {1000 * (time.perf_counter() - began):9.3f} ms")
        print(
            "counting meanwhile            ", measured(lambda: counter.text("word " * 500, MODEL))
        )
        if loading is not None:
            loading.join()
        print(f"until it is loaded            {1000 * (time.perf_counter() - began):9.3f} ms")

    messages = Window.of(conversation_of(200, 500)).messages
    began = time.perf_counter()
    counter.weigh(messages, MODEL)
    first = 1000 * (time.perf_counter() - began)
    print(f"200 messages of 500 tokens    {first:9.3f} ms   the first time")

    def one_more() -> None:
        new: Message = {"role": "user", "content": f"new {time.perf_counter_ns()}" + " word" * 498}
        counter.weigh((*messages, new), MODEL)

    print("  again after one new message ", measured(one_more))

    text = "word " * 20_000
    steps = range(0, len(text), 50)

    def grow() -> None:
        growing = RunningCount(counter, MODEL)
        for end in steps:
            growing.count(text[:end])

    print(f"an answer of 20,000 tokens counted {len(steps)} times as it grows")
    print("  all together                ", measured(grow))


if __name__ == "__main__":
    main()
