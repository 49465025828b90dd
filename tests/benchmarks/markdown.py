"""How long a megabyte of model text takes to be made faithful. Prints; nothing passes or fails.

    python -m tests.benchmarks.markdown

Beside it, in the same run, how long markdown-it alone needs to make HTML of the same text.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from markdown_it import MarkdownIt

from chat.markup.markdown import faithful

SIZE = 1_000_000
PARAGRAPH = "Some *text* with `code`, [a link](http://h) and \\(x^2\\) that costs $5.\n"

SHAPES = {
    "paragraphs": PARAGRAPH * 5 + "\n",
    "one paragraph": PARAGRAPH,
    "one code block": "```\n" + "x = 1 -> $5\n" * 90_000,
    "one word": "a",
    "list": "- item **x**\n  - below\n",
    "table": "| a | b |\n|---|---|\n" + "| 1 | 2 |\n" * 100_000,
    "headings": "# a\n",
    "dollars": "$ ",
    "brackets": "![",
    "backticks": "` `` ``` ",
    "open formulas": "\\[\na\n",
    "quotations": "> a\n",
}


def seconds(work: Callable[[str], object], text: str) -> float:
    """The time of one run, in seconds."""
    began = time.perf_counter()
    work(text)
    return time.perf_counter() - began


def main() -> None:
    """Measure, and print a line each."""
    reader = MarkdownIt("commonmark").enable("table")
    print(f"{'a megabyte of':16} {'faithful':>10} {'markdown-it to HTML':>20}")
    for name, shape in SHAPES.items():
        text = (shape * (SIZE // len(shape) + 1))[:SIZE]
        ours, theirs = seconds(faithful, text), seconds(reader.render, text)
        print(f"{name:16} {ours:8.2f} s {theirs:18.2f} s", flush=True)


if __name__ == "__main__":
    main()
