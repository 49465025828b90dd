"""What a visitor thinks of an answer, on its way to the owner."""

from __future__ import annotations

import json
from pathlib import Path

from playwright.sync_api import Browser, expect

from chat.feedback import FILE
from chat.words import text
from tests.browser.chat_page import visitor
from tests.fakes.service import ScriptedService, answering
from tests.running import running_app


def test_an_answer_is_called_good_and_told_only_with_leave(
    browser: Browser, service: ScriptedService, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    variables = {**service.reach, "CHAT_FEEDBACK": "on", "CHAT_DATA": str(data)}
    with running_app(tmp_path / "log", **variables) as address, visitor(browser, address) as chat:
        service.enqueue(answering("A secret answer."))
        chat.ask("A secret question")
        chat.expect_answer(1, "A secret answer.")
        chat.action(1, text.BAD_ANSWER).click()
        expect(chat.answer(1)).to_contain_text(text.FEEDBACK_NOTED)
        expect(chat.action(1, text.BAD_ANSWER)).to_be_disabled()
        kept = (data / FILE).read_text(encoding="utf-8")
        assert json.loads(kept)["verdict"] == "bad"
        assert "secret" not in kept
        chat.action(1, text.GOOD_ANSWER).click()
        expect(chat.action(1, text.GOOD_ANSWER)).to_be_disabled()
        chat.action(1, text.FEEDBACK_SEND_TEXT).click()
        expect(chat.answer(1)).to_contain_text(text.FEEDBACK_WITH_TEXT)
        last = json.loads((data / FILE).read_text(encoding="utf-8").splitlines()[-1])
        assert (last["verdict"], last["question"]) == ("good", "A secret question")
        assert last["text"] == "A secret answer."
        (data / FILE).unlink()
        (data / FILE).mkdir()
        chat.action(1, text.BAD_ANSWER).click()
        expect(chat.answer(1)).to_contain_text(text.FEEDBACK_FAILED)
