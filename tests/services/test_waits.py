"""When to come back, wherever and however a service says it."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from chat.services.refusals import Refusal

DAY = 86_400


def wait(body: object, **headers: str) -> float | None:
    """What a refusal says, in whole seconds."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    found = Refusal.read(body, status=429, headers=named).wait
    return None if found is None else round(found)


@pytest.mark.parametrize("written", ["90", "90.0", "90s", "1m30s", "1m 30s"])
@pytest.mark.parametrize("name", ["retry_after", "x_ratelimit_reset", "ratelimit_reset"])
def test_a_header_says_a_length(name: str, written: str) -> None:
    assert wait("x", **{name: written}) == 90


@pytest.mark.parametrize(
    "name", ["retry_after", "x_ratelimit_reset", "anthropic_ratelimit_tokens_reset"]
)
def test_a_header_says_a_moment(name: str) -> None:
    then = datetime.now(UTC) + timedelta(seconds=90)
    moments = [
        format_datetime(then, usegmt=True),
        then.isoformat(),
        str(time.time() + 90),
        str(1_000 * time.time() + 90_000),
    ]
    assert {wait("x", **{name: moment}) for moment in moments} <= {89, 90}


def test_of_several_paces_the_one_that_is_used_up_counts() -> None:
    headers = {
        "x_ratelimit_remaining_requests": "9",
        "x_ratelimit_reset_requests": "8h",
        "x_ratelimit_remaining_tokens": "0",
        "x_ratelimit_reset_tokens": "7m12s",
    }
    assert wait("Slow down.", **headers) == 432
    assert wait("Try again in 9 minutes.", **headers) == 540


@pytest.mark.parametrize(
    ("body", "seconds"),
    [
        ({"message": "x", "retry_after": 12}, 12),
        ({"error": {"message": "x", "retryAfter": "12"}}, 12),
        ({"error": {"message": "x", "retry_after_ms": 12_000}}, 12),
        ({"error": {"details": [{"retryDelay": "38.2s"}]}}, 38),
        ({"error": {"metadata": {"raw": json.dumps({"retry_after": 12})}}}, 12),
        ({"message": "x", "retry_after": None}, None),
        ("Try again in 1 hour and 5 minutes.", 3_900),
        ("Try again in 2 hours, 5 minutes and 3 seconds.", 7_503),
        ("请在 30 秒后重试", 30),
        ("请2分钟之后再试", 120),
        ("请1小时后再试", 3_600),
        ("Retry with 3 messages.", None),
        # What is allowed in a day
        ("Limit exceeded: free-models-per-day", DAY),
        ("The daily limit is reached.", DAY),
        ("今日调用次数已达上限", DAY),
        ("Requests per day (RPD): 200. Try again in 10m4s.", 604),
        ({"details": [{"quotaId": "RequestsPerDayOfOne"}, {"retryDelay": "38s"}]}, DAY),
        ({"details": [{"quotaId": "RequestsPerMinuteOfOne"}, {"retryDelay": "38s"}]}, 38),
    ],
)
def test_a_body_says_it(body: object, seconds: int | None) -> None:
    assert wait(body) == seconds


def test_a_moment_in_a_body_of_a_service_behind_the_service() -> None:
    body = {"metadata": {"headers": {"X-RateLimit-Reset": str(int(1_000 * time.time()) + 90_000)}}}
    assert wait(body) in (89, 90)


@pytest.mark.parametrize("odd", ["", "-5", "0", "soon", "nan", "inf", "1e300", "9" * 5_000])
def test_a_time_that_cannot_be_is_passed_over(odd: str) -> None:
    assert wait("x", retry_after=odd) is None
    assert wait("x", x_ratelimit_reset=odd) is None
    assert wait({"retry_after": odd}) is None


def test_another_refusal_is_not_told_by_the_pace_that_is_left() -> None:
    assert Refusal.read("x", status=503, headers={"x-ratelimit-reset": "90"}).wait is None
