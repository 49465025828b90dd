"""The visitor's chats in the visitor's own browser: what is sent there, and what comes back.

Nothing is kept on the server, so any server can carry on. `store.js` holds the other end.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4
from weakref import WeakKeyDictionary

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from chat.conversation import Conversation
from chat.records import Notice, Recorder, restore
from chat.service import Options
from chat.transcript import Fault, TranscriptError, parsed
from chat.ui import page, text

_CHAT = re.compile(r"[0-9a-f]{32}", re.ASCII)
# The work is done by store.js, which may come later.
_SCRIPT = """
export default (mounted) =>
  window.serveChats ? window.serveChats(mounted) : void (window.chatsToServe = mounted);
"""
_component = st.components.v2.component("chats", js=_SCRIPT, isolate_styles=False)


@dataclass(eq=False, kw_only=True)
class _Kept:
    """How a conversation is kept: under which name, and what of it the browser has been sent."""

    chat: str = field(default_factory=lambda: uuid4().hex)
    stamp: str = ""
    recorder: Recorder = field(default_factory=Recorder)
    is_anew: bool = True  # the next write takes the place of whatever there is
    name: str = ""  # by the model


@dataclass(frozen=True, kw_only=True)
class Opened:
    """A conversation to turn to, with its options where they could be read; None: a new one."""

    conversation: Conversation | None
    options: Options | None = None


class Store:
    """One page's end of the browser's storage. What comes from there is nobody's word."""

    def __init__(self, *, asks_for_titles: bool) -> None:
        self.session = uuid4().hex
        self.asks_for_titles = asks_for_titles
        self.notice: Notice | None = None  # of the chat that was opened last
        self.fault: Notice | None = None  # of the storage
        self._heard = 0
        self._kept: WeakKeyDictionary[Conversation, _Kept] = WeakKeyDictionary()
        self._slot: DeltaGenerator | None = None
        self._saved = 0.0
        self._writes = 0

    def prepare(self) -> None:
        """Make a place on the page for what is sent; nothing of it is seen."""
        page.run("store.js")
        self._slot = st.container(key="writes")

    def draw(self, key: str, conversation: Conversation, hear: Callable[[], None]) -> None:
        """Draw the list of the chats, with its end of the storage. `hear` is called back."""
        kept = self._of(conversation)
        data = {
            "session": self.session,
            "heard": self._heard,
            "chat": kept.chat,
            "stamp": "" if kept.is_anew else kept.stamp,
            "words": text.chats_words(asks_for_titles=self.asks_for_titles),
        }
        _component(key=key, data=data, on_came_change=hear)

    def save(self, conversation: Conversation, options: Options, *, pace: float) -> None:
        """Send what has changed to the browser, if the last time was so many seconds ago.

        A write that is lost on its way is missed by the browser, which then asks for all.
        """
        now = time.monotonic()
        kept = self._of(conversation)
        if self._slot is None or now - self._saved < pace:
            return
        if kept.is_anew and not conversation.start.rounds:
            return
        changes = kept.recorder.changes(conversation, options)
        if not changes:
            return
        self._saved = now
        self._writes += 1
        stamp = f"{self.session} {self._writes}"
        write = {
            "chat": kept.chat,
            "session": self.session,
            "base": kept.stamp,
            "stamp": stamp,
            "whole": kept.is_anew,
            "settled": conversation.open_round is None,
            "title": conversation.title,
            "name": kept.name,
            "put": changes.put,
            "drop": changes.drop,
        }
        kept.stamp, kept.is_anew = stamp, False
        # No text may end the script that carries it.
        script = json.dumps(write).replace("<", "\\u003c")
        self._slot.html(
            f"<script>(window.chatWrites ??= []).push({script})</script>",
            unsafe_allow_javascript=True,
        )

    def name(self, conversation: Conversation, name: str) -> None:
        """Let the next write give a chat this name, unless the visitor gave it one."""
        self._of(conversation).name = name

    def hear(self, said: object, conversation: Conversation, *, is_edited: bool) -> list[Opened]:
        """Take in what the browser says, and return the chats that are to be shown."""
        opened = []
        for message in said if isinstance(said, list) else []:
            try:
                if message["number"] <= self._heard:
                    continue  # it says what was not confirmed once more
                self._heard = int(message["number"])
                opened += self._take(message, conversation, is_edited=is_edited)
            except (TypeError, KeyError, ValueError, AttributeError, OverflowError):
                continue  # no word of store.js
        return opened

    def _take(
        self, message: dict[str, Any], conversation: Conversation, *, is_edited: bool
    ) -> list[Opened]:
        kept = self._of(conversation)
        chat, kind = str(message.get("chat")), message["kind"]
        if kind == "fault":
            fault = message["fault"]
            self.fault = None if fault is None else Notice(fault)
        elif kind == "opened":
            reason, base, stamp = message["reason"], message["mine"], str(message["stamp"])
            is_begun = bool(conversation.start.rounds)
            is_behind = chat == kept.chat and base == kept.stamp and not is_edited
            if _CHAT.fullmatch(chat) and (
                (reason == "start" and not is_begun)
                or (reason == "followed" and is_behind)
                or reason == "picked"
            ):
                return self._opened(chat, stamp, message["records"])
        elif chat != kept.chat:
            pass  # said of a chat that is no longer shown
        elif kind == "removed":
            return [Opened(conversation=None)]
        elif kind in ("missed", "taken"):
            kept.recorder.forget()
            kept.is_anew = True
            if kind == "taken":  # another tab has written to it: keep both
                kept.chat, kept.stamp = uuid4().hex, ""
        return []

    def _opened(self, chat: str, stamp: str, records: str) -> list[Opened]:
        self.notice = None
        try:
            restored = restore(parsed(records))
        except TranscriptError as error:
            self.notice = Notice.NEWER if error.fault is Fault.NEWER else Notice.UNREADABLE
            return []
        if not restored.is_whole:
            self.notice = Notice.DAMAGED
        self._kept[restored.conversation] = _Kept(
            chat=chat, stamp=stamp, recorder=restored.recorder, is_anew=False
        )
        return [Opened(conversation=restored.conversation, options=restored.options)]

    def _of(self, conversation: Conversation) -> _Kept:
        return self._kept.setdefault(conversation, _Kept())
