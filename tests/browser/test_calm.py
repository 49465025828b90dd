"""Nothing jumps: the sum of the browser's own layout shifts, and where what one reads stands.

A layout shift is the part of the window that moved, times how far it moved, as a part of the window
(https://github.com/WICG/layout-instability). Shifts within half a second of a key or a click, which
the visitor expects, are not counted.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from functools import partial

import pytest
from playwright.sync_api import Browser, Locator, expect

from chat.words import text
from tests.browser.chat_page import ChatPage, opened, tab_of, wait_for_storage, wait_until
from tests.browser.keeping import fill_with_many, growing
from tests.fakes import service as fake
from tests.fakes.service import Reply, ScriptedService, answering, chunk

pytestmark = pytest.mark.one_page

RELOAD, ANSWER = 0.05, 0.005  # the most that is promised
WATCH = """
window.shifts = [];
new PerformanceObserver((list) => {
  for (const entry of list.getEntries())
    if (!entry.hadRecentInput) window.shifts.push([entry.value, ...entry.sources.map(
      ({node, previousRect: a, currentRect: b}) =>
        `${node?.textContent?.slice(0, 30)} ${Math.round(a.y)} -> ${Math.round(b.y)}`)]);
}).observe({type: 'layout-shift', buffered: true});
"""


# Scrolls a little at the end of the page; the number of answers that are held higher than they are.
LOOK_ELSEWHERE = """(main) => {
  main.scrollTo(0, main.scrollHeight - main.clientHeight - performance.now() % 20);
  return main.querySelectorAll('[data-testid="stChatMessage"][style*="min-height"]').length;
}"""


def expect_calm(chat: ChatPage, most: float) -> None:
    """See that no more has moved since the page was opened, or since the last look."""
    chat.page.wait_for_timeout(300)  # for what would still come
    shifts = chat.page.evaluate("window.shifts.splice(0)")
    assert sum(value for value, *_ in shifts) <= most, shifts


@pytest.fixture
def watched(browser: Browser, app: str, service: ScriptedService) -> Iterator[ChatPage]:
    """A page whose shifts are noted."""
    assert service.requests == []
    with tab_of(browser, viewport={"width": 1280, "height": 900}) as page:
        page.add_init_script(WATCH)
        yield opened(page, app)


def test_a_page_that_is_opened_is_calm(watched: ChatPage) -> None:
    expect_calm(watched, RELOAD)


def test_an_answer_is_calm_from_the_question_to_its_end(
    watched: ChatPage, service: ScriptedService
) -> None:
    wait_for_storage(watched)
    watched.ask("Q1")
    watched.expect_answer(1, "Answer")
    model = watched.sidebar.locator(".st-key-model")
    before = model.bounding_box()
    watched.remember(2)
    expect(watched.page.locator(".st-key-writes-meter")).to_be_attached()  # the change is kept
    assert model.bounding_box() == before
    watched.page.evaluate("window.shifts = []")
    service.enqueue(answering(*["Some words of a long answer. "] * 80, pace=0.01))
    watched.ask("Q2")
    watched.expect_answer(2, "long")
    expect_calm(watched, ANSWER)


def test_the_input_stays_where_it_is_and_stop_stands_in_its_corner(
    chat: ChatPage, service: ScriptedService
) -> None:
    before = chat.input.bounding_box()
    service.enqueue(growing(words=100))
    chat.ask("Q1")
    expect(chat.stop).to_be_visible()
    expect(chat.page.get_by_test_id("stStatusWidget").locator("svg, img")).to_be_hidden()
    field = chat.page.get_by_test_id("stChatInput").bounding_box()
    stop = chat.stop.bounding_box()
    assert chat.input.bounding_box() == before
    assert field is not None
    assert stop is not None
    assert field["y"] <= stop["y"]
    assert stop["y"] + stop["height"] <= field["y"] + field["height"]
    assert stop["x"] > field["x"] + field["width"] / 2
    assert stop["x"] + stop["width"] <= field["x"] + field["width"]
    chat.stop.click()
    chat.expect_free()


def test_a_reload_with_kept_chats_is_calm(watched: ChatPage) -> None:
    wait_for_storage(watched)
    fill_with_many(watched, 30)
    expect(watched.messages).not_to_have_count(0)  # the kept chat was opened
    watched.button(text.NEW_CHAT).click()
    expect(watched.messages).to_have_count(0)
    watched.ask("Q1")
    watched.expect_answer(1, "Answer")
    expect(watched.sidebar.locator(".chats li.current")).to_contain_text("Q1")
    watched.page.reload()
    chat = ChatPage(watched.page)
    expect(chat.question(1)).to_have_text("Q1")
    expect(chat.sidebar.locator(".chats li")).not_to_have_count(0)
    expect_calm(chat, RELOAD)


def test_show_earlier_keeps_what_one_reads_where_it_is(chat: ChatPage) -> None:
    for number in range(1, 12):
        chat.ask(f"Q{number}")
        chat.expect_free()
        expect(chat.messages.get_by_text(f"Q{number}", exact=True)).to_be_visible()
    first = chat.messages.get_by_test_id("stText").first
    chat.page.reload()
    chat = ChatPage(chat.page)
    expect(chat.question(1)).to_have_text("Q5")
    read = chat.messages.filter(has_text="Q6")
    chat.button(text.show_earlier(4)).scroll_into_view_if_needed()
    before = read.bounding_box()
    chat.button(text.show_earlier(4)).click()
    expect(first).to_have_text("Q1")
    expect(chat.messages.first.get_by_role("button").first).to_be_focused(timeout=2000)
    chat.page.wait_for_timeout(300)
    after = read.bounding_box()
    assert before is not None
    assert after is not None
    assert abs(after["y"] - before["y"]) <= 2


@pytest.mark.parametrize("number", [1, 3])
def test_what_follows_an_answer_stays_where_it_is_when_that_is_asked_anew(
    chat: ChatPage, service: ScriptedService, number: int
) -> None:
    lines = "A line of it.\n\n"
    for name in ("Q1", "Q2", "Q3"):
        service.enqueue(answering(lines * 40))
        chat.ask(name)
        chat.expect_answer(int(name[1]), "line")
    chat.ask("Q4")
    chat.expect_answer(4, "Answer")
    begun, ended = threading.Event(), threading.Event()
    longer = [chunk("Short."), fake.wait(begun), chunk(f"\n\n{lines * 60}"), fake.wait(ended)]
    service.enqueue(Reply(steps=[*longer, *answering("The end.").steps]))
    below = chat.question(number + 1)
    chat.action(number, text.DELETE).evaluate(
        "(button) => button.scrollIntoView({block: 'center'})"
    )
    before = below.bounding_box()
    assert before is not None

    def expect_still(answer: str, state: str = "") -> None:
        expect(chat.answer(number)).to_contain_text(answer)
        chat.page.wait_for_timeout(300)  # for what would still move
        after = below.bounding_box()
        assert after is not None
        assert abs(after["y"] - before["y"]) <= 2, state or answer

    chat.action(number, text.RETRY).click()
    expect(chat.answer(number)).not_to_contain_text("line")
    expect_still("Short.")
    expect(chat.answer(number).get_by_text("Short.")).to_be_in_viewport()
    begun.set()
    expect_still("line", "it is longer than before")
    ended.set()
    chat.expect_answer(number, "The end.")
    expect_still("The end.")
    chat.action(number, text.EARLIER_VERSION).click()
    expect_still("1 / 2")
    service.enqueue(answering("Short for good."))
    chat.action(number, text.RETRY).click()
    chat.expect_answer(number, "Short for good.")
    expect_still("Short for good.")
    chat.action(number, text.EARLIER_VERSION).click()
    expect_still("2 / 3")
    # But whoever scrolls while it grows, scrolls.
    service.enqueue(growing(words=100))
    chat.action(number, text.RETRY).click()
    expect(chat.growing).to_have_count(1)
    expect_still("w3")
    chat.main.hover(position={"x": 100, "y": 100})
    chat.page.mouse.wheel(0, 300 if number == 1 else -300)

    def is_scrolled() -> bool:
        after = below.bounding_box()
        return after is not None and abs(after["y"] - before["y"]) > 250

    wait_until(chat, is_scrolled)
    chat.stop.click()
    chat.expect_free()

    # What is left free beneath a shorter answer is so until that is out of sight.
    def has_no_gap() -> bool:
        gaps: int = chat.main.evaluate(LOOK_ELSEWHERE)
        return gaps == 0

    wait_until(chat, has_no_gap)


def test_the_three_things_it_is_for_stand_above_the_fold(watched: ChatPage) -> None:
    wait_for_storage(watched)
    fill_with_many(watched, 60)
    watched.page.reload()
    chat = ChatPage(watched.page)
    expect(chat.sidebar.locator(".chats li")).not_to_have_count(0)
    for label in (text.NEXT_REQUEST, text.MODEL, text.ROUNDS, text.SYSTEM_PROMPT):
        shown = chat.sidebar.get_by_text(label, exact=True).filter(visible=True).first
        wait_until(chat, partial(ends_above, shown, 900))
    # The chats scroll by themselves.
    wait_until(chat, partial(ends_above, chat.sidebar.get_by_text(text.MORE), 900 + 220))


def ends_above(shown: Locator, height: float) -> bool:
    """Whether something is on the page, and no lower than that."""
    box = shown.bounding_box()
    return box is not None and box["y"] + box["height"] <= height
