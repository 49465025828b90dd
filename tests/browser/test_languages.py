"""The page in the visitor's language: its words, Streamlit's, its direction, and which it is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from chat.languages.language import CODES, language
from tests.browser.chat_page import ChatPage, opened, visitor
from tests.fakes.service import ScriptedService, answering
from tests.running import running_app

ENGLISH, CHINESE, ARABIC = language("en"), language("zh"), language("ar")

# All that can be read or heard on the page.
_READ = """() => {
  const said = [];
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const unread = "style, script, noscript, [data-testid=stIconMaterial], .icon, code";
  while (texts.nextNode()) {
    const { parentElement, nodeValue } = texts.currentNode;
    if (!parentElement.closest(unread)) said.push(nodeValue.trim());
  }
  for (const name of ["aria-label", "title", "placeholder"])
    for (const found of document.querySelectorAll(`[${name}]`)) said.push(found.getAttribute(name));
  return said;
}"""
# Names, units and what a visitor has said.
_NO_WORDS = re.compile(
    r"tokens?|o200k_base|enter|json|markdown|python|api key|top p|gpt[\w.-]*|ctrl|shift"
    r"|scripted|other|secret|utc|space|streamlit|OPENAI_API_KEY"
    r"|ChatGPT|conversations\.json|Open WebUI"
    r"|You are a helpful assistant\.|\.env|" + "|".join(language(code).name for code in CODES),
    re.IGNORECASE,
)


def english_on(page: Page) -> set[str]:
    """What on a page has an English word in it."""
    page.evaluate("document.querySelector('#too-old')?.remove()")  # which names browsers
    read: list[str] = page.evaluate(_READ)
    return {said for said in read if re.search(r"[A-Za-z]{3}", _NO_WORDS.sub("", said))}


def test_a_chinese_browser_shows_no_english(browser: Browser, demo_app: str) -> None:
    with visitor(browser, demo_app, locale="zh-CN") as chat:
        page = chat.page
        expect(page.locator("html")).to_have_attribute("lang", "zh")
        expect(page.locator("html")).to_have_attribute("dir", "ltr")
        send = page.get_by_role("button", name=CHINESE.say("streamlit.send_message"))
        expect(send).to_have_count(1)
        assert not english_on(page)
        page.get_by_role("button", name=CHINESE.several("suggestions")[0]).click()
        expect(chat.answer(1)).to_contain_text(CHINESE.say("writing"))
        expect(chat.answer(1)).to_contain_text(CHINESE.say("says.tokens")[-12:])
        expect(page.get_by_role("button", name=CHINESE.say("retry"))).to_be_visible()
        chat.sidebar.get_by_text(CHINESE.say("more")).click()
        field = chat.sidebar.get_by_role("spinbutton", name=CHINESE.say("max_tokens"))
        field.fill("50")
        expect(chat.sidebar).to_contain_text(CHINESE.say("streamlit.press_enter"))
        expect(page.locator(".about")).not_to_have_count(0)
        assert not english_on(page)
        page.get_by_test_id("stMainMenu").click()
        expect(page.get_by_text(CHINESE.say("streamlit.theme_dark"))).to_be_visible()
        assert english_on(page) == {"Made with Streamlit v"}


def test_streamlit_still_says_what_is_renamed(chat: ChatPage) -> None:
    """Where it says it in another way by now, the languages' files have to say so, too."""
    expect(chat.sidebar.get_by_role("combobox").first).to_be_visible()
    said: set[str] = {*chat.page.evaluate(_READ)}
    chat.page.get_by_test_id("stMainMenu").click()
    expect(chat.page.get_by_text("Record screen")).to_be_visible()
    said |= {*chat.page.evaluate(_READ)}
    found = {name for name, word in ENGLISH.table("streamlit").items() if word in said}
    assert found >= {
        *("send_message", "skip_to_content", "sidebar", "collapse_sidebar", "main_menu", "theme"),
        *("theme_system", "theme_light", "theme_dark", "print", "record_screen", "open"),
        *("copy_version", "link_to_heading", "choose_or_add"),
    }
    assert ENGLISH.say("streamlit.help_for", label="Model") in said


def test_what_a_visitor_says_is_not_renamed(
    browser: Browser, app: str, service: ScriptedService
) -> None:
    service.enqueue(answering("Print\n\n- Theme\n- Open"))
    with visitor(browser, app, locale="zh-CN") as chat:
        chat.ask("Main menu")
        chat.expect_answer(1, "Theme")
        expect(chat.question(1)).to_have_text("Main menu")
        expect(chat.answer(1)).to_contain_text("Print")
        expect(chat.answer(1)).to_contain_text("Open")
        expect(chat.page.locator(".chats .open").first).to_have_attribute("title", "Main menu")


def test_another_language_is_chosen_and_nothing_is_lost(
    browser: Browser, app: str, service: ScriptedService
) -> None:
    with visitor(browser, f"{app}?lang=de") as chat:
        page = chat.page
        expect(page.locator("html")).to_have_attribute("lang", "de")
        chat.ask("Q1")
        chat.expect_answer(1, "Answer 1.")
        chat.messages.first.get_by_role("button", name=language("de").say("edit")).click()
        edited = chat.messages.first.get_by_role("textbox")
        edited.fill("Q1, better")
        chat.input.fill("Not sent yet")
        unfolded = chat.sidebar.locator("details[open]")
        chat.counter.locator("summary").click()
        chat.open_more()
        expect(unfolded).to_have_count(2)
        chat.pick(language("de").say("language"), CHINESE.name, then=CHINESE.say("language"))
        expect(page.locator("html")).to_have_attribute("lang", "zh")
        expect(chat.input).to_have_attribute("placeholder", CHINESE.say("ask"))
        expect(unfolded).to_have_count(2)
        expect(chat.input).to_have_value("Not sent yet")
        expect(edited).to_have_value("Q1, better")
        expect(chat.answer(1)).to_contain_text("Answer 1.")
        expect(chat.sidebar.locator(".chats h2")).to_have_text(CHINESE.say("chats.chats"))
        assert not english_on(page) - {"Q1", "Answer 1.", "Not sent yet", "Q1, better"}

        page.reload()
        expect(page.locator("html")).to_have_attribute("lang", "zh")
        expect(chat.answer(1)).to_contain_text("Answer 1.")
        chat.open_more()
        chat.pick(CHINESE.say("language"), "English", then="Language")
        expect(page.locator("html")).to_have_attribute("lang", "en")
        expect(page.get_by_role("button", name="Main menu")).to_have_count(1)
        expect(page.get_by_role("button", name="Retry")).to_be_visible()
    assert len(service.requests) == 1


@pytest.mark.usefixtures("service")
def test_arabic_is_mirrored(browser: Browser, app: str) -> None:
    with visitor(browser, app, locale="ar-EG") as chat:
        expect(chat.page.locator("html")).to_have_attribute("dir", "rtl")
        boxes = [part.bounding_box() for part in (chat.sidebar, chat.input)]
        assert boxes[0] is not None
        assert boxes[1] is not None
        assert boxes[0]["x"] > boxes[1]["x"]
        chat.ask("سؤال؟")
        chat.expect_answer(1, "Answer 1.")
        message = chat.messages.first
        avatar = message.locator("[data-testid^=stChatMessageAvatar]").first.bounding_box()
        words = chat.question(1).bounding_box()
        assert avatar is not None
        assert words is not None
        assert avatar["x"] > words["x"]
        send = chat.page.get_by_test_id("stChatInputSubmitButton").bounding_box()
        assert send is not None
        assert send["x"] < boxes[1]["x"]
        width: int = chat.page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert width <= 0
        chat.action(1, ARABIC.say("retry")).click()
        chat.expect_answer(1, "Answer 2.")
        for place in ("[class*=st-key-back-]", ".st-key-details summary"):
            arrow = chat.page.locator(place).get_by_test_id("stIconMaterial")
            expect(arrow).to_have_css("scale", "-1 1")


def test_no_language_is_wider_than_its_page(tab: Page, demo_app: str) -> None:
    for code in set(CODES) - {"en"}:
        chat = opened(tab, f"{demo_app}?lang={code}")
        expect(tab.locator("html")).to_have_attribute("lang", code)
        chat.open_more()
        expect(tab.locator(".st-key-language")).to_be_visible()
        for width, part in ((1280, "[data-testid=stSidebarContent]"), (390, ".stMain")):
            tab.set_viewport_size({"width": width, "height": 800})
            wider = f'(e => e.scrollWidth - e.clientWidth)(document.querySelector("{part}"))'
            assert tab.evaluate(wider) <= 0, (code, part)
        tab.set_viewport_size({"width": 1280, "height": 800})


def test_the_owner_says_which_language_is_spoken(browser: Browser, tmp_path: Path) -> None:
    with (
        running_app(tmp_path / "log", CHAT_LANGUAGE="es") as address,
        visitor(browser, f"{address}?lang=de", locale="zh-CN") as chat,
    ):
        expect(chat.page.locator("html")).to_have_attribute("lang", "es")
        expect(chat.input).to_have_attribute("placeholder", language("es").say("ask"))
        expect(chat.page.locator(".st-key-language")).to_have_count(0)
