"""The last writes, which go with the next: the browser may not have heard of them. Pure."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self

from chat.keeping.messages import Write

LARGEST = 100_000  # characters of all that is repeated


@dataclass(frozen=True, kw_only=True)
class Sent:
    """A write as JSON, with the names of the records that it puts or drops."""

    json: str
    chat: str
    base: str
    names: frozenset[str]

    @classmethod
    def of(cls, write: Write) -> Self:
        """A write, as it is by now."""
        names = frozenset((*write["put"], *write["drop"]))
        return cls(json=json.dumps(write), chat=write["chat"], base=write["base"], names=names)

    def without(self, names: frozenset[str]) -> Self:
        """The same without what it says of these records."""
        if self.names.isdisjoint(names):
            return self
        write: Write = json.loads(self.json)
        write["put"] = {name: put for name, put in write["put"].items() if name not in names}
        write["drop"] = [name for name in write["drop"] if name not in names]
        return replace(self, json=json.dumps(write), names=self.names - names)


def small_ones(writes: Sequence[Sent], most: int) -> list[Sent]:
    """So many of the last writes, as far as they are small."""
    small: list[Sent] = []
    for write in reversed(writes[-most:]):
        if sum((len(each.json) for each in small), len(write.json)) > LARGEST:
            break
        small.insert(0, write)
    return small


def each_record_once(writes: Sequence[Sent]) -> list[Sent]:
    """The same writes, each without the records that a later one of the same chat has again.

    A text that grows would travel twice with each write.
    """
    once: list[Sent] = []
    for write in reversed(writes):
        later = [each.names for each in once if (each.chat, each.base) == (write.chat, write.base)]
        once.insert(0, write.without(frozenset().union(*later)))
    return once
