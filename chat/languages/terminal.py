"""The terminal: the language that is spoken in it, and its letters."""

from __future__ import annotations

import os
import sys
from io import TextIOWrapper

from chat.languages.language import choose, speak


def speak_there(owners: str | None) -> None:
    """Speak the owner's language from now on, else the terminal's."""
    # The first that is set decides (POSIX), also for a language that is not spoken here.
    locales = (os.environ.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    speak(choose(owners, next(filter(None, locales), None)))


def use_utf8() -> None:
    """Read and write every language's letters, whatever the terminal's locale has of them."""
    for stream in (sys.stdin, sys.stdout):
        if isinstance(stream, TextIOWrapper):
            # Bytes that are no UTF-8 become lone surrogates, which a chat refuses with a sentence.
            stream.reconfigure(encoding="utf-8", errors="surrogateescape")
