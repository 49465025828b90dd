"""An OpenAI-compatible service over the network: a window goes in, a stream of events comes out.

The request runs on a thread of its own (see `inbox`); who waits for the answer reads a queue.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import AsyncIterator, Generator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import TYPE_CHECKING, Any, cast

from chat import errors, models
from chat.conversation.events import Event, LeftOut, Waiting
from chat.conversation.window import Message, Window
from chat.errors import ChatError
from chat.files.recordings import Recording
from chat.options import Options
from chat.redaction import secrets_in
from chat.services import failure_log, listing, refusals, transcription
from chat.services.base import Service
from chat.services.inbox import Inbox, batch, run, waiting
from chat.services.parameters import Attempt, Habits
from chat.services.reading import ErrorEvent, Reading
from chat.services.refusals import Refusal
from chat.services.transcription import Transcript

if TYPE_CHECKING:
    from openai import AsyncAPIResponse, AsyncOpenAI, Timeout

OPENAI_BASE_URL = "https://api.openai.com/v1"
SILENCE = 60.0  # seconds without a word, a thought or a comment of the service
FIRST_SILENCE = 600.0  # the same before the first word, of a model that may be thinking
CONNECT_TIMEOUT = 5.0  # seconds
RETRY_DELAYS = (0.5, 1.0)  # seconds before the second and the third try
LONGEST_RETRY_AFTER = 5.0  # seconds; where a service wants more, the visitor reads so instead
MODELS_AGAIN = 60.0  # seconds
MOST_MODELS = 2_000  # that are offered
NAP = 0.9  # of a batch: tokens gather unread, as to wake for each costs more than all the rest
AWAKE = 0.005  # seconds of reading between two naps, at least
DRAIN_TIMEOUT = 0.1  # seconds for what comes behind the end
HEAD_START = 0.006  # seconds for a request to be made and sent before anything else is done


class Provider(Service):
    """A service that speaks Chat Completions.

    `timeout` is the longest silence in seconds; None: ten minutes before the first word where the
    model is not known not to think, else one. Nothing is sent before the first question but one
    request for the list of models. `log` gets each failure with a line for the server's log.
    """

    def __init__(
        self,
        *,
        api_key: str,
        defaults: Options,
        base_url: str | None = None,
        timeout: float | None = None,
        log: failure_log.Log | None = None,
    ) -> None:
        super().__init__(defaults)
        self._api_key = api_key
        self._base_url = base_url or OPENAI_BASE_URL
        self._secrets = (api_key, *secrets_in(self._base_url))
        self._timeout = timeout
        self._log = log
        self._client: AsyncOpenAI | None = None
        self._habits = Habits()
        self.is_ready = False
        self._models: tuple[str, ...] = ()
        self._models_requested = -math.inf
        self.models()

    def models(self) -> tuple[str, ...]:
        """The chat models that the service lists, by name; empty until it has answered.

        As long as it has not answered, the request is repeated, once a minute at most.
        """
        if not self._models and time.monotonic() - self._models_requested > MODELS_AGAIN:
            self._models_requested = time.monotonic()
            run(self._list_models())
        return self._models

    def as_sent(self, messages: Sequence[Message], model: str) -> tuple[Message, ...]:
        """See `Service.as_sent`."""
        return self._habits.begin(messages, Options(model=model)).messages

    def settings_sent(
        self, options: Options, messages: Sequence[Message] = ()
    ) -> dict[str, object]:
        """See `Service.settings_sent`."""
        sent = self._habits.begin(messages, options).parameters
        return {name: value for name, value in sent.items() if name != "stream_options"}

    def stream(self, window: Window, options: Options) -> Generator[Event]:
        """Answer a window; see `Service.stream`."""
        inbox = Inbox()
        request = run(self._answer(window.messages, options, inbox))
        try:
            # Whoever asks has much to draw, and only one thread runs at a time.
            inbox.begun.wait(HEAD_START)
            yield Waiting()
            yield from inbox.batches()
        finally:
            request.cancel()

    def transcribe(self, recording: Recording, model: str) -> Generator[Event, None, Transcript]:
        """Turn speech into text; see `Service.transcribe`."""
        return (yield from waiting(self._transcribe(recording, model)))

    async def _transcribe(self, recording: Recording, model: str) -> Transcript:
        try:
            client, seconds = self._connected(), self._timeout or transcription.PATIENCE
            return await transcription.request(
                client, recording, model, seconds=seconds, connecting=CONNECT_TIMEOUT
            )
        except Exception as error:  # noqa: BLE001 - any failure must reach the thread that waits
            end = transcription.failure(error, self._secrets)
            if self._log is not None:
                status = getattr(error, "status_code", None)
                self._log(end, failure_log.line(end, model, (), status))
            raise end from None

    async def _answer(self, messages: tuple[Message, ...], options: Options, inbox: Inbox) -> None:
        """Fill the inbox with the events of one request, closed by `Ended` or a `ChatError`."""
        reading = Reading()
        head: Mapping[str, str] = {}
        failure: Exception | None = None
        try:
            attempt = self._habits.begin(messages, options)
            async with self._request(attempt) as response:
                head = response.headers
                if attempt.left_out:
                    inbox.put(LeftOut(attempt.left_out))
                await self._read(response, reading, inbox, self._timeout or SILENCE)
        except Exception as error:  # noqa: BLE001 - any failure must reach the thread that waits
            failure = error
        for _ in range(2):  # behind a failure in the rest there may be words
            try:
                for event in reading.rest():
                    inbox.put(event)
                break
            except Exception as error:  # noqa: BLE001 - any failure must reach the thread that waits
                failure = failure or error
        # After its finish reason an answer is whole, however the connection ends.
        if failure is None or reading.is_whole:
            is_announced = "content-length" in head or "transfer-encoding" in head
            end = reading.end(
                is_event_stream="event-stream" in head.get("content-type", ""),
                is_announced=failure is None and is_announced,
            )
            if isinstance(end, ChatError):
                end.detail = errors.clean(end.detail, self._secrets)
        else:
            end = refusals.from_exception(
                _reported(failure) if isinstance(failure, ErrorEvent) else failure,
                is_reached=bool(head),
                started=reading.has_text,
                secrets=self._secrets,
            )
        if isinstance(end, ChatError) and self._log is not None:
            status = getattr(failure, "status_code", None)
            self._log(end, failure_log.line(end, options.model, messages, status))
        inbox.close(end)

    async def _read(
        self, response: AsyncAPIResponse[Any], reading: Reading, inbox: Inbox, silence: float
    ) -> None:
        from openai import APITimeoutError

        pieces = _pieces(response)
        woke = math.inf  # a short answer's end comes right behind its first words
        try:
            async with asyncio.timeout(None) as limit:
                async for piece in pieces:
                    for event in reading.take(piece):
                        inbox.put(event)
                    if reading.is_done:
                        await _drain(pieces)
                        return
                    if woke == math.inf and inbox.begun.is_set():
                        woke = time.monotonic()
                    elif not reading.is_whole and time.monotonic() - woke > AWAKE:
                        await asyncio.sleep(NAP * batch())
                        woke = time.monotonic()
                    else:
                        continue
                    # Not with each piece, as many come at once.
                    if reading.is_begun:
                        limit.reschedule(woke + silence)
        except TimeoutError as error:
            raise APITimeoutError(request=response.http_request) from error

    @asynccontextmanager
    async def _request(self, attempt: Attempt) -> AsyncIterator[AsyncAPIResponse[Any]]:
        """Open a stream, trying again where that may help; leaving it cuts the connection."""
        delays = list(RETRY_DELAYS)
        async with AsyncExitStack() as opened:
            while True:
                request = self._connected().chat.completions.with_streaming_response.create(
                    messages=cast("Any", attempt.messages),
                    stream=True,
                    timeout=self._patience(attempt.options.model),
                    **attempt.parameters,
                )
                try:
                    response = await opened.enter_async_context(request)
                    break
                except Exception as error:  # the question is only whether trying again may help
                    if attempt.mend(Refusal.of(error)):
                        continue
                    delay = _retry_delay(error, delays.pop(0) if delays else None)
                    if delay is None:
                        raise
                    await asyncio.sleep(delay)
            self._habits.learn(attempt)
            yield response

    def _patience(self, model: str) -> Timeout:
        """The longest silence before the first word."""
        from openai import Timeout

        thinks = models.find(model).reasoning is not False
        silence = self._timeout or (FIRST_SILENCE if thinks else SILENCE)
        return Timeout(silence, connect=CONNECT_TIMEOUT)

    def _connected(self) -> AsyncOpenAI:
        """The one client, made on the loop that uses it: importing openai takes a second."""
        if self._client is None:
            from openai import AsyncOpenAI

            self._client = AsyncOpenAI(
                api_key=self._api_key,
                base_url=self._base_url,
                max_retries=0,  # the client's own retries also repeat an exhausted quota
            )
        return self._client

    async def _list_models(self) -> None:
        listed: object = None
        with suppress(Exception):  # without a list there are the configured models
            listed = await self._connected().get("/models", cast_to=object)
        self.is_ready = True
        found = [*listing.chat_models_of(listed)]
        for model in found[:MOST_MODELS]:
            models.learn(model)
        self._models = tuple(sorted({model.name for model in found}))[:MOST_MODELS]


async def _pieces(response: AsyncAPIResponse[Any]) -> AsyncIterator[bytes]:
    """The body as it comes; a failure on the way becomes the package's own exception."""
    import httpx2
    from openai import APIConnectionError, APITimeoutError

    try:
        async for piece in response.iter_bytes():
            yield piece
    except httpx2.TimeoutException as error:
        raise APITimeoutError(request=response.http_request) from error
    except httpx2.RequestError as error:
        raise APIConnectionError(request=response.http_request) from error


async def _drain(pieces: AsyncIterator[bytes]) -> None:
    """Read what comes behind the end, so that the connection can be used again."""
    from openai import APIConnectionError

    with suppress(TimeoutError, APIConnectionError):
        async with asyncio.timeout(DRAIN_TIMEOUT):
            async for _ in pieces:
                pass


def _reported(error: ErrorEvent) -> Exception:
    """A failure that the stream reports, as the package's own exception."""
    import httpx2
    from openai import APIError

    return APIError("", httpx2.Request("POST", ""), body=error.body)


def _retry_delay(error: Exception, planned: float | None) -> float | None:
    """Seconds to wait before another try; None where none is left or none would help."""
    from openai import APITimeoutError

    if planned is None or isinstance(error, APITimeoutError):
        return None
    refused = refusals.from_exception(error)
    if not isinstance(refused, errors.TooFast | errors.ServiceDown | errors.NotReachable):
        return None
    wanted = planned if refused.wait is None else refused.wait
    return wanted if 0 <= wanted <= LONGEST_RETRY_AFTER else None
