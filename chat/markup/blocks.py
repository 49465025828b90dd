"""The blocks of a text, by its lines: markdown-it with the rules of Streamlit's parser. Pure."""

from __future__ import annotations

import re

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock, table

from chat.markup.formulas import LONGEST_FORMULA, WORDS, is_displayed
from chat.markup.syntax import MARKS

OPENING = re.compile(rf"^{MARKS}(\$\$|\\\[)", re.MULTILINE)
CLOSING = {"$$": "$$", r"\[": r"\]"}


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
    r"""A formula that begins a line: `$$ … $$` or `\[ … \]`, on as many lines as it needs."""
    begin = state.bMarks[start] + state.tShift[start]
    opening = state.src[begin : begin + 2]
    closing = CLOSING.get(opening)
    if closing is None or state.is_code_block(start):
        return False
    found = state.src.find(closing, begin + 2, begin + LONGEST_FORMULA)
    whole = state.src[begin + 2 : found]
    if found < 0 or "`" in whole or opening in whole:
        return False
    content, at = [], begin + 2
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
    rest = state.src[found + 2 : state.eMarks[line]]
    if is_apart and found > at and any(not part.strip() for part in content[1:]):
        return False  # with empty lines in it, both its ends are to stand alone
    content.append(state.src[at:found])
    if opening == "$$" and rest.strip() and WORDS.search(whole):
        return False
    if not is_displayed("\n".join(content), alone=opening == "$$" or not rest.strip()):
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
    head = state.src[state.bMarks[start] : state.eMarks[start]]
    is_plain = r"\\|" not in head and head.strip() == head.strip(" \t")
    if not is_plain or not table(state, start, end, silent=True):
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
