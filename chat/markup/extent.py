"""How much of a text is drawn at once, so that no message holds a browser up. Pure.

A browser takes half a second for one table of 20,000 characters, and minutes for one of a million.
What costs is not the characters but what they become: lines, cells, formulas.
"""

from __future__ import annotations

MOST = 1_000.0  # by which a slow machine's browser is held up, in milliseconds

# What costs how many milliseconds to draw, in Chromium on two cores that have other work, too.
_AS_MARKDOWN = {
    "\n": 0.9,
    "\r": 0.9,
    "|": 0.5,
    "$": 1.8,
    "\\(": 3.6,
    "\\[": 3.6,
    "[": 0.5,
    "http": 0.5,
    "*": 0.2,
    "`": 0.2,
    "^": 0.3,
    "_": 0.1,
    "{": 0.1,
    "~": 0.2,
}
_AS_TEXT = {"\n": 0.02}
_CHARACTER = {True: 0.005, False: 0.001}
_STEP = 500  # characters


def fitting(piece: str, room: float) -> tuple[str, float]:
    """As much of a piece of markdown as there is room for, and the room behind it; 0 for none."""
    behind = end(piece, is_markdown=True, most=room)
    if behind < len(piece):
        return piece[:behind], 0.0
    return piece, room - cost(piece, is_markdown=True)


def cost(text: str, *, is_markdown: bool) -> float:
    """How long a browser takes to draw a text, in milliseconds."""
    marks = _AS_MARKDOWN if is_markdown else _AS_TEXT
    characters = len(text) * _CHARACTER[is_markdown]
    return characters + sum(each * text.count(mark) for mark, each in marks.items())


def end(text: str, begin: int = 0, *, is_markdown: bool, most: float = MOST) -> int:
    """Where to end what is drawn from `begin` on: with all, or else between two paragraphs."""
    behind = begin
    while behind < len(text):
        most -= cost(text[behind : behind + _STEP], is_markdown=is_markdown)
        if most < 0:
            break
        behind += _STEP
    if behind >= len(text):
        return len(text)
    behind = max(behind, begin + _STEP)
    for between in ("\n\n", "\n", " "):
        found = text.rfind(between, (begin + behind) // 2, behind)
        if found > begin:
            return found + len(between)
    return behind
