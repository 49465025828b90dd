"""Speech as a browser has recorded it, to be turned into text. Pure."""

from __future__ import annotations

import binascii
import re
from base64 import b64decode
from dataclasses import dataclass, field

from chat.errors import RecordingRefused

LONGEST = 300  # seconds, after which the page stops by itself
LARGEST = 10_000_000  # bytes: five minutes of the largest kind, WAV of 16 bits at 16 kHz
# How each kind of file begins: Matroska's EBML, RIFF, ISO's boxes, and Ogg.
_BEGINNINGS = {
    "webm": re.compile(rb"\x1aE\xdf\xa3"),
    "wav": re.compile(rb"RIFF....WAVE", re.DOTALL),
    "mp4": re.compile(rb"....ftyp", re.DOTALL),
    "ogg": re.compile(rb"OggS"),
}
_LANGUAGE = re.compile(r"([a-z]{2})(?:[-_]|$)", re.ASCII | re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Recording:
    """What somebody said: a file of a `kind` (`webm`, `wav`, `mp4` or `ogg`).

    `language` is the one that is spoken, by ISO 639-1, where that is known.
    """

    data: bytes = field(repr=False)
    kind: str
    language: str | None = None

    @classmethod
    def read(cls, data: object, locale: str | None) -> Recording:
        """What a page has sent as base64, and the browser's locale. Untrusted; validated here.

        Raises `RecordingRefused` for what is too large or no recording.
        """
        if not isinstance(data, str) or len(data) > LARGEST * 4 // 3 + 4:
            raise RecordingRefused
        try:
            raw = b64decode(data, validate=True)
        except (binascii.Error, ValueError):
            raise RecordingRefused from None
        kinds = [kind for kind, beginning in _BEGINNINGS.items() if beginning.match(raw)]
        if len(raw) > LARGEST or not kinds:
            raise RecordingRefused
        language = _LANGUAGE.match(locale or "")
        return cls(data=raw, kind=kinds[0], language=language and language[1].lower())
