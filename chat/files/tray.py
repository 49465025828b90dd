"""The files that wait for the next question, as the page in a browser says. Pure.

    tray = Tray()
    wishes = tray.receive(messages)     # what a page sent: static/tray.js
    files = tray.take()                 # for the question that is asked

Every message is an object with a `number`, counted from 1 for each tray, its `kind` and:

    begin       more files come; what was wrong with those before is said no longer
    picture     id, name, data, thumbnail (both base64): as the browser has scaled it
    document    id, name, data (base64, or null if it was not read), size: any other file
    text        id, name, text, is_cut: a long text that was pasted, or a document's
    remove      id
    held        id: the page has what came back
    open        id: to be looked at
    send        the files are the question
"""

from __future__ import annotations

import binascii
import re
from base64 import b64decode, b64encode
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal
from uuid import uuid4

from chat.characters import mended
from chat.conversation.files import Document, File, Picture
from chat.files import documents, pictures
from chat.files.bounds import BOUNDS, Bounds, Kinds
from chat.files.faults import Fault, FileError, clean_name

MOST_MESSAGES = 100  # at once: no page sends more than one file at a time
_ID = re.compile(r"[0-9a-f]{32}", re.ASCII)


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What the page wants beside: a file to be looked at, or the files to be sent."""

    kind: Literal["open", "send"]
    id: str = ""


@dataclass(eq=False, kw_only=True)
class Tray:
    """The files by their ids, in the order in which they came.

    `faults` is what was wrong with those that came together last. `session` is the tray's own name:
    a page that meets another one sends its files anew. `received` is the number of the last
    message. `returned` are the ids of files that came back from a question, and that the page does
    not hold yet.
    """

    kinds: Kinds = Kinds.ALL
    bounds: Bounds = BOUNDS
    files: dict[str, File] = field(default_factory=dict)
    faults: list[FileError] = field(default_factory=list)
    returned: set[str] = field(default_factory=set)
    session: str = field(default_factory=lambda: uuid4().hex)
    received: int = 0

    @classmethod
    def within(cls, kinds: str, files: int, megabytes: int) -> Tray:
        """A tray for files of these kinds, so many of so many megabytes together."""
        return cls(kinds=Kinds(kinds), bounds=Bounds.of(files=files, megabytes=megabytes))

    @property
    def is_open(self) -> bool:
        """Whether the owner allows any files."""
        return self.kinds is not Kinds.OFF

    def has(self, file: File) -> bool:
        """Whether a file waits here."""
        return any(waiting is file for waiting in self.files.values())

    def drop(self, file: File) -> None:
        """Let a file wait no longer."""
        self.files = {id: other for id, other in self.files.items() if other is not file}

    def receive(self, sent: object) -> list[Wish]:
        """Take in a page's messages, and return what it wants beside.

        Untrusted input; validated here.
        """
        wishes = []
        for item in sent[:MOST_MESSAGES] if isinstance(sent, list) else []:
            number = item.get("number") if isinstance(item, dict) else None
            if type(number) is not int or not self.received < number < 2**53:
                continue
            self.received = number
            kind, id = item.get("kind"), item.get("id")
            if kind == "begin":
                self.faults.clear()
            elif kind == "send":
                wishes.append(Wish(kind="send"))
            elif not isinstance(id, str) or not _ID.fullmatch(id):
                continue
            elif kind == "remove":
                self.files.pop(id, None)
            elif kind == "held":
                self.returned.discard(id)
            elif kind == "open" and id in self.files:
                wishes.append(Wish(kind="open", id=id))
            elif isinstance(kind, str) and kind in _READERS:
                self._add(id, kind, item)
        return wishes

    def take(self, ids: Collection[str] | None = None) -> tuple[File, ...]:
        """The files, or those with these ids, which wait no longer."""
        taken = self.files.keys() if ids is None else self.files.keys() & set(ids)
        files = tuple(file for id, file in self.files.items() if id in taken)
        self.files = {id: file for id, file in self.files.items() if id not in taken}
        self.returned &= self.files.keys()
        if not self.files:
            self.faults.clear()
        return files

    def put_back(self, files: Sequence[File]) -> None:
        """Let files wait before those that wait already: what they went with was not sent."""
        returned = {uuid4().hex: file for file in files}
        self.files = returned | self.files
        self.returned.update(returned)

    def message(self, id: str) -> dict[str, object] | None:
        """The message with which a page would send a file that came back; else None."""
        file = self.files[id]
        if id not in self.returned:
            return None
        if isinstance(file, Document):
            named = {"kind": "text", "id": id, "name": file.name, "text": file.text}
            return {**named, "is_cut": file.is_cut}
        if file.data is None:
            return None  # the browser has it
        data, thumbnail = (b64encode(data).decode() for data in (file.data, file.thumbnail))
        return {
            "kind": "picture",
            "id": id,
            "name": file.name,
            "data": data,
            "thumbnail": thumbnail,
        }

    def _add(self, id: str, kind: str, item: dict[str, Any]) -> None:
        name = clean_name(item["name"]) if isinstance(item.get("name"), str) else ""
        sizes = [(file.name, _size(file)) for file in self.files.values()]
        try:
            self.bounds.check([*sizes, (name, 0)])  # before it is read
            read = _READERS[kind](self, name, item)
            self.bounds.check([*sizes, (name, _size(read))])
        except FileError as error:
            self.faults = [*self.faults, error][-self.bounds.files :]
        else:
            self.files[id] = read

    def _picture(self, name: str, item: dict[str, Any]) -> File:
        if not self.kinds.has_images:
            raise FileError(name, Fault.NOT_ALLOWED)
        data, thumbnail = _bytes(name, item.get("data")), _bytes(name, item.get("thumbnail"))
        return pictures.checked(name, data, thumbnail, self.bounds)

    def _document(self, name: str, item: dict[str, Any]) -> File:
        if not self.kinds.has_documents:
            raise FileError(name, Fault.NOT_ALLOWED)
        size, data = item.get("size"), item.get("data")
        if data is None and isinstance(size, int) and size > self.bounds.document_bytes:
            raise FileError(name, Fault.TOO_LARGE)  # and so not read
        return documents.read(name, _bytes(name, data), self.bounds)

    def _text(self, name: str, item: dict[str, Any]) -> File:
        if not self.kinds.has_documents:
            raise FileError(name, Fault.NOT_ALLOWED)
        text = item.get("text")
        if not isinstance(text, str) or len(text) > self.bounds.letters:
            raise FileError(name, Fault.TOO_LARGE)
        if not text.strip():
            raise FileError(name, Fault.EMPTY)
        return Document(name=name, text=mended(text), is_cut=item.get("is_cut") is True)


_READERS: dict[str, Callable[[Tray, str, dict[str, Any]], File]] = {
    "picture": Tray._picture,
    "document": Tray._document,
    "text": Tray._text,
}


def _bytes(name: str, data: object) -> bytes:
    """What a page has sent as base64. Raises `FileError`."""
    if not isinstance(data, str):
        raise FileError(name, Fault.BROKEN)
    try:
        return b64decode(data, validate=True)
    except (binascii.Error, ValueError):
        raise FileError(name, Fault.BROKEN) from None


def _size(file: File) -> int:
    """The bytes that a file takes in a request."""
    if isinstance(file, Picture):
        return len(file.data or b"")
    return len(file.text.encode())
