"""The log says what failed, and nothing that a visitor wrote."""

from __future__ import annotations

import pytest

from chat import errors
from chat.conversation.window import Message
from chat.options import Options
from chat.services.failure_log import line, without_repetitions
from chat.services.provider import Provider
from tests.fakes.service import ScriptedService, failing
from tests.services.asking import KEY, ask

SENT: list[Message] = [
    {"role": "system", "content": "Be brief."},
    {"role": "user", "content": "My password is hunter2 and my number 0123456789012."},
]


@pytest.mark.parametrize(
    ("said", "logged"),
    [
        ("The model is overloaded.", "The model is overloaded."),
        ("Invalid value: 'hunter2'", "Invalid value: '…'"),
        ("In: My password is hunter2 and so on", "In: … … … … … so on"),
        ("Number 0123456789012 is odd", "Number … is odd"),
    ],
)
def test_what_a_service_repeats_of_a_visitor_is_not_logged(said: str, logged: str) -> None:
    assert without_repetitions(said, SENT) == logged


def test_a_line_has_the_kind_the_status_the_model_and_the_words() -> None:
    error = errors.TooFast("Slow down.")
    assert line(error, "m", SENT, 429) == "TooFast | 429 | model m | Slow down."
    assert line(errors.NotReachable(), "m\nx", SENT) == "NotReachable | model m x"


def test_each_failure_is_one_line_for_the_owner_without_the_key(service: ScriptedService) -> None:
    logged: list[str] = []

    def log(_: errors.ChatError, line: str) -> None:
        logged.append(line)

    options = Options(model="m")
    provider = Provider(api_key=KEY, base_url=service.base_url, defaults=options, log=log)
    ask(provider, options)
    service.enqueue(failing(401, {"message": f"Bad key {KEY} for 'Hello?'"}))
    ask(provider, options)
    assert logged == ["KeyRefused | 401 | model m | Bad key [key] for '…'"]
