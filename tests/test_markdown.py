"""Model text as markdown that shows what was meant, and other text as it stands."""

from __future__ import annotations

from itertools import pairwise

import hypothesis.strategies as st
import pytest
from hypothesis import example, given, settings
from markdown_it import MarkdownIt

from chat.markdown import Growing, faithful, literal


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("CHAT_ROUNDS is 'many': use 0 to 20.", "CHAT_ROUNDS is 'many': use 0 to 20."),
        ("![x](http://host/p.png)", r"!\[x\](http\://host/p.png)"),
        ("**bold** _slanted_ `code`", r"\*\*bold\*\* \_slanted\_ \`code\`"),
        ("$x^2$ :red[x] :cat: :material/home:", r"\$x^2\$ \:red\[x\] \:cat: \:material/home:"),
        ("<b>&amp;~~no~~", r"\<b>\&amp;\~\~no\~\~"),
        ("back\\slash", r"back\\slash"),
    ],
)  # fmt: skip
def test_markup_is_shown_and_sentences_stay_as_they_are(line: str, expected: str) -> None:
    assert literal(line) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (r"\(x\) costs $5", r"$x$ costs \$5"),
        ("\\[\nx\n\\]", "$$\nx\n$$"),
        ("- \\[ x \\]\n- b", "- $$\n  x\n  $$\n- b"),
        ("> $$x$$ so", "> $$\n> x\n> $$\n> so"),
        ("a\nb  \nc\\\nd", "a  \nb  \nc\\\nd"),
        ("a -> b", "a -:small[]> b"),
        (":cat: a:b", r"\::small[]cat: a\:b"),
        ("![a](http://h/p.png)", "[:material/image: a (h)](<http://h/p.png>)"),
        ("[![a](http://h/p.png)](http://l)", "[:material/image: a (h)](http://l)"),
        ("![a][b]", r"\![a][b]"),
        ("<b>x</b> <!-- $5 --> <http://h>", r"\<b>x\</b> <!-- $5 --> <http://h>"),
    ],
)  # fmt: skip
def test_what_is_meant_is_written_in_streamlits_way(text: str, expected: str) -> None:
    assert faithful(text) == expected


# What hostile or clumsy text is made of: everything that begins, ends or interrupts something.
_PIECES = st.sampled_from(
    [
        *("a", "5", " ", "\n", "\n\n", "    ", "\t", "\r", "\x00", "\ud83d", "😀", "\u2028"),
        *("!", "[", "]", "(", ")", "![", "](", "](<", "http://h/p.png", "[x]: http://h\n", "[x]"),
        *("`", "``", "```\n", "~~~\n", "$", "$$", "\\(", "\\)", "\\[", "\\]", "\\", "<!--", "-->"),
        *("<b>", "<", ">", "> ", "- ", "1. ", "# ", "|", "--", "-", "_", "*", "**", "=", "^"),
        *("| a | b |\n|---|---|\n", "\n|", "&gt;", "&#33;", ":cat:", ":red[", "->", ":", "{", "}"),
    ]
)
_TEXTS = st.lists(_PIECES, max_size=40).map("".join)
_READERS = [
    MarkdownIt("commonmark", {"html": html}).enable(["table", "strikethrough"])
    for html in (True, False)
]


@given(_TEXTS)
@example("$![a](http://h)$")
@example("$$\n![a](http://h)\n$$")
@example("| `![a](http://h) | ` |\n|---|---|\n| `![a](http://h) | ` |")
@example("> " * 25 + "![a](http://h)")
@example("<!-- \n![a](http://h)")
@settings(max_examples=3_000, deadline=None)
def test_no_image_reaches_the_page(text: str) -> None:
    for reader in _READERS:
        for token in reader.parse(faithful(text)):
            assert not [child for child in token.children or () if child.type == "image"]


@given(_TEXTS, st.lists(st.integers(0, 80), max_size=8))
@settings(max_examples=3_000, deadline=None)
def test_a_text_that_grows_becomes_what_it_would_have_become_at_once(
    text: str, cuts: list[int]
) -> None:
    places = sorted({0, len(text), *(min(cut, len(text)) for cut in cuts)})
    growing = Growing()
    for begin, end in pairwise(places):
        assert growing.add(text[begin:end]) == faithful(text[:end])


_CODE = st.text(st.sampled_from("ab $:->=<![](){}\\`~|\n&;*_#"), max_size=40)
_PROSE = st.sampled_from(["", "Costs $5 -> \\(x\\)", "- a", "> b", "a\nb", "`x`", "<b>", ":cat:"])


@given(st.lists(st.tuples(_PROSE, _CODE, st.sampled_from(["````", "~~~~"])), max_size=4))
@settings(max_examples=1_000, deadline=None)
def test_code_stays_as_it_is(blocks: list[tuple[str, str, str]]) -> None:
    codes = [code.replace(fence, "") for _, code, fence in blocks]
    text = "\n\n".join(
        f"{prose}\n\n{fence}\n{code}\n{fence}"
        for (prose, _, fence), code in zip(blocks, codes, strict=True)
    )
    made = faithful(text)
    fences = [token.content for token in _READERS[0].parse(made) if token.type == "fence"]
    assert fences == [f"{code}\n" for code in codes]


@given(st.text(st.sampled_from("ab $:->=<![](){}|&;*_#"), min_size=1).filter(str.strip))
@settings(max_examples=1_000, deadline=None)
def test_a_code_span_stays_as_it_is(code: str) -> None:
    assert f"`{code}`" in faithful(f"It is `{code}` -> $5")
