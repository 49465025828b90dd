"""What goes over the text of one block, and knows its lines, code and formulas. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable

from chat.markup import formulas, syntax
from chat.markup.emphasis import Runs
from chat.markup.katex import can_draw
from chat.markup.plain import NOTHING, guard, without_images


class Scanner:
    """Goes over the text of one block; `at` is the place behind all that has been made."""

    def __init__(self, text: str, inside: str | None, *, keeps_lines: bool = True) -> None:
        self._text = text
        self._inside = inside
        self._keeps_lines = keeps_lines
        self._at = 0
        self._open = 0  # brackets; in one, Streamlit's parser knows no bare address
        self._is_code_certain = True  # that Streamlit's parser sees the code behind here
        self._closings = syntax.Closings(text)
        self._runs = Runs(text)

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
        content, behind = self._content(opening)
        if opening == r"\[":
            if not formulas.is_displayed(content, alone=False):
                return opening
            if "\n" in content and self._inside is not None:
                return self._on_lines(content, behind, self._inside)
        formula = " ".join(filter(None, self._lines(content)))
        if not formula or formulas.DOLLAR.search(formula):
            return opening if opening == r"\[" else f"\\{opening}"
        style = r"\displaystyle " if opening == r"\[" else ""
        return self._in_line(style + formula, behind, "$$" if "$" in formula else "$")

    def _make_dollar(self, opening: str) -> str:
        if opening == "$$":
            content, behind = self._content(opening)
            if content.strip(" $") and not formulas.WORDS.search(content):
                if "\n" not in content:
                    return self._in_line(content, behind, "$$")
                if self._inside is not None:
                    return self._on_lines(content, behind, self._inside)
        elif opening == "$":
            found = formulas.DOLLARS.match(self._text, self._at - 1)
            if found is not None and formulas.is_formula(self._text, found):
                return self._in_line(found[1], found.end(), "$")
        return opening.replace("$", r"\$")

    def _make_environment(self, opening: str) -> str:
        content, behind = self._content(opening)
        if not content:
            return opening
        content = opening + content + formulas.closing_of(opening)
        if "\n" in content and self._inside is not None:
            return self._on_lines(content, behind, self._inside)
        return self._in_line(" ".join(self._lines(content)), behind, "$")

    def _content(self, opening: str) -> tuple[str, int]:
        """What a formula has in it, and the place behind it; nothing where it is none."""
        end = formulas.end_of(self._text, opening, self._at)
        content = self._text[self._at : max(0, end)]
        is_formula = "`" not in content and (opening not in content or opening[1] == "b")
        return content if is_formula else "", end + len(formulas.closing_of(opening))

    def _lines(self, content: str) -> list[str]:
        """The lines of a formula, without what stands before them in a quotation."""
        quoted = (self._inside or "").count(">")
        marks = re.compile(rf"\n[ \t]*(?:>[ \t]*){{0,{quoted}}}")
        return [line.strip() for line in marks.sub("\n", content).split("\n")]

    def _in_line(self, content: str, behind: int, fence: str) -> str:
        formula = formulas.mended(content)
        if not can_draw(formula, displayed=False):
            if self._inside is not None and can_draw(formula, displayed=True):
                return self._on_lines(content, behind, self._inside)
            fence, formula = self._closings.fence(), formulas.without_image(content.strip())
        self._at = behind
        self._is_code_certain = False
        after = self._text[behind : behind + 1]
        is_joined = after.isalnum() or after in ("$", "\\", "`")
        return fence + formula + fence + NOTHING * is_joined

    def _on_lines(self, content: str, behind: int, inside: str) -> str:
        """A formula that begins behind other text, on lines of its own."""
        self._at = behind
        self._is_code_certain = False
        formula = f"\n{inside}" + formulas.displayed(self._lines(content), inside)
        self._at = syntax.end_of(syntax.BLANK, self._text, self._at)
        if self._text.startswith("\n", self._at):
            self._at += 1
            return f"{formula}\n{self._begin_line()}"
        return f"{formula}\n{inside}{guard(self._text[self._at : self._at + 1])}"
