"""What was used is summed up, with own keys apart, and what is not known is not nothing."""

from __future__ import annotations

from decimal import Decimal

import pytest

from chat.languages.language import CODES, language, speaking
from chat.ledger.used import REST, Used
from chat.usage import words
from chat.usage.report import Line, Report
from chat.usage.table import LONGEST, table, width
from tests.usage.days import DANGEROUS, DAYS, TODAY, row


def test_the_sums_are_by_day_person_and_model_with_own_keys_apart() -> None:
    report = Report.of(DAYS)
    assert [(line.has_own_key, line.used.requests, line.cost) for line in report.total] == [
        (False, 11, Decimal(7)),
        (True, 1, Decimal(0)),
    ]
    assert [line.name for line in report.by_day] == ["2026-11-26", "2026-11-27", "2026-11-27"]
    assert [line.name for line in report.by_person] == [REST, "192.0.2.1", "2001:db8::/64"]
    assert [(line.name, line.used.requests) for line in report.by_model] == [
        *((REST, 7), ("gpt-4o", 3), (DANGEROUS, 1), ("gpt-4o", 1)),
    ]


@pytest.mark.parametrize(
    ("used", "own", "said"),
    [
        (Used(requests=2, cost=1_500_000_000), False, "$1.50"),
        (Used(requests=2, cost=1_500_000_000, unpriced=1), False, "≥ $1.50"),
        (Used(requests=2, unpriced=2), False, "unknown"),
        (Used(requests=2), False, "$0.00"),
        (Used(requests=2), True, "own key"),
    ],
)
def test_a_cost_is_known_or_the_least_or_unknown(used: Used, *, own: bool, said: str) -> None:
    assert words.cost(Line(name="", has_own_key=own, used=used)) == said


def test_a_table_stands_in_columns_and_commands_no_terminal() -> None:
    shown = table(Report.of(DAYS), 80)
    first, total, own, *_ = shown.splitlines()
    assert first.startswith("The last 2 days  ")
    assert first.endswith("  Requests  Failed  Tokens sent  Received     Cost")
    assert total.split() == ["Total", "11", "1", "≥", "3,000", "≥", "30", "≥", "$7.00"]
    assert own.endswith("own key")
    assert len({len(line) for line in (first, total, own)}) == 1
    assert "\x1b" not in shown
    assert "\u202e" not in shown
    assert "others" in shown
    assert "other models" in shown
    assert "November 26, 2026" in shown
    assert "≥" in words.notes([Report.of(DAYS)])
    assert "≥" not in words.notes([Report.of([(TODAY, [row("v", "m")])])])


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("columns", [60, 120])
def test_it_fits_into_the_terminal_in_every_language(code: str, columns: int) -> None:
    long = [(TODAY, [row("v" * 100, "我" * 100)])]
    with speaking(language(code)):
        lines = table(Report.of(long), columns).splitlines()
        named = [line for line in lines if "vvv" in line or "我我" in line]
        assert len(named) == 2
        assert all("…" in line for line in named)
        assert max(map(width, lines)) <= max(columns, 80)


def test_of_many_persons_the_largest_are_told() -> None:
    many = [(TODAY, [row(f"v{number}", "m", cost=number) for number in range(LONGEST + 5)])]
    shown = table(Report.of(many), 80)
    assert f"v{LONGEST + 4} " in shown
    assert "v0 " not in shown
    assert "and 5 more" in shown


def test_where_nothing_was_used_it_says_so() -> None:
    assert table(Report.of([(TODAY, [])]), 80) == "Today\n\nNothing was used.\n"
