"""What befell the keeping of chats, for the visitor. Pure."""

from __future__ import annotations

from enum import StrEnum

from chat.keeping.untrusted import Fault


class Notice(StrEnum):
    """What a visitor has to know about the keeping of chats."""

    FULL = "full"
    FORBIDDEN = "forbidden"
    SILENT = "silent"
    FAILED = "failed"
    DAMAGED = "damaged"
    UNREADABLE = "unreadable"
    TOO_LONG = "too long"
    NEWER = "newer"


NOTICES = {Fault.NEWER: Notice.NEWER, Fault.TOO_LARGE: Notice.TOO_LONG}
