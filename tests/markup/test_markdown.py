"""Model text as markdown that shows what was meant, and other text as it stands."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from itertools import pairwise, product

import hypothesis.strategies as st
import pytest
from hypothesis import example, given
from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from chat.markup.markdown import GrowingMarkdown, faithful
from chat.markup.plain import literal
from tests.steps import steps


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
        ("a -> b", "a -:small[]{}> b"),
        (":cat: a:b", r"\::small[]{}cat: a\:b"),
        ("![a](http://h/p.png)", "[:material/image: a (h)](<http://h/p.png>)"),
        ("[![a](http://h/p.png)](http://l)", "[:material/image: a (h)](http://l)"),
        ("![a][b] ![c][] ![d]", r"\![a]\[b\] \![c]\[\] \![d]"),
        ("<b>x</b> <!-- $5 --> <http://h>", "&lt;b>x&lt;/b> <!-- $5 --> <http://h>"),
        # What would be a directive, whatever its name begins with
        ("John 3:16[1]", r"John 3\:16[1]"),
        ("2:1{x=y} 你:好[1] :é[x]", r"2\:1{x=y} 你\:好[1] \:é[x]"),
        ("&gt;{a}", "&gt;{a}".replace("&gt;", ":small[]{}&gt;:small[]{}")),
        # Signs that are replaced only where they are a word of their own
        ("a --> b <--> c", "a --> b &lt;--> c"),
        ("5--6 i->x foo--bar@baz.com", "5--6 i->x foo--bar@baz.com"),
        ("~5 to ~6 ~~x~~", r"\~5 to \~6 ~~x~~"),
        # Formulas, and what is none
        (r"\(a\)\(b\) $a$$b$", "$a$:small[]{}$b$ $a$:small[]{}$b$"),
        ("we get \\[\nx\n\\]\nDone", "we get \n$$\nx\n$$\nDone"),
        ("- we get \\[\n  x\n  \\]", "- we get \n  $$\n  x\n  $$\n  "),
        ("> we get \\[\n> x\n> \\] so", "> we get \n> $$\n> x\n> $$\n> so"),
        ("\\[\nx\n\ny\n\\]", "$$\nx\ny\n$$"),
        ("\\(a +\nb\\)", "$a + b$"),
        (r"\(\text{\$5}\)", r"$$\text{\$5}$$"),
        (r"\[1\] Smith", r"\[1\] Smith"),
        (r"\(x\) $v `^f$`", r"$x$ \$v `^f$`"),
        ("${A}/${B} $(a)$(b)", r"\${A}/\${B} \$(a)\$(b)"),
        ("$$ for the PID; $$ is", r"\$\$ for the PID; \$\$ is"),
        # Between letters of scripts without spaces
        ("设$x=1$，则$y$大", "设$x=1$，则$y$:small[]{}大"),
        ("それは$f(x)$と$A$です", "それは$f(x)$:small[]{}と$A$:small[]{}です"),
        ("값$n$이", "값$n$:small[]{}이"),
        ("从$5到$8，共$5元和$9。", r"从\$5到\$8，共\$5元和\$9。"),
        ("用$HOME和$PATH，a$x$b", r"用\$HOME和\$PATH，a\$x\$b"),
        # Addresses and links
        ("https://h.x/?$a=1&$b=!x:y--z", "https://h.x/?$a=1&$b=!x:y--z"),
        ("www.h.com/a--b:c", "www.h.com/a--b:c"),
        ('"https://h/a">b</a>', '"https://h/a">b\ufeff&lt;/a>'),
        ("[a](</a b>) [b](<c d>)", "[a](</a b>) [b](<c d>)"),
        ('[t](http://h "t -> :cat:")', '[t](http://h "t -> :cat:")'),
        ("[1]: http://h 'a -> b'", "[1]: http://h 'a -> b'"),
        # Pictures
        ("![a [b] c](u)", "[:material/image: a [b] c (u)](<u>)"),
        ("![a\nb](u)", "[:material/image: a b (u)](<u>)"),
        ("![c](u (title))", "[:material/image: c (u)](<u>)"),
        ("[see ![a](u) here](http://l)", "[see :material/image: a (u) here](http://l)"),
        ("[b]: <h/$>\n\n![a][B]", "[b]: <h/$>\n\n[:material/image: a (h/\\$)](<h/%24>)"),
        ("> [b]: u 't'\n\n![b]", "> [b]: u 't'\n\n[:material/image: b (u)](<u>)"),
        ("[![a][b]][b]\n\n[b]: u\n[b]: v", "[:material/image: a (u)][b]\n\n[b]: u  \n[b]: v"),
        ("[b]: data:x\n\n![b]", "[b]: data:x\n\n:material/image: b (data\\:x)"),
        ("`[b]: u`\n\n```\n[b]: u\n```\n![b]", "`[b]: u`\n\n```\n[b]: u\n```\n\\![b]"),
        ("<!--\n![a](u)\n-->", "<!--\n!\u2060[a](u)\n-->"),
        ("\ufeff[^1]: a", r"\[^1]: a"),
        ("wow!![a](u)", r"wow\![:material/image: a (u)](<u>)"),
    ],
)  # fmt: skip
def test_what_is_meant_is_written_in_streamlits_way(text: str, expected: str) -> None:
    assert faithful(text) == expected


# What hostile or clumsy text is made of: everything that begins, ends or interrupts something.
_PIECES = st.sampled_from(
    [
        *(
            "a",
            "5",
            " ",
            "\n",
            "\n\n",
            "    ",
            "\t",
            "\r",
            "\x00",
            "\ud83d",
            "😀",
            "\u2028",
            "\ufeff",
        ),
        *("!", "[", "]", "(", ")", "![", "](", "](<", "http://h/p.png", "[x]: http://h\n", "[x]"),
        *("`", "``", "```\n", "~~~\n", "$", "$$", "\\(", "\\)", "\\[", "\\]", "\\", "<!--", "-->"),
        *("<b>", "<", ">", "> ", "- ", "1. ", "# ", "|", "--", "-", "_", "*", "**", "=", "^"),
        *("| a | b |\n|---|---|\n", "\n|", "&gt;", "&#33;", ":cat:", ":red[", "->", ":", "{", "}"),
        *("![x](http://h)", "[a](b", " `", "`) ", ' "', "https://a.b/", "[^1]: a", "\n\n    "),
        *(
            "[`]: http://q\n",
            "[a][",
            "<`@b.c>",
            "<!-->",
            "~",
            "\\|",
            "\n-|-\n",
            "<ul><li>",
            "</li></ul>",
            "\\[\n",
            "\n\\]",
        ),
        *(
            "你",
            "。",
            "《",
            "）",
            "~~",
            "\ufe00",
            "b",
            "<br>",
            "<sub>",
            "</sub>",
            "<summary>",
            "</summary>",
        ),
        *(
            "<details>",
            "\\begin{cases}",
            "\\end{cases}",
            "\\ce{",
            "%",
            "&",
            "$|x|$",
            "\n| $|x|$ |\n|---|\n",
        ),
    ]
)
_TEXTS = st.lists(_PIECES, max_size=40).map("".join)

_BARE_ADDRESS = re.compile(
    r"(?<![A-Za-z])https?://\w[^\s<\ufeff]*|(?<![^\s(*_\[\]~])www\.\w[^\s<\ufeff]*"
)
_TEXT = re.compile(r"[hw]|[^\n!#$%&*+\-:<=>@\[\]\\^_`{}~hw]+")
_FOOTNOTE = re.compile(r"^( {0,3})\[\^[^\]\s]+\]:[ \t]*", re.MULTILINE)
_DEFINITION = re.compile(r"^\[([^\[\]\n]+)\]:", re.MULTILINE)


def _text_or_address(state: StateInline, silent: bool) -> bool:
    """Text as Streamlit's parser reads it: outside brackets an address runs to the next space."""
    is_apart = "[" not in state.src[: state.pos]
    found = is_apart and _BARE_ADDRESS.match(state.src, state.pos)
    found = found or _TEXT.match(state.src, state.pos)
    if not found:
        return False
    state.pending += "" if silent else found.group()
    state.pos = found.end()
    return True


def _readers() -> list[MarkdownIt]:
    """CommonMark with and without HTML; and near to Streamlit's parser, with bare addresses."""
    readers = [
        MarkdownIt("commonmark", {"html": html}).enable(["table", "strikethrough"])
        for html in (True, False)
    ]
    like_streamlit = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    like_streamlit.inline.ruler.at("text", _text_or_address)
    return [*readers, like_streamlit]


def _readings(made: str) -> Iterator[str]:
    """What Streamlit's parser reads in another way, written as markdown-it would read it so."""
    yield made
    yield _FOOTNOTE.sub(r"\1-   ", made)  # the text of a footnote stands indented like an item's
    for label in _DEFINITION.findall(made):  # the label of a definition goes before code
        yield made.replace(f"][{label}]", "]")


_READERS = _readers()


@given(_TEXTS)
@example("$![a](http://h)$")
@example("$$\n![a](http://h)\n$$")
@example("| `![a](http://h) | ` |\n|---|---|\n| `![a](http://h) | ` |")
@example("> " * 25 + "![a](http://h)")
@example("<!-- \n![a](http://h)")
@example("[a](b`) ![x](http://h) `")
@example('[a](b "`") ![x](http://h) `')
@example("[a](<b`>) ![x](http://h) `")
@example("https://a.b/` ![x](http://h) `")
@example("[`]: http://q\n\n[a][`] ![x](http://h) `")
@example("[^1]: foo bar baz\n\n    ![x](http://h)\n\ntext[^1]")
@example("!![x](http://h)")
@example("<`@b.cd> ![x](http://h) `")
@example("\\[ # \\]~\n\t![x](http://h)")
@example("[x]: http://h\n\n![a][x] `![a][x]`")
def test_no_image_reaches_the_page(text: str) -> None:
    made = faithful(text)
    assert "\udffd" not in made
    for reader, read in product(_READERS, _readings(made)):
        assert not _pictures(reader, read)


_CUTS = st.lists(st.integers(0, 80), max_size=8)


@given(_TEXTS, _CUTS)
@example("![a][x]\n\nb\n\n[x]: http://h\n\n\nc\n", [10, 12, 20, 25, 30, 31])
def test_a_text_that_grows_becomes_what_it_would_have_become_at_once(
    text: str, cuts: list[int]
) -> None:
    _grow(text, cuts)


def _pictures(reader: MarkdownIt, made: str) -> list[Token]:
    tokens = (child for token in reader.parse(made) for child in token.children or ())
    return [token for token in tokens if token.type == "image"]


def _grow(text: str, cuts: list[int]) -> None:
    places = sorted({0, len(text), *(min(cut, len(text)) for cut in cuts)})
    growing = GrowingMarkdown()
    apart = ""
    for begin, end in pairwise(places):
        shown = growing.add(text[begin:end])
        assert shown == faithful(text[:end])
        assert shown.startswith(apart)  # what stands in blocks of its own never changes
        apart = shown[: growing.apart]


def test_a_picture_that_is_not_named_yet_is_not_left_behind() -> None:
    growing = GrowingMarkdown()
    growing.add("One.\n\n![a][b]\n\nTwo.\n\nThree.")
    assert growing.apart == 0
    shown = growing.add("\n\n[b]: http://h/p.png\n\nFour.")
    assert "[:material/image: a (h)](<http://h/p.png>)" in shown
    assert growing.apart == shown.index("Four.")


def test_blocks_are_left_behind_and_never_a_part_of_one() -> None:
    growing = GrowingMarkdown()
    growing.add("One.\n\n- a\n- b\n\n- c\n")
    assert growing.apart == len("One.\n\n")
    shown = growing.add("\n```\ncode\n\ncode\n")
    assert shown[: growing.apart].endswith("- c\n\n")
    shown = growing.add("```\n\n| a |\n|---|\n| 1 |\n| 2 |\n")
    assert shown[: growing.apart].endswith("code\n```\n\n")
    growing.add("| 3 |\n")
    assert growing.apart == shown.index("| a |")


_GROWING = ["- an item\n", "1. an item\n   and below\n", "| a | b |\n|---|---|\n| 1 | 2 |\n"]


@pytest.mark.parametrize("begin", _GROWING)
def test_of_a_long_list_or_table_only_the_end_is_read_anew(begin: str) -> None:
    more = begin.removeprefix("| a | b |\n|---|---|\n")

    def cost(count: int) -> int:
        growing, text = GrowingMarkdown(), begin + more * count
        for place in range(0, len(text), 50):
            made = growing.add(text[place : place + 50])
        assert made == faithful(text)
        return steps(lambda: growing.add(""))

    assert cost(200) < 2 * cost(10)


def test_a_formula_that_may_still_end_keeps_what_is_behind_it_unsettled() -> None:
    growing = GrowingMarkdown()
    growing.add("\\[\nx\n\n- y\n- z\n\n")
    assert growing.add("\\]\n") == "$$\nx\n- y\n- z\n$$\n"


def test_a_wide_row_takes_no_longer_than_as_many_rows() -> None:
    cells = "| 1 " * 20_000 + "|\n"
    began = time.process_time()
    faithful(cells + cells.replace("1", "-"))
    assert time.process_time() - began < 20  # seconds; it was ten minutes


@pytest.mark.parametrize("info", ["mermaid", "Mermaid x", "&#109;ermaid", "-language-mermaid"])
@pytest.mark.parametrize("fence", ["```", "~~~~"])
def test_no_drawing_is_made_of_code_since_it_may_fetch_pictures(info: str, fence: str) -> None:
    code = 'flowchart LR\n A@{ img: "http://h/p.png" }'
    made = faithful(f"> a\n\n- {fence}{info}\n{code}\n{fence}".replace("\n ", "\n   "))
    assert f"- :small[mermaid]\n  {fence}text\n" in made


_CODE = st.text(st.sampled_from("ab $:->=<![](){}\\`~|\n&;*_#"), max_size=40)
_PROSE = st.sampled_from(["", "Costs $5 -> \\(x\\)", "- a", "> b", "a\nb", "`x`", "<b>", ":cat:"])


@given(st.lists(st.tuples(_PROSE, _CODE, st.sampled_from(["````", "~~~~"])), max_size=4))
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
def test_a_code_span_stays_as_it_is(code: str) -> None:
    assert f"`{code}`" in faithful(f"It is `{code}` -> $5")
