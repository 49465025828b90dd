"""Some days, as the ledger tells them."""

from __future__ import annotations

from chat.ledger.used import DOLLAR, REST, Row, Used

TODAY = 20_784  # 2026-11-27
DANGEROUS = '=HYPERLINK("http://host")\x1b[2J\u202e'


def row(who: str, model: str, *, own: bool = False, **numbers: int) -> Row:
    used = Used(**{"requests": 1, "prompt_tokens": 1_000, "completion_tokens": 10, **numbers})
    return Row(who=who, model=model, has_own_key=own, used=used)


DAYS = [
    (
        TODAY,
        [
            row("192.0.2.1", "gpt-4o", requests=3, failures=1, cost=2 * DOLLAR),
            row("192.0.2.1", DANGEROUS, unpriced=1, unreported=1),
            row("2001:db8::/64", "gpt-4o", own=True),
        ],
    ),
    (TODAY - 1, [row(REST, REST, requests=7, cost=5 * DOLLAR, unpriced=2)]),
]
