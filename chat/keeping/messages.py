"""The messages between the browser's storage (static/store.js) and the server (store.py). Pure.

All of them are JSON. The server sends a `State` whenever it draws the page, and between two of
these lists of `Write`s, numbered 1, 2, 3 … for each page. The browser sends lists of messages, each
an object with its `kind` (see `KINDS`) and the fields of that class. It sends a message again until
`State.received` has reached its number.

A message has no version: a browser gets `store.js` from the server that it talks to, and of what
an older page sends, the kinds that are unknown here are passed over. What is kept for long has a
version: the records' `head` (see transcript.py).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any, Literal, TypedDict, TypeGuard, get_args

from chat.keeping.files import is_hash

# What store.js sends is small, but for one chat. Of what somebody else sends, no more is looked at.
MOST_MESSAGES = 10_000
_MOST_CHATS = 100_000
_LONGEST_STAMP = 200  # characters
_LARGEST_COUNT = 10**12
_CHAT = re.compile(r"[0-9a-f]{32}", re.ASCII)

Reason = Literal["start", "picked", "followed"]
StorageFault = Literal["full", "forbidden", "silent", "failed"]


class State(TypedDict):
    """What the browser has to know whenever the page is drawn."""

    session: str  # the page's own name; another one is a new page, or a server that started again
    received: int  # the number of the last message that came
    chat: str  # the id of the chat that is shown
    temporary: bool  # nothing of that chat is to be kept
    number: int  # of the last write that was sent
    wanted: list[str]  # the hashes of pictures in this chat whose bytes are to be sent
    largest: int  # bytes of the largest chat that may be opened, as a text inside of a JSON text
    is_new: bool  # the page is to begin with a new chat, and not with the last one


class Write(TypedDict):
    """What has changed in one chat."""

    chat: str
    session: str
    number: int
    base: str  # the stamp of the chat in the storage from which this page has read it, or empty
    whole: bool  # `put` is the whole chat; nothing else of it is to remain
    settled: bool  # no answer is growing
    title: str
    name: str  # by the model; empty for none
    put: dict[str, Any]  # records by their names: see records.py
    drop: list[str]  # the names of records to delete


@dataclass(frozen=True, kw_only=True)
class Message:
    """Something that the browser says. `number` counts the messages of one page from 1."""

    number: int


@dataclass(frozen=True, kw_only=True)
class Opened(Message):
    """A chat to show: the first one of a page, one that was picked, or a newer version of it.

    Its `stamp` names the write that made it what it is ("session number"), and `got` is the number
    of this page's last write in it. `records` is a JSON text; None where it is too large.
    """

    chat: str
    reason: Reason
    stamp: str
    got: int
    records: str | None


@dataclass(frozen=True, kw_only=True)
class Fetched(Message):
    """The bytes of a picture that is `State.wanted`, as base64; None where there are none."""

    chat: str
    hash: str
    data: str | None


@dataclass(frozen=True, kw_only=True)
class Removed(Message):
    """Chats that were deleted, with all writes up to the one with the number `last`."""

    chats: list[str]
    last: int


@dataclass(frozen=True, kw_only=True)
class Taken(Message):
    """Another page has written to the chat, so what this page writes goes to the chat `now`."""

    chat: str
    now: str


@dataclass(frozen=True, kw_only=True)
class Missed(Message):
    """The writes from the number `missing` on did not come."""

    missing: int


@dataclass(frozen=True, kw_only=True)
class Faulty(Message):
    """What is wrong with the storage; None where nothing is any more."""

    fault: StorageFault | None


KINDS: dict[str, type[Message]] = {
    "opened": Opened,
    "picture": Fetched,
    "removed": Removed,
    "taken": Taken,
    "missed": Missed,
    "fault": Faulty,
}


def read(sent: object, *, received: int) -> tuple[list[Message], int]:
    """The valid messages with a higher number than `received`, and the highest number.

    Untrusted input; validated here. Each message has a higher number than the one before.
    """
    messages: list[Message] = []
    for item in sent[:MOST_MESSAGES] if isinstance(sent, list) else []:
        number = item.get("number") if isinstance(item, dict) else None
        if not _is_count(number) or number <= received:
            continue
        received = number
        kind = KINDS.get(item["kind"]) if isinstance(item.get("kind"), str) else None
        if kind is None:
            continue
        values = {field.name: item.get(field.name) for field in fields(kind)}
        if all(_CHECKS[name](value) for name, value in values.items()):
            messages.append(kind(**values))
    return messages, received


def _is_count(value: object) -> TypeGuard[int]:
    return type(value) is int and 0 <= value <= _LARGEST_COUNT


def _is_chat(value: object) -> bool:
    return isinstance(value, str) and bool(_CHAT.fullmatch(value))


# What a field must be, whatever the kind of its message.
_CHECKS: dict[str, Callable[[Any], bool]] = {
    "number": _is_count,
    "chat": _is_chat,
    "now": _is_chat,
    "chats": lambda value: (
        isinstance(value, list) and len(value) <= _MOST_CHATS and all(map(_is_chat, value))
    ),
    "reason": get_args(Reason).__contains__,
    "stamp": lambda value: isinstance(value, str) and len(value) <= _LONGEST_STAMP,
    "got": _is_count,
    "last": _is_count,
    "missing": _is_count,
    "hash": is_hash,
    "data": lambda value: value is None or isinstance(value, str),
    "records": lambda value: value is None or isinstance(value, str),
    "fault": (None, *get_args(StorageFault)).__contains__,
}
