"""What answers look like in a browser: formulas, code, text as meant, and nothing fetched."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Literal
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
        for script in ("direction.js", "scrollers.js"):
            page.add_script_tag(url=f"/static-of-ours/{script}", type="module")
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


@pytest.mark.parametrize("colours", ["none", "active"])
def test_what_is_wide_scrolls_by_itself_on_the_smallest_phone(
    gallery: Page, colours: Literal["none", "active"]
) -> None:
    gallery.emulate_media(forced_colors=colours)
    gallery.set_viewport_size({"width": 320, "height": 800})
    gallery.wait_for_function(f"() => ({_CUT})().length === 0")


def test_forced_colours_leave_what_a_background_tells(gallery: Page) -> None:
    gallery.emulate_media(forced_colors="active")
    shown = gallery.locator("[class*='st-key-answer-'] [data-testid='stMarkdownContainer']")
    for marked in ("pre", "p code", "span:text-is('marked')"):
        expect(shown.locator(marked).first).to_have_css("outline-style", "solid")


# What goes over an edge, of the page or of what shows no more of it than it has room for.
_CUT = """() => {
  const [page, main] = [document.documentElement, document.querySelector(".stMain")];
  const scrolls = (element) => ["auto", "scroll"].includes(getComputedStyle(element).overflowX);
  const scroller = (element) => {
    while (element !== main && !scrolls(element)) element = element.parentElement;
    return element;
  };
  const shown = [...main.querySelectorAll('[data-testid="stMarkdownContainer"] *')]
    .filter((element) => element.checkVisibility() && !element.closest(".katex-mathml"));
  const cut = (element) => {
    const [{ left, right }, by] = [element.getBoundingClientRect(), scroller(element)];
    const { overflowX } = getComputedStyle(element);
    const isClipped = overflowX === "hidden" && element.scrollWidth > element.clientWidth + 1;
    const isOut = right > left && (left < -1 || right > page.clientWidth + 1);
    return isClipped || (by === main && isOut);
  };
  return [
    ...[page, main].filter((one) => one.scrollWidth > one.clientWidth).map((one) => one.className),
    ...shown.filter(cut).map((one) => one.outerHTML.slice(0, 200)),
  ];
}"""
