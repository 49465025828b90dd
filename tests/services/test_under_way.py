"""Answers are counted while they are written, and none begins where the server is about to end."""

from __future__ import annotations

import pytest

from chat import errors
from chat.conversation.events import Ended, TextDelta
from chat.services.under_way import Counted, UnderWay
from tests.services.budgets import OPTIONS, Scripted, window


@pytest.mark.parametrize("last", [Ended("stop"), errors.TooSlow()])
def test_an_answer_counts_from_its_first_event_until_it_has_ended(
    last: Ended | errors.ChatError,
) -> None:
    under_way = UnderWay()
    events = Counted(Scripted(TextDelta("Hi"), last), under_way).stream(window(), OPTIONS)
    assert under_way.count == 0
    next(events)
    assert under_way.count == 1
    try:
        list(events)
    except errors.TooSlow:
        assert isinstance(last, errors.TooSlow)
    assert under_way.count == 0


def test_an_answer_that_is_cut_off_counts_no_longer() -> None:
    under_way, service = UnderWay(), Scripted(TextDelta("Hi"), Ended("stop"))
    events = Counted(service, under_way).stream(window(), OPTIONS)
    next(events)
    events.close()
    assert (under_way.count, service.closed) == (0, 1)


def test_nothing_begins_where_the_server_is_about_to_end() -> None:
    under_way = UnderWay()
    service = Counted(Counted(Scripted(), under_way), UnderWay())
    service.check()
    under_way.close()
    with pytest.raises(errors.Restarting):
        service.check()
