"""Emphasis where its writer meant it, in every script, and nowhere else."""

from __future__ import annotations

import html
import re

import hypothesis.strategies as st
import pytest
from hypothesis import example, given
from markdown_it import MarkdownIt

from chat.markup.emphasis import is_cjk
from chat.markup.markdown import faithful
from chat.markup.plain import NOTHING

_READER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
_EMPHASIS = re.compile(r"<(strong|em|s)>(.*?)</\1>")
_TAG = re.compile(r"<[^>]*>")


def emphasized(text: str) -> list[str]:
    """What CommonMark's own rules emphasize in what becomes of a text."""
    page = _READER.render(faithful(text)).replace(NOTHING, "")
    return [html.unescape(_TAG.sub("", found[2])) for found in _EMPHASIS.finditer(page)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # A full-width sign just inside
        ("作者写了**《边城》**这本书", "《边城》"),
        ("她说**“再见”**就走了", "“再见”"),
        ("她说**「再见」**就走了", "「再见」"),
        ("**注意：**请先备份", "注意："),
        ("**完成。**下一步", "完成。"),
        ("结果**（见下文）**很好", "（见下文）"),
        ("**何ですか？**と聞いた", "何ですか？"),
        ("これは**「東京」**です", "「東京」"),
        ("**한국어(Korean)**를 배운다", "한국어(Korean)"),
        ("**서울（首爾）**은 크다", "서울（首爾）"),
        ("他**…**她", "…"),
        ("**是～**不是", "是～"),
        ("**等等—**他说", "等等—"),
        # A sign of ASCII, with a letter of these scripts outside
        ("協定**(HTTP)**也", "(HTTP)"),
        ("運行**`npm install`**吧", "npm install"),
        ("请用**[文档](https://a.b)**学习", "文档"),
        ("价格**$5**元和**¥10**元", "$5"),
        ("占**50%**左右", "50%"),
        ("用**C#**写", "C#"),
        ("**\"引用\"**和", '"引用"'),
        ("公式**\\(x\\)**成立", "$x$"),
        # A sign just outside
        ("**重点**，其次", "重点"),
        ("（**重点**）", "重点"),
        ("**重点**（补充）", "重点"),
        # Italics and strokes
        ("这是*《三体》*的", "《三体》"),
        ("这是~~“旧价”~~的", "“旧价”"),
        ("a~~b()~~あ", "b()"),
        ("あ~~()b~~a", "()b"),
        ("***《三体》***的", "《三体》"),
        # In lists, tables, headings, quotations and between marks
        ("- 第一，**《三体》**好", "《三体》"),
        ("1. **开源：**代码", "开源："),
        ("# 一、**“标题”**很长", "“标题”"),
        ("> 他说**“好”**了", "“好”"),
        ("| 书 |\n|---|\n| 读**《三体》**吧 |", "《三体》"),
        ("| 读**《三体》**吧 |\n|---|", "《三体》"),
        ("这是~~**“旧”**~~的", "“旧”"),
        # Characters that say how the one before them is to look
        ("葛\U000e0100**(くず)**の", "(くず)"),
        ("塚\ufe00**(つか)**の", "(つか)"),
        ("**“\ufe01好”\ufe01**的", "“\ufe01好”\ufe01"),
        ("好。\ufe01_Good._", "Good."),
        # Beyond the first plane, old Hangul, and signs that look like emoji
        ("𰻞𰻞**(ビャン)**麺", "(ビャン)"),
        ("ᅡ**(a)**", "(a)"),
        ("**(k)**ᄏ", "(k)"),
        ("a**〽**a", "〽"),
        ("a**㊗**a", "㊗"),
    ],
)  # fmt: skip
def test_emphasis_is_drawn_beside_full_width_signs(text: str, expected: str) -> None:
    assert expected in "\n".join(emphasized(text))


@pytest.mark.parametrize(
    "text",
    [
        "2 ** 3 ** 4",
        "a*b*c",
        "x**2 + y**2",
        "a**b**c und n**k**2",
        "price*count*tax",
        "2*3*4 und 5*6",
        "(a)*(b)*(c)*(d)",
        "snake_case_name and 变量_一_二",
        "是_《三体》_的",
        "a**(b)**c",
        "** 空格 **",
        r"字\*\*（x）\*\*字",
        "`字**（x）**字`",
        "```\n字**（x）**字\n```",
    ],
)
def test_what_is_no_emphasis_stays_as_typed(text: str) -> None:
    assert emphasized(text) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("**N**ational **A**eronautics", ["N", "A"]),
        ("a *b* c **d** _e_ __f__", ["b", "d", "e", "f"]),
        ("see**this**now and un**believ**able", ["this", "believ"]),
        ("* item **x**\n* another", ["x"]),
        ("5 * 6 and *so* on", ["so"]),
        ("и**жирный**, **да**", ["да"]),
        ("و**الكتاب** هنا", ["الكتاب"]),
        ("นี่**หนา**ครับ", ["หนา"]),
    ],
)
def test_other_emphasis_is_what_it_was(text: str, expected: list[str]) -> None:
    assert emphasized(text) == expected


@pytest.mark.parametrize("text", ["用Python写", "plain *text* and **more**.", "你好**世界**吧"])
def test_a_text_that_needs_nothing_gets_nothing(text: str) -> None:
    assert faithful(text) == text


def test_which_characters_are_chinese_japanese_or_korean() -> None:
    assert [letter for letter in "你，アｱ가ᅡ₩𠀀🈂〰" if not is_cjk(letter)] == []
    assert [letter for letter in "aé“—⭕🈯😀" if is_cjk(letter)] == []


_WORDS = st.text(st.sampled_from("你好ア가。，「」（）“”ab1 "), min_size=1, max_size=6)


@given(_WORDS, _WORDS, _WORDS, st.sampled_from(["**", "*", "~~"]))
@example("这是", "《三体》", "的", "**")
def test_every_piece_between_letters_of_these_scripts_is_drawn(
    before: str, piece: str, behind: str, mark: str
) -> None:
    piece = piece.strip() or "你"
    assert piece in emphasized(f"你{before.strip()}你{mark}{piece}{mark}你{behind}")
