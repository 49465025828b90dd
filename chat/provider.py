"""An OpenAI-compatible service over the network: a window goes in, a stream of events comes out.

The asynchronous client runs on one event loop in a thread of its own, for all visitors, because
(openai 3.54) the synchronous one cannot be woken from a blocked read when somebody presses Stop,
and does not use a connection again after a stream. Whoever asked reads from a queue.
"""

from __future__ import annotations

import asyncio
import math
import re
import threading
import time
from collections.abc import AsyncIterator, Coroutine, Generator, Iterator, Mapping
from concurrent.futures import Future
from contextlib import asynccontextmanager
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any, cast

from chat import errors
from chat.characters import Mender
from chat.errors import ChatError
from chat.events import (
    Ended,
    Event,
    ReasoningDelta,
    TextDelta,
    Usage,
    UsageReported,
    Waiting,
)
from chat.service import Options, Service
from chat.thinking import Thinking
from chat.window import Message, Window

if TYPE_CHECKING:
    from openai import APIStatusError, AsyncOpenAI, AsyncStream
    from openai.types.chat import ChatCompletionChunk

OPENAI_BASE_URL = "https://api.openai.com/v1"
READ_TIMEOUT = 60.0  # seconds of silence
CONNECT_TIMEOUT = 5.0  # seconds
RETRY_DELAYS = (0.5, 1.0)  # seconds before the second and the third try
LONGEST_RETRY_AFTER = 5.0  # seconds; a service that wants more is told to the visitor instead
MODELS_AGAIN = 60.0  # seconds
BATCH = 0.05  # seconds of text that go to the page at once
PATIENCE = 0.1  # seconds of silence after which `Waiting` is handed out

# Parameters that some services refuse, and what to send in their place (None: nothing).
# OpenAI's reasoning models refuse max_tokens, older compatible servers max_completion_tokens.
SUBSTITUTES: Mapping[str, str | None] = {
    "max_completion_tokens": "max_tokens",
    "stream_options": None,
}

_UNKNOWN_CODES = frozenset({"unsupported_parameter", "unknown_parameter"})
_UNKNOWN_WORDS = re.compile(
    r"unsupported parameter|not supported|unknown|unrecogni[sz]ed|unexpected|not permitted|extra",
    re.IGNORECASE,
)

# What /models of the large services lists beside chat models; any name can still be typed.
_NOT_CHAT = (
    *("audio", "babbage", "dall-e", "davinci", "deep-research", "embed", "image", "instruct"),
    *("moderation", "ocr", "realtime", "rerank", "search", "sora", "speech", "transcribe"),
    *("tts", "video", "whisper"),
)


class Provider(Service):
    """A service that speaks Chat Completions.

    `timeout` is the longest silence in seconds. Nothing is sent before the first question but
    one request for the list of models.
    """

    def __init__(
        self,
        *,
        api_key: str,
        defaults: Options,
        base_url: str | None = None,
        timeout: float = READ_TIMEOUT,
    ) -> None:
        super().__init__(defaults)
        self._api_key = api_key
        self._base_url = base_url or OPENAI_BASE_URL
        self._timeout = timeout
        self._client: AsyncOpenAI | None = None
        self._refused: set[tuple[str, str]] = set()  # (model, parameter)
        self._models: tuple[str, ...] = ()
        self._asked_for_models = -math.inf
        self.models()

    def models(self) -> tuple[str, ...]:
        """The chat models that the service lists, by name; empty until it has answered.

        A service that has not answered yet is asked again, once a minute at most.
        """
        if not self._models and time.monotonic() - self._asked_for_models > MODELS_AGAIN:
            self._asked_for_models = time.monotonic()
            _loop.run(self._list_models())
        return self._models

    def stream(self, window: Window, options: Options) -> Generator[Event]:
        """Answer a window; see `Service.stream`."""
        inbox = _Inbox()
        request = _loop.run(self._answer(window.messages, options, inbox))
        try:
            yield from inbox.batches()
        finally:
            request.cancel()

    async def _answer(self, messages: tuple[Message, ...], options: Options, inbox: _Inbox) -> None:
        """Fill the inbox with the events of one request, closed by `Ended` or a `ChatError`."""
        reading = _Reading()
        content_type = ""
        failure: ChatError | None = None
        try:
            async with self._request(messages, options) as stream:
                content_type = stream.response.headers.get("content-type", "")
                async for chunk in stream:
                    for event in reading.take(chunk):
                        inbox.put(event)
        except Exception as error:  # noqa: BLE001 - any failure must reach whoever asked
            secrets = (self._api_key,)
            failure = errors.from_exception(error, started=reading.has_text, secrets=secrets)
        for event in reading.rest():
            inbox.put(event)
        # After its finish reason an answer is whole, however the connection ends.
        if failure is None or reading.is_whole:
            inbox.close(reading.end(content_type))
        else:
            inbox.close(failure)

    @asynccontextmanager
    async def _request(
        self, messages: tuple[Message, ...], options: Options
    ) -> AsyncIterator[AsyncStream[ChatCompletionChunk]]:
        """Open a stream, trying again where that may help; leaving it cuts the connection."""
        from openai import BadRequestError, UnprocessableEntityError

        delays = list(RETRY_DELAYS)
        refused = {name for model, name in self._refused if model == options.model}
        while True:
            parameters = _parameters(options, refused)
            try:
                stream = cast(
                    "AsyncStream[ChatCompletionChunk]",
                    await self._connected().chat.completions.create(
                        messages=cast("Any", messages), stream=True, **parameters
                    ),
                )
                break
            except (BadRequestError, UnprocessableEntityError) as error:
                unknown = {name for name in SUBSTITUTES if _is_unknown(name, error)}
                if not unknown & parameters.keys():
                    raise
                refused |= unknown
            except Exception as error:  # the question is only whether trying again may help
                delay = _retry_delay(error, delays.pop(0) if delays else None)
                if delay is None:
                    raise
                await asyncio.sleep(delay)
        # Only what helped is remembered.
        self._refused.update((options.model, name) for name in refused)
        async with stream:
            yield stream

    def _connected(self) -> AsyncOpenAI:
        """The one client, made on the loop that uses it: importing openai takes a second."""
        if self._client is None:
            from openai import AsyncOpenAI, Timeout

            self._client = AsyncOpenAI(
                api_key=self._api_key,
                base_url=self._base_url,
                timeout=Timeout(self._timeout, connect=CONNECT_TIMEOUT),
                max_retries=0,  # the client's own retries also repeat an exhausted quota
            )
        return self._client

    async def _list_models(self) -> None:
        try:
            listed = [model.id async for model in self._connected().models.list()]
        except Exception:  # noqa: BLE001 - without a list there are the configured models
            return
        self._models = tuple(sorted({name for name in listed if is_chat_model(name)}))


def _parameters(options: Options, refused: set[str]) -> dict[str, Any]:
    """What is sent beside the messages: of the settings only those that were set."""
    wanted = {
        "model": options.model,
        "stream_options": {"include_usage": True},
        "temperature": options.temperature,
        "top_p": options.top_p,
        "max_completion_tokens": options.max_tokens,
    }
    sent: dict[str, Any] = {}
    for name, value in wanted.items():
        spelled = SUBSTITUTES[name] if name in refused else name
        if value is not None and spelled is not None:
            sent[spelled] = value
    return sent


def _is_unknown(parameter: str, error: APIStatusError) -> bool:
    """Whether a service says that it does not know a parameter, not that its value is wrong."""
    message = error.message[: errors.MESSAGE_LIMIT]
    if parameter not in message:
        return False
    return error.code in _UNKNOWN_CODES or bool(_UNKNOWN_WORDS.search(message))


def is_chat_model(name: str) -> bool:
    """Whether a model's name does not speak of something other than chat."""
    return bool(name) and not any(word in name.lower() for word in _NOT_CHAT)


class _Reading:
    """What the chunks of one stream amount to."""

    def __init__(self) -> None:
        self.has_text = False
        self._chunks = 0
        self._finish_reason: str | None = None
        self._text = Mender()
        self._reasoning = Mender()
        self._thinking = Thinking()

    def take(self, chunk: ChatCompletionChunk) -> Iterator[Event]:
        """The events in a chunk. Services leave out what they like, so nothing is relied on."""
        self._chunks += 1
        usage = getattr(chunk, "usage", None)
        if usage is not None:
            reported = _usage(usage)
            if reported is not None:
                yield UsageReported(reported)
        choices = getattr(chunk, "choices", None)
        if not choices:
            return
        choice = choices[0]
        delta = getattr(choice, "delta", None)
        reasoning = getattr(delta, "reasoning_content", None) or getattr(delta, "reasoning", None)
        if isinstance(reasoning, str) and reasoning:
            yield ReasoningDelta(self._reasoning.take(reasoning))
        text = getattr(delta, "content", None) or getattr(delta, "refusal", None)
        if isinstance(text, str) and text:
            yield from self._read(self._thinking.take(self._text.take(text)))
        self._finish_reason = getattr(choice, "finish_reason", None) or self._finish_reason

    @property
    def is_whole(self) -> bool:
        """Whether everything that makes an answer has arrived."""
        return self.has_text and self._finish_reason is not None

    def rest(self) -> Iterator[Event]:
        """What was held back: half a character, or the beginning of a tag."""
        yield from self._read(self._thinking.take(self._text.end()))
        yield from self._read(self._thinking.end())

    def _read(self, events: Iterator[Event]) -> Iterator[Event]:
        for event in events:
            if isinstance(event, TextDelta) and event.text.strip():
                self.has_text = True
            yield event

    def end(self, content_type: str) -> Ended | ChatError:
        """How a stream ended that raised nothing, which alone is no proof of success."""
        if self._finish_reason == "error":
            return errors.ServiceDown()
        if self._finish_reason is None:
            if self.has_text:
                return errors.BrokenOff()
            if self._chunks == 0 and "event-stream" not in content_type:
                return errors.NotUnderstood()
            return errors.EmptyAnswer() if self._chunks == 0 else errors.BrokenOff()
        if not self.has_text:
            if self._finish_reason == "content_filter":
                return errors.ContentRefused()
            return errors.EmptyAnswer()
        return Ended(self._finish_reason)


def _usage(usage: object) -> Usage | None:
    def whole(holder: object, name: str) -> int | None:
        number = getattr(holder, name, None)
        return number if isinstance(number, int) else None

    prompt = whole(usage, "prompt_tokens")
    completion = whole(usage, "completion_tokens")
    if prompt is None or completion is None:
        return None
    return Usage(
        prompt_tokens=prompt,
        completion_tokens=completion,
        reasoning_tokens=whole(
            getattr(usage, "completion_tokens_details", None), "reasoning_tokens"
        ),
        cached_tokens=whole(getattr(usage, "prompt_tokens_details", None), "cached_tokens"),
    )


def _retry_delay(error: Exception, planned: float | None) -> float | None:
    """Seconds to wait before another try; None where none is left or none would help."""
    from openai import APIConnectionError, APIStatusError, APITimeoutError

    if planned is None or isinstance(error, APITimeoutError):
        return None
    if isinstance(error, APIConnectionError):
        return planned
    if not isinstance(error, APIStatusError):
        return None
    if not isinstance(errors.from_exception(error), errors.TooFast | errors.ServiceDown):
        return None
    try:
        wanted = float(error.response.headers.get("retry-after", planned))
    except ValueError:
        wanted = planned
    return wanted if 0 <= wanted <= LONGEST_RETRY_AFTER else None


class _Inbox:
    """The events of one request, on their way from the loop's thread to the one that asked."""

    def __init__(self) -> None:
        self._queue: SimpleQueue[Event | ChatError] = SimpleQueue()
        self._closed = threading.Event()

    def put(self, event: Event) -> None:
        self._queue.put(event)

    def close(self, last: Ended | ChatError) -> None:
        self._queue.put(last)
        self._closed.set()

    def batches(self) -> Iterator[Event]:
        """The events, the text of each `BATCH` as one; raises the `ChatError` that ended them."""
        handed_out = 0.0
        while True:
            try:
                arrived = [self._queue.get(timeout=PATIENCE)]
            except Empty:
                yield Waiting()
                continue
            # The first word goes out at once; later ones gather, but never hold up the end.
            self._closed.wait(max(0.0, handed_out + BATCH - time.monotonic()))
            while not self._queue.empty():
                arrived.append(self._queue.get())
            handed_out = time.monotonic()
            for event in _joined(arrived):
                if isinstance(event, ChatError):
                    raise event
                yield event
                if isinstance(event, Ended):
                    return


def _joined(events: list[Event | ChatError]) -> Iterator[Event | ChatError]:
    """The same events with neighbouring pieces of text made one."""
    joined: list[Event | ChatError] = []
    for event in events:
        match joined[-1:], event:
            case [TextDelta(before)], TextDelta(text):
                joined[-1] = TextDelta(before + text)
            case [ReasoningDelta(before)], ReasoningDelta(text):
                joined[-1] = ReasoningDelta(before + text)
            case _:
                joined.append(event)
    yield from joined


class _Loop:
    """The event loop of all providers, in a thread that starts when it is first needed."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None

    def run(self, work: Coroutine[Any, Any, None]) -> Future[None]:
        with self._lock:
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                threading.Thread(
                    target=self._loop.run_forever, name="providers", daemon=True
                ).start()
            return asyncio.run_coroutine_threadsafe(work, self._loop)


_loop = _Loop()
