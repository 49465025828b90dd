"""Speech turned into text: one request, what comes of it, and what it costs.

OpenAI bills ten audio tokens for a second of what it hears
(https://platform.openai.com/docs/guides/realtime-costs), and the words of a fast speaker are
seldom more than ten others.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chat import errors
from chat.characters import mended
from chat.errors import ChatError
from chat.files.recordings import Recording
from chat.services import refusals
from chat.services.bill import HEAVIEST, LIGHTEST
from chat.services.parts import fields
from chat.tokens.calibration import HIDDEN

if TYPE_CHECKING:
    from openai import AsyncOpenAI

PATIENCE = 120.0  # seconds for one recording, where the owner set no CHAT_TIMEOUT
TOKENS_A_SECOND = 20
BYTES_A_SECOND = 4_000  # that the page records (static/microphone.js)
FEWEST_BYTES_A_SECOND = 750  # of Opus (RFC 6716, 2.1.1)
MOST = 10**9  # tokens or seconds that are believed at all

# What a refusal means here, where the words for it are those of a chat.
_NO_ROUTE = (errors.WrongAddress, errors.NoSuchModel, errors.NotUnderstood)
_REFUSED = (
    *(errors.WindowTooLarge, errors.AnswerTooLong, errors.LargerThanPace, errors.ContentRefused),
    *(errors.PicturesRefused, errors.UnknownFailure),
)


@dataclass(frozen=True, kw_only=True)
class Transcript:
    """The text of a recording, and what the service reports: tokens, seconds or neither."""

    text: str
    tokens: int | None = None
    seconds: float | None = None

    def cost(self, recording: Recording, written: int) -> int:
        """The tokens that it counts for, when its text has so many.

        What is reported holds where it is plausible. Of more than that counts what was reserved,
        as silence can be packed into fewer bytes than speech; of less, our own count.
        """
        reported = self.tokens
        if reported is None and self.seconds is not None:
            reported = math.ceil(self.seconds * TOKENS_A_SECOND)
        most = most_tokens(recording)
        if reported is not None and reported > HEAVIEST * most + HIDDEN:
            return most
        if reported is not None and reported >= LIGHTEST * written:
            return reported
        return max(likely_tokens(recording), written)


def likely_tokens(recording: Recording) -> int:
    """What a recording of our own page takes."""
    return math.ceil(len(recording.data) / BYTES_A_SECOND * TOKENS_A_SECOND)


def most_tokens(recording: Recording) -> int:
    """What a recording takes at most, whoever made it: as long a one as has room in its bytes."""
    return math.ceil(len(recording.data) / FEWEST_BYTES_A_SECOND * TOKENS_A_SECOND)


async def request(
    client: AsyncOpenAI, recording: Recording, model: str, *, seconds: float, connecting: float
) -> Transcript:
    """Have a recording turned into text within so many seconds.

    `connecting` are those for the connection. Raises what the client raises, and a `ChatError`.
    """
    from openai import Timeout, omit

    try:
        async with asyncio.timeout(seconds):
            said = await client.audio.transcriptions.create(
                file=(f"speech.{recording.kind}", recording.data, f"audio/{recording.kind}"),
                model=model,
                language=recording.language or omit,
                timeout=Timeout(seconds, connect=connecting),
            )
    except TimeoutError:
        raise errors.TooSlow from None
    return _read(said)


def failure(error: Exception, secrets: Iterable[str]) -> ChatError:
    """A failure of the request as what it means here, with no secret in its detail."""
    found = refusals.from_exception(error, secrets=secrets)
    if isinstance(found, _NO_ROUTE):
        return errors.NoTranscription(found.detail)
    if isinstance(found, _REFUSED):
        return errors.RecordingRefused(found.detail)
    return found


def _read(said: object) -> Transcript:
    """What a service says; whatever it says, the package makes an object of it, or a text."""
    text = getattr(said, "text", None)
    if not isinstance(text, str):
        raise errors.NotUnderstood
    to_dict = getattr(said, "to_dict", dict)
    usage = fields(fields(to_dict()).get("usage"))
    tokens, seconds = _number(usage.get("total_tokens")), _number(usage.get("seconds"))
    return Transcript(
        text=mended(text).strip(), tokens=None if tokens is None else int(tokens), seconds=seconds
    )


def _number(said: object) -> float | None:
    if isinstance(said, bool) or not isinstance(said, int | float):
        return None
    return said if 0 <= said <= MOST else None
