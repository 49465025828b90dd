"""What goes along with a question: pictures, and documents as their text. Pure.

    conversation.ask("What is this?", files=[Picture(...), Document(...)])

`chat.files.reading.read` makes them of a file's bytes, or says what is wrong with it.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from hashlib import sha256
from typing import Literal, TypedDict

# How closely a model is to look at a picture. Where it is left open, some models take the picture
# as it is, at ten times the price; ours are small enough for "high" (OpenAI's guide to images).
DETAIL: Literal["high"] = "high"

MediaType = Literal["image/jpeg", "image/png"]


class Address(TypedDict):
    """Where a picture is: a data: URL, as no service can reach anything else."""

    url: str
    detail: Literal["high"]


class TextPart(TypedDict):
    """A text as a part of a message, in the form of the Chat Completions API."""

    type: Literal["text"]
    text: str


class PicturePart(TypedDict):
    """A picture as a part of a message, in the form of the Chat Completions API."""

    type: Literal["image_url"]
    image_url: Address


Part = TextPart | PicturePart


@dataclass(frozen=True, kw_only=True)
class Picture:
    """A picture as it is sent; its size is in pixels.

    `hash` is the SHA-256 of its bytes, in hexadecimal digits. `data` is None where the bytes are
    still where the chat is kept. `thumbnail` is a small JPEG of it, or empty.
    """

    name: str
    hash: str
    media_type: MediaType
    width: int
    height: int
    data: bytes | None
    thumbnail: bytes = b""

    @classmethod
    def of(
        cls,
        data: bytes,
        *,
        name: str,
        media_type: MediaType,
        width: int,
        height: int,
        thumbnail: bytes = b"",
    ) -> Picture:
        """A picture of these bytes."""
        return cls(
            name=name,
            hash=sha256(data).hexdigest(),
            media_type=media_type,
            width=width,
            height=height,
            data=data,
            thumbnail=thumbnail,
        )

    @cached_property
    def part(self) -> Part:
        """The picture as a message carries it; of one whose bytes are not there, its name."""
        if self.data is None:
            return {"type": "text", "text": f"[{self.name}]"}
        url = f"data:{self.media_type};base64,{b64encode(self.data).decode()}"
        return {"type": "image_url", "image_url": {"url": url, "detail": DETAIL}}


@dataclass(frozen=True, kw_only=True)
class Document:
    """A document as the text that is sent of it; `is_cut` where it has more than that."""

    name: str
    text: str
    is_cut: bool = False

    @cached_property
    def part(self) -> Part:
        """The text as a message carries it, in a block with the document's name.

        No line of the text can end the block, nor can its name. Without a text it is its name.
        """
        name = " ".join(self.name.split())
        if not self.text:
            return {"type": "text", "text": f"[{name}]"}
        marks = "=" * 5
        while f"\n{marks}" in f"\n{self.text}":
            marks += "="
        return {"type": "text", "text": f"{marks} {name} {marks}\n{self.text}\n{marks}"}


File = Picture | Document


def pictures_among(files: Iterable[File]) -> list[Picture]:
    """The pictures among these files."""
    return [file for file in files if isinstance(file, Picture)]


def named(file: File) -> File:
    """A file without its bytes, if it is a picture: a message carries only its name then."""
    return replace(file, data=None) if isinstance(file, Picture) else file


def unread(file: File) -> File:
    """A file without its text, if it is a document: a message carries only its name then."""
    return replace(file, text="") if isinstance(file, Document) else file


def with_bytes(files: Sequence[File], known: Mapping[str, Picture]) -> tuple[File, ...]:
    """These files; a picture without its bytes with those of one that is `known` by its hash."""
    return tuple(
        replace(known[file.hash], name=file.name, thumbnail=file.thumbnail)
        if isinstance(file, Picture) and file.data is None and file.hash in known
        else file
        for file in files
    )


def content_of(question: str, files: Sequence[File]) -> str | list[Part]:
    """A question with its files as a message carries it: the files first, then the question."""
    if not files:
        return question
    parts = [file.part for file in files]
    if question.strip():
        parts.append({"type": "text", "text": question})
    return parts


def text_of(content: str | Sequence[Part]) -> str:
    """The words of a message, without its pictures."""
    if isinstance(content, str):
        return content
    return "\n\n".join(part["text"] for part in content if part["type"] == "text")


def pictures_of(content: str | Sequence[Part]) -> list[str]:
    """The addresses of a message's pictures."""
    if isinstance(content, str):
        return []
    return [part["image_url"]["url"] for part in content if part["type"] == "image_url"]
