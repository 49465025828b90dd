"""What answers look like in a browser: formulas, code, text as meant, and nothing fetched."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from chat.settings import PROJECT
from tests.gallery import ARABIC, GALLERY, Answer
from tests.running import running_app

STATIC = PROJECT / "static"


def _file(address: str) -> Path:
    return STATIC / address.rpartition("/")[2]


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
        page.add_style_tag(path=STATIC / "style.css")
        page.route(
            "**/static-of-ours/*", lambda route: route.fulfill(path=_file(route.request.url))
        )
        page.add_script_tag(url="/static-of-ours/direction.js", type="module")
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


# But for pictures: those in code and addresses are broken while it grows, which is not seen.
_PLAIN = [number for number, answer in enumerate(GALLERY) if "![" not in answer.text]


@pytest.mark.parametrize("number", _PLAIN)
def test_the_same_text_is_seen_while_an_answer_grows(gallery: Page, number: int) -> None:
    whole, growing = (gallery.locator(f".st-key-{kind}-{number}") for kind in ("answer", "growing"))
    expect(growing.locator(".katex-html")).to_have_count(whole.locator(".katex-html").count())
    assert growing.inner_text() == whole.inner_text()


def test_every_block_runs_the_way_of_its_text(gallery: Page) -> None:
    number = [answer.text for answer in GALLERY].index(ARABIC)
    shown = gallery.locator(f".st-key-answer-{number}")
    for block in ("ul", "table", "blockquote"):
        expect(shown.locator(block)).to_have_css("direction", "rtl")
    expect(shown.locator("pre code")).to_have_css("direction", "ltr")
    assert shown.evaluate(_SIDES) == [*["right"] * 6, "left"]


# Whether each paragraph, heading and item begins at its left or its right.
_SIDES = """shown => [...shown.querySelectorAll("p, h2, li")].map((block) => {
  const range = document.createRange();
  range.selectNodeContents(block);
  const [text, box] = [range.getBoundingClientRect(), block.getBoundingClientRect()];
  return box.right - text.right < text.left - box.left ? "right" : "left";
})"""


def test_what_is_wide_scrolls_by_itself_on_a_phone(gallery: Page) -> None:
    gallery.set_viewport_size({"width": 360, "height": 800})
    overflow = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert gallery.evaluate(overflow) <= 0
