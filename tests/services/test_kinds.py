"""What services really send, each kind once, over HTTP: the answer, or what became of it, whole."""

# ruff: noqa: E501 - tables

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from chat import errors
from chat.conversation.answer import Answer, Status
from chat.conversation.window import Message
from chat.options import Options
from chat.services.provider import Provider
from chat.services.refusals import Refusal
from chat.words import text
from tests.fakes import service as fake
from tests.fakes.service import Reply, ScriptedService, answering, chunk, failing
from tests.services.asking import KEY, ask, refusing

JSON = {"Content-Type": "application/json"}


def answer_of(service: ScriptedService, options: Options | None = None) -> Answer:
    """What comes of a question."""
    options = options or Options(model="m")
    provider = Provider(api_key=KEY, base_url=service.base_url, defaults=options, timeout=5.0)
    return ask(provider, options)


def whole(body: object, headers: dict[str, str] = JSON) -> Reply:
    """A body that is no event stream."""
    written = body if isinstance(body, str) else json.dumps(body)
    return Reply(headers=headers, steps=[fake.raw(written), fake.end])


ANSWERS: dict[str, tuple[Reply, str, str, Status]] = {
    "an end of thoughts alone": (answering("I ponder.\n", "</th", "ink>\n\nYes."), "I ponder.\n", "Yes.", Status.COMPLETE),
    "thoughts behind a word": (answering("Well. <think", "ing>Hm.</thinking>Yes."), "Hm.", "Well. Yes.", Status.COMPLETE),
    "a tag in code": (answering("```\n<think>", "x</think>\n```"), "", "```\n<think>x</think>\n```", Status.COMPLETE),
    "thoughts in details": (
        Reply(steps=[chunk("", reasoning_details=[{"type": "reasoning.text", "text": "Hm."}]), chunk("Yes."), chunk(finish_reason="stop"), fake.done]),
        "Hm.", "Yes.", Status.COMPLETE,
    ),
    "harmony": (answering("<|channel|>analysis<|message|>Hm.<|end|>", "<|start|>assistant<|channel|>final<|message|>Yes."), "Hm.", "Yes.", Status.COMPLETE),
    "JSON": (whole({"choices": [{"message": {"content": "Yes."}, "finish_reason": "stop"}]}), "", "Yes.", Status.COMPLETE),
    "JSON without a reason": (whole({"choices": [{"message": {"content": "Yes."}}]}), "", "Yes.", Status.COMPLETE),
    "done without a reason": (Reply(steps=[chunk("Yes."), fake.done]), "", "Yes.", Status.COMPLETE),
    "all chunks without a reason": (Reply(steps=[chunk("Yes."), fake.end]), "", "Yes.", Status.COMPLETE),
    "length in capitals": (answering("Yes", finish_reason="MAX_TOKENS"), "", "Yes", Status.CUT),
    "safety behind a word": (answering("Yes", finish_reason="SAFETY"), "", "Yes", Status.CUT),
    "a broken letter": (
        Reply(steps=[fake.raw(b'data: {"choices": [{"delta": {"content": "Ye\xff"}}]}\n\n'), chunk("s."), chunk(finish_reason="stop"), fake.done]),
        "", "Ye\ufffds.", Status.COMPLETE,
    ),
    "a tool behind a word": (
        Reply(steps=[chunk("Let me look."), chunk(tool_calls=[{"function": {"name": "search"}}]), chunk(finish_reason="tool_calls"), fake.done]),
        "", "Let me look.\n\n[search]", Status.COMPLETE,
    ),
}  # fmt: skip


@pytest.mark.parametrize(("reply", "thoughts", "said", "status"), ANSWERS.values(), ids=ANSWERS)
def test_every_answer_is_read(
    service: ScriptedService, reply: Reply, thoughts: str, said: str, status: Status
) -> None:
    service.enqueue(reply)
    answer = answer_of(service)
    assert (answer.reasoning, answer.text, answer.status) == (thoughts, said, status)


PYDANTIC = [{"loc": ["body", "messages", 0, "content"], "msg": "At most 99 characters.", "type": "string_too_long"}]  # fmt: skip
RAW = '{"error": {"message": "at most 99 output tokens are allowed here"}}'

REFUSALS: dict[str, tuple[Reply, type[errors.ChatError], str]] = {
    "an account in arrears": (refusing(429, {"error": {"code": "1113", "message": "Please recharge."}}), errors.QuotaUsedUp, "Please recharge."),
    "a balance": (refusing(400, {"error": {"message": "Your credit balance is too low"}}), errors.QuotaUsedUp, "Your credit balance is too low"),
    "a quota in a list": (refusing(429, [{"error": {"code": 429, "message": "You exceeded your current quota."}}]), errors.QuotaUsedUp, "You exceeded your current quota."),
    "a quota a minute": (refusing(429, {"error": {"message": "Quota exceeded for requests_per_minute"}}, Retry_After="30"), errors.TooFast, "Quota exceeded for requests_per_minute"),
    "a pace and where to pay": (refusing(429, {"error": {"message": "Rate limit reached. See https://host/account/billing"}}, Retry_After="30"), errors.TooFast, "Rate limit reached. See https://host/account/billing"),
    "overloaded, by a 4xx": (refusing(429, {"error": {"message": "Busy.", "type": "overloaded_error"}}, Retry_After="30"), errors.TooFast, "Busy."),
    "a country": (refusing(403, {"error": {"message": "Not in your country."}}), errors.NotAllowed, "Not in your country."),
    "privacy": (refusing(404, {"error": {"message": "No endpoints match your data policy.", "code": 404}}), errors.NotAllowed, "No endpoints match your data policy."),
    "no model loaded": (refusing(404, {"error": {"message": "No models loaded."}}), errors.NoSuchModel, "No models loaded."),
    "a model to pull": (refusing(404, {"error": {"message": "model 'x' not found", "type": "api_error"}}), errors.NoSuchModel, "model 'x' not found"),
    "memory": (refusing(500, {"error": "model requires more system memory (9 GiB) than is available (3 GiB)"}), errors.ModelTooLarge, "model requires more system memory (9 GiB) than is available (3 GiB)"),
    "a path": (refusing(404, "404 page not found"), errors.WrongAddress, "404 page not found"),
    "a path as JSON": (refusing(404, {"detail": "Not Found"}), errors.WrongAddress, "Not Found"),
    "a method": (refusing(405, "<html><h1>Method Not Allowed</h1></html>"), errors.WrongAddress, "Method Not Allowed"),
    "a path with a 200": (whole({"error": "Unexpected endpoint or method. (POST /chat/completions)"}), errors.WrongAddress, "Unexpected endpoint or method. (POST /chat/completions)"),
    "a list of details": (refusing(422, {"detail": PYDANTIC}), errors.WindowTooLarge, "messages.0.content: At most 99 characters."),
    "a service behind it": (refusing(400, {"error": {"message": "Provider returned error", "metadata": {"raw": RAW}}}), errors.AnswerTooLong, "at most 99 output tokens are allowed here"),
    "credit for less": (refusing(402, {"error": {"message": "This requires fewer max_tokens. You can only afford 99."}}), errors.AnswerTooLong, "This requires fewer max_tokens. You can only afford 99."),
    "a context in words": (refusing(500, {"error": {"message": "exceeds the context size", "type": "server_error"}}), errors.WindowTooLarge, "exceeds the context size"),
    "larger than a minute": (refusing(413, {"error": {"message": "Limit 60, requested 90.", "code": "rate_limit_exceeded"}}), errors.LargerThanPace, "Limit 60, requested 90."),
    "a key, with a 400": (refusing(400, [{"error": {"message": "API key not valid.", "status": "INVALID_ARGUMENT"}}]), errors.KeyRefused, "API key not valid."),
    "a message that is an object": (refusing(400, {"message": {"detail": "Odd."}}), errors.UnknownFailure, "Odd."),
    "a flat error in a stream": (Reply(steps=[fake.event({"object": "error", "message": "Dead.", "code": 500}), fake.done]), errors.ServiceDown, "Dead."),
    "FastChat's": (Reply(steps=[fake.event({"text": "Dead.", "error_code": 50001}), fake.done]), errors.ServiceDown, "Dead."),
    "an event's name": (Reply(steps=[fake.raw('event: error\ndata: {"message": "It crashed."}\n\n'), fake.end]), errors.ServiceDown, "It crashed."),
    "a line": (Reply(steps=[fake.raw('error: {"type": "exceed_context_size_error", "message": "Long."}\n\n'), fake.end]), errors.WindowTooLarge, "Long."),
    "a page to sign in": (whole("<html><title>Sign in</title></html>", {"Content-Type": "text/html"}), errors.NotUnderstood, "Sign in"),
    "a tool": (Reply(steps=[chunk(tool_calls=[{"function": {"name": "search"}}]), chunk(finish_reason="tool_calls"), fake.done]), errors.ToolWanted, "search"),
    "a refusal that is an event": (refusing(400, 'event: error\ndata: {"error": {"message": "Long.", "code": "context_length_exceeded"}}\n\n'), errors.WindowTooLarge, "Long."),
    "an object with nothing in it": (whole({}), errors.EmptyAnswer, ""),
    "no choices": (whole({"id": "x", "choices": []}), errors.EmptyAnswer, ""),
    "blocked": (Reply(steps=[chunk(finish_reason="PROHIBITED_CONTENT"), fake.done]), errors.ContentRefused, ""),
}  # fmt: skip


@pytest.mark.parametrize(("reply", "kind", "detail"), REFUSALS.values(), ids=REFUSALS)
def test_every_refusal_is_understood_and_its_reason_kept(
    service: ScriptedService, reply: Reply, kind: type[errors.ChatError], detail: str
) -> None:
    service.enqueue(reply)
    answer = answer_of(service)
    assert (type(answer.error), answer.error and answer.error.detail) == (kind, detail)
    assert len(service.requests) == 1


@pytest.mark.parametrize(
    ("reply", "wait", "advice"),
    [
        (refusing(429, {"error": {"message": "x"}}, Retry_After="86400"), 86_400, "Retry tomorrow."),
        (refusing(429, {"error": {"message": "Try again in 7m30s."}}), 450, "Retry in 8 minutes."),
        (refusing(429, {"error": {"message": "Please retry in 38.2s."}}), 38.2, "Retry in 39 seconds."),
        (refusing(429, {"error": {"message": "Wait 2 hours."}}), 7_200, "Retry in 2 hours."),
        (refusing(429, {"error": {"message": "x"}}, Retry_After_Ms="9000"), 9, "Retry in 9 seconds."),
        (refusing(429, [{"error": {"details": [{"retryDelay": "57s"}]}}]), 57, "Retry in a minute."),
        (refusing(429, {"error": {"message": "x"}}, Retry_After="soon"), None, "Wait a minute, then retry."),
    ],
)  # fmt: skip
def test_the_advice_says_when_to_come_back(
    service: ScriptedService, reply: Reply, wait: float | None, advice: str
) -> None:
    service.enqueue(*[reply] * 3)
    error = answer_of(service).error
    assert isinstance(error, errors.TooFast)
    assert error.wait == wait
    assert text.failure(error)[1] == advice


VERBOSE = "gpt-5.1"  # which is known to take all parameters, without effort
EFFORT_REFUSED = [
    (failing(400, {"message": '"m" does not support thinking'}), False),
    (failing(400, {"message": "Unsupported parameter: 'reasoning_effort'"}), False),
    (failing(400, {"message": 'invalid think value: "max" (must be "high", "low")'}), True),
    (failing(400, {"message": "Unsupported value: 'reasoning_effort' does not support 'max' with "
        "this model. Supported values are: 'low' and 'high'.", "param": "reasoning_effort",
        "code": "unsupported_value"}), True),
    (refusing(422, {"detail": [{"loc": ["body", "reasoning_effort"],
        "msg": "Input should be 'none' or 'high'", "input": "max"}]}), True),
]  # fmt: skip


@pytest.mark.parametrize(("refusal", "is_value"), EFFORT_REFUSED)
def test_an_effort_that_is_refused_is_left_out_and_another_one_still_tried(
    service: ScriptedService, refusal: Reply, is_value: bool
) -> None:
    most, high = (Options(model="m", reasoning_effort=effort) for effort in ("max", "high"))
    service.enqueue(refusal)
    provider = Provider(api_key=KEY, base_url=service.base_url, defaults=most)
    answers = [ask(provider, options) for options in (most, most, high)]
    sent = [request.json.get("reasoning_effort") for request in service.requests]
    assert sent == ["max", None, None, "high" if is_value else None]
    out = ("reasoning_effort",)
    assert [answer.left_out for answer in answers] == [out, out, () if is_value else out]
    assert str(text.ending(answers[0])).startswith("This model does not take Reasoning effort")
    assert provider.settings_sent(most) == {"model": "m"}


def test_another_failure_that_sends_the_request_back_costs_no_effort(
    service: ScriptedService,
) -> None:
    service.enqueue(refusing(400, {"error": "too long", "request": {"reasoning_effort": "low"}}))
    answer = answer_of(service, Options(model="m", reasoning_effort="low"))
    assert answer.error is not None
    assert len(service.requests) == 1


def test_what_a_model_is_known_to_refuse_is_never_sent_and_said(service: ScriptedService) -> None:
    options = Options(model="gpt-5", temperature=0.5, reasoning_effort="none", verbosity="low")
    answer = answer_of(service, options)
    sent = service.last.json
    assert not {"temperature", "reasoning_effort"} & sent.keys()
    assert sent["verbosity"] == "low"
    assert answer.left_out == ("temperature", "reasoning_effort")


def refuses_parameter(name: str) -> list[Reply]:
    """The ways to refuse a parameter."""
    loc = {"loc": ["body", name, "include_usage"], "msg": "Extra inputs are not permitted"}
    return [
        failing(400, {"message": f"Unsupported parameter: '{name}'", "param": name}),
        failing(400, {"message": f"Unsupported value: '{name}'", "code": "unsupported_value"}),
        refusing(422, {"object": "error", "message": {"detail": [loc]}}),
        refusing(422, {"detail": [loc]}),
        refusing(400, {"error": f"unknown field {name}"}),
        refusing(400, f"{name} is not supported by this model"),
        refusing(
            500, {"error": {"message": f"create() got an unexpected keyword argument '{name}'"}}
        ),
    ]


@pytest.mark.parametrize(
    "name",
    [
        *("stream_options", "temperature", "top_p", "max_completion_tokens"),
        *("reasoning_effort", "verbosity"),
    ],
)
def test_a_parameter_that_is_refused_in_any_shape_is_left_out_and_remembered(
    service: ScriptedService, name: str
) -> None:
    options = Options(
        model=VERBOSE,
        temperature=0.5,
        top_p=0.5,
        max_tokens=50,
        reasoning_effort="none",
        verbosity="low",
    )
    for refusal in refuses_parameter(name):
        service.forget()
        service.enqueue(refusal)
        provider = Provider(api_key=KEY, base_url=service.base_url, defaults=options)
        answers = [ask(provider, options), ask(provider, options)]
        assert [name in request.json for request in service.requests] == [True, False, False]
        noted = () if name in ("stream_options", "max_completion_tokens") else (name,)
        assert [answer.left_out for answer in answers] == [noted, noted]
        assert all(answer.status is Status.COMPLETE for answer in answers)


NO_SYSTEM = [
    failing(400, {"message": "System role not supported"}),
    failing(500, {"message": "template error: System role not supported", "type": "server_error"}),
    failing(400, {"message": "Developer instruction is not enabled for models/m"}),
    failing(400, {"message": "Conversation roles must alternate user/assistant/user"}),
    failing(400, {"message": "Only user and assistant roles are supported!"}),
    refusing(422, {"detail": [{"loc": ["messages", 0, "role"], "msg": "Input should be 'user' or 'assistant'"}]}),
]  # fmt: skip


@pytest.mark.parametrize("refusal", NO_SYSTEM)
def test_where_a_system_prompt_is_refused_it_heads_the_first_question(
    service: ScriptedService, refusal: Reply
) -> None:
    service.enqueue(refusal)
    options = Options(model="m")
    provider = Provider(api_key=KEY, base_url=service.base_url, defaults=options)
    messages: list[Message] = [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "Hello?"},
    ]
    assert list(provider.as_sent(messages, "m")) == messages
    answer = ask(provider, options)
    sent = [{"role": "user", "content": "Be brief.\n\nHello?"}]
    assert [request.messages for request in service.requests] == [messages, sent]
    assert answer.left_out == ("system_prompt",)
    assert list(provider.as_sent(messages, "m")) == sent
    assert list(provider.as_sent(messages, "other")) == messages
    assert "stands before the first question" in str(text.ending(answer))


@pytest.mark.parametrize(
    ("refusal", "bound"),
    [
        (failing(413, {"message": "Limit 6000, Requested 8242", "code": "rate_limit_exceeded"}), 5_950),
        (failing(429, {"message": "Request too large for m: Limit 6,000, Requested 8,242."}), 5_950),
        (failing(402, {"message": "fewer max_tokens: 8192 asked for, can only afford 1200"}), 1_200),
        (failing(400, {"message": "max_tokens is too large: 8192. At most 4096 are supported"}), 4_096),
        (failing(400, {"message": "'max_tokens' is too large: 8192 (8192 > 4096 - 50)"}), 4_046),
    ],
)  # fmt: skip
def test_a_bound_that_is_too_high_is_lowered_to_what_fits(
    service: ScriptedService, refusal: Reply, bound: int
) -> None:
    service.enqueue(refusal)
    answer = answer_of(service, Options(model="m", max_tokens=8_192))
    assert [r.json["max_completion_tokens"] for r in service.requests] == [8_192, bound]
    assert (answer.status, answer.left_out) == (Status.COMPLETE, ("max_tokens",))


@pytest.mark.parametrize(
    ("refusal", "bounds"),
    [
        (failing(400, {"message": "max_tokens is too large: 8192. At most 4096 are supported"}), (4_096, 4_096)),
        # Of what question and answer may have together, a longer question leaves less.
        (failing(413, {"message": "Limit 6000, Requested 8242", "code": "rate_limit_exceeded"}), (5_950, 5_000)),
        (failing(400, {"message": "'max_tokens' is too large: 8192 (8192 > 6000 - 50)"}), (5_950, 5_000)),
        # What a credit still covers is another thing with every question.
        (failing(402, {"message": "fewer max_tokens: 8192 asked for, can only afford 1200"}), (1_200, 8_192)),
    ],
)  # fmt: skip
def test_a_bound_that_was_lowered_is_remembered_for_its_model(
    service: ScriptedService, refusal: Reply, bounds: tuple[int, int]
) -> None:
    service.enqueue(refusal)
    options, low = Options(model="m", max_tokens=8_192), Options(model="m", max_tokens=1_000)
    provider = Provider(api_key=KEY, base_url=service.base_url, defaults=options)
    ask(provider, options)
    longer = ask(provider, options, "word " * 997)  # and three of the system prompt
    known = provider.settings_sent(options, [{"role": "user", "content": "word " * 1_000}])
    assert known["max_completion_tokens"] == bounds[1]
    answers = [longer, ask(provider, low), ask(provider, replace(options, model="other"))]
    sent = [request.json["max_completion_tokens"] for request in service.requests]
    assert sent == [8_192, *bounds, 1_000, 8_192]
    noted = () if bounds[1] == 8_192 else ("max_tokens",)
    assert [answer.left_out for answer in answers] == [noted, (), ()]


@pytest.mark.parametrize("max_tokens", [None, 100])
def test_a_question_that_can_never_fit_is_not_tried_again(
    service: ScriptedService, max_tokens: int | None
) -> None:
    service.enqueue(failing(413, {"message": "Limit 6000, Requested 8242", "code": "rate_limit_exceeded"}))  # fmt: skip
    answer = answer_of(service, Options(model="m", max_tokens=max_tokens))
    assert isinstance(answer.error, errors.LargerThanPace)
    assert len(service.requests) == 1


def test_an_address_that_leads_round_in_circles_is_asked_once(service: ScriptedService) -> None:
    circle = Reply(status=307, headers={"Location": "/v1/chat/completions"}, steps=[fake.end])
    service.enqueue(*[circle] * 30)
    assert isinstance(answer_of(service).error, errors.WrongAddress)
    assert len(service.requests) < 30


def test_a_connection_that_cannot_be_made_in_time_is_not_reachable() -> None:
    import openai

    from chat.services.refusals import from_exception

    class ConnectTimeout(Exception):
        """As the client's network library calls it."""

    error = openai.APITimeoutError(request=Any)  # type: ignore[arg-type]
    error.__cause__ = ConnectTimeout()
    assert isinstance(from_exception(error), errors.NotReachable)


def test_what_is_nested_too_deep_at_the_very_end_ends_the_answer(service: ScriptedService) -> None:
    deep = '{"a":' * 5_000 + "1" + "}" * 5_000
    service.enqueue(Reply(steps=[fake.raw(f"data: {deep}\ndata: x"), fake.end]))
    assert isinstance(answer_of(service).error, errors.NotUnderstood)


def test_a_time_to_come_back_that_is_no_number_is_passed_over() -> None:
    body = '{"message": "Slow down.", "retryDelay": ".s"}'
    assert Refusal.read(body, status=429).wait is None
