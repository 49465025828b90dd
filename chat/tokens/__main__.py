"""`python -m chat.tokens`: which encodings are at hand, fetching them, counting a text."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from chat.languages.language import say
from chat.languages.terminal import speak_there, use_utf8
from chat.tokens import ranks
from chat.tokens.counter import ASSUMED_ENCODING, Count, Grade, TokenCounter, encoding_name
from chat.tokens.estimate import estimate
from chat.tokens.ranks import Obstacle, RanksUnavailable

_SENTENCES = {
    Obstacle.UNKNOWN: "tokens_unknown",
    Obstacle.UNREACHABLE: "tokens_unreachable",
    Obstacle.NOT_GENUINE: "tokens_not_genuine",
    Obstacle.NOT_WRITABLE: "tokens_not_writable",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Say which encodings are at hand, fetch them, or count a text from standard input."""
    use_utf8()
    speak_there(os.environ.get("CHAT_LANGUAGE"))
    parser = argparse.ArgumentParser(prog="python -m chat.tokens", description=say("tokens_about"))
    parser.add_argument("--model", default="gpt-4o", help=say("tokens_model"))
    parser.add_argument("--fetch", metavar="FOLDER", type=Path, help=say("tokens_fetch"))
    wanted = parser.parse_args(arguments)
    if wanted.fetch is not None:
        return _fetch_all(wanted.fetch)
    text = "" if sys.stdin.isatty() else sys.stdin.read()
    if not text:
        for name in ranks.RANK_FILES:
            is_there = ranks.is_at_hand(name)
            print(say("tokens_at_hand" if is_there else "tokens_not_at_hand", encoding=name))
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
            print(say(_SENTENCES[error.obstacle], encoding=name), file=sys.stderr)
        else:
            print(say("tokens_fetched", encoding=name, folder=str(folder)))
    if not failed:
        print(say("tokens_use", setting=f"{ranks.CACHE_VARIABLE}={folder}"))
    return failed


if __name__ == "__main__":
    sys.exit(main())
