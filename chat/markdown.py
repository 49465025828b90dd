r"""Model text on its way to Streamlit's markdown, so that it looks as the model meant it. Pure.

    faithful(r"Half of \(x^2\) costs $5 -> see ![a cat](https://host/cat.png)")

Formulas render, whatever delimiters the model knows; money, arrows, emoticons and HTML stay as they
were written; no image is ever fetched. markdown-it finds the blocks, by source lines; inside a
block of prose one scanner goes from left to right. Code, formulas and HTML comments pass untouched.

What Streamlit does to text was read in its frontend (1.67): arrows, `>=` and the like are replaced
by a pattern in every text node, emoji names and icons likewise, `:name[…]` is a directive wherever
it stands, and with one formula in a text every `$` counts.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.token import Token

# What begins or ends something inside a line: in CommonMark, in GitHub's extensions, in Streamlit's
# formulas ($) and directives (:red[…], :cat:, :material/home:). An underscore does so only at the
# edge of a word, and a colon only before one or in an address: most sentences stay as they are.
_MARKUP = re.compile(r"[\\`*\[\]<~$&]|(?<!\w)_|_(?!\w)|:(?=\w|//)")

LONGEST_FORMULA = 4_000  # characters; a bound, so that many openings without an end cost no more
# Nothing to see, but it ends a text node, so that a pattern over both sides does not match.
_NOTHING = ":small[]"
_PICTURE = ":material/image:"


def literal(line: str) -> str:
    """Markdown that shows a line as it stands: no link, image, formula, colour or icon in it."""
    return _MARKUP.sub(r"\\\g<0>", line)


def faithful(text: str) -> str:
    """Markdown for Streamlit that shows what the model meant by its own."""
    return Growing().add(text)


@dataclass
class Growing:
    """Makes a growing text faithful, again and again: only its last block is read anew.

    At every time the result is what `faithful` makes of all the text so far.
    """

    _settled: str = ""  # what the blocks before the last have become
    _last: str = ""  # the source from the last block on

    @property
    def settled(self) -> int:
        """How many characters of the result stand in blocks that nothing will change any more."""
        return len(self._settled)

    def add(self, piece: str) -> str:
        """Take another piece in; the markdown of all so far."""
        self._last += piece
        source = _NEWLINE.sub("\n", self._last)
        lines = source.split("\n")
        tokens = _BLOCKS.parse(source)
        changed = _changed(lines, tokens)
        # No formula goes on behind an empty line, so what stands before one is settled as soon as
        # another block has begun behind it.
        starts = [t.map[0] for t in tokens if t.map and t.level == 0 and t.map[0]]
        last = max((start for start in starts if not lines[start - 1].strip()), default=0)
        settled = self._settled + "".join(
            f"{line}\n" for line in changed[:last] if line is not None
        )
        if not self._last.endswith("\r"):  # which may be the first half of a line end
            self._settled, self._last = settled, "\n".join(lines[last:])
            return self._settled + _joined(changed[last:])
        return settled + _joined(changed[last:])


def _joined(lines: list[str | None]) -> str:
    return "\n".join(line for line in lines if line is not None)


# Blocks


_NEWLINE = re.compile(r"\r\n?")


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
    closing = _CLOSING.get(state.src[begin : begin + 2])
    if closing is None or state.is_code_block(start):
        return False
    if state.src.find(closing, begin + 2, begin + LONGEST_FORMULA) < 0:
        return False
    line, at = start, begin + 2
    content = []
    while (found := state.src.find(closing, at, state.eMarks[line])) < 0:
        content.append(state.src[at : state.eMarks[line]])
        line += 1
        if line >= end or state.isEmpty(line) or state.sCount[line] < state.blkIndent:
            return False
        at = state.bMarks[line] + state.tShift[line]
    content.append(state.src[at:found])
    if not "".join(content).strip():
        return False
    if silent:
        return True
    state.line = line + 1
    token = state.push("formula", "", 0)
    token.map = [start, line + 1]
    token.markup = state.src[state.src.rfind("\n", 0, begin) + 1 : begin]
    token.content = "\n".join(content)
    token.info = state.src[found + 2 : state.eMarks[line]]
    return True


_CLOSING = {"$$": "$$", r"\[": r"\]"}
_INTERRUPTS = ["paragraph", "reference", "blockquote", "list"]

# Only the lines of blocks are asked for, so nothing inside them is parsed. GitHub's tables are in.
_BLOCKS = MarkdownIt("commonmark", {"maxNesting": 20}).enable("table")
_BLOCKS.core.ruler.disable("inline")
_BLOCKS.block.ruler.at("html_block", _comment, {"alt": _INTERRUPTS})
_BLOCKS.block.ruler.before("fence", "formula", _formula, {"alt": _INTERRUPTS})


def _changed(lines: list[str], tokens: list[Token]) -> list[str | None]:
    """The lines, those of prose made faithful; None for one that has become part of another."""
    changed: list[str | None] = [line.replace("![", r"\![") for line in lines]  # wherever they are
    in_table = in_heading = False
    for token in tokens:
        if token.type in ("table_open", "table_close"):
            in_table = token.nesting > 0
        elif token.type in ("heading_open", "heading_close"):
            in_heading = token.nesting > 0
        if token.map is None:
            continue
        first, behind = token.map
        if token.type in ("fence", "code_block"):
            changed[first:behind] = lines[first:behind]
        elif token.type == "formula":
            changed[first:behind] = [_display(token), *[None] * (behind - first - 1)]
        elif token.type == "inline" and in_table:
            # A cell ends where it ends, also inside what would be code or a formula elsewhere.
            changed[first] = "|".join(map(_prose, _CELL_END.split(lines[first])))
        elif token.type == "inline":
            prose = _prose("\n".join(lines[first:behind]), keeps_lines=not in_heading)
            changed[first:behind] = prose.split("\n")
    return changed


_CELL_END = re.compile(r"(?<!\\)\|")


def _display(token: Token) -> str:
    """A formula on lines of its own, as Streamlit wants it, inside the same list or quotation."""
    inside = re.sub(r"[^\s>]", " ", token.markup)
    lines = ["$$", *filter(str.strip, token.content.split("\n")), "$$"]
    shown = [_harmless(line.strip()) for line in lines]
    behind = [_prose(token.info.strip())] if token.info.strip() else []
    return token.markup + f"\n{inside}".join(shown + behind)


# Prose


_STOP = re.compile(
    r"""
      (?P<code>`+)
    | (?P<math>\\[(\[]) | (?P<dollar>\$+)
    | (?P<escape>\\[!-/:-@\[-`{-~])
    | (?P<address><[A-Za-z][A-Za-z0-9+.-]{1,31}:[^\s<>]*> | <[\w.+-]+@[\w.-]+> | https?://[^\s<>\[\]`$|*!]+)
    | (?P<comment><!--)
    | (?P<tag><(?=[A-Za-z/!?]))
    | (?P<target>\]\((?:[^\s()\[\]\\`$<>]|\\[!-/:-@\[-`{-~]|\([^\s()\[\]\\`$<>]*\))*)
    | (?P<image>\[?!\[)
    | (?P<entity>&\#?\w{1,31};)
    | (?P<name>:(?=[\w+-]+:|material/))
    | (?P<colon>:(?=[A-Za-z:]))
    | (?P<arrow><->|->|<-|[<>~]=|(?<!-)--(?!-))
    | (?P<line>\n)
    """,
    re.VERBOSE | re.ASCII,
)
_IMAGE = re.compile(
    r"""!\[(?P<name>[^\[\]`\n]*)\]
        \(\s*<?(?P<source>(?:[^\s()<>]|\([^\s()<>]*\))*)>?(?:\s+(?:"[^"\n]*"|'[^'\n]*'))?\s*\)""",
    re.VERBOSE,
)
_INLINE = re.compile(r"\$(?=[^\s$])([^$\n]*?[^\s$\\])\$(?!\d)")
_WORDS = re.compile(r"^\d[^\\{]* [A-Za-z]{2}")  # 5 or 6
_VARIABLE = re.compile(r"[A-Z_][A-Z0-9_]*$|.*\W$")  # $HOME$PATH, $HOME/$USER


def _prose(text: str, *, keeps_lines: bool = True) -> str:
    """The text of one block with whatever is not what it seems set right, from left to right."""
    made: list[str] = []
    closings = _Closings(text)
    at = 0
    while (stop := _STOP.search(text, at)) is not None:
        made.append(text[at : stop.start()])
        kind, found = str(stop.lastgroup), stop.group()
        start, at = stop.span()
        if kind == "code":
            behind = closings.of_code(found, at)
            made.append(found if behind is None else text[start:behind])
            at = at if behind is None else behind
        elif kind in ("math", "dollar"):
            formula, behind = _inline_formula(text, start, found, closings)
            made.append(formula)
            at = behind
        elif kind == "comment":
            behind = closings.of("-->", at)
            made.append("\\<!--" if behind is None else _harmless(text[start:behind]))
            at = at if behind is None else behind
        elif kind == "image":
            shown, at = _link_to_image(text, start)
            made.append(shown)
        elif kind == "line":
            broken = keeps_lines and not text[:start].endswith(("  ", "\\"), max(0, start - 2))
            made.append("  \n" if broken else "\n")
        else:
            made.append(_MADE[kind](found) if kind in _MADE else found)
    made.append(text[at:])
    return "".join(made)


_MADE: dict[str, Callable[[str], str]] = {
    "escape": lambda found: found + _NOTHING * (found[1] in "-<>=~:"),
    "tag": lambda found: f"\\{found}",
    "entity": lambda found: found + _NOTHING,
    "name": lambda found: f"\\{found}{_NOTHING}",
    "colon": lambda found: f"\\{found}",
    "arrow": _NOTHING.join,
}


class _Closings:
    """Where things end; what was looked for in vain once is not looked for again."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._missing: set[str] = set()
        self._runs: dict[str, list[int]] | None = None

    def of(self, closing: str, at: int) -> int | None:
        """The place behind the next closing."""
        if closing in self._missing:
            return None
        found = self._text.find(closing, at)
        if found < 0:
            self._missing.add(closing)
            return None
        return found + len(closing)

    def of_code(self, opening: str, at: int) -> int | None:
        """The place behind the next run of just as many backticks."""
        if self._runs is None:
            self._runs = {}
            for run in reversed([*re.finditer("`+", self._text)]):
                self._runs.setdefault(run.group(), []).append(run.end())
        ends = self._runs.get(opening, [])
        while ends and ends[-1] <= at:
            ends.pop()
        return ends.pop() if ends else None


def _inline_formula(text: str, start: int, opening: str, closings: _Closings) -> tuple[str, int]:
    """A formula inside a line and the place behind it; or its opening, as it was written."""
    behind = start + len(opening)
    if opening == "$$":
        end = closings.of("$$", behind)
        if end is not None and text[behind : end - 2].strip(" $"):
            return _harmless(text[start:end]), end
    elif opening == "$":
        formula = _INLINE.match(text, start)
        if formula is not None and _is_formula(text, formula):
            return _harmless(formula.group()), formula.end()
    elif opening in _BRACKETS:
        end = closings.of(_BRACKETS[opening], behind)
        content = text[behind : end - 2] if end is not None else ""
        inner = content.strip()
        is_one = inner and "\n" not in content and "$" not in content
        if end is not None and is_one and (opening == r"\(" or _DISPLAYED.search(content)):
            style = r"\displaystyle " if opening == r"\[" else ""
            follows = _NOTHING if text[end : end + 1].isalnum() else ""
            return f"${style}{_harmless(inner)}${follows}", end
        return opening if opening == r"\[" else "\\" + opening, behind
    return opening.replace("$", r"\$"), behind


_BRACKETS = {r"\(": r"\)", r"\[": r"\]"}
_DISPLAYED = re.compile(r"[\\^_=+<>]|^\s")  # \[1\] is a bracket


def _is_formula(text: str, found: re.Match[str]) -> bool:
    """Whether what stands between two dollars is a formula, and neither money nor variables."""
    content = found.group(1)
    before, after = text[: found.start()][-1:], text[found.end() : found.end() + 1]
    if before.isalnum() or _WORDS.search(content):
        return False
    return not (after.isalpha() and _VARIABLE.match(content))


def _harmless(formula: str) -> str:
    """A formula or comment in which no image is, should it after all be read as prose."""
    return formula.replace("![", "! [")


def _link_to_image(text: str, start: int) -> tuple[str, int]:
    """A link in an image's place that names its host, and the place behind it."""
    bracket = "[" if text[start] == "[" else ""
    image = _IMAGE.match(text, start + len(bracket))
    if image is None:
        return bracket + r"\![", start + len(bracket) + 2
    source, name = image["source"], _prose(image["name"]).strip()
    is_data = source.lower().startswith("data:")
    where = re.split("[;,]", source, maxsplit=1)[0] if is_data else _host(source)
    named = " ".join(filter(None, (_PICTURE, name, f"({literal(where[:50])})")))
    if is_data or (bracket and text.startswith("](", image.end())):
        return bracket + named, image.end()
    return f"{bracket}[{named}](<{source}>)", image.end()


def _host(address: str) -> str:
    try:
        return urlsplit(address).netloc.rpartition("@")[2] or address
    except ValueError:  # brackets that are no address
        return address
