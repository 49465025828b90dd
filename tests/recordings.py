"""Recordings for tests, as far as anybody looks at them."""

from __future__ import annotations

from base64 import b64encode

BEGINNINGS = {
    "webm": b"\x1aE\xdf\xa3",
    "wav": b"RIFF\x24\x00\x00\x00WAVE",
    "mp4": b"\x00\x00\x00\x18ftyp",
    "ogg": b"OggS",
}


def recording(size: int = 4_000, kind: str = "webm") -> bytes:
    """A file of so many bytes; 4,000 are a second of what the page records."""
    return BEGINNINGS[kind].ljust(size, b"\0")


def sent(data: bytes, number: int = 1) -> dict[str, object]:
    """A message with a recording."""
    return {"number": number, "kind": "recording", "data": b64encode(data).decode()}
