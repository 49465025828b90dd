"""What is a formula and what is money, and how Streamlit wants a formula. Pure."""

from __future__ import annotations

import re

LONGEST_FORMULA = 4_000  # characters; a bound, so that many openings without an end cost no more
DOLLARS = re.compile(r"\$(?=[^\s$])([^$\n`]*?[^\s$\\`])\$(?!\d)")
DOLLAR = re.compile(r"(?<!\\)\$")
_AMOUNT = re.compile(r"^\d[^\\{]* [A-Za-z]{2}")  # 5 or 6
WORDS = re.compile(r"^[^\\{]*\b[A-Za-z]{2,} [A-Za-z]{2,}")  # for the
_VARIABLE = re.compile(r"[A-Z_][A-Z0-9_]*$|.*\W$")  # $HOME$PATH, $HOME/$USER
_FORMULA = re.compile(r"[\\^_=+<>\n]|^\s")
CLOSINGS = {r"\(": r"\)", r"\[": r"\]", "$$": "$$"}


def displayed(lines: list[str], inside: str) -> str:
    """A formula on lines of its own, as Streamlit wants it, in the same list or quotation."""
    shown = (without_image(line.strip()) for line in lines if line.strip())
    return f"\n{inside}".join(["$$", *shown, "$$"])


def is_displayed(content: str, *, alone: bool) -> bool:
    r"""Whether a formula stands between \[ and \], or only words or a number, as in \[1\]."""
    if not content.strip():
        return False
    return bool(_FORMULA.search(content)) or (alone and not content.isdigit())


def without_image(formula: str) -> str:
    """A formula in which no image is, should it after all be read as prose."""
    return formula.replace("![", "! [")


def is_formula(text: str, found: re.Match[str]) -> bool:
    """Whether what stands between two dollars is a formula, and neither money nor variables."""
    content = found[1]
    before = text[max(0, found.start() - 1) : found.start()]
    after = text[found.end() : found.end() + 1]
    if before.isalnum() or _AMOUNT.search(content):
        return False
    if content[0] in "{(" and after in ("{", "("):  # ${HOME}/${PATH}
        return False
    return not (after.isalpha() and _VARIABLE.match(content))
