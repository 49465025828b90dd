"""The page that browser and server both keep to: see also tests/javascript/store.test.js."""

from __future__ import annotations

import json
from typing import Any

import pytest

from chat.conversation.tree import Conversation
from chat.keeping.messages import KINDS, read
from chat.keeping.store import Store
from tests.keeping.moves import OPTIONS
from tests.keeping.shapes import JAVASCRIPT, shapes

A, B = "a" * 32, "b" * 32
VALID: dict[str, dict[str, Any]] = {
    "opened": {"chat": A, "reason": "start", "stamp": "s 1", "got": 0, "records": None},
    "picture": {"chat": A, "hash": "0" * 64, "data": None},
    "removed": {"chats": [A, B], "last": 0},
    "taken": {"chat": A, "now": B},
    "missed": {"missing": 1},
    "fault": {"fault": None},
}


def fits(message: dict[str, Any], shape: dict[str, list[str]]) -> bool:
    return message.keys() == shape.keys() and all(
        value in shape[name] or JAVASCRIPT[type(value)] in shape[name]
        for name, value in message.items()
    )


@pytest.mark.parametrize("kind", KINDS)
def test_a_message_is_read_whole_or_not_at_all(kind: str) -> None:
    said = {"number": 1, **VALID[kind]}
    assert fits(said, shapes()[kind])
    (message,), received = read([{"kind": kind, **said}], received=0)
    assert (message, received) == (KINDS[kind](**said), 1)
    for name in VALID[kind]:
        assert read([{"kind": kind, **said, name: 1.5}], received=0) == ([], 1)


def test_a_message_that_came_before_is_passed_over_as_is_a_kind_of_another_version() -> None:
    said = [{"kind": "missed", "number": number, "missing": 1} for number in (1, 3, 2, 4)]
    said[3]["kind"] = "a new kind"
    assert [message.number for message in read(said, received=1)[0]] == [3]
    assert read(said, received=1)[1] == 4


def test_what_the_server_sends_is_as_it_is_written_down() -> None:
    store, conversation, sent = Store(asks_for_titles=False), Conversation(), list[str]()
    conversation.ask("Q").answer.stop()
    store.begin_run(sent.append)
    store.save(conversation, OPTIONS, pace=0)
    (write,) = json.loads(sent[0])
    assert fits(write, shapes()["write"])
    assert fits({**store.state(conversation)}, shapes()["state"])
