"""The chats that are kept: their list, what befalls them, and their files."""

from __future__ import annotations

from collections.abc import Sequence

from chat.conversation.files import File
from chat.keeping.notice import Notice
from chat.keeping.untrusted import Fault
from chat.languages.language import Word, say, spoken
from chat.markup.plain import literal


def chats_words() -> dict[str, Word]:
    """The words of the list of chats, which the browser writes.

    `kept_and_titled` stands in place of `kept` where models are asked for titles.
    """
    language = spoken()
    titled = language.joined(say("chats.kept"), say("asks_for_titles"))
    return {**language.table("chats"), "kept_and_titled": titled}


def notice(notice: Notice) -> str:
    """What befell the keeping of chats."""
    return say(f"notice.{notice.name.lower()}")


def fault(fault: Fault) -> str:
    """What is wrong with a file that was to be imported."""
    return say(f"fault.{fault.name.lower()}")


def import_words() -> dict[str, Word]:
    """The words of the ways to import chats and to take all along, which the browser writes."""
    return spoken().table("taking")


def sharing_words() -> dict[str, Word]:
    """The words of the ways to copy a chat, which the browser writes."""
    own = {"copied": say("copied"), "failed": say("copy_failed"), "close": say("streamlit.close")}
    return {**spoken().table("sharing"), **own}


def others_in_file(count: int) -> str:
    """That a file had more chats than the one that was opened."""
    return say("others_in_file", count=count)


def attached(files: Sequence[File]) -> str:
    """Which files a question has, in Markdown."""
    names = ", ".join(literal(file.name) for file in files)
    return say("attached", names=names)


def pictures_missing(count: int) -> str:
    """That some pictures of a chat are not in its file."""
    return say("pictures_missing", count=count)
