"""The blocks of a text, by its lines: markdown-it with the rules of Streamlit's parser. Pure."""

from __future__ import annotations

import re

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock, table

from chat.markup.formulas import WORDS, closing_of, end_of, is_displayed, without_pipes
from chat.markup.syntax import MARKS

_OPENING = re.compile(r"(\$\$|\\\[|(\\begin\{[A-Za-z]+\*?\}))")
OPENING = re.compile(rf"^{MARKS}{_OPENING.pattern}", re.MULTILINE)


def _comment(state: StateBlock, start: int, end: int, silent: bool) -> bool:  # noqa: FBT001
    """The one kind of HTML block that stays one: all other HTML is made text."""
    begin = state.bMarks[start] + state.tShift[start]
    if state.is_code_block(start) or not state.src.startswith("<!--", begin):
        return False
    if silent:
        return True
    line = start
    while line < end and (line == start or state.sCount[line] >= state.blkIndent):
        line += 1
        if "-->" in state.src[state.bMarks[line - 1] : state.eMarks[line - 1]]:
            break
    state.line = line
    state.push("comment", "", 0).map = [start, line]
    return True


def _formula(state: StateBlock, start: int, end: int, silent: bool) -> bool:  # noqa: FBT001
    r"""A formula that begins a line, on as many lines as it needs.

    `$$ … $$`, `\[ … \]`, or an environment without either.
    """
    begin = state.bMarks[start] + state.tShift[start]
    opened = _OPENING.match(state.src, begin)
    if opened is None or state.is_code_block(start):
        return False
    opening, environment = opened.groups()
    found = end_of(state.src, opening, opened.end())
    whole = state.src[opened.end() : found]
    if found < 0 or "`" in whole or (opening in whole and not environment):
        return False
    content, at = [], opened.end()
    line, is_apart = start, not state.src[at : state.eMarks[start]].strip(" \t")
    while found > state.eMarks[line]:
        content.append(state.src[at : state.eMarks[line]])
        line += 1
        if line >= end:
            return False
        if state.isEmpty(line):
            if not is_apart:
                return False
        elif state.sCount[line] < state.blkIndent:
            return False
        at = state.bMarks[line] + state.tShift[line]
    rest = state.src[found + len(closing_of(opening)) : state.eMarks[line]]
    if is_apart and found > at and any(not part.strip() for part in content[1:]):
        return False  # with empty lines in it, both its ends are to stand alone
    content.append(state.src[at:found])
    if opening == "$$" and rest.strip() and WORDS.search(whole):
        return False
    if environment:
        content[0] = opening + content[0]
        content[-1] += closing_of(opening)
    elif not is_displayed("\n".join(content), alone=opening == "$$" or not rest.strip()):
        return False
    if silent:
        return True
    state.line = line + 1
    token = state.push("formula", "", 0)
    token.map = [start, line + 1]
    token.markup = state.src[state.src.rfind("\n", 0, begin) + 1 : begin]
    token.content = "\n".join(content)
    token.info = rest.strip()
    return True


def _table(state: StateBlock, start: int, end: int, silent: bool) -> bool:  # noqa: FBT001
    r"""A table, but not where Streamlit's parser sees something else, or cells end elsewhere."""
    begin, behind = state.bMarks[start], state.eMarks[start]
    head, source = state.src[begin:behind], state.src
    if r"\\|" in head or head.strip() != head.strip(" \t"):
        return False
    if "|" in head and ("$" in head or r"\(" in head) and start + 1 < end:
        # Its formulas are read as if none had a `|` in it.
        under = state.src[state.bMarks[start + 1] : state.eMarks[start + 1]]
        hidden = without_pipes(head, columns(under), pipe="!")
        state.src = source[:begin] + hidden + source[behind:]
    try:
        return _plain_table(state, start, end, silent=silent)
    finally:
        state.src = source


def columns(line: str) -> int:
    """How many columns a table has, by the line beneath its head."""
    return line.strip(" \t>|").count("|") + 1


def _plain_table(state: StateBlock, start: int, end: int, *, silent: bool) -> bool:
    if not table(state, start, end, silent=True):
        return False
    others = (rule for rule in state.md.block.ruler.getRules("paragraph") if rule is not _table)
    if any(rule(state, start, end, True) for rule in others):  # noqa: FBT003
        return False
    return silent or table(state, start, end, silent=False)


_INTERRUPTS = ["paragraph", "reference", "blockquote", "list"]

# Only the lines of blocks are asked for, so nothing inside them is parsed. GitHub's tables are in;
# a definition is a paragraph that `prose` leaves as it is.
BLOCKS = MarkdownIt("commonmark", {"maxNesting": 20}).enable("table").disable("reference")
BLOCKS.core.ruler.disable("inline")
BLOCKS.block.ruler.at("table", _table, {"alt": ["paragraph", "reference"]})
BLOCKS.block.ruler.at("html_block", _comment, {"alt": _INTERRUPTS})
BLOCKS.block.ruler.before("fence", "formula", _formula, {"alt": _INTERRUPTS})
