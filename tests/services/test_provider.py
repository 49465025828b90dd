"""The provider against a real HTTP service on loopback, faults included."""

# ruff: noqa: E501 - the table of broken streams is read by its columns
from __future__ import annotations

import re
import threading
import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import closing
from urllib.parse import quote

import pytest

from chat import errors
from chat.conversation.answer import Answer, Status
from chat.conversation.events import Ended, Event, ReasoningDelta, TextDelta, UsageReported, Waiting
from chat.conversation.tree import Conversation
from chat.conversation.window import Window
from chat.models import Usage
from chat.options import Options
from chat.services import inbox
from chat.services import provider as provider_module
from chat.services.provider import Provider
from tests.fakes import service as fake
from tests.fakes.service import KEY, PATIENCE, Reply, ScriptedService, answering, chunk, failing


@pytest.fixture
def provider(service: ScriptedService, options: Options) -> Iterator[Provider]:
    yield Provider(api_key=KEY, base_url=service.base_url, defaults=options, timeout=1.0)
    assert not inbox._under_way  # however the streams ended


def until(condition: Callable[[], object]) -> None:
    """Wait for something that happens in another thread."""
    deadline = time.monotonic() + PATIENCE
    waiting = threading.Event()
    while not condition():
        assert time.monotonic() < deadline
        waiting.wait(0.01)


def window(question: str = "Hi?") -> Window:
    conversation = Conversation()
    conversation.ask(question)
    return Window.of(conversation)


def events_of(provider: Provider, options: Options) -> list[Event]:
    """Every event of one request but the pauses."""
    events = provider.stream(window(), options)
    return [event for event in events if not isinstance(event, Waiting)]


def answer_of(provider: Provider, options: Options) -> Answer:
    """The answer that one request grows into."""
    answer = Answer()
    for _ in answer.grow(provider.stream(window(), options)):
        pass
    return answer


def test_a_request_carries_the_window_byte_for_byte_and_nothing_that_was_not_set(
    service: ScriptedService, provider: Provider, options: Options
) -> None:
    question = "# *Grüße* $x$ <b> \\n\n\t<|endoftext|> 😀 "
    list(provider.stream(window(question), options))
    assert service.last.path == "/v1/chat/completions"
    assert service.last.json == {
        "messages": [
            {"role": "system", "content": "You are a helpful assistant."},
            {"role": "user", "content": question},
        ],
        "model": "scripted",
        "stream": True,
        "stream_options": {"include_usage": True},
    }
    assert service.last.headers["authorization"] == f"Bearer {KEY}"


def test_settings_are_sent_when_they_are_set(service: ScriptedService, provider: Provider) -> None:
    options = Options(model="m", temperature=0.0, top_p=0.5, max_tokens=7)
    list(provider.stream(window(), options))
    sent = service.last.json
    assert (sent["model"], sent["temperature"], sent["top_p"]) == ("m", 0.0, 0.5)
    assert sent["max_completion_tokens"] == 7
    assert "max_tokens" not in sent


def test_text_reasoning_usage_and_end_come_in_order(
    service: ScriptedService, provider: Provider, options: Options
) -> None:
    details = {
        "completion_tokens_details": {"reasoning_tokens": 4},
        "prompt_tokens_details": {"cached_tokens": 8},
    }
    service.enqueue(
        Reply(
            steps=[
                chunk("", role="assistant"),
                chunk(reasoning_content="h"),
                chunk(reasoning="m"),
                chunk("Hel"),
                chunk("lo"),
                chunk(finish_reason="stop"),
                fake.usage(20, 10, **details),
                fake.done,
            ]
        )
    )
    usage = Usage(prompt_tokens=20, completion_tokens=10, reasoning_tokens=4, cached_tokens=8)
    events = events_of(provider, options)
    assert "".join(e.text for e in events if isinstance(e, ReasoningDelta)) == "hm"
    assert "".join(e.text for e in events if isinstance(e, TextDelta)) == "Hello"
    assert events[-2:] == [UsageReported(usage), Ended("stop")]


def test_thoughts_written_into_an_answer_are_kept_apart_from_it(
    service: ScriptedService, provider: Provider, options: Options
) -> None:
    service.enqueue(answering("<th", "ink>Hm.</think>", "\n\nHel", "lo"))
    answer = answer_of(provider, options)
    assert (answer.reasoning, answer.text) == ("Hm.", "Hello")


def test_thoughts_alone_are_no_answer(
    service: ScriptedService, provider: Provider, options: Options
) -> None:
    service.enqueue(answering("<think>Hm.</think>"))
    assert isinstance(answer_of(provider, options).error, errors.EmptyAnswer)


def test_the_last_usage_of_a_stream_holds(
    service: ScriptedService, provider: Provider, options: Options
) -> None:
    steps = [chunk("Hello"), fake.usage(5, 1), chunk(finish_reason="stop"), fake.usage(5, 2)]
    service.enqueue(Reply(steps=[*steps, fake.done]))
    assert answer_of(provider, options).usage == Usage(prompt_tokens=5, completion_tokens=2)


def test_a_stream_without_usage_or_done_is_a_whole_answer(
    service: ScriptedService, provider: Provider, options: Options
) -> None:
    service.enqueue(Reply(steps=[chunk("Hello"), chunk(finish_reason="stop"), fake.end]))
    answer = answer_of(provider, options)
    assert (answer.text, answer.status, answer.usage) == ("Hello", Status.COMPLETE, None)


def test_a_refusal_is_text(service: ScriptedService, provider: Provider, options: Options) -> None:
    steps = [chunk(refusal="No, sorry."), chunk(finish_reason="stop"), fake.done]
    service.enqueue(Reply(steps=steps))
    assert answer_of(provider, options).text == "No, sorry."


def test_an_answer_cut_by_its_length_says_so(
    service: ScriptedService, provider: Provider, options: Options
) -> None:
    service.enqueue(answering("Hel", finish_reason="length"))
    assert answer_of(provider, options).status is Status.CUT


EVENT = 'data: {"choices": [{"index": 0, "delta": {"content": "Hel"}}]}\n\n'
HTML = {"Content-Type": "text/html"}
JSON = {"Content-Type": "application/json"}

BROKEN_STREAMS: list[tuple[str, Reply, str, type[errors.ChatError]]] = [
    ("cut last event", Reply(steps=[chunk("Hel"), fake.raw('data: {"choi'), fake.end]), "Hel", errors.BrokenOff),
    ("cut connection", Reply(steps=[chunk("Hel"), fake.cut]), "Hel", errors.BrokenOff),
    ("reset connection", Reply(steps=[chunk("Hel"), fake.pause(0.2), fake.reset]), "Hel", errors.BrokenOff),
    ("reset before the first word", Reply(steps=[fake.raw(": hello\n\n"), fake.pause(0.2), fake.reset]), "", errors.BrokenOff),
    ("cut before the first word", Reply(steps=[chunk("", role="assistant"), fake.end]), "", errors.BrokenOff),
    ("200 with HTML", Reply(headers=HTML, steps=[fake.raw("<html>Hello</html>"), fake.end]), "", errors.NotUnderstood),
    ("200 with JSON", Reply(headers=JSON, steps=[fake.raw('{"ok": true}'), fake.end]), "", errors.NotUnderstood),
    ("empty body", Reply(steps=[fake.end]), "", errors.EmptyAnswer),
    ("nothing but [DONE]", Reply(steps=[fake.done]), "", errors.EmptyAnswer),
    ("finish without text", Reply(steps=[chunk(finish_reason="stop"), fake.done]), "", errors.EmptyAnswer),
    ("blank text", Reply(steps=[chunk(" \n"), chunk(finish_reason="stop"), fake.done]), " \n", errors.EmptyAnswer),
    ("filtered before the first word", Reply(steps=[chunk(finish_reason="content_filter"), fake.done]), "", errors.ContentRefused),
    ("error event", Reply(steps=[chunk("Hel"), fake.event({"error": {"message": "busy", "type": "server_error"}}), fake.end]), "Hel", errors.ServiceDown),
    ("unknown error event", Reply(steps=[chunk("Hel"), fake.event({"error": "odd"}), fake.end]), "Hel", errors.UnknownFailure),
    ("bad JSON", Reply(steps=[chunk("Hel"), fake.raw("data: {nonsense}\n\n"), fake.done]), "Hel", errors.BrokenOff),
    ("bad JSON at once", Reply(steps=[fake.raw("data: {nonsense}\n\n"), fake.done]), "", errors.NotUnderstood),
    ("bad UTF-8", Reply(steps=[chunk("Hel"), fake.raw(b'data: "\xff\xfe"\n\n'), fake.done]), "Hel", errors.BrokenOff),
    ("chunks without choices", Reply(steps=[fake.event({"id": "x"}), fake.event({"choices": None}), fake.done]), "", errors.NotUnderstood),
    ("choices without a delta", Reply(steps=[fake.event({"choices": [{"index": 0}]}), fake.event({"choices": [{"delta": None}]}), fake.done]), "", errors.EmptyAnswer),
    ("silence after a word", Reply(steps=[chunk("Hel"), fake.stall]), "Hel", errors.TooSlow),
    ("silence", Reply(steps=[fake.stall]), "", errors.TooSlow),
]  # fmt: skip


@pytest.mark.parametrize(
    ("reply", "text", "kind"),
    [case[1:] for case in BROKEN_STREAMS],
    ids=[case[0] for case in BROKEN_STREAMS],
)
def test_a_broken_stream_fails_as_what_it_is_and_keeps_what_had_arrived(
    service: ScriptedService,
    provider: Provider,
    options: Options,
    reply: Reply,
    text: str,
    kind: type[errors.ChatError],
) -> None:
    service.enqueue(reply)
    answer = answer_of(provider, options)
    assert (answer.text, type(answer.error)) == (text, kind)
    assert answer.status is (Status.INTERRUPTED if text.strip() else Status.FAILED)
    assert len(service.requests) == 1


@pytest.mark.parametrize(
    ("model", "first"), [("gpt-4o", "SILENCE"), ("o3", "FIRST_SILENCE"), ("new", "FIRST_SILENCE")]
)
def test_a_model_that_may_think_is_waited_for_longer(
    service: ScriptedService, monkeypatch: pytest.MonkeyPatch, model: str, first: str
) -> None:
    monkeypatch.setattr(provider_module, "SILENCE", 0.3)
    monkeypatch.setattr(provider_module, "FIRST_SILENCE", 20.0)
    options = Options(model=model)
    provider = Provider(api_key=KEY, base_url=service.base_url, defaults=options)
    service.enqueue(Reply(steps=[fake.pause(0.8), chunk("Hello"), fake.stall]))
    answer = answer_of(provider, options)
    assert isinstance(answer.error, errors.TooSlow)
    assert answer.text == ("Hello" if first == "FIRST_SILENCE" else "")


def test_a_comment_is_a_sign_of_life(
    service: ScriptedService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(provider_module, "SILENCE", 0.5)
    options = Options(model="gpt-4o")
    provider = Provider(api_key=KEY, base_url=service.base_url, defaults=options)
    alive = [step for _ in range(4) for step in (fake.pause(0.25), fake.raw(": working\n\n"))]
    last = [chunk("lo"), chunk(finish_reason="stop"), fake.done]
    service.enqueue(Reply(steps=[*alive, chunk("Hel"), *alive, *last]))
    assert answer_of(provider, options).text == "Hello"


def test_nobody_at_the_address_is_not_reachable(options: Options) -> None:
    with ScriptedService() as gone:
        address = gone.base_url
    provider = Provider(api_key=KEY, base_url=address, defaults=options)
    assert isinstance(answer_of(provider, options).error, errors.NotReachable)


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_passing_failure_is_tried_twice_more(
    service: ScriptedService, provider: Provider, options: Options, status: int
) -> None:
    passing = failing(status, {"message": "busy"}, Retry_After="0")
    service.enqueue(passing, passing, answering("Hello"))
    assert answer_of(provider, options).text == "Hello"
    assert len(service.requests) == 3


def test_a_connection_that_is_hung_up_is_tried_twice_more(
    service: ScriptedService, provider: Provider, options: Options
) -> None:
    service.enqueue(fake.HANG_UP, fake.HANG_UP, answering("Hello"))
    assert answer_of(provider, options).text == "Hello"
    assert len(service.requests) == 3


def test_the_third_failure_is_raised(
    service: ScriptedService, provider: Provider, options: Options
) -> None:
    service.enqueue(*[failing(503, {"message": "busy"}, Retry_After="0")] * 3)
    assert isinstance(answer_of(provider, options).error, errors.ServiceDown)
    assert len(service.requests) == 3


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (failing(401, {"message": "bad key"}), errors.KeyRefused),
        (failing(402, {"message": "credits"}), errors.QuotaUsedUp),
        (failing(404, {"message": "x", "code": "model_not_found"}), errors.NoSuchModel),
        (failing(429, {"message": "x", "code": "insufficient_quota"}), errors.QuotaUsedUp),
        (failing(429, {"message": "x"}, Retry_After="60"), errors.TooFast),
        (failing(400, {"message": "x"}), errors.UnknownFailure),
    ],
)
def test_a_lasting_failure_is_raised_at_once(
    service: ScriptedService,
    provider: Provider,
    options: Options,
    reply: Reply,
    kind: type[errors.ChatError],
) -> None:
    service.enqueue(reply)
    assert type(answer_of(provider, options).error) is kind
    assert len(service.requests) == 1


def test_nothing_is_tried_again_after_the_first_word(
    service: ScriptedService, provider: Provider, options: Options
) -> None:
    service.enqueue(Reply(steps=[chunk("Hel"), fake.cut]))
    answer_of(provider, options)
    assert len(service.requests) == 1


@pytest.mark.parametrize("status", [400, 422])
def test_a_refused_parameter_is_substituted_once_and_remembered(
    service: ScriptedService, provider: Provider, status: int
) -> None:
    refusal = {"message": "Unsupported parameter: 'max_completion_tokens'"}
    service.enqueue(failing(status, refusal))
    options = Options(model="old", max_tokens=7)
    assert answer_of(provider, options).status is Status.COMPLETE
    assert answer_of(provider, options).status is Status.COMPLETE
    sent = [
        (r.json.get("max_completion_tokens"), r.json.get("max_tokens")) for r in service.requests
    ]
    assert sent == [(7, None), (None, 7), (None, 7)]


def test_a_substitute_is_remembered_for_its_model_and_its_parameter_alone(
    service: ScriptedService, provider: Provider
) -> None:
    service.enqueue(failing(400, {"message": "Unsupported parameter: 'max_completion_tokens'"}))
    answer_of(provider, Options(model="old", max_tokens=7))
    assert "stream_options" in service.last.json
    answer_of(provider, Options(model="new", max_tokens=7))
    assert service.last.json["max_completion_tokens"] == 7


def test_a_value_that_is_refused_is_no_refusal_of_its_parameter(
    service: ScriptedService, provider: Provider
) -> None:
    message = "Invalid 'max_completion_tokens': must be at least 1."
    service.enqueue(failing(400, {"message": message, "param": "max_completion_tokens"}))
    answer = answer_of(provider, Options(model="new", max_tokens=9_999_999))
    assert isinstance(answer.error, errors.UnknownFailure)
    assert answer.error.detail == message
    answer_of(provider, Options(model="new", max_tokens=7))
    assert service.last.json["max_completion_tokens"] == 7


def test_a_substitute_that_did_not_help_is_not_remembered(
    service: ScriptedService, provider: Provider
) -> None:
    service.enqueue(
        failing(400, {"message": "Unknown: max_completion_tokens"}),
        failing(400, {"message": "Unknown: max_tokens"}),
    )
    options = Options(model="odd", max_tokens=7)
    answer_of(provider, options)
    answer_of(provider, options)
    assert service.last.json["max_completion_tokens"] == 7


def test_both_spellings_refused_is_raised(service: ScriptedService, provider: Provider) -> None:
    service.enqueue(
        failing(400, {"message": "Unknown: max_completion_tokens"}),
        failing(400, {"message": "Unknown: max_tokens"}),
    )
    answer = answer_of(provider, Options(model="old", max_tokens=7))
    assert isinstance(answer.error, errors.UnknownFailure)
    assert answer.error.detail == "Unknown: max_tokens"


def test_a_service_that_knows_no_stream_options_is_asked_without(
    service: ScriptedService, provider: Provider, options: Options
) -> None:
    service.enqueue(failing(422, {"message": "extra fields not permitted: stream_options"}))
    assert answer_of(provider, options).status is Status.COMPLETE
    assert "stream_options" not in service.last.json


def test_the_next_question_uses_the_connection_again(
    service: ScriptedService, options: Options
) -> None:
    service.models = ["scripted"]
    provider = Provider(api_key=KEY, base_url=service.base_url, defaults=options)
    until(provider.models)  # which uses a connection meanwhile
    for _ in range(3):
        answer_of(provider, options)
    assert len({request.connection for request in service.requests}) == 1


def first_text(events: Iterator[Event]) -> None:
    next(event for event in events if isinstance(event, TextDelta))


def first_silence(events: Iterator[Event]) -> None:
    next(event for event in events if isinstance(event, Waiting))


@pytest.mark.parametrize(
    ("reply", "leave_at"),
    [
        (answering(*["word "] * 500, pace=0.02), first_text),
        (Reply(steps=[chunk("Hel"), fake.stall]), first_text),
        (Reply(steps=[fake.stall]), first_silence),
    ],
    ids=["while words come", "in a silence", "before the first word"],
)
def test_leaving_the_stream_cuts_the_connection_within_half_a_second(
    service: ScriptedService,
    provider: Provider,
    options: Options,
    reply: Reply,
    leave_at: Callable[[Iterator[Event]], None],
) -> None:
    service.enqueue(reply)
    with closing(provider.stream(window(), options)) as events:
        leave_at(events)
        request = service.wait_for(1)
    assert request.left.wait(0.5)


def test_leaving_before_the_answer_begins_cuts_the_connection(
    service: ScriptedService, provider: Provider, options: Options
) -> None:
    arrived = threading.Event()

    def hold(connection: fake.Connection) -> None:
        arrived.set()
        fake.stall(connection)

    service.enqueue(Reply(steps=[hold]))
    events = provider.stream(window(), options)
    next(events)
    assert arrived.wait(PATIENCE)
    events.close()
    assert service.last.left.wait(0.5)


def test_the_request_is_sent_when_the_first_event_is_asked_for(
    service: ScriptedService, provider: Provider, options: Options
) -> None:
    with closing(provider.stream(window(), options)) as events:
        assert next(events) == Waiting()
        assert service.wait_for(1).messages[-1]["role"] == "user"


def test_somebody_who_waits_is_asked_ten_times_a_second_whether_to_go_on(
    service: ScriptedService, provider: Provider, options: Options
) -> None:
    released = threading.Event()
    service.enqueue(Reply(steps=[fake.wait(released), *answering("Hello").steps]))
    events = provider.stream(window(), options)
    assert [next(events) for _ in range(3)] == [Waiting()] * 3
    released.set()
    assert TextDelta("Hello") in list(events)


def test_the_end_of_a_short_answer_is_read_right_behind_its_words(
    monkeypatch: pytest.MonkeyPatch, service: ScriptedService, provider: Provider, options: Options
) -> None:
    monkeypatch.setattr(provider_module, "NAP", 3_600.0)
    service.enqueue(answering("Hello"))
    events: list[Event] = []
    read = threading.Thread(target=lambda: events.extend(events_of(provider, options)), daemon=True)
    read.start()
    until(lambda: not read.is_alive())
    assert isinstance(events[-1], Ended)


def test_with_many_readers_words_gather_longer(
    monkeypatch: pytest.MonkeyPatch, service: ScriptedService, provider: Provider, options: Options
) -> None:
    steps = [
        chunk("first "),
        *(step for n in range(8) for step in (fake.pause(0.02), chunk(f"{n} "))),
    ]
    service.enqueue(Reply(steps=[*steps, chunk("last", finish_reason="stop")]))
    monkeypatch.setattr(inbox, "BATCH_EACH", PATIENCE)
    first, rest, end = events_of(provider, options)
    assert first == TextDelta("first ")
    assert rest == TextDelta("".join(f"{n} " for n in range(8)) + "last")
    assert isinstance(end, Ended)


def test_words_that_arrive_together_are_handed_out_together(
    service: ScriptedService, provider: Provider, options: Options
) -> None:
    service.enqueue(answering(*[f"{number} " for number in range(400)]))
    texts = [event.text for event in events_of(provider, options) if isinstance(event, TextDelta)]
    assert "".join(texts) == "".join(f"{number} " for number in range(400))
    assert len(texts) < 40


@pytest.mark.parametrize("piece", ["\\ud83d", "\\ud83d\\ude00", "\\u0000"])
def test_broken_characters_of_a_service_are_mended(
    service: ScriptedService, provider: Provider, options: Options, piece: str
) -> None:
    def half(content: str) -> fake.Step:
        return fake.raw(f'data: {{"choices": [{{"delta": {{"content": "{content}"}}}}]}}\n\n')

    steps = [half("a \\ud83d"), half("\\ude00 b "), half(piece)]
    service.enqueue(Reply(steps=[*steps, chunk(finish_reason="stop"), fake.done]))
    answer = answer_of(provider, options)
    end = "😀" if "ude00" in piece else "\ufffd"
    assert (answer.text, answer.status) == (f"a 😀 b {end}", Status.COMPLETE)


@pytest.mark.parametrize("last", [fake.stall, fake.cut, fake.end])
def test_after_its_finish_reason_an_answer_is_whole_however_the_connection_ends(
    service: ScriptedService, provider: Provider, options: Options, last: fake.Step
) -> None:
    service.enqueue(Reply(steps=[chunk("Hello"), chunk(finish_reason="stop"), last]))
    answer = answer_of(provider, options)
    assert (answer.text, answer.status, answer.error) == ("Hello", Status.COMPLETE, None)


def test_an_error_as_finish_reason_is_a_failure(
    service: ScriptedService, provider: Provider, options: Options
) -> None:
    service.enqueue(answering("Hel", finish_reason="error"))
    answer = answer_of(provider, options)
    assert (answer.text, answer.status) == ("Hel", Status.INTERRUPTED)
    assert isinstance(answer.error, errors.ServiceDown)


def test_usage_without_its_numbers_is_no_usage(
    service: ScriptedService, provider: Provider, options: Options
) -> None:
    odd = fake.event({"choices": [], "usage": {"prompt_tokens": None, "total_tokens": 5}})
    steps = [chunk("Hello"), chunk(finish_reason="stop"), odd, fake.done]
    service.enqueue(Reply(steps=steps))
    assert answer_of(provider, options).usage is None


def test_a_key_that_looks_like_none_is_not_told_either(
    service: ScriptedService, options: Options
) -> None:
    key = "correct-horse-battery-staple"
    service.enqueue(failing(400, {"message": f"The key {key} is odd"}))
    provider = Provider(api_key=key, base_url=service.base_url, defaults=options)
    error = answer_of(provider, options).error
    assert error is not None
    assert error.detail == "The key [key] is odd"


@pytest.mark.parametrize("in_stream", [False, True])
def test_a_key_that_is_told_in_another_form_or_in_part_is_not_told(
    service: ScriptedService, options: Options, in_stream: bool
) -> None:
    key = "correct/horse+battery-staple"
    encoded = b64encode(f"Bearer {key}".encode()).decode()
    said = {"message": f"{encoded} has {quote(key, safe='')}, which ends in {key[-12:]}"}
    steps = [chunk("Hel"), fake.event({"error": said}), fake.end]
    service.enqueue(Reply(steps=steps) if in_stream else failing(400, said))
    provider = Provider(api_key=key, base_url=service.base_url, defaults=options)
    error = answer_of(provider, options).error
    assert error is not None
    start = b64encode(b"Bearer ").decode()[:9]
    assert re.fullmatch(
        rf"{start}.?\[key\].{{0,4}} has \[key\], which ends in \[key\]", error.detail
    )


def test_a_password_in_the_services_address_is_not_told(
    service: ScriptedService, options: Options
) -> None:
    address = service.base_url.replace("://", "://somebody:Zx81%2Fqwop@")
    said = f"{address} and Zx81/qwop are odd"
    service.enqueue(failing(400, {"message": said}))
    provider = Provider(api_key=KEY, base_url=address, defaults=options)
    error = answer_of(provider, options).error
    assert error is not None
    assert "qwop" not in error.detail
    assert error.detail.endswith("and [key] are odd")


@pytest.mark.parametrize("key", ["sk-line\nbreak", "sk-ünïcode", "sk-€"])
def test_no_key_is_ever_told_whatever_it_contains(
    service: ScriptedService, options: Options, key: str, capfd: pytest.CaptureFixture[str]
) -> None:
    service.enqueue(failing(400, {"message": f"The key {key} is odd"}))
    provider = Provider(api_key=key, base_url=service.base_url, defaults=options)
    answer = answer_of(provider, options)
    assert answer.error is not None
    assert key not in str(answer.error)
    assert answer.error.__cause__ is None
    printed = capfd.readouterr()
    assert key not in printed.out + printed.err


def test_models_are_what_the_service_lists_for_chat(options: Options) -> None:
    listed = ["gpt-9", "text-embedding-3", "whisper-1", "org/name:fast", "gpt-9"]
    with ScriptedService(models=listed) as service:
        provider = Provider(api_key=KEY, base_url=service.base_url, defaults=options)
        until(provider.models)
        assert provider.models() == ("gpt-9", "org/name:fast")


def test_a_service_that_lists_its_models_later_is_asked_again(
    options: Options, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ScriptedService() as service:
        provider = Provider(api_key=KEY, base_url=service.base_url, defaults=options)
        answer_of(provider, options)
        assert provider.models() == ()
        service.models = ["late"]
        monkeypatch.setattr("chat.services.provider.MODELS_AGAIN", 0.0)
        until(provider.models)
        assert provider.models() == ("late",)


def test_a_service_without_a_list_has_no_models_and_still_answers(
    provider: Provider, options: Options
) -> None:
    assert answer_of(provider, options).status is Status.COMPLETE
    assert provider.models() == ()


def test_reply_asks_and_waits(service: ScriptedService, provider: Provider) -> None:
    conversation = Conversation(system_prompt="Be brief.", rounds=2)
    for number in range(1, 5):
        service.enqueue(answering(f"A{number}", tokens=(number, 1)))
        answer = provider.reply(conversation, f"Q{number}")
    assert (answer.text, answer.usage) == ("A4", Usage(prompt_tokens=4, completion_tokens=1))
    contents = [message["content"] for message in service.last.messages]
    assert contents == ["Be brief.", "Q2", "A2", "Q3", "A3", "Q4"]


def test_reply_raises_and_the_failed_question_is_never_sent_again(
    service: ScriptedService, provider: Provider
) -> None:
    conversation = Conversation(system_prompt="")
    service.enqueue(failing(401, {"message": "bad key"}))
    with pytest.raises(errors.KeyRefused):
        provider.reply(conversation, "Q1")
    provider.reply(conversation, "Q2")
    assert [message["content"] for message in service.last.messages] == ["Q2"]
