"""How much may go along with a question, and of which kinds. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from chat.files.faults import Fault, FileError


class Kinds(StrEnum):
    """Which kinds of files the owner allows: `CHAT_FILES`."""

    OFF = "off"
    IMAGES = "images"
    DOCUMENTS = "documents"
    ALL = "all"

    @property
    def has_images(self) -> bool:
        """Whether pictures may go along."""
        return self in (Kinds.IMAGES, Kinds.ALL)

    @property
    def has_documents(self) -> bool:
        """Whether documents may."""
        return self in (Kinds.DOCUMENTS, Kinds.ALL)


@dataclass(frozen=True, kw_only=True)
class Bounds:
    """How much may go along with a question."""

    files: int = 8
    bytes_together: int = 20_000_000
    picture_bytes: int = 2_000_000  # as it is sent
    picture_side: int = 2_048  # pixels of the longest side, as it is sent
    picture_pixels: int = 100_000_000  # before it is scaled
    document_bytes: int = 15_000_000  # of which base64 still fits a message of 25 MB
    pages: int = 500  # of a document; what follows is cut off
    letters: int = 400_000  # characters of a document's text; what follows is cut off
    seconds: float = 10.0  # for making a document into its text
    memory: int = 600_000_000  # bytes of address space for that
    wait: float = 30.0  # seconds for its turn

    @classmethod
    def of(cls, *, files: int, megabytes: int) -> Bounds:
        """The bounds of an owner: so many files, of so many megabytes together."""
        return cls(files=files, bytes_together=megabytes * 1_000_000)

    def check(self, sizes: Iterable[tuple[str, int]]) -> None:
        """Raise a `FileError` for the first file that is one too many.

        `sizes` are the names of all the question's files with their sizes in bytes.
        """
        together = 0
        for number, (name, size) in enumerate(sizes, start=1):
            together += size
            if number > self.files:
                raise FileError(name, Fault.TOO_MANY)
            if together > self.bytes_together:
                raise FileError(name, Fault.TOO_LARGE if number == 1 else Fault.TOO_MUCH)


BOUNDS = Bounds()
