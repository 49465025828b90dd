"""Answers are counted while they are written, and none begins where the server is about to end."""

from __future__ import annotations

from collections.abc import Generator

import pytest

from chat import errors
from chat.conversation.events import Ended, Event, TextDelta, Waiting
from chat.files.recordings import Recording
from chat.services.transcription import Transcript
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
    assert under_way.is_over
    under_way.close()
    with pytest.raises(errors.Restarting):
        service.check()


class Hearing(Scripted):
    """Turns every recording into the same words."""

    def transcribe(self, recording: Recording, model: str) -> Generator[Event, None, Transcript]:
        yield Waiting()
        return Transcript(text=f"{model} {recording.kind}")


def test_a_recording_counts_and_then_its_words_are_fetched() -> None:
    under_way = UnderWay()
    recording = Recording(data=b"", kind="webm")
    transcribing = Counted(Hearing(), under_way).transcribe(recording, "hears")
    next(transcribing)
    assert (under_way.count, under_way.is_over) == (1, False)
    with pytest.raises(StopIteration):
        next(transcribing)
    assert (under_way.count, under_way.is_over) == (0, False)
