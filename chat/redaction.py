"""Secrets taken out of a text that a service wrote, in whatever form it repeats them. Pure.

    redacted("Bad key: sk-0123456789.", ["sk-0123456789"])      # "Bad key: [key]."

A secret is found as a whole and by each part of `PART` characters, in upper or lower case, written
out or as base64 or hexadecimal digits; and all that also where it is percent-encoded, escaped,
written with HTML entities, or broken by spaces and by letters that nobody sees. Where a service
masks the middle, at most `ENDS` characters remain at each end. A text without them stays as it is.
"""

from __future__ import annotations

import html
import re
from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from unicodedata import category
from urllib.parse import parse_qsl, unquote, urlsplit

KEY = "[key]"  # what stands in the place of a secret
PART = 8  # characters of a secret that are as bad as the whole
ENDS = 4  # characters at each end that a service may show, so that people know which key it is
PART_BASE64 = 10  # characters of base64 that so many characters fill for certain
LONGEST = 10_000  # characters of a secret that are looked for
NESTED = 3  # encodings around each other

_SECRET_NAME = re.compile(r"key|token|secret|sig|pass|code", re.IGNORECASE)
_SHORT = 4  # a secret with fewer letters is looked for as a word of its own: it is a placeholder
_ESCAPE = re.compile(
    r"%(?P<percent>[0-9a-f]{2})"
    r"|\\(?:x(?P<byte>[0-9a-f]{2})|u(?P<unit>[0-9a-f]{4})|u\{(?P<point>[0-9a-f]{1,5})\}"
    r"|(?P<blank>[nrtbfv])|(?P<plain>[^0-9a-z]))"
    r"|(?P<entity>&(?:\#\d{1,7}|\#x[0-9a-f]{1,6}|[a-z][0-9a-z]{1,30});?)",
    re.IGNORECASE | re.DOTALL,
)
# Folded: a hyphen is a plus sign, an underscore a slash.
_MASK = re.compile(
    r"[\[({<]?"
    r"(?:[*•●·∙▪■█#…]+|\.{2,}|x{3,}|\+{3,}|/{3,}|redacted|hidden|masked|omitted|snip)"
    r"[\])}>]?"
)
_UNSEEN = frozenset("\u115f\u1160\u2800\u3164\uffa0")  # letters by their category, but blank
# Upper case as lower case, and base64 for addresses as base64.
_FOLD = {**{code: code + 32 for code in range(ord("A"), ord("Z") + 1)}, **str.maketrans("-_", "+/")}


def secrets_in(address: str) -> Iterator[str]:
    """What nobody may read of a service's address, which it may send back."""
    parts = urlsplit(address)
    yield from filter(None, (parts.password or parts.username, unquote(parts.password or "")))
    for name, value in parse_qsl(parts.query):
        if _SECRET_NAME.search(name):
            yield value


def redacted(text: str, secrets: Iterable[str]) -> str:
    """The text with `KEY` in the place of each secret, and of every part that gives one away."""
    for secret in secrets:
        if secret:
            text = _without(text, _Secret.of(secret[:LONGEST]))
    return text


@dataclass(frozen=True)
class _View:
    """A text read in some way: its letters, folded, and where each stands in the original."""

    letters: str
    spans: tuple[tuple[int, int], ...]

    @classmethod
    def of(cls, text: str) -> _View:
        return cls(text.translate(_FOLD), tuple((at, at + 1) for at in range(len(text))))

    def changed(self, pieces: Iterable[tuple[int, int, str]]) -> _View:
        """What it is with each piece, from here to there, as other letters."""
        letters: list[str] = []
        spans: list[tuple[int, int]] = []
        for start, end, piece in pieces:
            letters.append(piece)
            spans += [(self.spans[start][0], self.spans[end - 1][1])] * len(piece)
        return _View("".join(letters).translate(_FOLD), tuple(spans))

    def seen(self) -> _View:
        """Without spaces, and without what nobody sees."""
        return self.changed(
            (at, at + 1, letter) for at, letter in enumerate(self.letters) if not _is_blank(letter)
        )

    def decoded(self) -> _View:
        """With each escape as what it stands for."""
        return self.changed(self._decoded())

    def _decoded(self) -> Iterator[tuple[int, int, str]]:
        done = 0
        for escape in _ESCAPE.finditer(self.letters):
            yield from ((at, at + 1, self.letters[at]) for at in range(done, escape.start()))
            yield escape.start(), escape.end(), _meaning(escape)
            done = escape.end()
        yield from ((at, at + 1, self.letters[at]) for at in range(done, len(self.letters)))


def _without(text: str, secret: _Secret) -> str:
    marked = bytearray(len(text))  # 1 for each character to take out
    for view in _views(text):
        for start, end in secret.found(view.letters):
            first, last = view.spans[start][0], view.spans[end - 1][1]
            marked[first:last] = b"1" * (last - first)
    kept = []
    done = 0
    for run in re.finditer(b"1+", marked):
        kept.append(text[done : run.start()])
        done = run.end()
    return KEY.join([*kept, text[done:]])


def _views(text: str) -> Iterator[_View]:
    """The text as it stands and as it may be meant."""
    view = _View.of(text)
    for _ in range(NESTED + 1):
        yield view
        seen = view.seen()
        if seen.letters != view.letters:
            yield seen
        decoded = view.decoded()
        if decoded.letters == view.letters:
            return
        view = decoded


@dataclass(frozen=True)
class _Secret:
    """A secret, folded, and the parts of all that it may be written as, by their length."""

    letters: str
    parts: Mapping[int, frozenset[str]]

    @classmethod
    def of(cls, secret: str) -> _Secret:
        parts: dict[int, set[str]] = {}
        for form, least in _forms(secret):
            several = (form[at : at + least] for at in range(len(form) - least + 1))
            parts.setdefault(least, set()).update(several)
        return cls(
            secret.translate(_FOLD), {least: frozenset(of_it) for least, of_it in parts.items()}
        )

    def found(self, letters: str) -> Iterator[tuple[int, int]]:
        """Where these letters give it away."""
        for least, parts in self.parts.items():
            for at in range(len(letters) - least + 1):
                if letters[at : at + least] in parts:
                    yield at, at + least
        if len(self.letters) < PART:
            around = r"(?<!\w){}(?!\w)" if len(self.letters) < _SHORT else "{}"
            for match in re.finditer(around.format(re.escape(self.letters)), letters):
                yield match.span()
        for mask in _MASK.finditer(letters):
            left = next(
                n for n in range(PART, -1, -1) if letters.endswith(self._first(n), 0, mask.start())
            )
            right = next(
                n for n in range(PART, -1, -1) if letters.startswith(self._last(n), mask.end())
            )
            if max(left, right) > ENDS:
                yield mask.start() - left, mask.end() + right

    def _first(self, number: int) -> str:
        return self.letters[:number] if number <= len(self.letters) else "\0"

    def _last(self, number: int) -> str:
        return self.letters[len(self.letters) - number :] if number <= len(self.letters) else "\0"


def _forms(secret: str) -> Iterator[tuple[str, int]]:
    """The ways in which a secret may be written, and how many letters of each give it away."""
    yield secret.translate(_FOLD), PART
    seen = "".join(letter for letter in secret if not _is_blank(letter))
    yield seen.translate(_FOLD), PART
    raw = secret.encode("utf-8", "surrogatepass")
    yield raw.hex(), 2 * PART
    for before in range(3):  # bytes in front of it in its first group of three
        # Of the characters at its ends some bits belong to what stands beside it.
        first = (8 * before + 5) // 6
        last = 8 * (before + len(raw)) // 6
        yield b64encode(bytes(before) + raw).decode()[first:last].translate(_FOLD), PART_BASE64


def _meaning(escape: re.Match[str]) -> str:
    """What an escape stands for."""
    said = escape.groupdict()
    for code in (said["percent"], said["byte"], said["unit"], said["point"]):
        if code is not None:
            return chr(int(code, 16))
    if said["blank"] is not None:
        return " "
    return said["plain"] or html.unescape(escape.group())


def _is_blank(letter: str) -> bool:
    """Whether a letter takes no ink: a space, a control character, a mark upon another letter."""
    return category(letter)[0] in "ZCM" or letter in _UNSEEN
