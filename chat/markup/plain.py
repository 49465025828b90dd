"""Text that is shown as it stands, whatever Streamlit would make of it. Pure."""

from __future__ import annotations

import re

_LINK = re.compile(r"!?\[([^\]]*)\]\([^)]*\)")
_MARKS = re.compile(r"[*`~#>|$\\]+|(?<!\w)_+|_+(?!\w)")

# What begins or ends something inside a line: in CommonMark, in GitHub's extensions, in Streamlit's
# formulas ($) and directives (:red[…], :cat:, :material/home:). An underscore does so only at the
# edge of a word, and a colon only before one or in an address: most sentences stay as they are.
_MARKUP = re.compile(r"[\\`*\[\]<~$&]|(?<!\w)_|_(?!\w)|:(?=\w|//)")

# Nothing to see, but it ends a text node, so that a pattern over both sides does not match. Its
# braces keep those that may follow in the text.
NOTHING = ":small[]{}"
JOINER = "\u2060"  # as little to see, where markup would be seen


def literal(line: str) -> str:
    """Markdown that shows a line as it stands: no link, image, formula, colour or icon in it."""
    return _MARKUP.sub(r"\\\g<0>", line)


def first_words(text: str, most: int) -> str:
    """How a markdown text begins, without its marks: whole words, about `most` characters."""
    begins = _LINK.sub(r"\1", text[: 8 * most])
    words = " ".join(_MARKS.sub(" ", begins).split())
    if len(words) <= most:
        return words
    end = words.rfind(" ", most // 2, most)
    return f"{words[: most if end < 0 else end]} …"


def without_images(text: str) -> str:
    """The text as it looks, with no image in it, however it is read."""
    return text.replace("![", f"!{JOINER}[")


def guard(text: str) -> str:
    """What to put before text that comes to begin a line, where it could begin a block."""
    return "" if text[:1].isalpha() or not text else NOTHING
