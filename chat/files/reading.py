"""A file made into what goes along with a question, by what is in it: for whoever has no page.

conversation.ask("What is this?", files=[read("photo.jpg", data)])
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from chat.conversation.files import File
from chat.files import documents, pictures
from chat.files.bounds import BOUNDS, Bounds, Kinds
from chat.files.faults import Fault, FileError


def read(name: str, data: bytes, bounds: Bounds = BOUNDS, kinds: Kinds = Kinds.ALL) -> File:
    """A picture or a document out of a file's bytes. Raises a `FileError`."""
    is_picture = pictures.is_picture(data)
    if not (kinds.has_images if is_picture else kinds.has_documents):
        raise FileError(name, Fault.NOT_ALLOWED)
    return (pictures.scaled if is_picture else documents.read)(name, data, bounds)


def read_all(
    paths: Sequence[str | Path], bounds: Bounds = BOUNDS, kinds: Kinds = Kinds.ALL
) -> list[File]:
    """The files at these paths, all of them. Raises a `FileError` for the first that cannot go."""
    names = [str(path) for path in paths]
    bounds.check((name, 0) for name in names)  # their number, before any is opened
    opened = [(name, _bytes_of(name, bounds.bytes_together)) for name in names]
    bounds.check((name, len(data)) for name, data in opened)
    return [read(name, data, bounds, kinds) for name, data in opened]


def _bytes_of(path: str, most: int) -> bytes:
    """A file's bytes, and of a larger file one more than may be."""
    try:
        with open(path, "rb") as file:
            return file.read(most + 1)
    except (OSError, ValueError):  # the second where there is a NUL in the path
        raise FileError(path, Fault.UNREADABLE) from None
