"""What a service reports of its tokens, in every shape, is one account."""

from __future__ import annotations

from typing import Any

import pytest

from chat.models import Usage
from chat.services.reported_usage import usage_of


@pytest.mark.parametrize(
    ("usage", "cached", "thoughts"),
    [
        ({"prompt_tokens": 5, "completion_tokens": 9}, None, None),
        ({"prompt_tokens": 5.0, "completion_tokens": 9.0, "total_tokens": 14}, None, None),
        ({"prompt_tokens": 5, "completion_tokens": 9, "prompt_cache_hit_tokens": 2}, 2, None),
        ({"prompt_tokens": 5, "completion_tokens": 9, "cached_tokens": 2}, 2, None),
        ({"prompt_tokens": 5, "completion_tokens": 9, "reasoning_tokens": 4}, None, 4),
        ({"prompt_tokens": 5, "completion_tokens": 9, "cached_tokens": 7}, 5, None),
        ({"input_tokens": 5, "output_tokens": 9}, None, None),
        (
            {
                "input_tokens": 5,
                "input_tokens_details": {"cached_tokens": 2},
                "output_tokens": 9,
                "output_tokens_details": {"reasoning_tokens": 4},
            },
            2,
            4,
        ),
        # What is counted apart is a part, too
        ({"input_tokens": 1, "output_tokens": 9, "cache_read_input_tokens": 4}, 4, None),
        ({"prompt_tokens": 5, "completion_tokens": 1, "total_tokens": 14}, None, 8),
        (
            {
                "prompt_tokens": 5,
                "completion_tokens": 6,
                "total_tokens": 14,
                "completion_tokens_details": {"reasoning_tokens": 3},
            },
            None,
            3,
        ),
        (
            {
                "prompt_tokens": 5,
                "completion_tokens": 1,
                "completion_tokens_details": {"reasoning_tokens": 8},
            },
            None,
            8,
        ),
        # A total that nothing explains
        ({"prompt_tokens": 5, "completion_tokens": 9, "total_tokens": 0}, None, None),
        (
            {"prompt_tokens": 5, "completion_tokens": 9, "total_tokens": 99, "reasoning_tokens": 4},
            None,
            4,
        ),
    ],
)
def test_five_tokens_sent_and_nine_answered(
    usage: dict[str, Any], cached: int | None, thoughts: int | None
) -> None:
    found = usage_of({"usage": usage}, {})
    assert found == Usage(
        prompt_tokens=5, completion_tokens=9, reasoning_tokens=thoughts, cached_tokens=cached
    )
    assert usage_of({"x_groq": {"usage": usage}}, {}) == found
    assert usage_of({}, {"usage": usage}) == found


def test_a_report_beside_the_answer() -> None:
    found = usage_of({"done": True, "prompt_eval_count": 5, "eval_count": 9}, {})
    assert found == Usage(prompt_tokens=5, completion_tokens=9)


@pytest.mark.parametrize("odd", [None, 1, "x", [], {}, {"usage": 1}, {"usage": {"x": 1}}])
def test_what_reports_nothing_is_no_report(odd: Any) -> None:  # noqa: ANN401
    assert usage_of({"usage": odd, "x_groq": odd}, {"usage": odd}) is None
