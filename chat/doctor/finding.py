"""What was found: a mark, one sentence, and what belongs to it; and a look that has to end."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from contextvars import copy_context
from dataclasses import dataclass
from enum import StrEnum
from queue import Empty, SimpleQueue

from chat.errors import ChatError
from chat.languages.language import spoken
from chat.words.failures import failure, owners_advice


class Mark(StrEnum):
    """How well something is."""

    WELL = "✓"
    NOTE = "!"  # the app works, but somebody may want to know
    WRONG = "✗"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing that was looked at. `details` are lines beneath the sentence."""

    mark: Mark
    sentence: str
    details: tuple[str, ...] = ()


def well(sentence: str, *details: str) -> Finding:
    """Something is as it should be."""
    return Finding(mark=Mark.WELL, sentence=sentence, details=details)


def note(sentence: str, *details: str) -> Finding:
    """Something works, but not as well as it could."""
    return Finding(mark=Mark.NOTE, sentence=sentence, details=details)


def wrong(sentence: str, *details: str) -> Finding:
    """Something has to be mended."""
    return Finding(mark=Mark.WRONG, sentence=sentence, details=details)


def failed(error: ChatError) -> Finding:
    """A failure of the service: what happened, what to do about it, and its own words."""
    happened, advice = failure(error, has_models=False)
    owners = owners_advice(error)  # which goes on behind a colon elsewhere
    to_do = owners[:1].upper() + owners[1:] or advice
    return wrong(spoken().joined(happened, to_do), *filter(None, [error.detail]))


Look = Callable[[], Sequence[Finding]]


def within(seconds: float, look: Look, given_up: Finding) -> Sequence[Finding]:
    """What a look finds, or what is said where it takes longer.

    It goes on in a thread that ends with the program: a name's address, a file on a network's disk
    and more cannot be asked for with a time limit.
    """
    found: SimpleQueue[Sequence[Finding] | Exception] = SimpleQueue()

    def run() -> None:
        try:
            found.put(look())
        except Exception as error:  # noqa: BLE001 - it is raised again where it was waited for
            found.put(error)

    threading.Thread(target=copy_context().run, args=(run,), daemon=True).start()
    try:
        outcome = found.get(timeout=seconds)
    except Empty:
        return [given_up]
    if isinstance(outcome, Exception):
        raise outcome
    return outcome
