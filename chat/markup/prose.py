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
from collections.abc import Callable

from chat.markup import formulas, syntax
from chat.markup.pictures import picture, unnamed
from chat.markup.plain import JOINER, NOTHING, guard, without_images

_END_OF_ADDRESS = "\ufeff"  # not seen either, and white space to Streamlit's parser
_CELLS = re.compile(r"(?:\\[\\|]|[^|])+|\|")
_ENDING = re.compile(r"\\.|`|!\[", re.DOTALL)  # of a link's address, were it none
_SIGNS = "<>~=-:"
_SIGN = re.compile(r"\\?.")


def prose(text: str, *, inside: str | None = "", keeps_lines: bool = True) -> str:
    """The text of one block with whatever is not what it seems set right.

    `inside` stands before a further line in the same list or quotation; None where none can be.
    """
    made = _Scanner(text, inside, keeps_lines=keeps_lines).made()
    return syntax.FOOTNOTE.sub(rf"\1[{JOINER}^", made) if "[^" in made else made


def row(line: str) -> str:
    """A row of a table: a cell ends where it ends, also inside what would be code elsewhere."""
    pieces = _CELLS.findall(line)
    return "".join(piece if piece == "|" else prose(piece, inside=None) for piece in pieces)


class _Scanner:
    """Goes over the text of one block; `at` is the place behind all that has been made."""

    def __init__(self, text: str, inside: str | None, *, keeps_lines: bool = True) -> None:
        self._text = text
        self._inside = inside
        self._keeps_lines = keeps_lines
        self._at = 0
        self._open = 0  # brackets; in one, Streamlit's parser knows no bare address
        self._is_code_certain = True  # that Streamlit's parser sees the code behind here
        self._closings = syntax.Closings(text)

    def made(self, opened: int = 0) -> str:
        """All of it, set right; `opened` brackets stand before it."""
        self._open = opened
        text = self._text
        made = [self._begin_line()]
        while (stop := syntax.STOP.search(text, self._at)) is not None:
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
        like = syntax.LIKE_DEFINITION.match(self._text, self._at)
        if like is None:
            return ""
        definition = syntax.DEFINITION.match(self._text, self._at)
        if definition is None:
            self._at = like.end(1) + 1
            return like[1] + r"\["
        self._at = definition.end()
        self._is_code_certain = False
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
            self._is_code_certain = False  # a table, perhaps, whose cells would end inside it
        return code if self._is_code_certain else without_images(code)

    def _note_passed(self, passed: str) -> None:
        """What passed could, in another reading, begin a formula or a link with code in it."""
        self._is_code_certain &= "$" not in passed and "[" not in passed

    def _make_comment(self, opening: str) -> str:
        behind = self._closings.of("-->", self._at)
        if behind is None:
            return f"\\{opening}"
        comment = self._text[self._at - len(opening) : behind]
        self._at = behind
        self._is_code_certain = False
        return without_images(comment)

    # Formulas

    def _make_math(self, opening: str) -> str:
        content = self._content(opening)
        if opening == r"\[":
            if not formulas.is_displayed(content, alone=False):
                return opening
            if "\n" in content and self._inside is not None:
                return self._on_lines(content, self._inside)
        formula = " ".join(filter(None, self._lines(content)))
        if not formula or formulas.DOLLAR.search(formula):
            return opening if opening == r"\[" else f"\\{opening}"
        style = r"\displaystyle " if opening == r"\[" else ""
        fence = "$$" if "$" in formula else "$"
        return self._in_line(f"{fence}{style}{formula}{fence}", self._at + len(content) + 2)

    def _make_dollar(self, opening: str) -> str:
        if opening == "$$":
            content = self._content(opening)
            if content.strip(" $") and not formulas.WORDS.search(content):
                if "\n" not in content:
                    return self._in_line(f"$${content}$$", self._at + len(content) + 2)
                if self._inside is not None:
                    return self._on_lines(content, self._inside)
        elif opening == "$":
            found = formulas.DOLLARS.match(self._text, self._at - 1)
            if found is not None and formulas.is_formula(self._text, found):
                return self._in_line(found.group(), found.end())
        return opening.replace("$", r"\$")

    def _content(self, opening: str) -> str:
        """What stands between an opening and its closing; nothing where that is no formula."""
        closing = formulas.CLOSINGS[opening]
        behind = self._closings.of(closing, self._at)
        if behind is None or behind > self._at + formulas.LONGEST_FORMULA:
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
        self._is_code_certain = False
        after = self._text[behind : behind + 1]
        is_joined = after.isalnum() or after in ("$", "\\")
        return formulas.without_image(formula) + NOTHING * is_joined

    def _on_lines(self, content: str, inside: str) -> str:
        """A formula that begins behind other text, on lines of its own."""
        self._at += len(content) + 2
        self._is_code_certain = False
        formula = f"\n{inside}" + formulas.displayed(self._lines(content), inside)
        self._at = syntax.end_of(syntax.BLANK, self._text, self._at)
        if self._text.startswith("\n", self._at):
            self._at += 1
            return f"{formula}\n{self._begin_line()}"
        return f"{formula}\n{inside}{guard(self._text[self._at : self._at + 1])}"

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
        target = syntax.link_target(self._text, self._at)
        if target is None:
            self._is_code_certain = False
            return closing
        passed = self._text[self._at : target[1]]
        self._at = target[1]
        self._note_passed(passed)
        self._is_code_certain &= not self._open  # a link in a link is one of the two
        return closing + _ENDING.sub(_escaped, passed)

    def _make_image(self, _: str) -> str:
        """A link in an image's place, which names its host."""
        label = syntax.LABEL.match(self._text, self._at)
        if label is None:
            self._at -= 1
            return r"\!"
        name = _Scanner(label[1].replace("\n", " "), None).made(opened=1).strip()
        reference = syntax.REFERENCE.match(self._text, label.end())
        if reference is not None:
            self._at = reference.end()
            return self._named(name, reference[1] or label[1], reference.group())
        target = syntax.link_target(self._text, label.end())
        if target is not None:
            source, self._at = target
            return picture(name, source, in_link=self._is_in_link())
        if syntax.REFERENCE.fullmatch(f"[{label[1]}]") and not label[1].startswith("^"):
            self._at = label.end()
            return self._named(name, label[1], "")
        self._at -= 1
        return r"\!"

    def _named(self, name: str, reference: str, behind: str) -> str:
        """A picture whose address stands elsewhere: `named` puts it in once it is known."""
        return unnamed(name, reference, behind, in_link=self._is_in_link())

    def _is_in_link(self) -> bool:
        return bool(self._open) and syntax.REST_OF_LINK.match(self._text, self._at) is not None

    def _make_address(self, address: str) -> str:
        begin = self._at - len(address)
        followed = self._text.startswith(("`", "<"), self._at)
        if self._open:  # text to Streamlit's parser, which finds addresses in it later
            self._at = begin + address.index("." if address[0] in "wW" else ":")
            self._is_code_certain &= not followed
            return self._text[begin : self._at]
        self._note_passed(address)
        return address.replace("![", "!%5B") + _END_OF_ADDRESS * followed

    def _make_link(self, link: str) -> str:
        self._note_passed(link)
        return link

    # Signs

    def _make_arrow(self, arrow: str) -> str:
        begin = self._at - len(arrow)
        around = self._text[max(0, begin - 1) : begin], self._text[self._at : self._at + 1]
        signs = _SIGN.findall(arrow)
        shown = arrow if all(map(str.isalnum, around)) else NOTHING.join(signs)
        return shown.replace("~", r"\~") if signs[0] == "~" else shown

    def _make_escape(self, escape: str) -> str:
        return escape + NOTHING * (escape == r"\:")

    def _make_entity(self, entity: str) -> str:
        return f"{NOTHING}{entity}{NOTHING}" if html.unescape(entity) in _SIGNS else entity

    def _make_name(self, colon: str) -> str:
        return f"\\{colon}{NOTHING}"

    def _make_tag(self, sign: str) -> str:
        return f"\\{sign}"

    _make_colon = _make_tilde = _make_tag
    _make_mark = _make_tag  # else the link in the place of an image behind it would be one again


def _escaped(found: re.Match[str]) -> str:
    return {"`": r"\`", "![": r"!\["}.get(found.group(), found.group())
