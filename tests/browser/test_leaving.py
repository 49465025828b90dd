"""A server that is asked to end, and what those are told who watch over it."""

from __future__ import annotations

import json
import signal
import threading
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

from playwright.sync_api import Browser, expect

from chat import errors
from chat.languages.language import spoken
from chat.words import log as log_words
from chat.words import text
from tests.browser.chat_page import visitor, wait_until
from tests.fakes import service as fake
from tests.fakes.service import Reply, ScriptedService, answering, chunk
from tests.running import free_port, started_app


def health(address: str, name: str) -> tuple[int, dict[str, str]]:
    """What a server says of itself."""
    try:
        with urlopen(f"{address}/{name}", timeout=5) as answer:
            return answer.status, json.load(answer)
    except HTTPError as refused:
        return refused.code, json.load(refused)


def test_a_server_that_ends_lets_answers_end_and_takes_no_more_questions(
    browser: Browser, service: ScriptedService, rank_files: Path, tmp_path: Path
) -> None:
    environment = {**service.reach, "TIKTOKEN_CACHE_DIR": str(rank_files)}
    log = tmp_path / "log"
    with started_app(log, "streamlit_app.py", free_port(), **environment) as (address, process):
        assert health(address, "healthz") == (200, {"status": "ok"})
        with (
            visitor(browser, address) as chat,
            visitor(browser, address) as other,
        ):
            wait_until(chat, lambda: health(address, "readyz") == (200, {"status": "ok"}))
            released = threading.Event()
            halves = [chunk("The first half, "), fake.wait(released)]
            service.enqueue(Reply(steps=[*halves, *answering("and the second.").steps]))
            chat.ask("Q1")
            expect(chat.answer(1)).to_contain_text("The first half,")

            process.send_signal(signal.SIGTERM)
            leaving = {"status": "not ready", "reason": "restarting"}
            wait_until(chat, lambda: health(address, "readyz") == (503, leaving))
            assert health(address, "healthz")[0] == 200
            other.input.fill("Q2")
            other.input.press("Enter")
            sentence = spoken().joined(*text.failure(errors.Restarting()))
            expect(other.page.get_by_test_id("stAlert")).to_contain_text(sentence)
            expect(other.input).to_have_value("Q2")

            released.set()
            expect(chat.answer(1)).to_contain_text("The first half, and the second.")
            process.wait(60)  # its pages come back again and again while it ends
    assert len(service.requests) == 1
    said = log.read_text(encoding="utf-8")
    assert log_words.leaving(1) in said
    assert "| ended stop" in said
