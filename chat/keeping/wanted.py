"""The pictures of one conversation whose bytes the browser is asked for. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from chat.conversation.files import Picture, with_bytes
from chat.conversation.tree import Conversation
from chat.conversation.window import Window
from chat.keeping.files import with_data

PATIENCE = 10.0  # seconds that a question waits for a picture


@dataclass(eq=False)
class Wanted:
    """What is asked for, by its hash, and what became of it. Nothing else is taken."""

    _asked: dict[str, float] = field(default_factory=dict)  # since when a question needs them
    _awaited: set[str] = field(default_factory=set)
    _absent: set[str] = field(default_factory=set)  # which the browser has not

    def hashes(self, conversation: Conversation) -> list[str]:
        """The pictures to ask for: what the next request would carry, and what was asked for."""
        wanted = dict.fromkeys(picture.hash for picture in _missing(conversation)) | self._asked
        found = [hash for hash in wanted if hash not in self._absent]
        self._awaited = set(found)
        return found

    def ask(self, pictures: Iterable[Picture], now: float) -> bool:
        """Ask for those of these pictures whose bytes are not here.

        Returns whether any may still come, for which nobody has waited too long. `now` is in
        seconds.
        """
        missing = {picture.hash for picture in pictures if picture.data is None} - self._absent
        self._asked = dict.fromkeys(missing, now) | self._asked
        return any(now - self._asked[hash] < PATIENCE for hash in missing)

    def take(self, conversation: Conversation, hash: str, data: str | None) -> None:
        """Put the bytes of a picture, as base64, wherever the conversation lacks them.

        Untrusted input; validated here.
        """
        if hash not in self._awaited:
            return
        self._awaited.remove(hash)
        self._asked.pop(hash, None)
        lacking = [
            (round, picture)
            for round in conversation.all_rounds_and_deleted
            for picture in round.pictures
            if picture.hash == hash and picture.data is None
        ]
        # Read once, however often it is there.
        found = with_data(lacking[0][1], data) if lacking else None
        if found is None:
            self._absent.add(hash)
            return
        for round, _ in lacking:
            round.files = with_bytes(round.files, {hash: found})


def _missing(conversation: Conversation) -> tuple[Picture, ...]:
    # Most chats lack nothing, and a window takes its time.
    pictures = (picture for round in conversation.history for picture in round.pictures)
    is_any = any(picture.data is None for picture in pictures)
    if not is_any:
        return ()
    # The last question may come back to the input, and then it is kept no longer.
    last = (picture for picture in conversation.history[-1].pictures if picture.data is None)
    return (*Window.of(conversation).missing, *last)
