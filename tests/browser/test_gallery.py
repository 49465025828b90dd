"""What answers look like in a browser: formulas, code, text as meant, and nothing fetched."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.gallery import GALLERY, Answer
from tests.running import running_app


@pytest.fixture(scope="module")
def gallery(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """The page with every answer of the gallery; it asks no other host for anything."""
    hosts: set[str | None] = set()
    log = tmp_path_factory.mktemp("gallery") / "log"
    with running_app(log, "tests/gallery_page.py") as address:
        page = browser.new_page()
        page.on("request", lambda request: hosts.add(urlsplit(request.url).hostname))
        page.goto(address)
        expect(page.locator(f".st-key-answer-{len(GALLERY) - 1}")).to_contain_text("gone")
        expect(page.locator(".st-key-growing")).to_contain_text("open")
        yield page
        assert hosts - {None} <= {"127.0.0.1"}
        page.close()


@pytest.mark.parametrize(("number", "answer"), [*enumerate(GALLERY)])
def test_an_answer_looks_as_it_was_meant(gallery: Page, number: int, answer: Answer) -> None:
    shown = gallery.locator(f".st-key-answer-{number}")
    expect(shown.locator(".katex-html")).to_have_count(answer.formulas)
    expect(shown.locator(".katex-error")).to_have_count(0)
    expect(shown.locator("img, script, iframe")).to_have_count(0)
    blocks = shown.locator("pre code")
    expect(blocks).to_have_count(len(answer.code))
    for place, code in enumerate(answer.code):
        assert (blocks.nth(place).text_content() or "").rstrip("\n") == code
    for selector in answer.elements:
        expect(shown.locator(selector).first).to_be_attached()
    text = shown.inner_text()
    for seen in answer.seen:
        assert seen in text


def test_no_picture_is_drawn_while_an_answer_grows(gallery: Page) -> None:
    expect(gallery.locator(".st-key-growing").locator("img, script, iframe")).to_have_count(0)


def test_what_is_wide_scrolls_by_itself_on_a_phone(gallery: Page) -> None:
    gallery.set_viewport_size({"width": 360, "height": 800})
    overflow = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert gallery.evaluate(overflow) <= 0
