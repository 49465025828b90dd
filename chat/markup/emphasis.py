"""Where emphasis begins and ends, beside Chinese, Japanese and Korean too. Pure.

CommonMark takes a run of `*` or `~` beside a sign for the edge of a word only where a space or
another sign is on its other side, and so draws no `**《三体》**` between letters. The rules here
are of the CJK-friendly amendment (github.com/tats-u/markdown-cjk-friendly, specification.md;
commonmark-spec#650): a sign of these scripts is as good as a letter, and one of their letters as
good as a space. Streamlit's parser does not know them: for it, something that is not seen and that
it takes for a sign stands outside of such a run, which then begins or ends by its own rules.
"""

from __future__ import annotations

import re
import unicodedata

from chat.markup.plain import NOTHING

# Wide signs that are pictures unless they are asked to be text (UTS #51, Emoji_Presentation).
_EMOJI = re.compile(
    "[\u231a-\u2328\u232b-\u2b55\U0001f000-\U0001f1ff\U0001f201\U0001f21a\U0001f22f"
    "\U0001f232-\U0001f236\U0001f238-\U0001f23a\U0001f250\U0001f251\U0001f300-\U0001faff]"
)
_NARROW_HANGUL = re.compile("[\u1160-\u11ff\ud7b0-\ud7fb]")
_VARIANT = re.compile("[\ufe00-\ufe0e]")  # how the character before it looks, but not as an emoji
_IDEOGRAPHIC_VARIANT = re.compile("[\U000e0100-\U000e01ef]")
_WIDE_QUOTE = re.compile("[‘’“”]\ufe01")

# Letters of scripts that part words by spaces, and join nothing to them but in formulas.
_LETTER = "0-9A-Za-zÀ-ɏͰ-ӿ"
IN_WORD = rf"(?<=[{_LETTER}])\*+(?=[{_LETTER}]) | (?<=\))\*+(?=\()"
# A power is of a number or of one letter, or one is its exponent: `see**this**` is none.
_POWER = re.compile(
    rf"(?:.?(?:\d|(?<![{_LETTER}])[{_LETTER}])\*+|.{{0,2}}\*+(?:\d|[{_LETTER}](?![{_LETTER}])))",
    re.DOTALL,
)
_RUN = re.compile(r"\*+")
_IS_IN_WORD = re.compile(IN_WORD, re.VERBOSE)


def is_cjk(character: str) -> bool:
    """Whether a character is Chinese, Japanese or Korean, by the amendment."""
    if character < "\u1100":
        return False
    is_wide = unicodedata.east_asian_width(character) in "WFH" and not _EMOJI.match(character)
    return is_wide or _NARROW_HANGUL.match(character) is not None


def is_sign(character: str) -> bool:
    """Whether a character is punctuation or a symbol, in the sense of CommonMark."""
    return character != "" and unicodedata.category(character)[0] in "PS"


class Runs:
    """The runs of `*`, `_` and `~` in the text of one block."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0  # behind the runs that are known
        self._open: set[int] = set()  # the lengths of runs that have begun something before it

    def shown(self, begin: int, end: int) -> str:
        """A run so that Streamlit's parser sees what it begins or ends, and nothing else."""
        run = self._text[begin:end]
        around = self._text[begin - 1 : begin], self._text[end : end + 1]
        if not (around[0].strip() or around[1].strip()) or self._is_typed(begin, end):
            return "".join(f"\\{sign}" for sign in run)
        begins, ends = self._begins(begin, end), self._ends(begin, end)
        if run[0] == "_":
            is_begun = begins and _VARIANT.match(around[0]) and is_sign(self._text[begin - 2])
            return NOTHING * bool(is_begun) + run
        is_begun = begins and not _is_edge(around[0], around[1])
        is_ended = ends and not _is_edge(around[1], around[0])
        return NOTHING * is_begun + run + NOTHING * is_ended

    def _begins(self, begin: int, end: int) -> bool:
        after = self._text[end : end + 1]
        if not after.strip():
            return False
        if not is_sign(after) or is_cjk(after):
            return True
        before, character = self._before(begin)
        if not character.strip() or _IDEOGRAPHIC_VARIANT.match(character):
            return True
        return is_sign(character) or is_cjk(character) or _WIDE_QUOTE.match(before) is not None

    def _ends(self, begin: int, end: int) -> bool:
        before, character = self._before(begin)
        if not character.strip():
            return False
        if not is_sign(character) or is_cjk(character) or _WIDE_QUOTE.match(before):
            return True
        after = self._text[end : end + 1]
        return not after.strip() or is_sign(after) or is_cjk(after)

    def _before(self, begin: int) -> tuple[str, str]:
        """What stands before a place, with how it is to look; and the character alone."""
        before = self._text[max(0, begin - 1) : begin]
        if _VARIANT.match(before):
            before = self._text[max(0, begin - 2) : begin]
        return before, before[:1]

    def _is_typed(self, begin: int, end: int) -> bool:
        """Whether a run in a word ends nothing: a sign of a formula, as in `a*b*c` and `x**2`."""
        if not _IS_IN_WORD.match(self._text, begin):
            return False
        if end - begin > 1 and not _POWER.match(self._text, max(0, begin - 2)):
            return False
        for run in _RUN.finditer(self._text, self._at, begin):
            before = self._text[max(0, run.start() - 1) : run.start()]
            if self._begins(*run.span()) and not before.isalnum() and before != ")":
                self._open.add(len(run.group()))
            else:
                self._open.discard(len(run.group()))
        self._at = begin
        return end - begin not in self._open


def _is_edge(outside: str, inside: str) -> bool:
    """Whether Streamlit's parser sees the edge of a word between two characters.

    It reads halves of characters (UTF-16), and takes those that are two for letters.
    """
    inside, outside = (
        character if character < "\U00010000" else "a" for character in (inside, outside)
    )
    return not is_sign(inside) or not outside.strip() or is_sign(outside)
