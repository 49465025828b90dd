"""What services say as they refuse, in the words of many, is the kind of failure that it is."""

# ruff: noqa: E501 - a table

from __future__ import annotations

import pytest

from chat import errors
from chat.errors import ChatError
from chat.services.refusals import Refusal

SAID: list[tuple[type[ChatError], int, str]] = [
    (errors.WindowTooLarge, 400, "This request exceeded the model token limit: 8192 (requested: 9012)"),
    (errors.WindowTooLarge, 400, "`inputs` tokens + `max_new_tokens` must be <= 4096. Given: 5000 and 100"),
    (errors.WindowTooLarge, 400, "input length and `max_tokens` exceed the limit: 190 + 20 > 200"),
    (errors.WindowTooLarge, 400, "length of prompt_tokens (40000) must be less than max_seq_len (32768)."),
    (errors.WindowTooLarge, 400, "The prompt has 130000 tokens, too large for model with 128000"),
    (errors.WindowTooLarge, 400, "the number of prompt tokens exceeds the limit"),
    (errors.WindowTooLarge, 400, "the max input characters is 20000"),
    (errors.WindowTooLarge, 400, "上下文长度超过限制"),
    (errors.WindowTooLarge, 400, "输入的 token 数超过了上限"),
    (errors.WindowTooLarge, 400, "输入内容过长"),
    (errors.TooFast, 403, "The token rate exceeded the limit per minute"),
    (errors.TooFast, 403, "请控制请求频率"),
    (errors.TooFast, 429, "Rate limit (TPM): Limit 6000, Used 5000, Requested 2000"),
    (errors.TooFast, 429, "2000 tokens more than the 6000 tokens per minute"),
    (errors.TooFast, 429, "Rate limit (TPD): Limit 6000, Used 5000, Requested 8000"),
    (errors.LargerThanPace, 429, "Rate limit (TPM): Limit 6,000, Used 0, Requested 8,242. Try again in 20s"),
    (errors.LargerThanPace, 429, "You requested 8242 tokens, over the limit of 6000 per minute"),
    (errors.LargerThanPace, 429, "9000 tokens are more than the 6000 tokens per minute"),
    (errors.AnswerTooLong, 400, "The valid range of max_tokens is [1, 8192]"),
    (errors.AnswerTooLong, 400, "Range of max_tokens should be [1, 8192]"),
    (errors.AnswerTooLong, 400, "a maxOutputTokens of 200000, but the range is from 1 to 65537"),
    (errors.AnswerTooLong, 400, "max_tokens参数非法：取值范围[1,8192]"),
    (errors.QuotaUsedUp, 403, "The free tier of this model is exhausted."),
    (errors.QuotaUsedUp, 403, "Key limit exceeded (total limit)."),
    (errors.QuotaUsedUp, 400, "You have reached your API usage limits until the first."),
    (errors.QuotaUsedUp, 429, "The daily free allocation of 10,000 neurons is used."),
    (errors.QuotaUsedUp, 403, "ExceededBudget: over budget. Spend=1, Budget=0.5"),
    (errors.QuotaUsedUp, 403, "该令牌额度已用尽"),
    (errors.NotAllowed, 400, "User location is not supported."),
    (errors.NoSuchModel, 400, "foo is not a valid model ID"),
    (errors.NoSuchModel, 400, '"nomic-embed" does not support chat'),
    (errors.NoSuchModel, 410, "This model has been retired"),
    (errors.NoSuchModel, 400, "模型不存在，请检查。"),
    (errors.NoSuchModel, 503, "对于模型 x 无可用渠道"),
    (errors.ModelTooLarge, 400, "The model was not loaded, due to insufficient system resources."),
    (errors.ContentRefused, 403, "The input was flagged. No credits were charged."),
    (errors.ContentRefused, 400, "The text may contain sensitive information."),
    (errors.ContentRefused, 403, "This violates the usage guidelines."),
    (errors.ContentRefused, 400, "输入可能包含敏感内容"),
    (errors.WrongAddress, 400, "The plain HTTP request was sent to HTTPS port"),
    (errors.WrongAddress, 400, "Client sent an HTTP request to an HTTPS server."),
    (errors.WrongAddress, 308, ""),
    (errors.TooSlow, 524, "A timeout occurred"),
    (errors.TooSlow, 0, "The upstream timed out"),
    (errors.ServiceDown, 0, "an error was encountered while the model ran: unexpected EOF"),
    (errors.PicturesRefused, 400, "At most 0 image(s) may be sent."),
    (errors.PicturesRefused, 400, "image exceeds 5 MB"),
    (errors.PicturesRefused, 400, "图片输入格式/解析错误"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "status", "words"), SAID)
def test_a_refusal_is_of_the_kind_that_its_words_say(
    kind: type[ChatError], status: int, words: str
) -> None:
    assert Refusal.read({"error": {"message": words}}, status=status or None).kind is kind


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        (errors.NoSuchModel, "1211"),
        (errors.WindowTooLarge, "1261"),
        (errors.ContentRefused, "1301"),
        (errors.QuotaUsedUp, "budget_exceeded"),
        (errors.QuotaUsedUp, "exceeded_current_quota_error"),
        (errors.ContentRefused, "SensitiveContentDetected"),
    ],
)
def test_a_precise_code_says_the_kind_without_words(kind: type[ChatError], code: str) -> None:
    assert Refusal.read({"error": {"code": code}}, status=400).kind is kind


@pytest.mark.parametrize(
    "body",
    [
        {"Message": "Why."},
        {"errorMessage": "Why."},
        {"err": "Why.", "code": 7},
        {"fault": {"faultstring": "Why.", "detail": {"errorcode": "x"}}},
        {"data": {"error": "Why."}},
        {"error": {"code": "x", "innererror": {"message": "Why."}}},
        {"error": {"details": [{"@type": "x", "description": "Why."}]}},
        {"ResponseMetadata": {"RequestId": "x", "Error": {"Code": "x", "Message": "Why."}}},
        {"error": "Why.", "request": {"message": "Hello?"}},
    ],
)
def test_the_words_are_found_wherever_a_body_keeps_them(body: object) -> None:
    assert Refusal.read(body, status=400).words == "Why."
