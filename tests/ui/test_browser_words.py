"""The words of the browser's lists and dialogs, as files of the page's program."""

from __future__ import annotations

import json
import re

from chat.languages.language import CODES, ENGLISH, language, speaking
from chat.settings import PROJECT
from chat.ui import browser_words, program
from chat.words import text


def said(code: str) -> dict[str, object]:
    """What is in such a file."""
    words: dict[str, object] = json.loads(browser_words.files()[browser_words.name(code)])
    return words


def test_each_language_has_the_words_of_all_that_draws_by_itself() -> None:
    exported = re.findall(r"^export (.*)", (PROJECT / "static/page.js").read_text(), re.MULTILINE)
    for code in CODES:
        words = said(code)
        assert words.keys() == said(ENGLISH).keys()
        for name, has in words.items():
            assert any(re.search(rf"\b{name}\b", line) for line in exported), name
            assert isinstance(has, dict)
            assert has.keys() <= {"words", "sharing"}
        with speaking(language(code)):
            assert words["queue"] == {"words": text.queue_words()}
            assert words["page"]["words"]["waits"] == text.PRESS_WAITS  # type: ignore[index]


def test_the_page_is_told_where_the_words_of_its_language_are() -> None:
    with speaking(language("zh")):
        address = program.words()["words"]
        assert address.endswith("/words.zh.json")
        assert address in program.style()
        loader = program.path("page.js").rpartition("/")[0]
        assert address.rpartition("/")[0] == loader
