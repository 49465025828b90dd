"""What a screen reader says while an answer comes, and how it names what stands there."""

from __future__ import annotations

import threading

import pytest
from playwright.sync_api import Browser, Locator, expect

from chat.languages.language import language, say, speaking
from chat.words import text
from tests.browser.chat_page import ChatPage, visitor, wait_until
from tests.browser.keeping import again, ask
from tests.fakes import service as fake
from tests.fakes.service import Reply, ScriptedService, answering, chunk

pytestmark = pytest.mark.one_page

# Notes all that the two regions say, as a screen reader would.
LISTEN = """() => {
  window.heard = [];
  window.listeners?.forEach((listener) => listener.disconnect());
  window.listeners = [...document.querySelectorAll(".heard")].map((region) => {
    const { role } = region;
    const listen = () => region.textContent && window.heard.push(`${role}: ${region.textContent}`);
    const listener = new MutationObserver(listen);
    listener.observe(region, { childList: true, subtree: true });
    return listener;
  });
}"""


def heard(chat: ChatPage) -> list[str]:
    """What was said since `LISTEN` was run, each with the role of its region."""
    said: list[str] = chat.page.evaluate("window.heard")
    return said


def answered(words: str) -> str:
    return f"status: {language('en').say('answered', words=words)}"


def listen(chat: ChatPage) -> None:
    """Listen from now on, as soon as there are regions."""
    expect(chat.page.locator(".heard")).to_have_count(2)
    chat.page.evaluate(LISTEN)


ANSWERING = f"status: {text.ANSWERING}"


def test_an_answer_is_announced_when_it_begins_and_when_it_has_ended(
    chat: ChatPage, service: ScriptedService
) -> None:
    listen(chat)
    released = threading.Event()
    steps = [chunk("# A **bold** [link](https://a.example)\n\n"), fake.wait(released)]
    service.enqueue(Reply(steps=[*steps, *answering("and more").steps]))
    chat.ask("Q1")
    expect(chat.answer(1)).to_contain_text("link")
    log = chat.page.get_by_role("log", name=text.TRANSCRIPT)
    expect(log).to_have_attribute("aria-live", "off")
    expect(log).to_have_attribute("aria-busy", "true")
    wait_until(chat, lambda: heard(chat) == [ANSWERING])
    released.set()
    chat.expect_answer(1, "and more")
    wait_until(chat, lambda: heard(chat) == [ANSWERING, answered("A bold link and more")])
    expect(log).to_have_attribute("aria-busy", "false")
    expect(log.locator('h1[aria-level="2"]')).to_have_count(1)
    expect(chat.page.locator("h1:not([aria-level])")).to_have_count(1)  # the page's own


def test_thoughts_and_waiting_are_told_once(chat: ChatPage, service: ScriptedService) -> None:
    listen(chat)
    released = threading.Event()
    steps = [chunk(reasoning_content="Let me see."), fake.wait(released)]
    service.enqueue(Reply(steps=[*steps, *answering("Yes.").steps]))
    chat.ask("Q1")
    thinking = f"status: {text.THINKING}"
    wait_until(chat, lambda: heard(chat) == [ANSWERING, thinking])
    released.set()
    wait_until(chat, lambda: heard(chat) == [ANSWERING, thinking, answered("Yes.")])


def test_stop_and_a_failure_are_told_and_neither_again(
    chat: ChatPage, service: ScriptedService
) -> None:
    listen(chat)
    service.enqueue(Reply(steps=[chunk("Half of it"), fake.stall]))
    chat.ask("Q1")
    expect(chat.answer(1)).to_contain_text("Half of it")
    chat.stop.click()
    wait_until(chat, lambda: heard(chat) == [ANSWERING, f"status: {text.STOPPED}"])
    released = threading.Event()
    service.enqueue(Reply(steps=[chunk("Half of it"), fake.wait(released), fake.reset]))
    chat.ask("Q2")
    wait_until(chat, lambda: heard(chat)[2:] == [ANSWERING])
    released.set()
    expect(chat.answer(2).get_by_test_id("stAlert")).to_be_visible()
    failed = f"alert: {chat.answer(2).get_by_test_id('stAlert').locator('p').inner_text()}"
    wait_until(chat, lambda: heard(chat)[3:] == [failed])
    # What was drawn beside it says nothing: Streamlit (1.67) makes an alert of each warning.
    expect(chat.page.get_by_role("alert")).to_have_count(1)
    chat.action(1, text.DELETE).click()
    expect(chat.messages).to_have_count(2)
    deleted = f"status: {text.ROUND_IS_DELETED}"
    wait_until(chat, lambda: heard(chat)[4:] == [deleted])
    chat.button(text.BRING_ROUND_BACK).click()
    expect(chat.messages).to_have_count(4)
    chat.action(1, text.DELETE).click()
    wait_until(chat, lambda: heard(chat)[4:] == [deleted, deleted])


def test_a_chat_that_is_opened_is_read_by_nobody(chat: ChatPage) -> None:
    ask(chat, 1, "Q1")
    chat = again(chat.page)
    listen(chat)
    expect(chat.answer(1)).to_contain_text("Answer 1.")
    chat.expect_free()
    assert heard(chat) == []


def test_messages_have_names_in_the_pages_language(
    browser: Browser, app: str, service: ScriptedService
) -> None:
    german = language("de")
    service.enqueue(answering("Answer 1."), answering("Answer 2."))
    with visitor(browser, app, locale="de-DE") as chat:
        for number in (1, 2):
            chat.ask(f"Q{number}")
            chat.expect_answer(number, f"Answer {number}.")
        log = chat.page.get_by_role("log", name=german.say("transcript"))
        named = log.get_by_role("group", name=german.say("question_number", number=2), exact=True)
        expect(named).to_contain_text("Q2")
        named = log.get_by_role("group", name=german.say("answer_number", number=1), exact=True)
        expect(named.get_by_role("button", name=german.say("retry"))).to_have_count(1)


def test_what_was_copied_is_said(chat: ChatPage, service: ScriptedService) -> None:
    chat.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    service.enqueue(answering("Yes."))
    chat.ask("Q1")
    chat.expect_answer(1, "Yes.")
    listen(chat)
    chat.action(1, text.COPY).click()
    wait_until(chat, lambda: heard(chat) == [f"status: {text.COPIED}"])


def test_the_buttons_within_fields_tell_of_which(chat: ChatPage) -> None:
    chat.open_more()
    for word, label in (
        ("streamlit.increment", "temperature"),
        ("streamlit.decrement", "top_p"),
        ("streamlit.increment", "max_tokens"),
        ("streamlit.open", "model"),
    ):
        expect(within(chat, word, label)).to_have_count(1)
    german = language("de")
    chat.pick(text.LANGUAGE, german.name, then=german.say("language"))
    with speaking(german):
        expect(within(chat, "streamlit.increment", "temperature")).to_have_count(1)


def within(chat: ChatPage, word: str, label: str) -> Locator:
    """The button of this name that is described by the label of its field."""
    named = chat.sidebar.get_by_role("button", name=say(word), exact=True)
    told = chat.page.locator("[id^=label-]").get_by_text(say(label), exact=True)
    id = told.evaluate("told => told.closest('[id^=label-]').id")
    return named.and_(chat.page.locator(f"[aria-describedby={id}]"))
