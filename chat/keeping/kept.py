"""What one page knows of how the browser keeps a conversation. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import uuid4

from chat.keeping.records import Recorder
from chat.keeping.wanted import Wanted
from chat.options import Options


@dataclass(eq=False, kw_only=True)
class Kept:
    """How a conversation is kept: under which name, and what of it the browser has been sent."""

    chat: str = field(default_factory=lambda: uuid4().hex)
    base: str = ""  # the stamp of what it was read from
    recorder: Recorder = field(default_factory=Recorder)
    wanted: Wanted = field(default_factory=Wanted)
    is_anew: bool = True  # the next write takes the place of whatever there is
    is_just_read: bool = False
    number: int = 0  # of the last write
    asked: int = 0  # the number of the last write with a new question
    name: str = ""  # by the model
    options: Options | None = None  # as they were when it was last noted
    is_removed: bool = False
