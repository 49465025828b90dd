"""Text as markdown that shows it as it stands."""

from __future__ import annotations

import pytest

from chat.markdown import literal


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
