"""The visitor's chats in the visitor's own browser: what is sent there, and what comes back.

Nothing is kept on the server, so any server can carry on. `store.js` holds the other end.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4
from weakref import WeakKeyDictionary

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from chat.conversation import Conversation
from chat.records import Notice, Recorder, restore
from chat.service import Options
from chat.transcript import LARGEST, Fault, TranscriptError, parsed
from chat.ui import page, program, text

_CHAT = re.compile(r"[0-9a-f]{32}", re.ASCII)
# React may drop what was sent, above all at the end of a run that another one follows at once
# (Streamlit 1.67). So a run's first write carries the last ones once more, if they are small, and
# every other one the one before.
_REPEATED = 3  # writes
_REPEATED_FOR = 5.0  # seconds
_REPEATED_SIZE = 100_000  # characters
# What store.js says is small, but for one chat. Of what somebody else says, no more is looked at.
_MOST_MESSAGES = 10_000
_MOST_CHATS = 100_000
_LONGEST_STAMP = 200  # characters
_LARGEST_COUNT = 10**12
_NOTICES = {Fault.NEWER: Notice.NEWER, Fault.TOO_LARGE: Notice.TOO_LONG}
_FAULTS = (Notice.FULL, Notice.FORBIDDEN, Notice.SILENT)
_component = program.component("chats")


@dataclass(eq=False, kw_only=True)
class _Kept:
    """How a conversation is kept: under which name, and what of it the browser has been sent."""

    chat: str = field(default_factory=lambda: uuid4().hex)
    base: str = ""  # the stamp of what it was read from
    recorder: Recorder = field(default_factory=Recorder)
    is_anew: bool = True  # the next write takes the place of whatever there is
    is_just_read: bool = False
    number: int = 0  # of the last write
    asked: int = 0  # the number of the last write with a new question
    name: str = ""  # by the model
    options: Options | None = None  # as they were told
    is_removed: bool = False


@dataclass(frozen=True, kw_only=True)
class Opened:
    """A conversation to turn to, with its options where they could be read."""

    conversation: Conversation
    options: Options | None
    notice: Notice | None


@dataclass(frozen=True, kw_only=True)
class Removed:
    """A conversation that was deleted in the browser."""

    conversation: Conversation


class Store:
    """One page's end of the browser's storage. What comes from there is nobody's word.

    Every write has its number. A browser that misses one says so, and gets all anew; it never
    refuses one, so what it says can wait until an answer has ended.
    """

    def __init__(self, *, asks_for_titles: bool) -> None:
        self.session = uuid4().hex
        self.asks_for_titles = asks_for_titles
        self.notice: Notice | None = None  # of the chat that is shown or could not be opened
        self.fault: Notice | None = None  # of the storage
        self._heard = 0
        self._kept: WeakKeyDictionary[Conversation, _Kept] = WeakKeyDictionary()
        self._slot: DeltaGenerator | None = None
        self._is_new_run = False
        self._saved = 0.0
        self._writes = 0
        self._sent: list[str] = []  # the last writes, as JSON
        self._unsent: list[str] = []

    def prepare(self) -> None:
        """Make a place on the page for what is sent; nothing of it is seen."""
        self._slot = st.container(key="writes")
        self._is_new_run = True

    def draw(self, key: str, conversation: Conversation, hear: Callable[[], None]) -> None:
        """Draw the list of the chats, with its end of the storage. `hear` is called back."""
        data = {
            "session": self.session,
            "heard": self._heard,
            "chat": self._of(conversation).chat,
            "number": self._writes - len(self._unsent),
            "largest": LARGEST,
            "words": text.chats_words(asks_for_titles=self.asks_for_titles),
        }
        _component(key=key, data=data, on_came_change=hear)

    def save(self, conversation: Conversation, options: Options, *, pace: float) -> None:
        """Send what has changed to the browser, if the last time was so many seconds ago."""
        now = time.monotonic()
        if self._slot is None or now - self._saved < pace:
            return
        self.note(conversation, options)
        is_repeated = self._is_new_run and bool(self._sent) and now - self._saved < _REPEATED_FOR
        repeated = self._small_ones(_REPEATED if self._is_new_run else 1)
        self._is_new_run = False
        if not self._unsent and not is_repeated:
            return
        self._saved = now if self._unsent else self._saved
        writes = [*repeated, *self._unsent]
        self._slot.html(page.note_of("writes", f"[{','.join(writes)}]"))
        # Had the run ended above, they would go with the next ones.
        self._sent, self._unsent = [*self._sent, *self._unsent][-_REPEATED:], []

    def note(self, conversation: Conversation, options: Options) -> None:
        """Have what has changed sent with the next writes, even if nobody shows it any more."""
        kept = self._of(conversation)
        is_begun = bool(kept.number or conversation.start.rounds)
        if kept.is_removed or (kept.is_anew and not is_begun):
            return
        if kept.is_just_read:
            kept.recorder.take_settings(conversation, options)
            kept.is_just_read = False
        kept.options = options
        changes = kept.recorder.changes(conversation, options)
        if not changes:
            return
        self._writes += 1
        kept.number = self._writes
        if any(name.startswith("question/") for name in changes.put):
            kept.asked = self._writes
        write = {
            "chat": kept.chat,
            "session": self.session,
            "number": self._writes,
            "base": kept.base,
            "whole": kept.is_anew,
            "settled": conversation.open_round is None,
            "title": conversation.title,
            "name": kept.name,
            "put": changes.put,
            "drop": changes.drop,
        }
        kept.is_anew = False
        self._unsent.append(json.dumps(write))

    def turn(self, left: Conversation, options: Options, to: Conversation) -> None:
        """Have the rest of one conversation sent, as the page turns to another."""
        self.note(left, options)
        self.notice = None
        if self._of(to).is_removed:  # whoever has it back, keeps it as a new one
            del self._kept[to]

    def name(self, conversation: Conversation, name: str) -> None:
        """Let the next write give a chat this name, unless the visitor gave it one."""
        self._of(conversation).name = name

    def hear(
        self, said: object, conversation: Conversation, *, is_edited: bool
    ) -> list[Opened | Removed]:
        """Take in what the browser says, and return the chats to turn to and those to leave."""
        shown = self._of(conversation)
        events: list[Opened | Removed] = []
        opened: dict[str, Any] | None = None  # the last one; one chat at a time is under way
        late: set[_Kept] = set()
        messages = self._new(said)
        # What was brought back since it was removed is opened further on.
        back = {_name(message.get("chat")): place for place, message in enumerate(messages)}
        for place, message in enumerate(messages):
            match message.get("kind"):
                case "opened":
                    is_begun = bool(conversation.start.rounds)
                    if self._is_wanted(message, shown, is_begun=is_begun, is_edited=is_edited):
                        opened = message
                case "removed":
                    chats = _names(message.get("chats"))
                    gone = {chat for chat in chats if back.get(chat, -1) <= place}
                    events += self._removed(gone, _count(message.get("last")))
                    if opened is not None and opened["chat"] in gone:
                        opened = None
                case "taken":
                    late |= self._moved(_name(message.get("chat")), _name(message.get("now")))
                case "missed" if missing := _count(message.get("missing")):
                    late |= {kept for kept in self._kept.values() if kept.number >= missing}
                case "fault" if (fault := message.get("fault")) in (None, *_FAULTS):
                    self.fault = fault and Notice(fault)
        self._resend(late, shown)
        return events if opened is None else events + self._opened(opened)

    def _new(self, said: object) -> list[dict[str, Any]]:
        """The messages that were not heard before, each with a higher number than the last."""
        messages: list[dict[str, Any]] = []
        for message in said[:_MOST_MESSAGES] if isinstance(said, list) else []:
            number = _count(message.get("number")) if isinstance(message, dict) else 0
            if number > self._heard:  # or it says what was not confirmed once more
                self._heard = number
                messages.append(message)
        return messages

    def _moved(self, chat: str, now: str) -> set[_Kept]:
        """Another page has written to a chat, so this one's goes on under another name."""
        if not chat or not now:
            return set()
        moved = {kept for kept in self._kept.values() if kept.chat == chat}
        for kept in moved:
            kept.chat, kept.base = now, ""
        return moved

    def _resend(self, again: set[_Kept], shown: _Kept) -> None:
        """Let the next write of these have everything; what is not shown is written now."""
        for conversation, kept in list(self._kept.items()):
            if kept in again:
                kept.recorder.forget()
                kept.is_anew = True
                if kept is not shown and kept.options is not None:
                    self.note(conversation, kept.options)

    def _is_wanted(
        self, message: dict[str, Any], shown: _Kept, *, is_begun: bool, is_edited: bool
    ) -> bool:
        chat, stamp = _name(message.get("chat")), message.get("stamp")
        if not chat or not isinstance(stamp, str) or len(stamp) > _LONGEST_STAMP:
            return False
        if chat == shown.chat:
            # Another page has written to it, after all that this one has sent of it.
            is_others = stamp != shown.base and not stamp.startswith(self.session)
            return is_others and shown.number <= _count(message.get("got")) and not is_edited
        reason = message.get("reason")
        return reason == "picked" or (reason == "start" and not is_begun)

    def _removed(self, chats: set[str], last: int) -> list[Opened | Removed]:
        removed: list[Opened | Removed] = []
        for conversation, kept in list(self._kept.items()):
            if kept.chat not in chats or kept.is_removed:
                continue
            if kept.asked > last:  # the visitor has gone on with it, so it is a new one
                self._kept[conversation] = _Kept(name=kept.name)
            else:
                kept.is_removed = True
                removed.append(Removed(conversation=conversation))
        return removed

    def _opened(self, message: dict[str, Any]) -> list[Opened | Removed]:
        try:
            records = message.get("records")
            if not isinstance(records, str):  # more than can be sent
                raise TranscriptError(Fault.TOO_LARGE)
            restored = restore(parsed(records))
        except TranscriptError as error:
            self.notice = _NOTICES.get(error.fault, Notice.UNREADABLE)
            return []
        except Exception:  # noqa: BLE001 - the records may say anything, and never end the page
            self.notice = Notice.UNREADABLE
            return []
        self._kept[restored.conversation] = _Kept(
            chat=message["chat"],
            base=message["stamp"],
            recorder=restored.recorder,
            is_anew=False,
            is_just_read=True,
        )
        return [
            Opened(
                conversation=restored.conversation,
                options=restored.options,
                notice=None if restored.is_whole else Notice.DAMAGED,
            )
        ]

    def _small_ones(self, most: int) -> list[str]:
        """So many of the last writes that were sent, as far as they are small."""
        small: list[str] = []
        for write in reversed(self._sent[-most:]):
            if sum(map(len, small), len(write)) > _REPEATED_SIZE:
                break
            small.insert(0, write)
        return small

    def _of(self, conversation: Conversation) -> _Kept:
        return self._kept.setdefault(conversation, _Kept())


def _name(value: object) -> str:
    """A chat's name; empty where it is none."""
    return value if isinstance(value, str) and _CHAT.fullmatch(value) else ""


def _names(value: object) -> Iterable[str]:
    return filter(None, map(_name, value[:_MOST_CHATS] if isinstance(value, list) else ()))


def _count(value: object) -> int:
    """A number that store.js counts; 0 where it is none."""
    if not isinstance(value, int) or isinstance(value, bool):
        return 0
    return value if 0 < value <= _LARGEST_COUNT else 0
