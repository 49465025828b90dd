"""One recording at a time becomes text, whatever a page or somebody else sends."""

from __future__ import annotations

import threading
from collections.abc import Generator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat import errors
from chat.conversation.events import Event, Waiting
from chat.files.recordings import LARGEST, Recording
from chat.services.dictation import Dictation, Heard, Transcribing
from chat.services.transcription import Transcript
from tests.fakes.service import PATIENCE
from tests.recordings import recording, sent


class Slow:
    """A service that says what it has heard when it is told to."""

    def __init__(self) -> None:
        self.recordings: list[Recording] = []
        self.answers = threading.Event()
        self.was_closed = threading.Event()

    def __call__(self, recording: Recording) -> Transcribing:
        self.recordings.append(recording)
        return self._transcribe()

    def _transcribe(self) -> Generator[Event, None, Transcript]:
        try:
            while not self.answers.wait(0.01):
                yield Waiting()
            yield Waiting()
            if len(self.recordings) > 1:
                raise errors.ServiceDown
            return Transcript(text="Hi")
        finally:
            self.was_closed.set()


def finished(dictation: Dictation) -> Heard | None:
    """What was heard, as soon as nothing is under way."""
    waiting = threading.Event()
    for _ in range(int(PATIENCE / 0.01)):
        if not dictation.is_under_way:
            return dictation.heard
        waiting.wait(0.01)
    raise AssertionError


def test_a_recording_becomes_text_while_the_page_goes_on() -> None:
    dictation, service = Dictation(), Slow()
    dictation.receive([sent(recording())], "de-DE", service)
    assert dictation.is_under_way
    assert dictation.heard is None
    service.answers.set()
    assert finished(dictation) == Heard(number=1, text="Hi")
    assert service.recordings == [Recording(data=recording(), kind="webm", language="de")]
    dictation.receive([{"number": 2, "kind": "end"}], None, service)
    assert dictation.heard is None


def test_a_failure_is_what_was_heard() -> None:
    dictation, service = Dictation(), Slow()
    service.recordings.append(Recording(data=b"", kind="webm"))
    service.answers.set()
    dictation.receive([sent(recording())], None, service)
    heard = finished(dictation)
    assert heard is not None
    assert isinstance(heard.error, errors.ServiceDown)


def test_what_is_not_wanted_any_more_is_dropped() -> None:
    dictation, service = Dictation(), Slow()
    dictation.receive([sent(recording())], None, service)
    dictation.receive([{"number": 2, "kind": "end"}], None, service)
    assert not dictation.is_under_way
    assert service.was_closed.wait(PATIENCE)
    assert dictation.heard is None


def test_a_message_that_comes_again_changes_nothing() -> None:
    dictation, service = Dictation(), Slow()
    for _ in range(3):
        dictation.receive([sent(recording())], None, service)
    assert len(service.recordings) == 1
    service.answers.set()
    assert finished(dictation) == Heard(number=1, text="Hi")


def test_of_many_at_once_only_the_last_is_asked_for() -> None:
    dictation, service = Dictation(), Slow()
    service.answers.set()
    dictation.receive([sent(recording(9, "ogg"), number) for number in range(1, 200)], "", service)
    assert finished(dictation) == Heard(number=10, text="Hi")
    assert len(service.recordings) == 1


@pytest.mark.parametrize(
    "data", [None, 5, "?", "AAAA", "A" * (LARGEST * 2)], ids=lambda data: str(data)[:9]
)
def test_what_is_no_recording_is_refused_without_a_request(data: object) -> None:
    dictation, service = Dictation(), Slow()
    dictation.receive([{"number": 1, "kind": "recording", "data": data}], None, service)
    assert not dictation.is_under_way
    assert isinstance(dictation.heard, Heard)
    assert isinstance(dictation.heard.error, errors.RecordingRefused)
    assert not service.recordings


anything = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text()),
    lambda inner: st.one_of(
        st.lists(inner),
        st.dictionaries(st.sampled_from(["number", "kind", "data", "x"]), inner),
    ),
)


@given(said=anything)
def test_whatever_is_sent_does_no_harm(said: object) -> None:
    dictation, service = Dictation(), Slow()
    dictation.receive(said, None, service)
    assert not dictation.is_under_way
    assert not service.recordings


def test_whatever_goes_wrong_the_page_is_told() -> None:
    def broken(_: Recording) -> Transcribing:
        raise ZeroDivisionError
        yield

    dictation = Dictation()
    dictation.receive([sent(recording())], "de-DE", broken)
    heard = finished(dictation)
    assert heard is not None
    assert isinstance(heard.error, errors.UnknownFailure)
