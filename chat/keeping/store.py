"""The visitor's chats in the visitor's own browser: what is sent there, and what comes back. Pure.

Nothing is kept on the server, so any server can carry on. static/store.js is the other end, and
messages.py says what the two send each other.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from uuid import uuid4
from weakref import WeakKeyDictionary

from chat.conversation.files import Picture, with_bytes
from chat.conversation.tree import Conversation
from chat.keeping import messages
from chat.keeping.kept import Kept
from chat.keeping.messages import State, Write
from chat.keeping.notice import NOTICES, Notice
from chat.keeping.repeating import Sent, each_record_once, small_ones
from chat.keeping.restoring import Restored, restore
from chat.keeping.untrusted import LARGEST, Fault, TranscriptError, parsed
from chat.options import Options

# React may drop what was sent, above all at the end of a run that another one follows at once
# (Streamlit 1.67). So a run's first write carries the last ones once more, if they are small, and
# every other one the one before.
_REPEATED = 3  # writes
_REPEATED_FOR = 5.0  # seconds


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
    """One page's end of the browser's storage.

    Every write has its number. A browser that misses one says so, and gets all anew; it never
    refuses one, so what it says can wait until an answer has ended.
    """

    def __init__(
        self, *, asks_for_titles: bool, restore: Callable[[object], Restored] = restore
    ) -> None:
        self.session = uuid4().hex
        self.asks_for_titles = asks_for_titles
        self.is_new = False  # the page begins with a new chat, and not with the last one
        self.notice: Notice | None = None  # of the chat that is shown or could not be opened
        self.fault: Notice | None = None  # of the storage
        self._received = 0  # the number of the last message
        self._restore = restore
        self._kept: WeakKeyDictionary[Conversation, Kept] = WeakKeyDictionary()
        self._send: Callable[[str], None] | None = None
        self._is_new_run = False
        self._writes, self._saved = 0, 0.0
        self._sent: list[Sent] = []  # the last writes, as far as they are small
        self._unsent: list[Sent] = []

    def begin_run(self, send: Callable[[str], None]) -> None:
        """Send writes by this function from now on, as a JSON list. The page is drawn anew."""
        self._send = send
        self._is_new_run = True

    def chat(self, conversation: Conversation) -> str:
        """The name under which a conversation is kept."""
        return self._of(conversation).chat

    def state(self, conversation: Conversation) -> State:
        """What the browser has to know whenever the page is drawn."""
        kept = self._of(conversation)
        return {
            "session": self.session,
            "received": self._received,
            "chat": kept.chat,
            "temporary": conversation.is_temporary,
            "number": self._writes - len(self._unsent),
            "wanted": kept.wanted.hashes(conversation),
            "largest": LARGEST,
            "is_new": self.is_new,
        }

    def awaits(self, conversation: Conversation, pictures: Iterable[Picture]) -> bool:
        """Ask the browser for the bytes of pictures that lack them; whether any may still come."""
        may_come = self._of(conversation).wanted.ask(pictures, time.monotonic())
        return may_come and self.fault is None

    def save(self, conversation: Conversation, options: Options, *, pace: float) -> None:
        """Send what has changed to the browser, if the last time was so many seconds ago."""
        now = time.monotonic()
        if self._send is None or now - self._saved < pace:
            return
        self.note(conversation, options)
        is_repeated = self._is_new_run and bool(self._sent) and now - self._saved < _REPEATED_FOR
        repeated = small_ones(self._sent, _REPEATED if self._is_new_run else 1)
        self._is_new_run = False
        if not self._unsent and not is_repeated:
            return
        self._saved = now if self._unsent else self._saved
        writes = each_record_once([*repeated, *self._unsent])
        self._send(f"[{','.join(write.json for write in writes)}]")
        # Had the run ended above, they would go with the next ones.
        self._sent, self._unsent = small_ones([*self._sent, *self._unsent], _REPEATED), []

    def note(self, conversation: Conversation, options: Options) -> None:
        """Have what has changed sent with the next writes, even if nobody shows it any more."""
        kept = self._of(conversation)
        is_begun = bool(kept.number or conversation.start.rounds)
        if kept.is_removed or conversation.is_temporary or (kept.is_anew and not is_begun):
            return
        if kept.is_just_read:
            kept.recorder.mark_settings_recorded(conversation, options)
            kept.is_just_read = False
        kept.options = options
        changes = kept.recorder.changes(conversation, options)
        if not changes:
            return
        self._writes += 1
        kept.number = self._writes
        if any(name.startswith("question/") for name in changes.put):
            kept.asked = self._writes
        write: Write = {
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
        self._unsent.append(Sent.of(write))

    def turn(self, left: Conversation, options: Options, to: Conversation) -> None:
        """Have the rest of one conversation sent, as the page turns to another."""
        self.note(left, options)
        self.notice = None
        if self._of(to).is_removed:  # whoever has it back, keeps it as a new one
            del self._kept[to]

    def name(self, conversation: Conversation, name: str) -> None:
        """Let the next write give a chat this name, unless the visitor gave it one."""
        self._of(conversation).name = name

    def receive(
        self, sent: object, conversation: Conversation, *, is_edited: bool
    ) -> list[Opened | Removed]:
        """Take in the browser's messages, and return the chats to turn to and those to leave.

        Untrusted input; validated here, by `messages.read`.
        """
        shown = self._of(conversation)
        is_begun = bool(conversation.start.rounds) or conversation.is_temporary  # else it is gone
        events: list[Opened | Removed] = []
        opened: messages.Opened | None = None  # the last one; one chat at a time is under way
        late: set[Kept] = set()
        received, self._received = messages.read(sent, received=self._received)
        # What was brought back since it was removed is opened further on.
        back = {
            it.chat: it.number
            for it in received
            if isinstance(it, messages.Opened | messages.Taken)
        }
        for message in received:
            match message:
                case messages.Opened():
                    if self._is_wanted(message, shown, is_begun=is_begun, is_edited=is_edited):
                        opened = message
                case messages.Fetched():
                    self._take_picture(message)
                case messages.Removed():
                    gone = {chat for chat in message.chats if back.get(chat, 0) <= message.number}
                    events += self._removed(gone, message.last)
                    if opened is not None and opened.chat in gone:
                        opened = None
                case messages.Taken():
                    late |= self._moved(message.chat, message.now)
                case messages.Missed():
                    late |= {kept for kept in self._kept.values() if kept.number >= message.missing}
                case messages.Faulty():
                    self.fault = message.fault and Notice(message.fault)
        self._resend(late, shown)
        return events if opened is None else events + self._opened(opened, conversation)

    def _take_picture(self, message: messages.Fetched) -> None:
        for conversation, kept in list(self._kept.items()):
            if kept.chat == message.chat:
                kept.wanted.take(conversation, message.hash, message.data)

    def _moved(self, chat: str, now: str) -> set[Kept]:
        """Another page has written to a chat, so this one's goes on under another name."""
        moved = {kept for kept in self._kept.values() if kept.chat == chat}
        for kept in moved:
            kept.chat, kept.base = now, ""
        return moved

    def _resend(self, again: set[Kept], shown: Kept) -> None:
        """Let the next write of these have everything; what is not shown is written now."""
        for conversation, kept in list(self._kept.items()):
            if kept in again:
                kept.recorder.start_over()
                kept.is_anew = True
                if kept is not shown and kept.options is not None:
                    self.note(conversation, kept.options)

    def _is_wanted(
        self, message: messages.Opened, shown: Kept, *, is_begun: bool, is_edited: bool
    ) -> bool:
        if message.chat == shown.chat:
            # Another page has written to it, after all that this one has sent of it.
            stamp = message.stamp
            is_others = stamp != shown.base and not stamp.startswith(self.session)
            return is_others and shown.number <= message.got and not is_edited
        return message.reason == "picked" or (message.reason == "start" and not is_begun)

    def _removed(self, chats: set[str], last: int) -> list[Opened | Removed]:
        removed: list[Opened | Removed] = []
        for conversation, kept in list(self._kept.items()):
            if kept.chat not in chats or kept.is_removed:
                continue
            if kept.asked > last:  # the visitor has gone on with it, so it is a new one
                self._kept[conversation] = Kept(name=kept.name)
            else:
                kept.is_removed = True
                removed.append(Removed(conversation=conversation))
        return removed

    def _opened(self, message: messages.Opened, shown: Conversation) -> list[Opened | Removed]:
        try:
            if message.records is None:
                raise TranscriptError(Fault.TOO_LARGE)
            restored = self._restore(parsed(message.records))
        except TranscriptError as error:
            self.notice = NOTICES.get(error.fault, Notice.UNREADABLE)
            return []
        except Exception:  # noqa: BLE001 - the records may say anything, and never end the page
            self.notice = Notice.UNREADABLE
            return []
        known = shown.pictures  # it may be the same chat, as another page has made it
        for round in restored.conversation.all_rounds:
            round.files = with_bytes(round.files, known)
        self._kept[restored.conversation] = Kept(
            chat=message.chat,
            base=message.stamp,
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

    def _of(self, conversation: Conversation) -> Kept:
        return self._kept.setdefault(conversation, Kept())
