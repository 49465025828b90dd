"""What axe-core finds on each state of the page; and what it cannot see: size, forced colours."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from chat.languages.language import say
from chat.words import text
from tests import node, pictures
from tests.browser.chat_page import ChatPage, visitor
from tests.browser.files import Brought, Tray
from tests.fakes import service as fake
from tests.fakes.service import Reply, ScriptedService, answering, chunk, failing
from tests.running import running_app

pytestmark = pytest.mark.one_page

DEVICES: list[tuple[dict[str, Any], int]] = [
    ({}, 24),
    ({"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}, 44),
]
Look = Callable[[Page, str], None]

RICH = """# A heading

Some `code`, a [link](https://a.example) and a ![picture](https://a.example/p.png).

## Beneath it

```python
# A comment that is too long for the page, so that the code scrolls from left to right, too
@decorated
def function(argument: int = 1) -> str:
    return f"text {argument}" + str(None) if argument > 2 else r"\\d"
```

```html
<!-- a comment --><a href="x" class='y'>text &amp; more</a>
```

| a | b | c |
| - | - | - |
| word_which_has_no_end_at_all_and_goes_on | word_which_has_no_end_at_all_and_goes_on | x |

> A quotation

$$\\int a_1 + a_2 + a_3 + a_4 + a_5 + a_6 + a_7 + a_8 + a_9 + a_{10} + a_{11} + a_{12} dx$$
"""
# In the dark only the colours are others.
RULES = {
    "light": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "dark": ["color-contrast"],
}
RUN = """async (rules) => {
  const { violations } = await axe.run({ runOnly: rules, resultTypes: ["violations"] });
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, any }) => `${id}: ${html.slice(0, 200)} ${any.map((one) => one.message)}`));
}"""
# What is too small to be hit: not links within a text, what is shown when it has the focus, and
# what lies in a larger thing that takes the click (a label, a switch, the slider's track, the
# input's frame).
PRESSED = "button, summary, a, label.load, label:has([role=switch]), input"
SMALL = """([pressed, least]) => [...document.querySelectorAll(pressed)]
  .filter((element) => element.checkVisibility({ visibilityProperty: true, opacityProperty: true }))
  .filter((one) => !one.matches("p a, li a, td a, [type=range], [role=switch], .load input"))
  .map((element) => [element.getBoundingClientRect(), element.outerHTML.slice(0, 150)])
  .filter(([{ width, height }]) => width > 1 && (width < least - 0.1 || height < least - 0.1))
  .map(([{ width, height }, html]) => `${width} × ${height}: ${html}`)"""
SETTLED = """() => Promise.allSettled(document.getAnimations()
  .filter(({ effect }) => effect.getTiming().iterations !== Infinity).map((one) => one.finished))"""
SIDEWAYS = """() => [document.documentElement, document.querySelector(".stMain")]
  .map(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth)"""


PHOTO = Brought("cat.jpg", "image/jpeg", pictures.photo())


@pytest.fixture(scope="module")
def look(tmp_path_factory: pytest.TempPathFactory) -> Look:
    """Has axe look at a page, in a state that it is told, and find nothing."""
    folder = tmp_path_factory.mktemp("axe")
    node.install(folder, "axe-core")
    axe = (folder / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")

    def see(page: Page, state: str) -> None:
        # What fades in has its colours in the end.
        page.evaluate(SETTLED)
        if not page.evaluate("!!window.axe"):
            page.evaluate(axe)
        is_dark = page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")
        assert page.evaluate(RUN, RULES["dark" if is_dark else "light"]) == [], state

    return see


def talk(chat: ChatPage, service: ScriptedService, look: Look) -> None:
    """A chat with one of each: thoughts, versions, an answer that was stopped, one that failed."""
    released = threading.Event()
    thoughts = chunk(reasoning_content="I see. ")
    service.enqueue(
        Reply(steps=[thoughts, chunk("So"), fake.wait(released), *answering("!").steps])
    )
    chat.ask("One line")
    expect(chat.answer(1)).to_contain_text("So")
    look(chat.page, "writing")
    released.set()
    chat.expect_answer(1, "So!")
    chat.answer(1).get_by_text(text.REASONING).click()
    service.enqueue(answering(RICH), answering(RICH))
    chat.ask("Two\nlines")
    chat.expect_answer(2, "A quotation")
    chat.action(2, text.RETRY).click()
    expect(chat.answer(2)).to_contain_text("2 / 2")
    chat.expect_free()
    service.enqueue(Reply(steps=[chunk("Half of it"), fake.stall]))
    chat.ask("Q3")
    expect(chat.answer(3)).to_contain_text("Half of it")
    chat.stop.click()
    chat.expect_free()
    look(chat.page, "reasoning, and a chat whose last answer was stopped")
    service.enqueue(failing(401, {"message": "No.", "code": "invalid_api_key"}))
    chat.ask("Q4")
    expect(chat.page.get_by_test_id("stAlert")).to_be_visible()
    chat.expect_free()
    look(chat.page, "error")


def save_prompt(chat: ChatPage, look: Look) -> None:
    """A prompt of one's own, in its form, its list, an empty chat, and behind a slash."""
    chat.button(say("own_prompts.save")).click()
    look(chat.page, "a prompt that is saved")
    chat.page.keyboard.type("Brief")
    chat.page.keyboard.press("Enter")
    look(chat.page, "prompts")
    chat.page.keyboard.press("Escape")
    chat.input.click()
    chat.page.keyboard.type("/")
    expect(chat.page.get_by_role("option")).to_have_text(["Brief"])
    look(chat.page, "what a slash lists")
    chat.page.keyboard.press("Escape")
    chat.input.fill("")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_any_state(
    browser: Browser, app: str, service: ScriptedService, look: Look, scheme: str
) -> None:
    with visitor(browser, app, color_scheme=scheme) as chat:
        page = chat.page
        look(page, "empty")
        save_prompt(chat, look)
        talk(chat, service, look)
        chat.sidebar.get_by_text(text.MORE).click()
        chat.of_question(1, text.EDIT).click()
        expect(page.get_by_role("button", name=text.SAVE_EDIT)).to_be_visible()
        look(page, "a question that is edited, and more settings")
        dialog = page.get_by_role("dialog")
        for name, said in ((text.WHAT_WILL_BE_SENT, "A quotation"), (text.INSPECT, "un-be-liev")):
            page.get_by_role("button", name=name).click()
            expect(dialog).to_contain_text(said)
            look(page, name)
            page.keyboard.press("Escape")
            expect(dialog).to_have_count(0)
        tray = Tray(chat)
        tray.choose(PHOTO, Brought("notes.md", "text/markdown", b"# Milk"))
        tray.expect("cat.jpg", "notes.md")
        look(page, "files for a question")
        chat.ask("What is it?")
        chat.expect_answer(5, "Answer ")
        look(page, "files in a question")
        page.set_viewport_size({"width": 390, "height": 844})
        look(page, "phone")
        page.set_viewport_size({"width": 320, "height": 640})
        assert page.evaluate(SIDEWAYS) == [0, 0]


def test_axe_finds_nothing_on_the_page_of_the_password(
    browser: Browser, tmp_path: Path, rank_files: Path, look: Look
) -> None:
    secret = {"CHAT_PASSWORD": "sesame", "TIKTOKEN_CACHE_DIR": str(rank_files)}
    with running_app(tmp_path / "log", **secret) as address:
        page = browser.new_page()
        page.goto(address)
        button = page.get_by_role("button", name=text.SIGN_IN)
        expect(button).to_be_visible()
        look(page, "password")
        expect(page.get_by_role("heading", level=1)).to_have_count(1)
        button.click()
        expect(page.get_by_test_id("stAlert")).to_be_visible()
        look(page, "wrong password")
        page.emulate_media(color_scheme="dark")
        expect(page.get_by_test_id("stApp")).to_have_css("color-scheme", "dark")
        look(page, "wrong password, in the dark")
        page.close()


def test_what_is_pressed_is_large_enough(
    browser: Browser, app: str, service: ScriptedService
) -> None:
    for device, least in DEVICES:
        service.enqueue(answering("## Yes\n\n`code`"), failing(401, {"code": "invalid_api_key"}))
        with visitor(browser, app, **device) as chat:
            chat.ask("One line")
            chat.expect_answer(1, "Yes")
            if least == 24:
                box = chat.messages.first.bounding_box()
                assert box is not None
                assert box["height"] < 106
            chat.ask("Q2")
            expect(chat.page.get_by_test_id("stAlert")).to_be_visible()
            chat.expect_free()
            opener = chat.page.get_by_test_id("stExpandSidebarButton")
            if opener.count():
                opener.click()
            chat.open_more()
            tray = Tray(chat)
            tray.choose(PHOTO)
            tray.expect("cat.jpg")
            assert chat.page.evaluate(SMALL, [PRESSED, least]) == []
            keys = chat.page.get_by_role("button", name=text.NEW_CHAT).locator("kbd")
            expect(keys).to_be_visible(visible=least == 24)


def test_copy_stands_in_line_with_its_neighbours(chat: ChatPage) -> None:
    chat.ask("Q1")
    chat.expect_answer(1, "Answer ")
    expect(chat.action(1, text.COPY)).to_be_visible()
    labels = (
        chat.answer(1)
        .locator("button p, button.copy")
        .evaluate_all("""(labels) => labels.map((label) => {
      const range = document.createRange();
      range.selectNodeContents(label);
      const { top, height } = range.getBoundingClientRect();
      return top + height / 2;
    })""")
    )
    assert len(labels) > 2
    assert max(labels) - min(labels) < 0.5


@pytest.mark.own_page
def test_forced_colours_leave_what_a_colour_tells(chat: ChatPage) -> None:
    chat.page.emulate_media(forced_colors="active")
    chat.ask("Q1")
    chat.expect_answer(1, "Answer ")
    expect(chat.counter.locator(".rounds")).not_to_have_count(0)
    marks = chat.counter.locator("li:not(.line)").evaluate_all(
        "(marks) => marks.map((mark) => getComputedStyle(mark, '::before').backgroundColor)"
    )
    assert len(set(marks)) == len(marks) > 2
    # The list is drawn anew when the answer is kept.
    expect(chat.sidebar.locator(".chats .current")).to_have_css("outline-style", "solid")
    chat.page.get_by_role("button", name=text.INSPECT).click()
    expect(chat.page.locator(".tokens span").first).to_have_css("outline-style", "solid")


def test_settings_say_what_they_take(chat: ChatPage) -> None:
    chat.sidebar.get_by_text(text.MORE).click()
    for label, least, most in (
        (text.TEMPERATURE, 0, 2),
        (text.TOP_P, 0, 1),
        (text.MAX_TOKENS, 1, None),
    ):
        field = chat.sidebar.get_by_label(label, exact=True)
        expect(field).to_have_attribute("placeholder", text.default_within(least, most))
        # All of it is seen.
        assert field.evaluate("(field) => field.scrollWidth <= field.clientWidth")
