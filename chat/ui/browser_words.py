"""What the browser's own lists and dialogs say: a file beside the page's program for each language.

So it is loaded once, and does not travel with each drawing of them.
"""

from __future__ import annotations

import json

from chat.languages.language import CODES, language, speaking
from chat.words import text


def files() -> dict[str, str]:
    """JSON by the names of the files; in it, words by the functions of page.js that get them."""
    return {name(code): json.dumps(_words(code), ensure_ascii=False) for code in CODES}


def name(code: str) -> str:
    """The file with the words of a language."""
    return f"words.{code}.json"


def _words(code: str) -> dict[str, object]:
    with speaking(language(code)):
        return {
            "chats": {"words": text.chats_words()},
            "files": {"words": text.import_words(), "sharing": text.sharing_words()},
            "microphone": {"words": text.microphone_words()},
            "page": {"words": {**text.page_words(), "shortcuts": text.shortcuts()}},
            "prompts": {"words": text.prompts_words()},
            "queue": {"words": text.queue_words()},
            "tray": {"words": text.tray_words()},
        }
