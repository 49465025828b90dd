"""What only the owner can do: folded, so that visitors need not read it."""

from __future__ import annotations

import html
import re

from chat.words import text


def note(sentence: str) -> str:
    """HTML of a sentence for the owner; what stands in `backticks` is code."""
    whole = sentence[:1].upper() + sentence[1:]
    shown = re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(whole))
    return f'<details class="owner"><summary>{text.FOR_THE_OWNER}</summary><p>{shown}</p></details>'
