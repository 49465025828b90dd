"""Text of other scripts in the app itself: as it is asked, while it grows, and in a title."""

from __future__ import annotations

import threading

from playwright.sync_api import Locator, expect

from tests.browser.chat_page import ChatPage
from tests.fakes import service as fake
from tests.fakes.service import Reply, ScriptedService, answering, chunk

ARABIC = "- البند **الأول** هنا.\n- `npm` هو الثاني.\n\n"
CHINESE = "他说**“你好”**然后走了，见 https://example.com/a。谢谢 H<sub>2</sub>O，设$x=1$，则"

# Whether a text begins at the right of the box that it stands in.
_IS_RIGHT = """element => {
  const range = document.createRange();
  range.selectNodeContents(element);
  const [text, box] = [range.getBoundingClientRect(), element.getBoundingClientRect()];
  return box.right - text.right < text.left - box.left;
}"""


def begins_at_the_right(element: Locator) -> bool:
    """Whether the text of an element begins at its right."""
    right: bool = element.evaluate(_IS_RIGHT)
    return right


def test_each_text_runs_its_own_way_and_is_drawn_while_it_grows(
    chat: ChatPage, service: ScriptedService
) -> None:
    released = threading.Event()
    steps = [chunk(ARABIC), chunk(CHINESE), fake.wait(released), *answering("\n\n完。").steps]
    service.enqueue(Reply(steps=steps))
    chat.input.fill("ما هو؟ (abc).")
    expect(chat.input).to_have_css("unicode-bidi", "plaintext")
    chat.ask("ما هو؟ (abc).")
    answer = chat.answer(1)
    for _ in range(2):  # while it grows, and then
        expect(answer.locator("strong", has_text="“你好”")).to_be_visible()
        expect(answer.locator('a[href="https://example.com/a"]')).to_have_text(
            "https://example.com/a"
        )
        expect(answer).to_contain_text("H2O")
        expect(answer.locator(".katex").first).to_be_visible()
        expect(answer.locator("ul")).to_have_css("direction", "rtl")
        assert begins_at_the_right(answer.locator("li").first)
        assert begins_at_the_right(answer.locator("li").nth(1))
        assert not begins_at_the_right(answer.locator("p", has_text="他说"))
        released.set()
        expect(answer).to_contain_text("完。")
    assert begins_at_the_right(chat.question(1).locator("span"))
    expect(chat.page.locator(".chats .open span").first).to_have_css("direction", "rtl")
