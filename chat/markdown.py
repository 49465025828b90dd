"""Text on its way to Streamlit's markdown. Pure."""

from __future__ import annotations

import re

# What begins or ends something inside a line: in CommonMark, in GitHub's extensions, in Streamlit's
# formulas ($) and directives (:red[…], :cat:, :material/home:). An underscore does so only at the
# edge of a word, and a colon only before one or in an address: most sentences stay as they are.
_MARKUP = re.compile(r"[\\`*\[\]<~$&]|(?<!\w)_|_(?!\w)|:(?=\w|//)")


def literal(line: str) -> str:
    """Markdown that shows a line as it stands: no link, image, formula, colour or icon in it."""
    return _MARKUP.sub(r"\\\g<0>", line)
