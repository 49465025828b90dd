"""What begins, ends and defines something inside a block: patterns and places. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from markdown_it.common.utils import normalizeReference, unescapeAll
from markdown_it.helpers import parseLinkDestination, parseLinkTitle

from chat.markup.emphasis import IN_WORD

_SPACE = (
    r" \t-\r\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"  # \s of JavaScript
)
STOP = re.compile(
    rf"""(?=[`\n\\<>~\-$!\[\]HhWw&:*_])(?:  # alone, this is soon tried
      (?P<code>`+)
    | (?P<line>\n)
    | (?P<arrow>(?<![<>~=-])
        (?: \\?<\\?-\\?> | \\?-\\?> | \\?<\\?- | \\?[<>~]\\?= | \\?-\\?- )(?![<>~=-]))
    | (?P<math>\\[(\[]) | (?P<environment>\\begin\{{[A-Za-z]+\*?\}}) | (?P<dollar>\$+)
    | (?P<escape>\\[!-/:-@\[-`{{-~])
    | (?P<run> (?<=[^\x00-\u10ff])(?:\*+|~~+) | (?:\*+|~~+)(?=[^\x00-\u10ff])
        | (?<=[\ufe00-\ufe0e])_+ | (?<!\S)(?:\*\*+|__+)(?!\S) | {IN_WORD})
    | (?P<image>!\[) | (?P<mark>!(?=!)) | (?P<opening>\[) | (?P<closing>\])
    | (?P<link><[A-Za-z][A-Za-z0-9+.-]{{1,31}}:[^\x00-\x20<>`\[]*> | <[\w.+-]+@[\w.-]+>)
    | (?P<comment><!--(?!-?>))
    | (?P<tag><(?=\S))
    | (?P<address>(?: (?<![A-Za-z])[Hh][Tt][Tt][Pp][Ss]?://(?=[^\W_])
        | (?: (?<![^{_SPACE}(*_\[\]~]) | (?<=[^\x00-\x7f\w]) )[Ww]{{3}}\.(?=[^\W_]) )[^{_SPACE}<`]*)
    | (?P<entity>&\#?[A-Za-z0-9]{{1,31}};)
    | (?P<name>:(?=[A-Za-z0-9_+-]+:|material/))
    | (?P<colon>:(?=<|[^\s!-/;-@\[-`{{-~]))
    | (?P<tilde>~(?<!~~)(?!~))
    )""",
    re.VERBOSE,
)
# At the beginning of a line, behind the marks of quotations and lists.
MARKS = r"[ \t>]*(?:(?:[-*+]|\d{1,9}[.)])[ \t>]+)*"
FOOTNOTE = re.compile(rf"^({MARKS})\[\^", re.MULTILINE)  # not even inside code on several lines
LIKE_DEFINITION = re.compile(rf"({MARKS})\[(?:[^\[\]\\]|\\.){{1,999}}\]:", re.DOTALL)
DEFINITION = re.compile(
    rf"""{MARKS}\[(?!\^)(?P<name>(?:[^\[\]\\`\n]|\\[^`\n]){{1,999}})\]:[\ \t]*
    (?:\n[\ \t]*(?=<|\S*[/:.\#]))?(?P<address><[^<>`\[\\\n]*>|[^\s<`\[\\][^\s`\[\\]*)
    (?:[\ \t]+(?:"[^"`\[\\\n]*"|'[^'`\[\\\n]*'|\([^()`\[\\\n]*\)))?[\ \t]*(?=\n|\Z)""",
    re.VERBOSE,
)
LABEL = re.compile(r"((?:[^\[\]`\\]|\\.|\[[^\[\]`\\]{0,99}\]){0,999})\]", re.DOTALL)
REFERENCE = re.compile(r"\[([^\[\]`\\\n]{0,999})\]")
REST_OF_LINK = re.compile(r"(?:[^\[\]`]|!\[[^\[\]`]{0,99}\]){0,999}\](?=[(\[])")
BLANK = re.compile(r"[ \t]*")
_WHITE = re.compile(r"[ \t\n]*")


def definitions(text: str) -> Iterator[tuple[str, str]]:
    """The names that the text of one block defines, as they are compared, and their addresses."""
    at = 0
    while (found := DEFINITION.match(text, at)) is not None:
        yield normalizeReference(found["name"]), unescapeAll(found["address"].strip("<>"))
        at = found.end() + 1


class Closings:
    """Where things end; no part of the text is looked through for the same thing twice."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._next: dict[str, int] = {}
        self._runs: dict[str, list[int]] | None = None

    def of(self, closing: str, at: int) -> int | None:
        """The place behind the next closing."""
        found = self._next.get(closing, -1)
        if found < at:
            found = self._text.find(closing, at)
            self._next[closing] = found = found if found >= 0 else len(self._text)
        return None if found == len(self._text) else found + len(closing)

    def fence(self) -> str:
        """So many backticks as stand nowhere in the text."""
        fence = "`"
        while fence in self._runs_by_length():
            fence += "`"
        return fence

    def of_code(self, opening: str, at: int) -> int | None:
        """The place behind the next run of just as many backticks."""
        ends = self._runs_by_length().get(opening, [])
        while ends and ends[-1] <= at:
            ends.pop()
        return ends.pop() if ends else None

    def _runs_by_length(self) -> dict[str, list[int]]:
        if self._runs is None:
            self._runs = {}
            for run in reversed([*re.finditer("`+", self._text)]):
                self._runs.setdefault(run.group(), []).append(run.end())
        return self._runs


def link_target(text: str, at: int) -> tuple[str, int] | None:
    """The address in what follows a link's text, and the place behind it."""
    if not text.startswith("(", at):
        return None
    at = end_of(_WHITE, text, at + 1)
    address = parseLinkDestination(text, at, len(text))
    if address.ok:
        at = end_of(_WHITE, text, address.pos)
        if at > address.pos:
            title = parseLinkTitle(text, at, len(text))
            at = end_of(_WHITE, text, title.pos) if title.ok else at
    return (address.str, at + 1) if text.startswith(")", at) else None


def end_of(pattern: re.Pattern[str], text: str, at: int) -> int:
    """The place behind what is there; the place itself where that is nothing."""
    found = pattern.match(text, at)
    return found.end() if found else at
