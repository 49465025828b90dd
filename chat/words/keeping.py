"""The chats that are kept: their list, what befalls them, and their files."""

from __future__ import annotations

from chat.keeping.store import Notice
from chat.keeping.untrusted import Fault

CHATS_WORDS = {
    "chats": "Chats",
    "search": "Search your chats",
    "none": "No chat says that.",
    "searching": "Looking through your chats …",
    "untitled": "Untitled",
    "today": "Today",
    "yesterday": "Yesterday",
    "week": "Last 7 days",
    "rename": "Rename",
    "remove": "Delete",
    "removed": "Deleted.",
    "removedMore": "{} chats deleted.",
    "undo": "Undo",
    "kept": "Your chats are kept in this browser alone.",
    "full": "This browser has no room left: what is said now is not kept yet.",
    "forbidden": "This browser does not keep your chats.",
    "silent": "Your browser's storage does not answer: what is said now is not kept yet.",
    "failed": "Your browser's storage has failed: what is said now is not kept yet.",
    "removeAll": "Delete all",
    "removeAllReally": "Really delete all?",
}
ASKS_FOR_TITLES = "After the first answer, the model is asked for a title."


def chats_words(*, asks_for_titles: bool) -> dict[str, str]:
    """The words of the list of chats."""
    if not asks_for_titles:
        return CHATS_WORDS
    return {**CHATS_WORDS, "kept": f"{CHATS_WORDS['kept']} {ASKS_FOR_TITLES}"}


NOT_KEPT = "Your chats are not kept: they are gone when you close or reload this page."
KEEPING = {
    Notice.FULL: (
        "This browser has no room left, so what is said now is not kept. Delete old chats, or save "
        "this one as a file."
    ),
    Notice.FORBIDDEN: (
        "This browser does not let the page keep your chats, so they are gone when you leave. "
        "Save a chat as a file to keep it."
    ),
    Notice.SILENT: (
        "Your browser's storage does not answer, so what is said now is not kept yet. Leave this "
        "page open, or save the chat as a file."
    ),
    Notice.FAILED: (
        "Your browser's storage has failed, so what is said now is not kept yet. Save the chat as "
        "a file, and reload this page."
    ),
    Notice.DAMAGED: "Part of this chat was damaged in your browser. What can be read is here.",
    Notice.UNREADABLE: "This chat was damaged in your browser and cannot be read.",
    Notice.TOO_LONG: "This chat is too long to be opened again. It stays in your browser.",
    Notice.NEWER: "This chat was kept by a newer version of this app. Reload the page in a moment.",
}

# Transcripts
THIS_CHAT_AS_FILE = "Save or load"
DOWNLOAD_MARKDOWN = "Save to read (Markdown)"
DOWNLOAD_JSON = "Save to load again (JSON)"
UPLOAD = "Load a chat"
UPLOAD_HELP = "A file saved here, or a list of messages in JSON. The chat you see can be had back."
TRANSCRIPT_FAULTS = {
    Fault.TOO_LARGE: "This chat is too large to be kept and saved. Load a smaller one.",
    Fault.NOT_JSON: "This file is not JSON. Load one that was saved here as JSON.",
    Fault.NOT_A_TRANSCRIPT: "There is no chat in this file. Load one that was saved here as JSON.",
    Fault.NEWER: "This file was saved by a newer version of this app. Load it there.",
    Fault.DAMAGED: "This file is damaged or was changed. Load another copy of it.",
}
