"""Whether the end of a text that grows stands in code, as Markdown reads it. Pure."""

from __future__ import annotations

import re

LONGEST = 300  # characters of a line that are looked at; a fence is shorter

_MARK = re.compile(r"`+|\n|[^`\n]+")
_FENCE = re.compile(r"[ \t>*+\-\d.)]*?(`{3,}|~{3,})(.*)", re.DOTALL)


class Code:
    """Knows the fences, and the spans between backticks up to the end of their paragraph."""

    def __init__(self) -> None:
        self._fence = ""  # that is open
        self._span = 0  # backticks that opened a span; 0: none is open
        self._run = 0  # backticks at the very end of the text
        self._line = ""  # the beginning of the last line
        self._may_indent = False  # whether a line with four spaces is code: behind an empty one
        self.last = ""  # the last two characters

    def add(self, text: str) -> None:
        """Take the next piece in."""
        self.last = text[-2:] if len(text) > 1 else (self.last + text)[-2:]
        if "`" not in text and "\n" not in text:
            self._end_run()
            if len(self._line) < LONGEST:
                self._line += text
            return
        for mark in _MARK.findall(text):
            if mark[0] == "`":
                self._run += len(mark)
            else:
                self._end_run()
            if mark == "\n":
                self._end_line()
            elif len(self._line) < LONGEST:
                self._line += mark[:LONGEST]

    @property
    def is_fenced(self) -> bool:
        """Whether the text ends in a block between fences."""
        return bool(self._fence)

    @property
    def is_at_line_start(self) -> bool:
        """Whether the text ends at the beginning of a line."""
        return not self._line.strip()

    def is_inside(self) -> bool:
        """Whether what comes next is code."""
        self._end_run()
        return bool(self._fence or self._span or self._is_indented())

    def _is_indented(self) -> bool:
        return self._may_indent and self._line.startswith(("    ", "\t"))

    def _end_run(self) -> None:
        if self._run and not self._fence:
            if not self._span:
                self._span = self._run
            elif self._span == self._run:
                self._span = 0
        self._run = 0

    def _end_line(self) -> None:
        found = _FENCE.match(self._line)
        if self._fence:
            if found and found[1].startswith(self._fence) and not found[2].strip():
                self._fence = ""
        elif found and not (found[1][0] == "`" and "`" in found[2]):
            self._fence, self._span = found[1], 0
        is_blank = not self._line.strip()
        if is_blank:
            self._span = 0
        self._may_indent = is_blank or self._is_indented()
        self._line = ""
