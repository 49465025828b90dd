"""What of a request is taken out, or lowered, for the words of a refusal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from chat.conversation.window import Message
from chat.options import Options
from chat.services.parameters import Attempt, Habits
from chat.services.refusals import Refusal

BOUND = 50_000
PLAIN = Options(model="m")
QUESTION: list[Message] = [{"role": "user", "content": "Why?"}]


def mended(
    words: object, options: Options = PLAIN, messages: Sequence[Message] = QUESTION
) -> Attempt:
    """A request after its refusal in these words."""
    attempt = Habits().begin(messages, options)
    body = {"error": {"message": words}} if isinstance(words, str) else words
    attempt.mend(Refusal.read(body, status=400))
    return attempt


@pytest.mark.parametrize(
    ("words", "refused"),
    [
        ("invalid temperature: only 1 is allowed here", {"temperature"}),
        ("`temperature` may only be set to 1 when thinking is on.", {"temperature"}),
        ("The temperature must be 1", {"temperature"}),
        ("`top_p` must be at least 0.95 or unset while thinking.", {"top_p"}),
        ("`temperature` and `top_p` cannot both be specified; use only one.", {"top_p"}),
        ("temperature and top_p are not supported", {"temperature", "top_p"}),
        # A value that is out of bounds is for the visitor to change.
        ("temperature must be between 0 and 1", set()),
        ("temperature must be 1 or less", set()),
        ("temperature must be 0.5, 0.7 or 1", set()),
    ],
)
def test_a_setting_that_has_but_one_value_is_left_out(words: str, refused: set[str]) -> None:
    assert mended(words, Options(model="m", temperature=0.5, top_p=0.5)).refused == refused


def test_a_name_that_is_unknown_is_refused_with_every_value() -> None:
    place = {"loc": ["body", "reasoning_effort"], "msg": "Extra inputs", "input": "high"}
    body = {"detail": [{**place, "type": "extra_forbidden"}]}
    attempt = mended(body, Options(model="m", reasoning_effort="high"))
    assert attempt.refused == {"reasoning_effort"}


@pytest.mark.parametrize(
    "words",
    [
        'can only concatenate str (not "list") to str',
        "'list' object has no attribute 'strip'",
        "Invalid content type: list",
        "cannot unmarshal array into field messages.content of type string",
        "messages.0.content: expected string, received array",
    ],
)
def test_a_question_of_parts_is_sent_as_one_text(words: str) -> None:
    parts: Any = [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]
    attempt = mended(words, messages=[{"role": "user", "content": parts}])
    assert isinstance(attempt.messages[0]["content"], str)


def test_a_role_that_is_refused_in_chinese_heads_the_question() -> None:
    attempt = mended(
        "角色信息不正确", messages=[{"role": "system", "content": "Be brief."}, *QUESTION]
    )
    assert [message["role"] for message in attempt.messages] == ["user"]


@pytest.mark.parametrize(
    ("words", "bound"),
    [
        ("The valid range of max_tokens is [1, 8192]", 8_192),
        ("max_tokens must be less than or equal to 8192", 8_192),
        ("max_tokens参数非法：取值范围[1,8192]", 8_192),
        ("maxOutputTokens is 50000 but the range is 1 (inclusive) to 8193 (exclusive)", 8_192),
        ("max_tokens: 50000 > 8192, the maximum of output tokens", 8_192),
        ("max_tokens is too large: 50,000. At most 8,192 completion tokens.", 8_192),
        # Together with the question
        ("The context length is 32768, but 51000 tokens were asked for (1000 + 50000)", 31_768),
        ("context length 32768; 50000 output tokens and a prompt of 1000 tokens", 31_768),
        ("input length and `max_tokens` exceed it: 1000 + 50000 > 32768", 31_768),
        ("`inputs` tokens + `max_new_tokens` must be <= 32768. Given: 1000 and 50000", 31_768),
        ("'max_tokens' is too large: 50000 (50000 > 32768 - 1000).", 31_768),
        # The question alone is too long, or nothing says by how much.
        ("The context length is 32768, but the messages have 40000 tokens.", BOUND),
        ("The context length is 32768; a prompt of 40000 and 50000 output tokens", BOUND),
        ("The context size is exceeded.", BOUND),
        ("max_tokens is too large.", BOUND),
    ],
)
def test_a_bound_is_lowered_by_the_numbers_that_a_refusal_names(words: str, bound: int) -> None:
    sent = mended(words, Options(model="m", max_tokens=BOUND)).parameters
    assert sent["max_completion_tokens"] == bound
