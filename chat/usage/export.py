"""All rows of some days for another program: as CSV or JSON, with names in English."""

from __future__ import annotations

import csv
import io
import json

from chat.ledger.used import REST, Row
from chat.usage.report import Days, Line, day_of
from chat.usage.words import seen

NAMES = (
    *("day", "who", "model", "own_key", "requests", "failures"),
    *("prompt_tokens", "completion_tokens", "requests_without_tokens"),
    *("cost_usd", "requests_without_cost"),
)
FORMULA = tuple("=+-@\uff1d\uff0b\uff0d\uff20")  # a spreadsheet would calculate what begins so


def rows(days: Days) -> list[dict[str, object]]:
    """What each person has used of each model on each day, the latest first.

    A name is None where others are counted together, and a cost, in US dollars, where it is not
    known. Tokens and a cost are the least where not all requests told them.
    """
    return [
        dict(zip(NAMES, (str(day_of(day)), *_values(row)), strict=True))
        for day, listed in days
        for row in listed
    ]


def _values(row: Row) -> tuple[object, ...]:
    used = row.used
    cost = Line(name="", has_own_key=row.has_own_key, used=used).cost
    return (
        *(None if name == REST else name for name in (row.who, row.model)),
        *(row.has_own_key, used.requests, used.failures),
        *(used.prompt_tokens, used.completion_tokens, used.unreported),
        *(None if cost is None else f"{cost:f}", used.unpriced),
    )


def as_json(days: Days) -> str:
    """The rows as a list of objects."""
    return json.dumps(rows(days), indent=1) + "\n"  # in ASCII, as a terminal may show it


def as_csv(days: Days) -> str:
    """The rows beneath their names; what a visitor has typed is no formula."""
    written = io.StringIO()
    writer = csv.DictWriter(written, NAMES, lineterminator="\n")
    writer.writeheader()
    for row in rows(days):
        writer.writerow({name: _cell(value) for name, value in row.items()})
    return written.getvalue()


def _cell(value: object) -> object:
    if not isinstance(value, str):
        return value
    text = seen(value)
    return f"'{text}" if text.lstrip().startswith(FORMULA) else text
