"""The few HTML tags that models write where markdown has nothing, as Streamlit can show them. Pure.

Streamlit draws no HTML from us, which could fetch something. All other tags are text.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import count

LINE = re.compile(r"</?br[ \t]*/?>[ \t]*", re.IGNORECASE)
_FOLD = re.compile(r"</?details(?:[ \t][^<>`\n]*)?>[ \t]*", re.IGNORECASE)
_PAIR = re.compile(
    r"<(?P<tag>sub|sup|kbd|mark)(?:[ \t][^<>`\n]*)?>"
    r"(?P<inside>(?:(?!</?(?P=tag)\b)[^`]){1,300}?)</(?P=tag)>"
    r"|<summary(?:[ \t][^<>`\n]*)?>(?P<summary>(?:(?!</?summary\b).){1,300}?)</summary>",
    re.IGNORECASE | re.DOTALL,
)
# Code with a sign of an image in it could, in another reading, be none.
_ITEM = r"<li>(?:`[^`!]{1,100}`(?!`)|(?!</?(?:li|[uo]l)\b)[^`]){1,300}?</li>[ \t]*"
_LIST = re.compile(
    rf"<(?P<list>[uo])l>[ \t]*(?P<items>(?:{_ITEM}){{1,50}})</(?P=list)l>[ \t]*", re.IGNORECASE
)
_ITEMS = re.compile(r"<li>(.*?)</li>", re.IGNORECASE)
_BOLD = re.compile(r"</?(?:b|strong)>", re.IGNORECASE)
_BRACKET = re.compile(r"\\.|([\[\]])", re.DOTALL)

# A colour that is not seen, by which style.css knows what is to be lowered or raised.
_DIRECTIVES = {
    "sub": (":color[", ']{background="#00000100"}'),
    "sup": (":color[", ']{background="#00000200"}'),
    "kbd": (":gray-badge[", "]"),
    "mark": (":yellow-background[", "]"),
}
NEW_LINE = "&#10;"  # where markdown has no line breaks; style.css draws it as one


def shown(text: str, at: int, prose: Callable[[str], str]) -> tuple[str, int] | None:
    """What a tag becomes that begins there, with what it stands around, and the place behind."""
    fold = _FOLD.match(text, at)
    if fold is not None:
        return "", fold.end()
    pair = _PAIR.match(text, at)
    if pair is None:
        return None
    if pair["summary"]:
        inside = prose(_BOLD.sub("", " ".join(pair["summary"].split()))).strip()
        made = inside if "*" in inside or not inside else f"**{inside}**"
        is_followed = text[pair.end() : pair.end() + 1] not in ("", "\n")
        return made + "  \n" * is_followed, pair.end()
    made = prose(" ".join(pair["inside"].split()))
    begin, end = _DIRECTIVES[pair["tag"].lower()]
    return f"{begin}{made}{end}" if _is_balanced(made) else made, pair.end()


def listed(text: str, at: int, prose: Callable[[str], str]) -> tuple[str, int] | None:
    """What a list becomes that begins there, where markdown has no lists, and the place behind."""
    found = _LIST.match(text, at)
    if found is None:
        return None
    marks = ("•" if found["list"] in "uU" else f"{number}." for number in count(1))
    lines = [
        f"{mark} {prose(item.strip())}"
        for mark, item in zip(marks, _ITEMS.findall(found["items"]), strict=False)
    ]
    before = NEW_LINE * bool(text[:at].strip())
    behind = NEW_LINE * bool(text[found.end() :].strip())
    return before + NEW_LINE.join(lines) + behind, found.end()


def _is_balanced(label: str) -> bool:
    depth = 0
    for bracket in _BRACKET.findall(label):
        depth += {"[": 1, "]": -1}.get(bracket, 0)
        if depth < 0:
            return False
    return depth == 0 and bool(label)
