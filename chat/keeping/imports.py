"""The chats in a file, whoever has written it, and as the browser keeps them. Pure.

    chats_in(text).chats            # or raises a TranscriptError
    as_kept(chat, options)          # what static/backup.js puts into the browser's storage

A file has one chat, or a list of them: a backup (transcript.py), a plain list of messages
(plain.py), what another app has exported (foreign.py), or all chats of a browser
(static/backup.js).
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from chat.characters import mended
from chat.conversation.tree import Conversation
from chat.keeping import untrusted
from chat.keeping.foreign import of_chatgpt, of_open_webui, time_of
from chat.keeping.records import Recorder, fits
from chat.keeping.restoring import restore
from chat.keeping.transcript import from_parsed
from chat.keeping.untrusted import LONGEST_NAME, Fault, TranscriptError
from chat.options import Options

ALL_CHATS = "all-chats"  # the format of all chats of a browser
VERSION = 1  # of it


@dataclass(frozen=True, kw_only=True)
class Chat:
    """A chat in a file. `options` is None where the file has none.

    `name` is what it was called, or empty; `changed` is in seconds since 1970, or 0.
    """

    conversation: Conversation
    options: Options | None = None
    name: str = ""
    changed: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Chats:
    """The chats in a file, the newest first, and how many could not be read."""

    chats: list[Chat]
    unreadable: int


def chats_in(data: bytes | str) -> Chats:
    """The chats in a file. Raises `TranscriptError` where there is none that can be read."""
    items = _items(untrusted.parsed(data))
    chats: list[Chat] = []
    refused: list[TranscriptError] = []
    for item in items:
        try:
            chats.append(_read(item))
        except TranscriptError as error:
            refused.append(error)
    if not chats:
        raise refused[0] if refused else TranscriptError(Fault.NOT_A_TRANSCRIPT)
    chats.sort(key=lambda chat: chat.changed, reverse=True)
    return Chats(chats=chats, unreadable=len(refused))


def chats_in_file(file: object) -> Chats:
    """The chats in a file as the browser has read it: `{"text": its text}`.

    Raises what `chats_in` raises, and where the browser has not read it.
    """
    if not isinstance(file, dict) or not isinstance(file.get("text"), str):
        raise TranscriptError(Fault.TOO_LARGE)
    return chats_in(file["text"].removeprefix("\ufeff"))


def converted(file: object, options: Options) -> dict[str, Any] | None:
    """The chats in a part of a file, `{"text": …, "part": its number}`, as the browser keeps them.

    None where this is no such part. Those that cannot be read or kept are left out.
    """
    part = file.get("part") if isinstance(file, dict) else None
    if not isinstance(part, int) or isinstance(part, bool):
        return None
    try:
        chats = chats_in_file(file).chats
    except TranscriptError:
        chats = []
    kept = [as_kept(chat, options) for chat in chats]
    return {"part": part, "chats": [chat for chat in kept if chat is not None]}


def as_kept(chat: Chat, options: Options) -> dict[str, Any] | None:
    """A chat as the browser keeps it; None where it is too large. `options` for one without.

    The same chat has the same id every time.
    """
    options = chat.options or options
    if not fits(chat.conversation, options):
        return None
    records = Recorder().changes(chat.conversation, options).put
    said = json.dumps({name: records[name] for name in records if name != "head"})
    return {
        "id": hashlib.sha256(said.encode()).hexdigest()[:32],
        "title": chat.conversation.title,
        "name": chat.name,
        "changed": round(1000 * chat.changed),
        "records": records,
    }


def _items(whole: object) -> list[Any]:
    """What may be a chat each."""
    if isinstance(whole, dict) and whole.get("format") == ALL_CHATS:
        if untrusted.whole(whole.get("version"), least=1) > VERSION:
            raise TranscriptError(Fault.NEWER)
        return untrusted.items(whole.get("chats"))
    is_several = isinstance(whole, list) and bool(whole) and all(map(_may_be_chat, whole))
    return untrusted.items(whole) if is_several else [whole]


def _may_be_chat(item: object) -> bool:
    """Whether this is no message: a plain list of these is one chat."""
    return isinstance(item, dict) and "role" not in item


def _read(item: object) -> Chat:
    chat = item if isinstance(item, dict) else {}
    name = chat.get("name") or chat.get("title")
    name = mended(name).strip()[:LONGEST_NAME] if isinstance(name, str) else ""
    if isinstance(chat.get("mapping"), dict):
        changed = time_of(chat.get("update_time"))
        return Chat(conversation=of_chatgpt(chat), name=name, changed=changed)
    if isinstance(chat.get("chat"), dict):
        changed = time_of(chat.get("updated_at"))
        return Chat(conversation=of_open_webui(chat), name=name, changed=changed)
    if isinstance(chat.get("records"), dict):
        restored = restore(chat["records"])
        changed = time_of(chat.get("changed")) / 1000
        return Chat(
            conversation=restored.conversation,
            options=restored.options,
            name=name,
            changed=changed,
        )
    transcript = from_parsed(item)
    return Chat(conversation=transcript.conversation, options=transcript.options)
