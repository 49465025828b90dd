"""Bare addresses, which end where the sentence goes on, in every script. Pure."""

from __future__ import annotations

import re
import unicodedata

from chat.markup.emphasis import is_cjk, is_sign
from chat.markup.plain import literal

_TRAILING = re.compile(r"[!\"&'*,.:;<>?\]_}~]+$")  # belong to the sentence (GFM, autolinks)
_OUTSIDE = {"Ps", "Pe", "Pi", "Pf"}  # brackets and quotation marks
_IN_WORDS = "·'"  # col·lecció


def end_in(address: str) -> int:
    """Where a bare address ends that runs to the next space; letters of all scripts are part of it.

    A sign of punctuation that is not ASCII ends it, as in `https://a.b/c。` or `https://a.b/c」`.
    """
    if address.isascii():
        return len(address)
    end = next((at for at, sign in enumerate(address) if _is_outside(sign)), len(address))
    emphasis = address.find("**", 0, end)
    return emphasis if emphasis > 0 else end


def _is_outside(character: str) -> bool:
    if character.isascii() or character in _IN_WORDS:
        return False
    category = unicodedata.category(character)
    is_mark = category in _OUTSIDE or category == "Po" or character == "—"
    return is_mark or (is_sign(character) and is_cjk(character))


def linked(address: str) -> tuple[str, int]:
    """An address as a link that ends where it does, and how much of it that is."""
    end, before = len(address), 0
    while end != before:
        before, end = end, len(_TRAILING.sub("", address[:end]))
        if address[:end].endswith(")") and address.count(")", 0, end) > address.count("(", 0, end):
            end -= 1
    target = address[:end]
    if target[:1] in ("w", "W"):
        return f"[{literal(target)}](<http://{target}>)", end
    return f"<{target}>", end
