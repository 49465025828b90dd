"""What the keyboard does."""

from __future__ import annotations

from chat.languages.language import say
from chat.words.dialogue import close

# "Mod" is the browser's own: Ctrl, or the key with the ⌘.
KEYS = (
    (("Enter",), "keys_send"),
    (("Shift", "Enter"), "keys_line"),
    (("↑",), "keys_edit_last"),
    (("Mod", "Enter"), "keys_save_edit"),
    (("Esc",), "keys_stop"),
    (("Mod", "Shift", "O"), "keys_new_chat"),
    (("F2", "P", "Delete"), "keys_chats"),
    (("/",), "keys_prompts"),
    (("?",), "keys_this"),
)


def shortcuts() -> dict[str, object]:
    """A table of keys and what they do, as static/shortcuts.js shows it."""
    rows = [[keys, say(what)] for keys, what in KEYS]
    return {"title": say("shortcuts"), "close": close(), "rows": rows}
