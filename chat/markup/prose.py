r"""What is inside a block of model text, written so that Streamlit shows what was meant. Pure.

    prose(r"Half of \(x^2\) costs $5 -> see ![a cat](https://host/cat.png)")

One scanner goes from left to right; code passes untouched. It has to see code where Streamlit's
parser sees code, and nowhere else: what only one of the two takes for code can hide an image, which
the browser would fetch. So no backtick stays in an address, a title or a definition; and once
something might be read otherwise, the images in the code behind it are broken, which is not seen.

What Streamlit does to text was read in its frontend (1.67): arrows, `>=` and the like are replaced
where they are a word, emoji names and icons everywhere, `:name[…]` is a directive wherever it
stands, a bare address runs to the next space, and with one formula in a text every `$` counts.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator, Mapping
from urllib.parse import quote, urlsplit

from markdown_it.common.utils import normalizeReference, unescapeAll
from markdown_it.helpers import parseLinkDestination, parseLinkTitle

from chat.characters import REPLACEMENT

LONGEST_FORMULA = 4_000  # characters; a bound, so that many openings without an end cost no more

# What begins or ends something inside a line: in CommonMark, in GitHub's extensions, in Streamlit's
# formulas ($) and directives (:red[…], :cat:, :material/home:). An underscore does so only at the
# edge of a word, and a colon only before one or in an address: most sentences stay as they are.
_MARKUP = re.compile(r"[\\`*\[\]<~$&]|(?<!\w)_|_(?!\w)|:(?=\w|//)")

# Nothing to see, but it ends a text node, so that a pattern over both sides does not match. Its
# braces keep those that may follow in the text.
_NOTHING = ":small[]{}"
_JOINER = "\u2060"  # as little to see, where markup would be seen
_END_OF_ADDRESS = "\ufeff"  # nor this, which is white space to Streamlit's parser
_PICTURE = ":material/image:"

# Around a picture whose address stands elsewhere: halves of characters, which no text has.
_BEGIN, _THEN, _END = "\udffd", "\udffe", "\udfff"
_MARK_OF_NAMED = re.compile(f"[{_BEGIN}-{_END}]")
_INNERMOST = rf"[^{_BEGIN}-{_END}]*"
_NAMED = re.compile(
    f"{_BEGIN}(?P<name>{_INNERMOST}){_THEN}(?P<reference>{_INNERMOST}){_THEN}"
    f"(?P<behind>{_INNERMOST}){_THEN}(?P<in_link>{_INNERMOST}){_END}"
)


def literal(line: str) -> str:
    """Markdown that shows a line as it stands: no link, image, formula, colour or icon in it."""
    return _MARKUP.sub(r"\\\g<0>", line)


def without_images(text: str) -> str:
    """The text as it looks, with no image in it, however it is read."""
    return text.replace("![", f"!{_JOINER}[")


def prose(text: str, *, inside: str | None = "", keeps_lines: bool = True) -> str:
    """The text of one block with whatever is not what it seems set right.

    `inside` stands before a further line in the same list or quotation; None where none can be.
    """
    made = _Scanner(text, inside, keeps_lines=keeps_lines).made()
    return _FOOTNOTE.sub(rf"\1[{_JOINER}^", made) if "[^" in made else made


def row(line: str) -> str:
    """A row of a table: a cell ends where it ends, also inside what would be code elsewhere."""
    pieces = _CELLS.findall(line)
    return "".join(piece if piece == "|" else prose(piece, inside=None) for piece in pieces)


def displayed(lines: list[str], inside: str) -> str:
    """A formula on lines of its own, as Streamlit wants it, in the same list or quotation."""
    shown = (_without_image(line.strip()) for line in lines if line.strip())
    return f"\n{inside}".join(["$$", *shown, "$$"])


def guard(text: str) -> str:
    """What to put before text that comes to begin a line, where it could begin a block."""
    return "" if text[:1].isalpha() or not text else _NOTHING


def is_displayed(content: str, *, alone: bool) -> bool:
    r"""Whether a formula stands between \[ and \], or only words or a number, as in \[1\]."""
    if not content.strip():
        return False
    return bool(_FORMULA.search(content)) or (alone and not content.isdigit())


def definitions(text: str) -> Iterator[tuple[str, str]]:
    """The names that the text of one block defines, as they are compared, and their addresses."""
    at = 0
    while (found := _DEFINITION.match(text, at)) is not None:
        yield normalizeReference(found["name"]), unescapeAll(found["address"].strip("<>"))
        at = found.end() + 1


def named(made: str, known: Mapping[str, str], *, is_whole: bool) -> str:
    """What `prose` has made, with the pictures shown whose addresses are known by their names.

    Once the text is whole, the others are text, as they are in CommonMark.
    """

    def shown(found: re.Match[str]) -> str:
        address = known.get(normalizeReference(found["reference"]))
        if address is not None:
            return _picture(found["name"], address, in_link=bool(found["in_link"]))
        return rf"\![{found['name']}]{literal(found['behind'])}" if is_whole else found.group()

    before = ""
    while _BEGIN in made and made != before:  # from the inside, where one is in another's name
        before, made = made, _NAMED.sub(shown, made)
    return made


def is_open(made: str) -> bool:
    """Whether a picture is in it whose address is not known yet."""
    return _BEGIN in made


def unmarked(text: str) -> str:
    """The text without what `named` looks for, which nothing has that can be shown."""
    return _MARK_OF_NAMED.sub(REPLACEMENT, text)


_CELLS = re.compile(r"(?:\\[\\|]|[^|])+|\|")
_FORMULA = re.compile(r"[\\^_=+<>\n]|^\s")


_SPACE = (
    r" \t-\r\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"  # \s of JavaScript
)
_STOP = re.compile(
    rf"""
      (?P<code>`+)
    | (?P<line>\n)
    | (?P<arrow>(?<![<>~=-])
        (?: \\?<\\?-\\?> | \\?-\\?> | \\?<\\?- | \\?[<>~]\\?= | \\?-\\?- )(?![<>~=-]))
    | (?P<math>\\[(\[]) | (?P<dollar>\$+)
    | (?P<escape>\\[!-/:-@\[-`{{-~])
    | (?P<image>!\[) | (?P<mark>!(?=!)) | (?P<opening>\[) | (?P<closing>\])
    | (?P<link><[A-Za-z][A-Za-z0-9+.-]{{1,31}}:[^\x00-\x20<>`\[]*> | <[\w.+-]+@[\w.-]+>)
    | (?P<comment><!--(?!-?>))
    | (?P<tag><(?=\S))
    | (?P<address>(?: (?<![A-Za-z])[Hh][Tt][Tt][Pp][Ss]?://(?=[^\W_])
        | (?<![^{_SPACE}(*_\[\]~])[Ww]{{3}}\.(?=[^\W_]) )[^{_SPACE}<`]*)
    | (?P<entity>&\#?[A-Za-z0-9]{{1,31}};)
    | (?P<name>:(?=[A-Za-z0-9_+-]+:|material/))
    | (?P<colon>:(?=[^\s!-/;-@\[-`{{-~]))
    | (?P<tilde>~(?<!~~)(?!~))
    """,
    re.VERBOSE,
)
# At the beginning of a line, behind the marks of quotations and lists.
MARKS = r"[ \t>]*(?:(?:[-*+]|\d{1,9}[.)])[ \t>]+)*"
_FOOTNOTE = re.compile(rf"^({MARKS})\[\^", re.MULTILINE)  # not even inside code on several lines
_LIKE_DEFINITION = re.compile(rf"({MARKS})\[(?:[^\[\]\\]|\\.){{1,999}}\]:", re.DOTALL)
_DEFINITION = re.compile(
    rf"""{MARKS}\[(?!\^)(?P<name>(?:[^\[\]\\`\n]|\\[^`\n]){{1,999}})\]:[\ \t]*
    (?P<address><[^<>`\[\\\n]*>|[^\s<`\[\\][^\s`\[\\]*)
    (?:[\ \t]+(?:"[^"`\[\\\n]*"|'[^'`\[\\\n]*'|\([^()`\[\\\n]*\)))?[\ \t]*(?=\n|\Z)""",
    re.VERBOSE,
)
_LABEL = re.compile(r"((?:[^\[\]`\\]|\\.|\[[^\[\]`\\]{0,99}\]){0,999})\]", re.DOTALL)
_REFERENCE = re.compile(r"\[([^\[\]`\\\n]{0,999})\]")
_REST_OF_LINK = re.compile(r"(?:[^\[\]`]|!\[[^\[\]`]{0,99}\]){0,999}\](?=[(\[])")
_DOLLARS = re.compile(r"\$(?=[^\s$])([^$\n`]*?[^\s$\\`])\$(?!\d)")
_DOLLAR = re.compile(r"(?<!\\)\$")
_AMOUNT = re.compile(r"^\d[^\\{]* [A-Za-z]{2}")  # 5 or 6
WORDS = re.compile(r"^[^\\{]*\b[A-Za-z]{2,} [A-Za-z]{2,}")  # for the
_VARIABLE = re.compile(r"[A-Z_][A-Z0-9_]*$|.*\W$")  # $HOME$PATH, $HOME/$USER
_CLOSINGS = {r"\(": r"\)", r"\[": r"\]", "$$": "$$"}
_BLANK = re.compile(r"[ \t]*")
_WHITE = re.compile(r"[ \t\n]*")
_ENDING = re.compile(r"\\.|`|!\[", re.DOTALL)  # of a link's address, were it none
_NO_ADDRESS = re.compile(r"[\s<>`\\\[\]$]")  # $: it could begin a formula
_SIGNS = "<>~=-:"
_SIGN = re.compile(r"\\?.")


class _Scanner:
    """Goes over the text of one block; `at` is the place behind all that has been made."""

    def __init__(self, text: str, inside: str | None, *, keeps_lines: bool = True) -> None:
        self._text = text
        self._inside = inside
        self._keeps_lines = keeps_lines
        self._at = 0
        self._open = 0  # brackets; in one, Streamlit's parser knows no bare address
        self._sure = True  # that Streamlit's parser sees the code behind here
        self._closings = _Closings(text)

    def made(self, opened: int = 0) -> str:
        """All of it, set right; `opened` brackets stand before it."""
        self._open = opened
        text = self._text
        made = [self._begin_line()]
        while (stop := _STOP.search(text, self._at)) is not None:
            made.append(text[self._at : stop.start()])
            self._at = stop.end()
            make: Callable[[str], str] = getattr(self, f"_make_{stop.lastgroup}")
            made.append(make(stop.group()))
        made.append(text[self._at :])
        return "".join(made)

    # Lines

    def _begin_line(self) -> str:
        """A definition as it is; but what Streamlit could read as another than a plain one is text.

        A footnote is text, too: markdown-it knows none, and would see code where Streamlit's
        parser sees what belongs to the note.
        """
        like = _LIKE_DEFINITION.match(self._text, self._at)
        if like is None:
            return ""
        definition = _DEFINITION.match(self._text, self._at)
        if definition is None:
            self._at = like.end(1) + 1
            return like[1] + r"\["
        self._at = definition.end()
        self._sure = False
        return definition.group()

    def _make_line(self, _: str) -> str:
        start = self._at - 1
        broken = not self._text.endswith(("  ", "\\"), max(0, start - 2), start)
        return ("  \n" if broken and self._keeps_lines else "\n") + self._begin_line()

    # Code

    def _make_code(self, opening: str) -> str:
        behind = self._closings.of_code(opening, self._at)
        if behind is None:
            return opening
        code = self._text[self._at - len(opening) : behind]
        self._at = behind
        if "\n" in code or ("|" in code and "\n" in self._text):
            self._sure = False  # a table, perhaps, whose cells would end inside it
        return code if self._sure else without_images(code)

    def _doubt(self, passed: str) -> None:
        """What passed could, in another reading, begin a formula or a link with code in it."""
        self._sure &= "$" not in passed and "[" not in passed

    def _make_comment(self, opening: str) -> str:
        behind = self._closings.of("-->", self._at)
        if behind is None:
            return f"\\{opening}"
        comment = self._text[self._at - len(opening) : behind]
        self._at = behind
        self._sure = False
        return without_images(comment)

    # Formulas

    def _make_math(self, opening: str) -> str:
        content = self._content(opening)
        if opening == r"\[":
            if not is_displayed(content, alone=False):
                return opening
            if "\n" in content and self._inside is not None:
                return self._on_lines(content, self._inside)
        formula = " ".join(filter(None, self._lines(content)))
        if not formula or _DOLLAR.search(formula):
            return opening if opening == r"\[" else f"\\{opening}"
        style = r"\displaystyle " if opening == r"\[" else ""
        fence = "$$" if "$" in formula else "$"
        return self._in_line(f"{fence}{style}{formula}{fence}", self._at + len(content) + 2)

    def _make_dollar(self, opening: str) -> str:
        if opening == "$$":
            content = self._content(opening)
            if content.strip(" $") and not WORDS.search(content):
                if "\n" not in content:
                    return self._in_line(f"$${content}$$", self._at + len(content) + 2)
                if self._inside is not None:
                    return self._on_lines(content, self._inside)
        elif opening == "$":
            found = _DOLLARS.match(self._text, self._at - 1)
            if found is not None and self._is_formula(found):
                return self._in_line(found.group(), found.end())
        return opening.replace("$", r"\$")

    def _content(self, opening: str) -> str:
        """What stands between an opening and its closing; nothing where that is no formula."""
        closing = _CLOSINGS[opening]
        behind = self._closings.of(closing, self._at)
        if behind is None or behind > self._at + LONGEST_FORMULA:
            return ""
        content = self._text[self._at : behind - len(closing)]
        return "" if "`" in content or opening in content else content

    def _lines(self, content: str) -> list[str]:
        """The lines of a formula, without what stands before them in a quotation."""
        quoted = (self._inside or "").count(">")
        marks = re.compile(rf"\n[ \t]*(?:>[ \t]*){{0,{quoted}}}")
        return [line.strip() for line in marks.sub("\n", content).split("\n")]

    def _in_line(self, formula: str, behind: int) -> str:
        self._at = behind
        self._sure = False
        follows = self._text[behind : behind + 1]
        return _without_image(formula) + _NOTHING * (follows.isalnum() or follows in ("$", "\\"))

    def _on_lines(self, content: str, inside: str) -> str:
        """A formula that begins behind other text, on lines of its own."""
        self._at += len(content) + 2
        self._sure = False
        formula = f"\n{inside}" + displayed(self._lines(content), inside)
        self._at = _behind(_BLANK, self._text, self._at)
        if self._text.startswith("\n", self._at):
            self._at += 1
            return f"{formula}\n{self._begin_line()}"
        return f"{formula}\n{inside}{guard(self._text[self._at : self._at + 1])}"

    def _is_formula(self, found: re.Match[str]) -> bool:
        """Whether what stands between two dollars is a formula, and neither money nor variables."""
        content = found[1]
        before = self._text[max(0, found.start() - 1) : found.start()]
        after = self._text[found.end() : found.end() + 1]
        if before.isalnum() or _AMOUNT.search(content):
            return False
        if content[0] in "{(" and after in ("{", "("):  # ${HOME}/${PATH}
            return False
        return not (after.isalpha() and _VARIABLE.match(content))

    # Pictures and links

    def _make_opening(self, opening: str) -> str:
        self._open += 1
        return opening

    def _make_closing(self, closing: str) -> str:
        if not self._open:
            return closing
        self._open -= 1
        if not self._text.startswith("(", self._at):
            return closing
        target = _target(self._text, self._at)
        if target is None:
            self._sure = False
            return closing
        passed = self._text[self._at : target[1]]
        self._at = target[1]
        self._doubt(passed)
        self._sure &= not self._open  # a link in a link is one of the two
        return closing + _ENDING.sub(_escaped, passed)

    def _make_image(self, _: str) -> str:
        """A link in an image's place, which names its host."""
        label = _LABEL.match(self._text, self._at)
        if label is None:
            self._at -= 1
            return r"\!"
        name = _Scanner(label[1].replace("\n", " "), None).made(opened=1).strip()
        reference = _REFERENCE.match(self._text, label.end())
        if reference is not None:
            self._at = reference.end()
            return self._named(name, reference[1] or label[1], reference.group())
        target = _target(self._text, label.end())
        if target is not None:
            source, self._at = target
            return _picture(name, source, in_link=self._is_in_link())
        if _REFERENCE.fullmatch(f"[{label[1]}]") and not label[1].startswith("^"):
            self._at = label.end()
            return self._named(name, label[1], "")
        self._at -= 1
        return r"\!"

    def _named(self, name: str, reference: str, behind: str) -> str:
        """A picture whose address stands elsewhere: `named` puts it in once it is known."""
        in_link = "in link" if self._is_in_link() else ""
        return _BEGIN + _THEN.join((name, reference, behind, in_link)) + _END

    def _is_in_link(self) -> bool:
        return bool(self._open) and _REST_OF_LINK.match(self._text, self._at) is not None

    def _make_address(self, address: str) -> str:
        begin = self._at - len(address)
        followed = self._text.startswith(("`", "<"), self._at)
        if self._open:  # text to Streamlit's parser, which finds addresses in it later
            self._at = begin + address.index("." if address[0] in "wW" else ":")
            self._sure &= not followed
            return self._text[begin : self._at]
        self._doubt(address)
        return address.replace("![", "!%5B") + _END_OF_ADDRESS * followed

    def _make_link(self, link: str) -> str:
        self._doubt(link)
        return link

    # Signs

    def _make_arrow(self, arrow: str) -> str:
        begin = self._at - len(arrow)
        around = self._text[max(0, begin - 1) : begin], self._text[self._at : self._at + 1]
        signs = _SIGN.findall(arrow)
        shown = arrow if all(map(str.isalnum, around)) else _NOTHING.join(signs)
        return shown.replace("~", r"\~") if signs[0] == "~" else shown

    def _make_escape(self, escape: str) -> str:
        return escape + _NOTHING * (escape == r"\:")

    def _make_entity(self, entity: str) -> str:
        return f"{_NOTHING}{entity}{_NOTHING}" if html.unescape(entity) in _SIGNS else entity

    def _make_name(self, colon: str) -> str:
        return f"\\{colon}{_NOTHING}"

    def _make_tag(self, sign: str) -> str:
        return f"\\{sign}"

    _make_colon = _make_tilde = _make_tag
    _make_mark = _make_tag  # else the link in the place of an image behind it would be one again


class _Closings:
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


def _without_image(formula: str) -> str:
    """A formula in which no image is, should it after all be read as prose."""
    return formula.replace("![", "! [")


def _target(text: str, at: int) -> tuple[str, int] | None:
    """The address in what follows a link's text, and the place behind it."""
    if not text.startswith("(", at):
        return None
    at = _behind(_WHITE, text, at + 1)
    address = parseLinkDestination(text, at, len(text))
    if address.ok:
        at = _behind(_WHITE, text, address.pos)
        if at > address.pos:
            title = parseLinkTitle(text, at, len(text))
            at = _behind(_WHITE, text, title.pos) if title.ok else at
    return (address.str, at + 1) if text.startswith(")", at) else None


def _behind(pattern: re.Pattern[str], text: str, at: int) -> int:
    found = pattern.match(text, at)
    return found.end() if found else at


def _escaped(found: re.Match[str]) -> str:
    return {"`": r"\`", "![": r"!\["}.get(found.group(), found.group())


def _picture(name: str, source: str, *, in_link: bool) -> str:
    """A link in a picture's place, which names its host."""
    is_data = source.lower().startswith("data:")
    where = re.split("[;,]", source, maxsplit=1)[0] if is_data else _host(source)
    shown = " ".join(filter(None, (_PICTURE, name, where and f"({literal(where[:50])})")))
    if is_data or not source or in_link:
        return shown
    address = _NO_ADDRESS.sub(lambda found: quote(found.group()), source)
    return f"[{shown}](<{address}>)"


def _host(address: str) -> str:
    try:
        return urlsplit(address).netloc.rpartition("@")[2] or address
    except ValueError:  # brackets that are no address
        return address
