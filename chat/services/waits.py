"""When a service that refuses a request says that it may be asked again. Pure.

wait_of(429, {"retry-after": "20"}, "", "")     # 20.0, in seconds
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

LONGEST_WAIT = 366 * 86_400.0  # seconds
DAY = 86_400.0
FIRST_TIMESTAMP = 1e9  # a number from which on is a time since 1970, and no length
FIRST_IN_MILLISECONDS = 1e11  # the same in milliseconds

_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3_600.0, "d": DAY}
_UNITS |= {"秒": 1.0, "分": 60.0, "小": 3_600.0, "天": DAY}
_DURATION = re.compile(
    r"(?:,?\s*(?:and )?)(\d{1,12}(?:\.\d{1,20})?)\s*"
    r"(ms|milliseconds?|s|secs?|seconds?|m|mins?|minutes?|h|hours?|d|days?)(?![a-z])",
    re.IGNORECASE,
)
_SOON = re.compile(
    r"(?:retry|try again|wait|come back|available again|reset)\D{0,30}", re.IGNORECASE
)
_CHINESE = re.compile(r"(\d{1,12}(?:\.\d{1,20})?)\s*(秒|分|小时|天)钟?[之以]?后")
_IN_BODY = re.compile(
    r"(retry[-_]?(?:after|delay)(?:[-_]?(?:ms|s|sec|seconds))?|x-ratelimit-reset)"
    r'\\*": ?\\*"?([^"\\,}]+)',
    re.IGNORECASE,
)
_RESET = re.compile(r"ratelimit.*reset")
_DAILY = re.compile(r"per[ -]?day|\bdaily\b|\b[rt]pd\b|每[天日]|[今当]日", re.IGNORECASE)
# Google's, whose delay is the one of its quota for a minute.
_DAILY_QUOTA = re.compile(r'"quotaId": "\w*PerDay')


def wait_of(status: int | None, headers: Mapping[str, str], words: str, body: str) -> float | None:
    """Seconds after which a service may be asked again; None where it does not say so.

    What is allowed in a day is taken to be allowed again in a day.
    """
    said = _number(headers.get("retry-after-ms"), 0.001) or _seconds(headers.get("retry-after"))
    waits = [said] if said is not None else []
    if not waits and _DAILY_QUOTA.search(body):
        waits = [DAY]
    if not waits:
        waits = [*_in_body(body)]
    if not waits:
        waits = [*_in_words(words)][:1]
    if not waits and status == 429:
        waits = [*_resets(headers)]
    if not waits and _DAILY.search(words):
        waits = [DAY]
    return next((wait for wait in waits if 0 < wait <= LONGEST_WAIT), None)


def _in_body(body: str) -> Iterator[float]:
    for name, written in _IN_BODY.findall(body):
        unit = 0.001 if name.lower().endswith("ms") else 1.0
        if (wait := _seconds(written, unit)) is not None:
            yield wait


def _in_words(words: str) -> Iterator[float]:
    for found in _SOON.finditer(words):
        if wait := _duration(words, found.end()):
            yield wait
    for number, unit in _CHINESE.findall(words):
        yield float(number) * _UNITS[unit[0]]


def _resets(headers: Mapping[str, str]) -> Iterator[float]:
    """When the pace that is used up begins anew, the last first."""
    waits = []
    for name, written in headers.items():
        left = _number(headers.get(name.lower().replace("reset", "remaining")), 1.0)
        if _RESET.search(name.lower()) and not left:
            waits.append(_seconds(written) or 0.0)
    yield from sorted(waits, reverse=True)


def _seconds(written: str | None, unit: float = 1.0) -> float | None:
    """A number, a length or a moment, as seconds from now."""
    if written is None:
        return None
    number = _number(written, unit)
    if number is not None and number >= FIRST_TIMESTAMP:
        return number / (1_000 if number >= FIRST_IN_MILLISECONDS else 1) - time.time()
    if number is not None:
        return number
    return _duration(written.strip(), 0) or _moment(written.strip())


def _duration(text: str, at: int) -> float:
    """The length of time that is written there, as in 1h2m3.5s; 0 where there is none."""
    wait = 0.0
    while part := _DURATION.match(text, at):
        unit = part[2].lower()
        wait += float(part[1]) * _UNITS["ms" if unit.startswith(("ms", "milli")) else unit[0]]
        at = part.end()
    return wait


def _moment(written: str) -> float | None:
    for read in (parsedate_to_datetime, datetime.fromisoformat):
        try:
            return (read(written) - datetime.now(UTC)).total_seconds()
        except (ValueError, TypeError):
            continue
    return None


def _number(written: str | None, unit: float) -> float | None:
    try:
        return None if written is None else float(written) * unit
    except ValueError:
        return None
