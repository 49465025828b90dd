"""Which formulas KaTeX can draw, by the names that Streamlit's knows (katex.toml). Pure.

One that it cannot draw it shows in red, or in part; so those are shown as what was written.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

_NAMES = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
_ENVIRONMENTS = frozenset(_NAMES["environments"].split())
_DISPLAYED = frozenset(_NAMES["displayed"].split())  # environments that need lines of their own
_DELIMITERS = frozenset(_NAMES["delimiters"].split())
_BRACED = frozenset(_NAMES["braced"].split())  # that are no argument by themselves
_INFIX = frozenset(_NAMES["infix"].split())
_OPERATORS = frozenset(_NAMES["operators"].split())
COMMANDS = {
    mode: {name: kinds for kinds, names in _NAMES[table].items() for name in names.split()}
    for mode, table in (("m", "mathematics"), ("t", "text"), ("r", "mathematics"))
}
_TOKEN = re.compile(r"\\(?:[A-Za-z]+|.)|\s+|.", re.DOTALL)
_SIZE = re.compile(r"\[\s*[-+]?[\d.]+\s*[a-z]{2}\s*\]")
_DEEPEST = 40  # groups in groups
_ENDS = frozenset({"", "}", "&", "\\right", "\\end"})
_LINES = frozenset({"\\hline", "\\hdashline"})  # between the rows of a matrix
_LIMITS = frozenset({"\\limits", "\\nolimits"})


@lru_cache(maxsize=1_000)  # an answer that grows asks again and again
def can_draw(formula: str, *, displayed: bool) -> bool:
    """Whether KaTeX draws a formula, all of it; `displayed`: on lines of its own."""
    reader = _Reader(formula, is_displayed=displayed)
    try:
        reader.read("m", "")
    except _UndrawnError:
        return False
    return True


class _UndrawnError(ValueError):
    pass


class _Reader:
    """Reads a formula once, from left to right."""

    def __init__(self, formula: str, *, is_displayed: bool) -> None:
        self._tokens: Iterator[str] = (found.group() for found in _TOKEN.finditer(formula))
        self._is_displayed = is_displayed
        self._depth = 0
        self._next = ""
        self._step()

    def _step(self) -> str:
        token, self._next = self._next, next(self._tokens, "")
        return token

    def _skip(self) -> str:
        """What comes next but for white space."""
        while self._next.isspace():
            self._step()
        return self._next

    def read(self, mode: str, closing: str) -> None:
        """Read up to what closes a group, a fence or an environment, and that."""
        self._depth += 1
        _require(self._depth < _DEEPEST)
        before, scripts, has_infix = "", "", False  # the last token, and what it has
        while (token := self._skip()) != closing:
            _require(token not in _ENDS or (token == "&" and closing == "\\end"))
            if token in ("^", "_", "'") and mode == "m":
                _require(token not in scripts.replace("'", "") and (token, scripts) != ("'", "^"))
                scripts += self._step()
                if token != "'":
                    self._read_argument(mode)
                continue
            if token in _LIMITS:
                _require(before in _OPERATORS)
                self._step()
            elif (token in _LINES or token == "&") and closing == "\\end":
                self._step()
            elif token == "\\middle":
                _require(closing == "\\right")
                self._step()
                self._read_delimiter()
            else:
                _require(not (has_infix and token in _INFIX))
                before, scripts, has_infix = token, "", has_infix or token in _INFIX
                self._read_atom(mode)
        self._step()
        self._depth -= 1

    def _read_atom(self, mode: str) -> None:
        token = self._step()
        if token == "{":
            self.read(mode, "}")
        elif token == "$" and mode == "t":
            self.read("m", "$")
        elif token == "\\left":
            self._read_delimiter()
            self.read(mode, "\\right")
            self._read_delimiter()
        elif token == "\\begin":
            self._read_environment(mode)
        elif token.startswith("\\"):
            self._read_command(token, mode)
        else:
            _require(token not in "#$%^_" or (token == "#" and mode == "t"))

    def _read_command(self, token: str, mode: str) -> None:
        kinds = COMMANDS[mode].get(token.strip() or "\\ ")
        _require(kinds is not None or token[1:].isspace())
        _require(self._is_displayed or token != "\\tag")
        if kinds and self._next == "*":
            self._step()
        if token == "\\\\" and self._next == "[":
            _require(_SIZE.match(self._read_option()) is not None)
        elif kinds and self._skip() == "[":
            option = self._read_option()
            _require(option.count("{") == option.count("}"))
        if token.lower().startswith("\\big") and kinds == "r":
            self._read_delimiter()
            return
        for kind in kinds or "":
            self._read_argument(kind)

    def _read_option(self) -> str:
        option = self._step()
        while self._next not in ("]", ""):
            option += self._step()
        return option + self._step()

    def _read_environment(self, mode: str) -> None:
        name = self._read_name()
        _require(mode == "m" and name in _ENVIRONMENTS)
        _require(self._is_displayed or name not in _DISPLAYED)
        self.read(mode, "\\end")
        _require(self._read_name() == name)

    def _read_name(self) -> str:
        _require(self._skip() == "{")
        self._step()
        name = ""
        while self._next not in ("}", ""):
            name += self._step()
        _require(self._step() == "}")
        return name

    def _read_delimiter(self) -> None:
        self._skip()
        _require(self._step() in _DELIMITERS)

    def _read_argument(self, kind: str) -> None:
        token = self._skip()
        _require(token not in _ENDS and token not in ("^", "_", "\\\\"))
        _require(token not in _BRACED)
        if kind == "r":
            if self._step() == "{":
                self.read("r", "}")
        else:
            self._read_atom(kind)


def _require(condition: bool) -> None:  # noqa: FBT001
    if not condition:
        raise _UndrawnError
