"""What is a formula and what is money, and how Streamlit wants a formula. Pure."""

from __future__ import annotations

import re

from chat.markup.emphasis import is_cjk
from chat.markup.katex import can_draw

LONGEST_FORMULA = 4_000  # characters; a bound, so that many openings without an end cost no more
DOLLARS = re.compile(r"\$(?=[^\s$])([^$\n`]*?[^\s$\\`])\$(?!\d)")
DOLLAR = re.compile(r"(?<!\\)\$")
_AMOUNT = re.compile(r"^\d[^\\{]* [A-Za-z]{2}")  # 5 or 6
WORDS = re.compile(r"^[^\\{]*\b[A-Za-z]{2,} [A-Za-z]{2,}")  # for the
# $HOME$PATH, $HOME和$PATH, $HOME/$USER
_VARIABLE = re.compile(r"[A-Z_][A-Z0-9_]*(?:[^ -~].*)?$|.*\W$")
_FORMULA = re.compile(r"[\\^_=+<>\n]|^\s")
CLOSINGS = {r"\(": r"\)", r"\[": r"\]", "$$": "$$"}
_PERCENT = re.compile(r"(?<=\d)%")  # what begins a comment to KaTeX, which it leaves out
_LABEL = re.compile(r"\\label\s*\{[^{}]*\}")  # is not seen, and not known to KaTeX
_IN_ROW = re.compile(r"\$(?=[^\s$])[^$`]*?[^\s$\\`]\$(?!\d)|\\\([^`]{0,999}?\\\)|\$\$[^$`]+\$\$")
_PIPE = re.compile(r"(?<!\\)\|")
_EDGE = re.compile(r"^\s*\|?|(?<!\\)\|?\s*$")


def closing_of(opening: str) -> str:
    """What ends a formula that begins so, be it an environment."""
    return CLOSINGS.get(opening) or opening.replace("begin", "end", 1)


def end_of(text: str, opening: str, at: int) -> int:
    """Where what ends a formula begins, which began before `at`; -1 for nowhere near."""
    closing, behind = closing_of(opening), at + LONGEST_FORMULA
    if not opening.startswith(r"\b"):
        return text.find(closing, at, behind)
    depth = 1  # an environment may stand in another of its name
    for found in re.compile(f"{re.escape(opening)}|{re.escape(closing)}").finditer(
        text, at, behind
    ):
        depth += 1 if found.group() == opening else -1
        if not depth:
            return found.start()
    return -1


def displayed(lines: list[str], inside: str) -> str:
    """A formula on lines of its own, as Streamlit wants it, in the same list or quotation.

    What KaTeX cannot draw is shown as it was written.
    """
    shown = [line for line in map(mended, map(str.strip, lines)) if line]
    if can_draw("\n".join(shown), displayed=True):
        return f"\n{inside}".join(["$$", *shown, "$$"])
    written = (without_image(line.strip()) for line in lines if line.strip())
    return f"\n{inside}".join(["```latex", *written, "```"])


def mended(formula: str) -> str:
    """A formula as KaTeX understands it: its numbers keep their `%`, and it has no label."""
    return _LABEL.sub("", _PERCENT.sub(r"\\%", without_image(formula)))


def without_pipes(row: str, columns: int, pipe: str = r"\vert{}") -> str:
    """A row of a table in which no formula ends a cell, where it has more of them than columns."""
    if len(_PIPE.split(_EDGE.sub("", row))) <= columns:
        return row
    return _IN_ROW.sub(lambda found: _PIPE.sub(lambda _: pipe, found.group()), row)


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
    if _is_in_word(before) or _AMOUNT.search(content):
        return False
    if content[0] in "{(" and after in ("{", "("):  # ${HOME}/${PATH}
        return False
    return not (after.isalpha() and _is_in_word(after) and _VARIABLE.match(content))


def _is_in_word(character: str) -> bool:
    """Whether a letter or a digit is of a script that parts its words by spaces."""
    return character.isalnum() and not is_cjk(character)
