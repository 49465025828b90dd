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

from chat.markup import addresses, syntax, tags
from chat.markup.pictures import picture, unnamed
from chat.markup.plain import JOINER, NOTHING, guard
from chat.markup.scanner import Scanner

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


class _Scanner(Scanner):
    """Knows pictures, links, signs and tags, too."""

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
            return picture(name, source, in_link=self._is_in_link(self._at))
        if syntax.REFERENCE.fullmatch(f"[{label[1]}]") and not label[1].startswith("^"):
            self._at = label.end()
            return self._named(name, label[1], "")
        self._at -= 1
        return r"\!"

    def _named(self, name: str, reference: str, behind: str) -> str:
        """A picture whose address stands elsewhere: `named` puts it in once it is known."""
        return unnamed(name, reference, behind, in_link=self._is_in_link(self._at))

    def _is_in_link(self, at: int) -> bool:
        return bool(self._open) and syntax.REST_OF_LINK.match(self._text, at) is not None

    def _make_address(self, address: str) -> str:
        begin = self._at - len(address)
        end = addresses.end_in(address)
        followed = self._text.startswith(("`", "<"), self._at)
        if self._open and (end == len(address) or self._is_in_link(begin)):
            # Text to Streamlit's parser, which finds addresses in it later.
            self._at = begin + address.index("." if address[0] in "wW" else ":")
            self._is_code_certain &= not followed
            return self._text[begin : self._at]
        self._note_passed(address)
        if end < len(address):
            link, length = addresses.linked(address[:end])
            self._at = begin + length
            # A run of * behind it is to see a letter before it, as in the text.
            link += JOINER * self._text.startswith(("*", "~"), self._at)
            return link.replace("![", "!%5B")
        return address.replace("![", "!%5B") + _END_OF_ADDRESS * followed

    def _make_link(self, link: str) -> str:
        self._note_passed(link)
        return link

    # Signs

    def _make_run(self, run: str) -> str:
        return self._runs.shown(self._at - len(run), self._at)

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

    def _make_sign(self, sign: str) -> str:
        return f"\\{sign}"

    _make_colon = _make_tilde = _make_sign
    _make_mark = _make_sign  # else the link in the place of an image behind it would be one again

    # Tags

    def _make_tag(self, _: str) -> str:
        begin = self._at - 1
        line = tags.LINE.match(self._text, begin)
        if line is not None:
            self._at = line.end()
            return self._break()
        made = tags.shown(self._text, begin, _made)
        if made is None and self._inside is None:
            made = tags.listed(self._text, begin, _made)
        if made is None:
            return "&lt;"  # an escape would look like the beginning of a tag while it grows
        self._is_code_certain = False
        shown, self._at = made
        return shown

    def _break(self) -> str:
        if self._inside is None:
            return tags.NEW_LINE
        after = self._text[self._at : self._at + 1]
        return "" if after in ("", "\n") else f"  \n{self._inside}{guard(after)}"


def _made(text: str) -> str:
    """A text that is a part of another one."""
    return _Scanner(text, None).made()


def _escaped(found: re.Match[str]) -> str:
    return {"`": r"\`", "![": r"!\["}.get(found.group(), found.group())
