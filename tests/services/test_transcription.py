"""Speech becomes text over real HTTP, and never for free on the owner's key."""

from __future__ import annotations

import contextlib
from collections.abc import Generator

import pytest

from chat import errors
from chat.conversation.events import Event, Waiting
from chat.errors import ChatError
from chat.files.recordings import Recording
from chat.ledger.limits import Limits
from chat.options import Options
from chat.services.base import Service
from chat.services.demo import Demo
from chat.services.provider import Provider
from chat.services.transcription import TOKENS_A_SECOND, Transcript
from tests import recordings
from tests.fakes import service as fake
from tests.fakes.service import KEY, Reply, ScriptedService, failing, transcript
from tests.services.budgets import Scripted, budgeted

SECOND = Recording(data=recordings.recording(4_000), kind="webm", language="de")
PLENTY = 1_000_000


@pytest.fixture
def told() -> list[str]:
    """The lines for the server's log."""
    return []


@pytest.fixture
def provider(service: ScriptedService, options: Options, told: list[str]) -> Provider:
    def log(_: ChatError, line: str) -> None:
        told.append(line)

    return Provider(api_key=KEY, base_url=service.base_url, defaults=options, timeout=1.0, log=log)


def text_of(service: Service, recording: Recording = SECOND) -> Transcript:
    """What comes of a recording, after all that is waited for."""
    events = service.transcribe(recording, "hears")
    while True:
        try:
            assert isinstance(next(events), Waiting)
        except StopIteration as end:
            said: Transcript = end.value
            return said


def test_a_recording_goes_as_a_file_with_the_model_and_the_language(
    service: ScriptedService, provider: Provider
) -> None:
    service.enqueue(transcript(" Wie spät ist es?\n", type="tokens", total_tokens=14))
    assert text_of(provider) == Transcript(text="Wie spät ist es?", tokens=14)
    assert service.last.path == fake.TRANSCRIPTIONS
    assert service.last.headers["authorization"] == f"Bearer {KEY}"
    assert service.last.form == {
        "file": SECOND.data,
        "filename": b"speech.webm",
        "model": b"hears",
        "language": b"de",
    }


def test_a_language_that_is_not_known_is_left_out(
    service: ScriptedService, provider: Provider
) -> None:
    service.enqueue(transcript("Hi", type="duration", seconds=1.5))
    said = text_of(provider, Recording(data=SECOND.data, kind="ogg"))
    assert said == Transcript(text="Hi", seconds=1.5)
    assert service.last.form.keys() == {"file", "filename", "model"}


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (failing(404, {"message": "Not found"}), errors.NoTranscription),
        (failing(405, {"message": "x"}), errors.NoTranscription),
        (failing(404, {"message": "x", "code": "model_not_found"}), errors.NoTranscription),
        (failing(200, "<html>Sign in</html>"), errors.NoTranscription),
        (failing(200, {"message": "no text"}), errors.NoTranscription),
        (failing(400, {"message": "Audio file is too short."}), errors.RecordingRefused),
        (failing(413, {"message": "x"}), errors.RecordingRefused),
        (failing(401, {"message": "x"}), errors.KeyRefused),
        (failing(429, {"message": "x", "code": "insufficient_quota"}), errors.QuotaUsedUp),
        (failing(429, {"message": "x"}), errors.TooFast),
        (failing(503, {"message": "x"}), errors.ServiceDown),
        (fake.HANG_UP, errors.NotReachable),
        (Reply(steps=[fake.stall]), errors.TooSlow),
    ],
)
def test_every_failure_has_its_words(
    service: ScriptedService, provider: Provider, told: list[str], reply: Reply, kind: type
) -> None:
    service.enqueue(reply)
    with pytest.raises(ChatError) as raised:
        text_of(provider)
    assert type(raised.value) is kind
    (line,) = told
    assert line.startswith(kind.__name__)
    assert "model hears" in line


def test_a_key_that_a_service_repeats_is_not_told(
    service: ScriptedService, provider: Provider, told: list[str]
) -> None:
    service.enqueue(failing(400, {"message": f"bad key {KEY}"}))
    with pytest.raises(ChatError) as raised:
        text_of(provider)
    assert KEY not in raised.value.detail + told[0]


def test_who_does_not_want_the_words_any_more_drops_the_connection(
    service: ScriptedService, provider: Provider, told: list[str]
) -> None:
    service.enqueue(Reply(steps=[fake.stall]))
    events = provider.transcribe(SECOND, "hears")
    next(events)
    request = service.wait_for(1)
    events.close()
    assert request.left.wait(0.9)  # before its time is over
    assert not told


def test_the_demo_hears_nothing(options: Options) -> None:
    with pytest.raises(errors.NoTranscription):
        Demo(options).transcribe(SECOND, "hears")


class Hearing(Scripted):
    """Gives this transcript, or fails so."""

    def __init__(self, said: Transcript | ChatError) -> None:
        super().__init__()
        self.said = said

    def transcribe(self, recording: Recording, model: str) -> Generator[Event, None, Transcript]:
        assert (recording.kind, model) == ("webm", "hears")
        yield Waiting()
        if isinstance(self.said, ChatError):
            raise self.said
        return self.said


def spent_on(said: Transcript | ChatError, recording: Recording = SECOND) -> int:
    limits = Limits(daily_tokens=PLENTY)
    with contextlib.suppress(ChatError):
        text_of(budgeted(Hearing(said), limits), recording)
    left = limits.left("v").all
    assert left is not None
    return PLENTY - left


@pytest.mark.parametrize(
    ("said", "spent"),
    [
        (Transcript(text="Hi", tokens=14), 14),
        (Transcript(text="Hi", seconds=2.1), 42),
        (Transcript(text="Hi"), TOKENS_A_SECOND),
        (Transcript(text="Hi" * 50), 100),  # as many as were written
        (Transcript(text="Hi" * 50, tokens=1), 100),
        (Transcript(text="Hi", tokens=10**9), 107),
        (errors.NoTranscription(), 0),
        (errors.RecordingRefused(), 0),
        (errors.TooSlow(), TOKENS_A_SECOND),
    ],
    ids=str,
)
def test_a_recording_counts_what_is_reported_where_that_is_plausible(
    said: Transcript | ChatError, spent: int
) -> None:
    assert spent_on(said) == spent


def test_who_ends_it_has_sent_it_all_the_same() -> None:
    limits = Limits(daily_tokens=PLENTY)
    service = budgeted(Hearing(Transcript(text="Hi")), limits)
    events = service.transcribe(SECOND, "hears")
    next(events)
    # As long as anybody can have spoken into so few bytes.
    assert limits.left("v").all == PLENTY - 107
    events.close()
    assert limits.left("v").all == PLENTY - TOKENS_A_SECOND
    assert limits.enter("v")


def test_without_a_budget_for_it_nothing_is_sent() -> None:
    said = Transcript(text="Hi", tokens=TOKENS_A_SECOND)
    with pytest.raises(errors.VisitorBudgetSpent):
        text_of(budgeted(Hearing(said), Limits(visitor_tokens=TOKENS_A_SECOND - 1)))
    limits = Limits(visitor_tokens=TOKENS_A_SECOND)
    assert text_of(budgeted(Hearing(said), limits)) == said
    with pytest.raises(errors.VisitorBudgetSpent):
        text_of(budgeted(Hearing(said), limits))


def test_a_visitor_speaks_or_asks_one_thing_at_a_time() -> None:
    limits = Limits(daily_tokens=PLENTY)
    first, second = (
        budgeted(Hearing(Transcript(text="Hi")), limits).transcribe(SECOND, "hears") for _ in "12"
    )
    next(first)
    next(second)
    assert limits.left("v").all == PLENTY - 107  # it waits, and has nothing reserved yet
    first.close()
    next(second)
    second.close()
    assert limits.left("v").all == PLENTY - 2 * TOKENS_A_SECOND
