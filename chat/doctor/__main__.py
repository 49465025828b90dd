"""`python -m chat.doctor`: what the app needs, and what to do where something is missing."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from chat.doctor.examination import Patience, examine
from chat.doctor.finding import Finding, Mark
from chat.languages.language import say
from chat.languages.terminal import speak_there, use_utf8
from chat.settings import PROJECT

CLEARED = "\r\x1b[K"  # back to a line's beginning, and nothing in it
# What a file or a service says must not move the cursor, set the title or worse.
_CONTROLS = dict.fromkeys((*range(32), *range(127, 160)), " ")


def main(
    arguments: Sequence[str] | None = None,
    *,
    folder: Path = PROJECT,
    patience: Patience | None = None,
) -> int:
    """Say a line for each thing that was looked at; the exit code is 1 if one has to be mended."""
    use_utf8()
    speak_there(os.environ.get("CHAT_LANGUAGE"))
    parser = argparse.ArgumentParser(prog="python -m chat.doctor", description=say("doctor_about"))
    parser.parse_args(arguments)
    faults = 0
    for finding in examine(folder, _announce, patience):
        _print(finding)
        faults += finding.mark is Mark.WRONG
    print(say("doctor_faults", count=faults) if faults else say("doctor_well"), flush=True)
    return int(faults > 0)


def _announce(what: str) -> None:
    """Say what is looked at, on a line that what is found takes the place of."""
    if sys.stdout.isatty():
        print(f"{CLEARED}… {what}", end="", flush=True)


def _print(finding: Finding) -> None:
    lines = [f"{finding.mark} {finding.sentence}", *(f"    {line}" for line in finding.details)]
    shown = "\n".join(line.translate(_CONTROLS) for line in lines)
    print(f"{CLEARED if sys.stdout.isatty() else ''}{shown}", flush=True)


if __name__ == "__main__":
    try:
        code = main()
    except KeyboardInterrupt:
        code = 130
    sys.exit(code)
