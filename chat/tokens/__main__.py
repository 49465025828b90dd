"""`python -m chat.tokens`: which encodings are at hand, fetching them, counting a text."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from chat.tokens import ranks
from chat.tokens.counter import ASSUMED_ENCODING, Count, Grade, TokenCounter, encoding_name
from chat.tokens.estimate import estimate
from chat.tokens.ranks import RanksUnavailable


def main(arguments: Sequence[str] | None = None) -> int:
    """Say which encodings are at hand, fetch them, or count a text from standard input."""
    parser = argparse.ArgumentParser(prog="python -m chat.tokens", description=main.__doc__)
    parser.add_argument("--model", default="gpt-4o", help="count as this model does")
    parser.add_argument("--fetch", metavar="FOLDER", type=Path, help="fetch the rank files there")
    wanted = parser.parse_args(arguments)
    if wanted.fetch is not None:
        return _fetch_all(wanted.fetch)
    text = "" if sys.stdin.isatty() else sys.stdin.read()
    if not text:
        for name in ranks.RANK_FILES:
            print(f"{name}: {'at hand' if ranks.is_at_hand(name) else 'not at hand'}")
        return 0
    name = encoding_name(wanted.model) or ASSUMED_ENCODING
    counter = TokenCounter()
    if ranks.is_at_hand(name) and (loading := counter.prepare(wanted.model)) is not None:
        loading.join()
        print(counter.text(text, wanted.model))
    else:
        print(Count(estimate(text), Grade.ESTIMATED))
    return 0


def _fetch_all(folder: Path) -> int:
    failed = 0
    for name in ranks.RANK_FILES:
        try:
            ranks.provide(name, folder)
        except RanksUnavailable as error:
            failed = 1
            print(f"{name}: {error}", file=sys.stderr)
        else:
            print(f"{name}: in {folder}")
    if not failed:
        print(f"Set {ranks.CACHE_VARIABLE}={folder} to use them.")
    return failed


if __name__ == "__main__":
    sys.exit(main())
