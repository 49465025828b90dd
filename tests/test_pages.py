"""The README and the pages that it links to say what is true, in English and in Chinese."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from chat.settings import PROJECT, variables
from tests.screenshots import MOST

READMES = PROJECT / "README.md", PROJECT / "README.zh.md"
PAGES = [*READMES, *sorted((PROJECT / ".github").glob("*.md"))]
ENGLISH = [page for page in PAGES if ".zh" not in page.suffixes]
BLOCK = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
SETTINGS = [PROJECT / ".github" / f"CONFIGURATION{end}" for end in (".md", ".zh.md")]


def name_of(page: Path) -> str:
    return page.name


def text_of(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def links_of(page: Path) -> list[str]:
    """What a page points to within the project, each as it is written."""
    text = BLOCK.sub("", text_of(page))
    found = re.findall(r"\]\(([^)\s]+)\)", text) + re.findall(r'(?:src|srcset)="([^"]+)"', text)
    return [link for link in found if not link.startswith(("https:", "http:"))]


def anchors_of(page: Path) -> set[str]:
    """The names of a page's headings, as GitHub gives them."""
    headings = re.findall(r"^#+ (.+)$", text_of(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("readme", READMES, ids=name_of)
def test_the_readme_is_read_in_one_go(readme: Path) -> None:
    assert len(text_of(readme).splitlines()) <= 150


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_link_leads_somewhere(page: Path) -> None:
    for link in links_of(page):
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), link
        assert not anchor or anchor in anchors_of(target), link


@pytest.mark.parametrize("readme", READMES, ids=name_of)
def test_every_page_is_linked_from_the_readme(readme: Path) -> None:
    linked = {(readme.parent / link.partition("#")[0]).resolve() for link in links_of(readme)}
    mine = [page for page in PAGES if (".zh" in page.suffixes) == (".zh" in readme.suffixes)]
    assert not {*mine} - linked - {readme}


@pytest.mark.parametrize("page", ENGLISH, ids=name_of)
def test_the_chinese_page_has_the_commands_and_the_names_of_the_english_one(page: Path) -> None:
    pair = page, page.with_suffix(".zh.md")
    blocks = [BLOCK.findall(text_of(each)) for each in pair]
    assert blocks[0] == blocks[1]
    # Variables, files, commands and whatever else is code, in whatever order.
    code = [{*re.findall(r"`([^`]+)`", BLOCK.sub("", text_of(each)))} for each in pair]
    assert code[0] == code[1]


@pytest.mark.parametrize("page", SETTINGS, ids=name_of)
def test_the_table_of_variables_has_each_of_them_once(page: Path) -> None:
    rows = re.findall(r"^\| (`[A-Z_]+`(?:[,、] ?`[A-Z_]+`)*) \|", text_of(page), re.MULTILINE)
    named = re.findall(r"`([A-Z_]+)`", " ".join(rows))
    assert sorted(named) == sorted(variables())


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_the_tests_that_hold_a_promise_are_there(page: Path) -> None:
    for name in re.findall(r"`(?:tests/)?((?:\w+/)?[\w.]*test\w*\.(?:py|js))`", text_of(page)):
        assert (PROJECT / "tests" / name).is_file(), name


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_pictures_are_texts_that_fetch_nothing(scheme: str) -> None:
    # The Hub refuses a push with a binary file in it, and an SVG in an `<img>` may load no other.
    picture = PROJECT / ".github" / "pictures" / f"{scheme}.svg"
    assert picture.stat().st_size < MOST
    drawing = ElementTree.fromstring(text_of(picture))  # noqa: S314 - a file of ours
    (image,) = drawing
    assert image.attrib["href"].startswith("data:image/webp;base64,")
