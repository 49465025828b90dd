"""What the meter costs the server while an answer streams. Prints; nothing passes or fails.

    python -m tests.benchmarks.meter

400 tokens at 80 a second, from the scripted service, read by the page under Streamlit's AppTest.
Measured is the time that the script's own thread is busy, alone.
"""

from __future__ import annotations

import os
import statistics
import time
from collections import defaultdict
from collections.abc import Callable
from typing import Any

from streamlit.testing.v1 import AppTest

from chat.settings import PROJECT
from chat.ui import dialogue
from chat.ui.meter import Meter
from tests.fakes.service import ScriptedService, answering

REPEATS = 5
TOKENS = 400
PER_SECOND = 80

busy: defaultdict[str, float] = defaultdict(float)


def timed(name: str, work: Callable[..., Any]) -> Callable[..., Any]:
    """The same work, with the time that its thread is busy added up under a name."""

    def wrapped(*arguments: object, **named: object) -> object:
        began = time.thread_time()
        try:
            return work(*arguments, **named)
        finally:
            busy[name] += time.thread_time() - began
            busy[f"{name} calls"] += 1

    return wrapped


def main() -> None:
    """Measure, and print a line for each answer."""
    dialogue._answer = timed("answer", dialogue._answer)
    Meter._draw_growing = timed("meter", Meter._draw_growing)  # type: ignore[method-assign]
    with ScriptedService() as service:
        os.environ |= {
            "OPENAI_API_KEY": "sk-benchmark",
            "OPENAI_BASE_URL": service.base_url,
            "CHAT_MODEL": "gpt-4o",
        }
        page = AppTest.from_file(str(PROJECT / "streamlit_app.py"), default_timeout=60).run()
        shares = []
        for number in range(1, REPEATS + 1):
            busy.clear()
            service.enqueue(answering(*["word "] * TOKENS, pace=1 / PER_SECOND))
            page.chat_input[0].set_value(f"Q{number}").run()
            shares.append(busy["meter"] / busy["answer"])
            print(
                f"answer {number}: {1000 * busy['answer']:6.1f} ms busy, the meter "
                f"{1000 * busy['meter']:5.1f} ms of it in {busy['meter calls']:.0f} drawings "
                f"({shares[-1]:.1%})"
            )
    print(f"median share of the meter: {statistics.median(shares):.1%}")


if __name__ == "__main__":
    main()
