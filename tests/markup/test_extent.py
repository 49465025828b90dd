"""What is drawn at once is never much, and never cuts what it need not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.markup.extent import MOST, cost, end, fitting

MEGABYTE = 1_000_000
LONG = {
    "table": "| a | b |\n|---|---|\n" + "| some | **cell** |\n" * (MEGABYTE // 20),
    "line": "word " * MEGABYTE,
    "one word": "x" * MEGABYTE,
    "list": "- item\n" * 100_000,
    "code": "```python\n" + "print('x')\n" * 200_000 + "```",
    "formula": "$$" + "x^2+" * (MEGABYTE // 4) + "$$",
    "formulas": "\\(x\\) and $y$ " * (MEGABYTE // 12),
    "bold": "**b** *i* `c` " * (MEGABYTE // 14),
    "empty lines": "\n" * MEGABYTE,
    "links": "[a](https://host/) " * (MEGABYTE // 20),
}


@pytest.mark.parametrize("text", LONG.values(), ids=LONG.keys())
@pytest.mark.parametrize("is_markdown", [True, False])
def test_what_is_drawn_at_once_is_bounded(text: str, *, is_markdown: bool) -> None:
    shown = end(text, is_markdown=is_markdown)
    assert 0 < shown <= len(text)
    assert cost(text[:shown], is_markdown=is_markdown) <= MOST


def test_an_answer_of_a_usual_length_is_drawn_whole() -> None:
    paragraph = "Some **words** of a paragraph with `code`, $x^2$ and a [link](https://host/). " * 4
    items, code = "- an item\n" * 10, "print(1)\n" * 20
    text = f"## A heading\n\n{paragraph}\n\n{items}\n```python\n{code}```\n\n" * 6
    assert end(text, is_markdown=True) == len(text)


def test_a_text_is_parted_between_paragraphs() -> None:
    text = f"{'word ' * 100}\n\n" * 1_000
    assert text[: end(text, is_markdown=True)].endswith("\n\n")
    assert (f"{'word ' * 100}\n" * 5_000)[: end("x" * 9, is_markdown=True)] == "word word"


TEXTS = st.lists(st.sampled_from(["word ", "\n", "\n\n", "|", "$x$", "*", "😀" * 300])).map(
    lambda parts: "".join(parts) * 40
)


@given(TEXTS, st.floats(0, 50), st.booleans())
def test_parts_one_after_another_are_the_whole(text: str, most: float, is_markdown: bool) -> None:
    parts, begin = [], 0
    while begin < len(text):
        behind = end(text, begin, is_markdown=is_markdown, most=most)
        assert behind > begin
        parts.append(text[begin:behind])
        begin = behind
    assert "".join(parts) == text


@given(st.lists(TEXTS))
def test_what_grows_is_drawn_until_there_is_no_room(pieces: list[str]) -> None:
    room, drawn = 100.0, ""
    for piece in pieces:
        if room > 0:
            shown, room = fitting(piece, room)
            assert room <= 0 or shown == piece
            drawn += shown
    assert "".join(pieces).startswith(drawn)


@pytest.mark.parametrize("line", ["a\n", "a\r", "\n", "\r"])
def test_of_very_many_lines_few_are_read_as_markdown(line: str) -> None:
    assert end(line * 100_000, is_markdown=True) <= 1_500 * len(line)
