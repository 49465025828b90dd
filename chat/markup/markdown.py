r"""Model text on its way to Streamlit's markdown, so that it looks as the model meant it. Pure.

    faithful(r"Half of \(x^2\) costs $5 -> see ![a cat](https://host/cat.png)")

Formulas render, whatever delimiters the model knows; money, arrows, emoticons and HTML stay as they
were written; no image is ever fetched. markdown-it finds the blocks, by source lines; `prose` sets
right what is in them. Code, formulas and HTML comments pass untouched.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from markdown_it.common.utils import unescapeAll
from markdown_it.token import Token

from chat.markup.blocks import BLOCKS, OPENING, columns
from chat.markup.formulas import LONGEST_FORMULA, closing_of, displayed, without_pipes
from chat.markup.pictures import is_open, named, unmarked
from chat.markup.plain import guard, without_images
from chat.markup.prose import prose, row
from chat.markup.syntax import definitions

_NEWLINE = re.compile(r"\r\n?")


def faithful(text: str) -> str:
    """Markdown for Streamlit that shows what the model meant by its own."""
    return GrowingMarkdown().add(text)


@dataclass
class GrowingMarkdown:
    """Makes a growing text faithful, again and again: only what may still change is read anew.

    At every time the result is what `faithful` makes of all the text so far. `apart` is how many of
    its characters stand in blocks of their own before the last one, and will never change again.
    """

    apart: int = 0
    _settled: str = ""  # what the source before `_last` has become
    _head: list[str] = field(default_factory=list)  # of the table that goes on in `_last`
    _last: str = ""  # the source from the last block, item or row on
    _addresses: dict[str, str] = field(default_factory=dict)  # defined before `_last`, by name

    def add(self, piece: str) -> str:
        """Take another piece in; the markdown of all so far."""
        self._last += unmarked(piece)
        if not self._settled and not self._head:  # where Streamlit's parser would drop a mark, too
            self._last = self._last.lstrip("\ufeff")
        lines = [*self._head, *_NEWLINE.sub("\n", self._last).split("\n")]
        tokens = BLOCKS.parse("\n".join(lines))
        changed = _changed(lines, tokens)
        last, head, apart = _last_part(lines, tokens, self._head)
        addresses = {**_definitions(lines[:last], tokens), **self._addresses}

        def result(begin: int, end: int) -> str:
            return "".join(f"{line}\n" for line in changed[begin:end] if line is not None)

        settled = named(self._settled + result(len(self._head), last), addresses, is_whole=False)
        if apart:
            before = self._settled + result(len(self._head), apart)
            before = named(before, addresses, is_whole=False)
            self.apart = self.apart if is_open(before) else len(before)
        if not self._last.endswith("\r"):  # which may be the first half of a line end
            self._settled, self._head, self._last = settled, head, "\n".join(lines[last:])
            self._addresses = addresses
        made = settled + "\n".join(line for line in changed[last:] if line is not None)
        if not is_open(made):
            return made
        return named(made, {**_definitions(lines, tokens), **addresses}, is_whole=True)


def _definitions(lines: list[str], tokens: list[Token]) -> dict[str, str]:
    """The addresses that paragraphs of these lines define, by name; the first one counts."""
    found: dict[str, str] = {}
    for token in tokens:
        if token.type == "paragraph_open" and token.map and token.map[0] < len(lines):
            for name, address in definitions("\n".join(lines[slice(*token.map)])):
                found.setdefault(name, address)
    return found


def _last_part(
    lines: list[str], tokens: list[Token], head: list[str]
) -> tuple[int, list[str], int]:
    """The line from which on something may still change, and the head of a table if it is in one.

    Also the line where the last block begins; 0 where it is the one that the first line is in.

    A block is settled as soon as another has begun behind an empty line, an item of a list as soon
    as the next has, a row of a table likewise; but none behind a formula that may end later.
    """
    last, begin, apart = len(head), 0, 0
    latest = _open_formula(lines)
    for token in tokens:
        if token.map is None or not last < token.map[0] <= latest:
            if token.type == "table_open" and token.map:
                begin = token.map[0]
            continue
        first = token.map[0]
        is_block = token.level == 0 and not lines[first - 1].strip(" \t")
        is_item = token.level == 1 and token.type == "list_item_open" and first < len(lines) - 1
        if is_block:
            apart = first
        if is_block or is_item:
            last, head = first, []
        elif token.level == 2 and token.type == "tr_open" and first > begin + 2:
            last, head = first, lines[begin : begin + 2]
        if token.type == "table_open":
            begin = first
    return last, head, apart


def _open_formula(lines: list[str]) -> int:
    """The line where a formula begins that may end in text to come, or else the line behind all."""
    source = "\n".join(lines)
    begin = source.rfind("\n", 0, max(0, len(source) - LONGEST_FORMULA)) + 1
    for found in OPENING.finditer(source, begin):
        if source.find(closing_of(found[1]), found.end()) < 0:
            return source.count("\n", 0, found.start(1))
    return len(lines)


def _changed(lines: list[str], tokens: list[Token]) -> list[str | None]:
    """The lines, those of prose made faithful; None for one that has become part of another."""
    changed: list[str | None] = [*map(without_images, lines)]
    in_table = in_heading = False
    width = 0  # columns of the table
    for token in tokens:
        if token.type in ("table_open", "table_close"):
            in_table, width = token.nesting > 0, 0
        elif token.type in ("heading_open", "heading_close"):
            in_heading = token.nesting > 0
        if token.map is None:
            continue
        first, behind = token.map
        if token.type == "code_block" and not _is_surely_code(lines, first):
            continue
        if token.type in ("fence", "code_block"):
            changed[first:behind] = lines[first:behind]
            if "mermaid" in unescapeAll(token.info).lower():
                changed[first] = _undrawn(lines[first], token.markup)
        elif token.type == "formula":
            changed[first:behind] = [_display(token), *[None] * (behind - first - 1)]
        elif token.type == "tr_open":
            width = width or columns(lines[first + 1])
            changed[first] = row(without_pipes(lines[first], width))
        elif token.type == "inline" and in_heading:
            made = prose("\n".join(lines[first:behind]), inside=None, keeps_lines=False)
            changed[first:behind] = made.split("\n")
        elif token.type == "inline" and not in_table:
            made = prose("\n".join(lines[first:behind]), inside=_inside(lines[first], token))
            changed[first:behind] = [made, *[None] * (behind - first - 1)]
    return changed


def _is_surely_code(lines: list[str], first: int) -> bool:
    """Whether an indented line cannot go on with a paragraph, as what is above it is seen."""
    if first:
        return not lines[first - 1].strip(" \t>")
    return lines[0].expandtabs(4).startswith("    ")


def _undrawn(line: str, fence: str) -> str:
    """The first line of a code block that stays code: a drawing of mermaid fetches its pictures.

    Its name stands above it, as a paragraph of its own where it can be one.
    """
    before = line[: line.index(fence)]
    apart = "" if before.strip() else "\n"
    return f"{apart}{before}:small[mermaid]\n{_spaced(before)}{fence}text"


def _inside(line: str, token: Token) -> str:
    """What stands before the further lines of a paragraph, given its first."""
    begin = token.content.partition("\n")[0].rstrip()
    return _spaced(line.rstrip().removesuffix(begin))


def _spaced(marks: str) -> str:
    """The marks of quotations and lists as they are to stand before a further line."""
    return re.sub(r"[^\s>]", " ", marks)


def _display(token: Token) -> str:
    """A formula as Streamlit wants it, with the marks before it and the text behind it."""
    inside = _spaced(token.markup)
    behind = guard(token.info) + prose(token.info, inside=inside)
    behind = f"\n{inside}{behind}" if behind else ""
    return token.markup + displayed(token.content.split("\n"), inside) + behind
