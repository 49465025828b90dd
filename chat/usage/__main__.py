"""What was used, for the owner: `python -m chat.usage`; see `--help`."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from chat import errors
from chat.languages.language import SpokenError, say
from chat.languages.terminal import speak_there, use_utf8
from chat.ledger.ledger import reader
from chat.ledger.store import StoreError
from chat.ledger.used import DAYS
from chat.settings import PROJECT, Settings, secrets_in_files
from chat.usage import export, words
from chat.usage.report import Report
from chat.usage.table import table

MONTH = 30  # days


def main(
    arguments: Sequence[str] | None = None,
    *,
    dotenv: Path = PROJECT / ".env",
    clock: Callable[[], float] = time.time,
) -> int:
    """The command; its exit code. `clock` tells seconds since 1970."""
    use_utf8()
    speak_there(os.environ.get("CHAT_LANGUAGE"))
    given = _given(arguments)
    try:
        settings = Settings.load(secrets=secrets_in_files(dotenv.parent), dotenv=dotenv)
        speak_there(settings.language)
        store = reader(settings, clock)
    except SpokenError as error:
        print(error, file=sys.stderr)
        return 1
    if store is None:
        print(say("usage_in_memory"), file=sys.stderr)
        return 1
    try:
        days = store.used_in(given.days or MONTH)
    except StoreError as error:
        reason = errors.clean(str(error), store.secrets)
        print(say("usage_unreadable", place=store.place, reason=reason), file=sys.stderr)
        return 1
    if given.csv or given.json:
        print(export.as_csv(days) if given.csv else export.as_json(days), end="")
        return 0
    reports = [Report.of(days)] if given.days else [Report.of(days[:1]), Report.of(days)]
    columns = shutil.get_terminal_size().columns
    print("\n".join((*(table(report, columns) for report in reports), words.notes(reports))))
    return 0


def _given(arguments: Sequence[str] | None) -> argparse.Namespace:
    """What was asked for. Ends the program where it cannot be understood."""
    parser = argparse.ArgumentParser(prog="python -m chat.usage", description=say("usage_about"))
    several = range(1, DAYS + 1)
    about = say("usage_days", most=DAYS)
    parser.add_argument("--days", type=int, choices=several, metavar="N", help=about)
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--csv", action="store_true", help=say("usage_csv"))
    form.add_argument("--json", action="store_true", help=say("usage_json"))
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
