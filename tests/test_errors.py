"""Every failure of the client becomes one `ChatError`, free of keys, markup and class names."""

from __future__ import annotations

import importlib
import inspect
import json
import pkgutil
import re

import httpx2
import openai
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat import errors
from chat.errors import ChatError
from chat.services import refusals
from chat.words import text

REQUEST = httpx2.Request("POST", "http://service/v1")
KEY = "sk-test-0123456789abcdef"

# Helpers of the package for endpoints that the app never calls, and for the client's set-up.
NOT_FROM_A_COMPLETION = {
    "APIRemovedInV1",
    "AgentFilePreparationError",
    "AgentFileStagingError",
    "AgentOutputParseError",
    "AgentTurnResultError",
    "InvalidWebhookSignatureError",
    "MissingDependencyError",
    "MutuallyExclusiveAuthError",
    "StreamAlreadyConsumed",
    "SubjectTokenProviderError",
    "WebSocketConnectionClosedError",
    "WebSocketQueueFullError",
}


def client_exceptions() -> set[type[Exception]]:
    """Every exception class of the openai package that a client's call may raise."""
    found: set[type[Exception]] = set()
    for module_info in pkgutil.walk_packages(openai.__path__, "openai."):
        if ".types." in module_info.name or module_info.name.startswith("openai.cli"):
            continue
        try:
            module = importlib.import_module(module_info.name)
        except ImportError:
            continue  # needs a package that is not installed
        for _, kind in inspect.getmembers(module, inspect.isclass):
            if issubclass(kind, openai.OpenAIError) and kind.__module__.startswith("openai"):
                found.add(kind)
    return found


def status_error(status: int, body: object = None, *, raw: str = "") -> openai.APIStatusError:
    """What the client raises for a response."""
    content = raw or json.dumps({"error": body})
    response = httpx2.Response(status, text=content, request=REQUEST)
    client = openai.OpenAI(api_key=KEY)
    return client._make_status_error_from_response(response)


def test_every_exception_class_of_the_package_is_mapped() -> None:
    unmapped = {
        kind.__name__ for kind in client_exceptions() - refusals.kinds().keys()
    } - NOT_FROM_A_COMPLETION
    assert unmapped == set()


def test_the_list_of_unused_exceptions_names_only_existing_ones() -> None:
    names = {kind.__name__ for kind in client_exceptions()} | {"InvalidWebhookSignatureError"}
    assert names >= NOT_FROM_A_COMPLETION


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (400, {"message": "Unsupported value: 'temperature'"}, errors.UnknownFailure),
        (400, {"message": "x", "code": "context_length_exceeded"}, errors.WindowTooLarge),
        (400, {"message": "maximum context length is 8192 tokens"}, errors.WindowTooLarge),
        (400, {"message": "x", "type": "exceed_context_size_error"}, errors.WindowTooLarge),
        (400, {"message": "x", "code": "content_filter"}, errors.ContentRefused),
        (401, {"message": "bad key"}, errors.KeyRefused),
        (402, {"message": "credits"}, errors.QuotaUsedUp),
        (403, {"message": "region"}, errors.NotAllowed),
        (404, {"message": "x", "code": "model_not_found"}, errors.NoSuchModel),
        (404, "Not Found", errors.WrongAddress),
        (408, {"message": "x"}, errors.TooSlow),
        (409, {"message": "x"}, errors.UnknownFailure),
        (422, {"message": "too many tokens"}, errors.WindowTooLarge),
        (500, {"message": "the prompt is too long"}, errors.WindowTooLarge),
        (400, {}, errors.UnknownFailure),
        (400, ["odd"], errors.UnknownFailure),
        (413, {"message": "x"}, errors.WindowTooLarge),
        (422, {"message": "x"}, errors.UnknownFailure),
        (429, {"message": "x"}, errors.TooFast),
        (429, {"message": "x", "type": "insufficient_quota"}, errors.QuotaUsedUp),
        (429, {"message": "x", "code": "insufficient_quota"}, errors.QuotaUsedUp),
        (500, {"message": "x"}, errors.ServiceDown),
        (503, {"message": "x"}, errors.ServiceDown),
        (504, {"message": "x"}, errors.TooSlow),
        (529, {"message": "x", "type": "overloaded_error"}, errors.ServiceDown),
        (418, {"message": "I am a teapot"}, errors.UnknownFailure),
    ],
)
def test_responses_become_kinds(status: int, body: object, kind: type[ChatError]) -> None:
    assert type(refusals.from_exception(status_error(status, body))) is kind


@pytest.mark.parametrize(
    ("error", "started", "kind"),
    [
        (
            openai.APIConnectionError(request=httpx2.Request("POST", "http://s")),
            False,
            "NotReachable",
        ),
        (openai.APIConnectionError(request=httpx2.Request("POST", "http://s")), True, "BrokenOff"),
        (openai.APITimeoutError(httpx2.Request("POST", "http://s")), True, "TooSlow"),
        (json.JSONDecodeError("x", "{", 0), True, "BrokenOff"),
        (json.JSONDecodeError("x", "{", 0), False, "NotUnderstood"),
        (UnicodeDecodeError("utf-8", b"\xff", 0, 1, "x"), True, "BrokenOff"),
        (UnicodeEncodeError("ascii", KEY + "é", 0, 1, "x"), False, "UnknownFailure"),
        (RuntimeError(KEY), False, "UnknownFailure"),
    ],
)
def test_failures_without_a_response_become_kinds(
    error: Exception,
    started: bool,
    kind: str,
) -> None:
    mapped = refusals.from_exception(error, started=started)
    assert type(mapped).__name__ == kind
    assert KEY not in mapped.detail


def test_an_unknown_failure_shows_the_services_own_words() -> None:
    mapped = refusals.from_exception(status_error(400, {"message": "Unsupported value"}))
    assert (type(mapped), mapped.detail) == (errors.UnknownFailure, "Unsupported value")


def test_the_services_words_are_cut_to_300_characters_on_one_line() -> None:
    mapped = refusals.from_exception(status_error(400, {"message": "a\nb " * 400}))
    assert len(mapped.detail) == 300
    assert mapped.detail.startswith("a b a b")


def test_a_page_of_html_is_shown_without_its_markup() -> None:
    page = "<html><head><style>x{}</style></head><body><h1>Bad</h1>\n<p>Request</p></body></html>"
    assert refusals.from_exception(status_error(400, raw=page)).detail == "Bad Request"


def test_a_service_that_sends_back_all_it_was_sent_is_cut_before_it_is_looked_through() -> None:
    assert len(errors.clean("<" * 2_000_000)) == 300


def test_a_service_without_words_of_its_own_is_given_none() -> None:
    assert refusals.from_exception(status_error(400, [7])).detail == ""


def test_half_a_character_in_a_services_words_is_mended() -> None:
    assert errors.clean("a \ud83d b \ud83d\ude00") == "a \ufffd b 😀"


@given(key=st.text(min_size=8).filter(lambda key: key.strip() == key))
def test_no_key_is_in_a_message_whatever_it_contains(key: str) -> None:
    assert key not in errors.clean(f"Incorrect key provided: {key}.", [key])


@pytest.mark.parametrize(
    "key", [KEY, "hf_abcdefghijkl", "gsk_abcdefgh", "pk-abcdefgh", "sk-proj-abc***xyz"]
)
def test_what_looks_like_a_key_is_not_shown_even_if_it_is_not_ours(key: str) -> None:
    assert (
        errors.clean(f"Incorrect API key provided: {key}.") == "Incorrect API key provided: [key]"
    )


def kinds_of_chat_error() -> list[type[ChatError]]:
    return [
        kind
        for kind in vars(errors).values()
        if inspect.isclass(kind) and issubclass(kind, ChatError) and kind is not ChatError
    ]


@pytest.mark.parametrize("has_models", [True, False])
@pytest.mark.parametrize("has_own_key", [True, False])
@pytest.mark.parametrize("kind", kinds_of_chat_error())
def test_every_kind_says_what_happened_and_what_to_do(
    kind: type[ChatError], has_own_key: bool, has_models: bool
) -> None:
    happened, to_do = text.failure(kind(), has_own_key=has_own_key, has_models=has_models)
    assert happened.endswith((".", "…"))
    owners = text.owners_advice(kind(), has_own_key=has_own_key)
    assert (to_do or owners).endswith(".")
    # A visitor reads of no variable, and of nothing that is not there.
    assert not re.search(r"[A-Z]+_[A-Z]+", happened + to_do)
    assert has_models or "model" not in to_do
    assert has_own_key or "key" not in to_do
    assert kind.__name__ not in happened + to_do
    assert f" {kind.__name__} " in (errors.__doc__ or "")


def test_an_error_for_the_program_says_its_kind_in_words() -> None:
    assert str(errors.KeyRefused("bad key")) == "The service refuses the key. bad key"
