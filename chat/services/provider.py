"""An OpenAI-compatible service over the network: a window goes in, a stream of events comes out.

The request runs on a thread of its own (see `inbox`); who waits for the answer reads a queue.
"""

from __future__ import annotations

import asyncio
import math
import re
import time
from collections.abc import AsyncIterator, Generator, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import parse_qsl, unquote, urlsplit

from chat import errors
from chat.conversation.events import Event, Waiting
from chat.conversation.window import Message, Window
from chat.errors import ChatError
from chat.options import Options
from chat.services.base import Service
from chat.services.inbox import Inbox, run
from chat.services.reading import ErrorEvent, Reading

if TYPE_CHECKING:
    from openai import APIStatusError, AsyncAPIResponse, AsyncOpenAI

OPENAI_BASE_URL = "https://api.openai.com/v1"
READ_TIMEOUT = 60.0  # seconds of silence
CONNECT_TIMEOUT = 5.0  # seconds
RETRY_DELAYS = (0.5, 1.0)  # seconds before the second and the third try
LONGEST_RETRY_AFTER = 5.0  # seconds; where a service wants more, the visitor reads so instead
MODELS_AGAIN = 60.0  # seconds
NAP = 0.08  # seconds in which tokens gather unread: to wake for each costs more than all the rest
AWAKE = 0.005  # seconds of reading between two naps, at least
DRAIN_TIMEOUT = 0.1  # seconds for what comes behind the end
HEAD_START = 0.006  # seconds for a request to be made and sent before anything else is done

# Parameters that some services refuse, and what to send in their place (None: nothing).
# OpenAI's reasoning models refuse max_tokens, older compatible servers max_completion_tokens.
SUBSTITUTES: Mapping[str, str | None] = {
    "max_completion_tokens": "max_tokens",
    "stream_options": None,
}

_SECRET_NAME = re.compile(r"key|token|secret|sig|pass|code", re.IGNORECASE)
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
        self._secrets = (api_key, *_secrets_in(self._base_url))
        self._timeout = timeout
        self._client: AsyncOpenAI | None = None
        self._refused: set[tuple[str, str]] = set()  # (model, parameter)
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

    async def _answer(self, messages: tuple[Message, ...], options: Options, inbox: Inbox) -> None:
        """Fill the inbox with the events of one request, closed by `Ended` or a `ChatError`."""
        reading = Reading()
        content_type = ""
        failure: ChatError | None = None
        try:
            async with self._request(messages, options) as response:
                content_type = response.headers.get("content-type", "")
                pieces = _pieces(response)
                woke = math.inf  # a short answer's end comes right behind its first words
                async for piece in pieces:
                    for event in reading.take(piece):
                        inbox.put(event)
                    if reading.is_done:
                        await _drain(pieces)
                    elif woke == math.inf and inbox.begun.is_set():
                        woke = time.monotonic()
                    elif not reading.is_whole and time.monotonic() - woke > AWAKE:
                        await asyncio.sleep(NAP)
                        woke = time.monotonic()
        except Exception as error:  # noqa: BLE001 - any failure must reach the thread that waits
            failure = errors.from_exception(
                _reported(error) if isinstance(error, ErrorEvent) else error,
                started=reading.has_text,
                secrets=self._secrets,
            )
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
    ) -> AsyncIterator[AsyncAPIResponse[Any]]:
        """Open a stream, trying again where that may help; leaving it cuts the connection."""
        from openai import BadRequestError, UnprocessableEntityError

        delays = list(RETRY_DELAYS)
        refused = {name for model, name in self._refused if model == options.model}
        async with AsyncExitStack() as opened:
            while True:
                parameters = _parameters(options, refused)
                request = self._connected().chat.completions.with_streaming_response.create(
                    messages=cast("Any", messages), stream=True, **parameters
                )
                try:
                    response = await opened.enter_async_context(request)
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
            yield response

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


def _secrets_in(address: str) -> Iterator[str]:
    """What nobody may read of a service's address, which it may send back."""
    parts = urlsplit(address)
    yield from filter(None, (parts.password or parts.username, unquote(parts.password or "")))
    for name, value in parse_qsl(parts.query):
        if _SECRET_NAME.search(name):
            yield value


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
