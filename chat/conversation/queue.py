"""The questions that wait in a page until the answer before them has ended, as it says. Pure.

    queue = Queue()
    queued = queue.receive(messages)    # what a page sent: static/queue.js

They wait in the browser, where they can be taken back, and each is sent when its turn has come.
Every message is an object with a `number`, counted from 1 for each queue, and:

    text        the question
    files       the ids of the files that go along (chat/files/tray.py)
    chat        the name of the chat in which it was asked
"""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import uuid4

from chat.characters import mended

MOST_MESSAGES = 10  # at once: a page has one on its way
MOST_FILES = 100  # ids that are looked at; a tray has fewer


@dataclass(frozen=True, kw_only=True)
class Queued:
    """A question whose turn has come in a chat, and the ids of its files."""

    text: str
    chat: str
    files: frozenset[str] = frozenset()


@dataclass(eq=False, kw_only=True)
class Queue:
    """What has come of a page's waiting questions.

    `session` is the queue's own name: what was on its way to another one may not have come.
    `received` is the number of the last message.
    """

    session: str = field(default_factory=lambda: uuid4().hex)
    received: int = 0

    def receive(self, sent: object) -> Queued | None:
        """Take in a page's messages, and return the next question; None where there is none.

        Untrusted input; validated here.
        """
        for item in sent[:MOST_MESSAGES] if isinstance(sent, list) else []:
            number = item.get("number") if isinstance(item, dict) else None
            if type(number) is not int or not self.received < number < 2**53:
                continue
            self.received = number
            text, chat, files = item.get("text"), item.get("chat"), item.get("files")
            ids = files[:MOST_FILES] if isinstance(files, list) else []
            known = frozenset(id for id in ids if isinstance(id, str))
            if isinstance(text, str) and isinstance(chat, str):
                return Queued(text=mended(text), chat=chat, files=known)
        return None
