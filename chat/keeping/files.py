"""The files of a question as JSON, out and in again. Pure.

    {"kind": "document", "name": …, "text": …, "cut": …}
    {"kind": "picture", "name": …, "hash": …, "media_type": …, "width": …, "height": …,
     "thumbnail": …}        perhaps with `data`; both are bytes as base64

What comes in is untrusted, and checked here as an upload is. A thumbnail that is none is left out.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any, cast, get_args

from chat.conversation.files import Document, File, MediaType, Picture
from chat.files.bounds import BOUNDS
from chat.files.faults import FileError, clean_name
from chat.files.pictures import checked, checked_thumbnail
from chat.keeping import untrusted
from chat.keeping.untrusted import MOST, Fault, TranscriptError

_LONGEST = 2 * max(BOUNDS.picture_bytes, BOUNDS.letters)  # characters; base64 is a third more
_HASH = re.compile(r"[0-9a-f]{64}", re.ASCII)


def encoded(data: bytes) -> str:
    """Bytes as base64."""
    return b64encode(data).decode()


def written(file: File, *, pictures: bool = False) -> dict[str, Any]:
    """A file; of a picture whose bytes are there, with them where `pictures` are wanted."""
    if isinstance(file, Document):
        return {"kind": "document", "name": file.name, "text": file.text, "cut": file.is_cut}
    picture = {
        "kind": "picture",
        "name": file.name,
        "hash": file.hash,
        "media_type": file.media_type,
        "width": file.width,
        "height": file.height,
        "thumbnail": encoded(file.thumbnail),
    }
    has_data = pictures and file.data is not None
    return {**picture, "data": encoded(file.data or b"")} if has_data else picture


def read(items: object) -> tuple[File, ...]:
    """What `written` wrote of a question's files, whole. Raises `TranscriptError`."""
    files = untrusted.items(items)
    if len(files) > BOUNDS.files:
        raise TranscriptError(Fault.TOO_LARGE)
    return tuple(map(read_file, files))


def read_file(item: object) -> File:
    """What `written` wrote of one file. Raises `TranscriptError`."""
    if isinstance(item, dict) and item.get("kind") == "document":
        _, name, text, is_cut = untrusted.fields(item, "kind", "name", "text", "cut")
        words = untrusted.text(text, BOUNDS.letters)
        return Document(name=_name(name), text=words, is_cut=untrusted.flag(is_cut))
    names = ("kind", "name", "hash", "media_type", "width", "height", "thumbnail")
    kind, name, hash, media_type, width, height, thumbnail, data = untrusted.fields(
        item, *names, later={"data": None}
    )
    if kind != "picture" or not is_hash(hash):
        untrusted.refuse()
    picture = Picture(
        name=_name(name),
        hash=hash,
        media_type=cast("MediaType", untrusted.choice(media_type, get_args(MediaType))),
        width=untrusted.whole(width, least=1, most=BOUNDS.picture_side),
        height=untrusted.whole(height, least=1, most=BOUNDS.picture_side),
        data=None,
        thumbnail=checked_thumbnail(_bytes(thumbnail)),
    )
    return picture if data is None else with_data(picture, data) or untrusted.refuse()


def with_data(picture: Picture, data: object) -> Picture | None:
    """A picture with its bytes, which come as base64; None where these are others."""
    try:
        found = checked(picture.name, _bytes(data), picture.thumbnail, BOUNDS)
    except (FileError, TranscriptError):
        return None
    return replace(found, name=picture.name) if found.hash == picture.hash else None


def picture_at(url: object, name: str) -> Picture:
    """The picture in a data: URL. Raises `TranscriptError`: no other address is read."""
    begin, _, data = url.partition(",") if isinstance(url, str) else ("", "", "")
    if begin not in ("data:image/jpeg;base64", "data:image/png;base64"):
        untrusted.refuse()
    try:
        picture = checked(name, _bytes(data), b"", BOUNDS)
    except FileError:
        untrusted.refuse()
    return replace(picture, name=f"{name}.{picture.media_type.removeprefix('image/')}")


def check_count(files: Iterable[Sequence[File]]) -> None:
    """Raise a `TranscriptError` where a chat's questions have more files than are read."""
    if sum(map(len, files)) > MOST:
        raise TranscriptError(Fault.TOO_LARGE)


def is_hash(value: object) -> bool:
    """Whether this is a SHA-256 as it names a picture."""
    return isinstance(value, str) and bool(_HASH.fullmatch(value))


def _name(value: object) -> str:
    return clean_name(untrusted.text(value, untrusted.LONGEST_NAME))


def _bytes(value: object) -> bytes:
    return untrusted.binary(value, _LONGEST)
