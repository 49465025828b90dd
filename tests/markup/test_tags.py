"""The few tags of HTML that have a meaning, and addresses in running text."""

# ruff: noqa: E501 - texts
from __future__ import annotations

import pytest

from chat.markup.addresses import end_in
from chat.markup.markdown import faithful

_SUB, _SUP = ']{background="#00000100"}', ']{background="#00000200"}'


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("H<sub>2</sub>O", f"H:color[2{_SUB}O"),
        ("x<SUP>n+1</SUP>", f"x:color[n+1{_SUP}"),
        ("n:<sup>2</sup>", f"n\\::color[2{_SUP}"),
        ("<kbd>Ctrl</kbd>+<kbd>C</kbd>", ":gray-badge[Ctrl]+:gray-badge[C]"),
        ("<mark>**x** H<sub>2</sub></mark>", f":yellow-background[**x** H:color[2{_SUB}]"),
        ("<sup>[1](http://h)</sup>", f":color[[1](http://h){_SUP}"),
        ("<sup>[1</sup>", "[1"),
        ("<sub>2", "&lt;sub>2"),
        ("<sub></sub>", "&lt;sub>&lt;/sub>"),
        ("`<sub>2</sub>`", "`<sub>2</sub>`"),
        # Lines
        ("a<br>b<br/>\nc<br />", "a  \nb  \nc"),
        ("a<br><br>- b", "a  \n:small[]{}  \n:small[]{}- b"),
        ("> a<br>b", "> a  \n> b"),
        ("- a<br>b", "- a  \n  b"),
        ("# a<br>b", "# a&#10;b"),
        ("| a |\n|---|\n| - b<br>- c |", "| a |\n|---|\n| - b&#10;- c |"),
        # Lists in a table
        ("|a|\n|-|\n|x <ul><li>**b**</li> <li>c</li></ul> d|", "|a|\n|-|\n|x &#10;• **b**&#10;• c&#10;d|"),
        ("|a|\n|-|\n|<OL><LI>b</LI><LI>$x$</LI></OL>|", "|a|\n|-|\n|1. b&#10;2. $x$|"),
        ("|a|\n|-|\n|<ul><li>Use `<b>`</li></ul>|", "|a|\n|-|\n|• Use `<b>`|"),
        ("|a|\n|-|\n|<ul><li>`!`</li></ul>|", "|a|\n|-|\n|&lt;ul>&lt;li>`!`&lt;/li>&lt;/ul>|"),
        ("|a|\n|-|\n|<li>b</li>|", "|a|\n|-|\n|&lt;li>b&lt;/li>|"),
        ("<ul><li>a</li></ul>", "&lt;ul>&lt;li>a&lt;/li>&lt;/ul>"),
        # Folds
        (
            "<details>\n<summary><b>More</b> here</summary>\n\n- a\n\n</details>",
            "  \n**More here**\n\n- a\n\n",
        ),
        ("<details open><summary>More</summary>Text</details>", "**More**  \nText"),
        ("<summary>Use `a`</summary>", "**Use `a`**"),
        ("<b>x</b> <i", "&lt;b>x&lt;/b> &lt;i"),
        # Definitions over two lines
        ("[a]:\n  https://h/x\n\n[a]", "[a]:\n  https://h/x\n\n[a]"),
        ("[a]:\nWords", "\\[a]:  \nWords"),
    ],
)  # fmt: skip
def test_tags_with_a_meaning_are_drawn_and_the_others_are_text(text: str, expected: str) -> None:
    assert faithful(text) == expected


@pytest.mark.parametrize(
    ("address", "behind"),
    [
        ("https://a.b/c", ""), ("https://a.b/c", "。谢谢"), ("https://a.b/c", "，然后"), ("https://a.b/c", "）和"),
        ("https://a.b/c", "」、"), ("https://a.b/c", "”说"), ("https://a.b", "、https://c.d"),
        ("https://a.b/c", "：见"), ("https://a.b/c", "……"), ("https://a.b/c", "—"), ("https://a.b/c", "، ثم"),
        ("https://zh.wikipedia.org/wiki/中文_(语言)", "》"), ("https://例子.中国/路径?名=值", "！"),
        ("https://a.b/ü/ελ/кириллица/हिन्दी", ""), ("https://a.b/ca·la", ""), ("https://a.b/c", "**可以"),
    ],
)  # fmt: skip
def test_an_address_ends_where_the_sentence_goes_on(address: str, behind: str) -> None:
    assert end_in(address + behind) == len(address)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("看https://a.b/c。谢谢", "看<https://a.b/c>。谢谢"),
        ("（https://a.b/c(d)）", "（<https://a.b/c(d)>）"),
        ("(https://a.b/c)。", "(<https://a.b/c>)。"),
        ("https://a.b/c.”", "<https://a.b/c>.”"),
        ("「www.a.b/c_d」", r"「[www.a.b/c_d](<http://www.a.b/c_d>)」"),
        ("见 https://a.b/c?x=1&y=2 吧", "见 https://a.b/c?x=1&y=2 吧"),
        ("[见https://a.b/c。d]", "[见<https://a.b/c>。d]"),
        ("[见https://a.b/c。d](http://h)", "[见https://a.b/c。d](http://h)"),
        ("[x](https://a.b/c。d)", "[x](https://a.b/c。d)"),
    ],
)  # fmt: skip
def test_an_address_becomes_a_link_that_ends_with_it(text: str, expected: str) -> None:
    assert faithful(text) == expected
