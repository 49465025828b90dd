"""How often the page is given what has come, and asked to look around while nothing comes."""

from __future__ import annotations

from itertools import islice
from queue import Empty

import pytest

from chat.conversation.events import Waiting
from chat.services import inbox
from chat.services.inbox import BATCH, FIRST_PATIENCE, LONGEST_BATCH, PATIENCE, Inbox, batch


class Silent:
    """A queue into which nothing comes, which notes for how long it was waited."""

    def __init__(self) -> None:
        self.waited: list[float] = []

    def get(self, timeout: float) -> object:
        """Nothing."""
        self.waited.append(timeout)
        raise Empty


def waits(monkeypatch: pytest.MonkeyPatch, readers: int) -> list[float]:
    """The seconds that a page waits for its words, one time after the other."""
    monkeypatch.setattr(inbox, "_under_way", {Inbox() for _ in range(readers - 1)})
    mine, silent = Inbox(), Silent()
    monkeypatch.setattr(mine, "_queue", silent)
    events = mine.batches()
    assert all(isinstance(event, Waiting) for event in islice(events, 10))
    events.close()  # type: ignore[attr-defined]
    return silent.waited


def test_a_page_that_waits_looks_around_at_once_and_then_ten_times_a_second(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    waited = waits(monkeypatch, 1)
    assert waited[:4] == [FIRST_PATIENCE * 2**times for times in range(4)]
    assert set(waited[4:]) == {PATIENCE}


def test_with_many_readers_it_looks_around_no_more_often_than_it_gets_its_words(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for readers in (100, 1_000):
        assert waits(monkeypatch, readers)[-1] == min(LONGEST_BATCH, 0.003 * readers) > PATIENCE


def test_a_batch_is_longer_with_many_readers_up_to_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    lengths = []
    for readers in (0, 10, 100, 150, 10_000):
        monkeypatch.setattr(inbox, "_under_way", {Inbox() for _ in range(readers)})
        lengths.append(batch())
    assert lengths == sorted(lengths)
    assert (lengths[0], lengths[-1]) == (BATCH, LONGEST_BATCH)
    assert lengths[2] < lengths[3] < LONGEST_BATCH
