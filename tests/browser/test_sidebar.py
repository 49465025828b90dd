"""The settings in the sidebar keep what was set, whatever happens between Streamlit's two ends."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, Route, expect

from chat.words import text
from tests.browser.chat_page import ChatPage, opened, wait_until
from tests.browser.keeping import again, ask, expect_kept
from tests.browser.wire import Wire
from tests.fakes.service import ScriptedService

SCRIPTS = re.compile(r"/(Selectbox|Slider|TextArea|NumberInput)\.[^/]*\.js$")


def rounds(chat: ChatPage) -> Locator:
    """The slider."""
    return chat.sidebar.get_by_role("slider", name=text.ROUNDS)


def expect_settings(chat: ChatPage, rounds_to_remember: str) -> None:
    """Wait until the sidebar shows what `set_all` has set, and so many rounds."""
    prompt = chat.sidebar.get_by_label(text.SYSTEM_PROMPT, exact=True)
    model = chat.sidebar.get_by_role("combobox", name=text.MODEL)
    expect(prompt).to_have_value("Be kind.")
    expect(model).to_have_value("other")
    expect(rounds(chat)).to_have_value(rounds_to_remember)
    expect(chat.sidebar.get_by_label(text.TEMPERATURE, exact=True)).to_have_value(
        re.compile(r"0\.50?")
    )


def expect_request(service: ScriptedService, rounds_before: int) -> None:
    """See that the last request carries all of it."""
    assert service.last.json["model"] == "other"
    assert service.last.json["temperature"] == 0.5
    assert service.last.messages[0] == {"role": "system", "content": "Be kind."}
    assert len(service.last.messages) == 2 + 2 * rounds_before


def set_all(chat: ChatPage) -> None:
    """Set one of each kind of widget to what is not its beginning, one after another."""
    model = chat.sidebar.get_by_role("combobox", name=text.MODEL)
    model.fill("other")
    model.press("Enter")
    chat.prompt("Be kind.")
    chat.sidebar.get_by_text(text.MORE).click()
    temperature = chat.sidebar.get_by_label(text.TEMPERATURE, exact=True)
    temperature.fill("0.5")
    temperature.press("Enter")
    chat.remember(7)
    expect_settings(chat, "7")


def test_widgets_whose_scripts_come_late_begin_with_what_is_set(
    chat: ChatPage, service: ScriptedService
) -> None:
    set_all(chat)
    ask(chat, 1, "Q1")
    expect_kept(chat, '"temperature": 0.5')
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    chat.page.route(SCRIPTS, hold)
    chat = again(chat.page)
    expect(chat.question(1)).to_have_text("Q1")
    ask(chat, 2, "Q2")  # and the page is drawn, without a word of what its widgets are set to
    assert held
    for route in held:
        route.continue_()
    expect_settings(chat, "7")
    ask(chat, 3, "Q3")
    expect_request(service, 2)


def test_a_run_that_comes_without_the_settings_costs_none_of_them(
    tab: Page, app: str, service: ScriptedService
) -> None:
    # A fragment's run that begins before what its run before has drawn is sent, drops that, but not
    # that it has finished (Streamlit 1.67).
    wire = Wire(tab)
    chat = opened(tab, app)
    set_all(chat)
    ask(chat, 1, "Q1")
    wire.is_held = True
    rounds(chat).press("ArrowRight")
    wait_until(chat, lambda: len(wire.ends) == 1)
    rounds(chat).press("ArrowRight")
    wait_until(chat, lambda: len(wire.ends) == 2)
    (fragment,) = {
        message.delta.fragment_id
        for message in wire.held
        if message.delta.new_element.HasField("slider")
    }
    wire.deliver(wire.ends[0], unless=lambda message: message.delta.fragment_id == fragment)
    wire.is_held = False
    wire.deliver(len(wire.held))
    expect_settings(chat, "9")
    ask(chat, 2, "Q2")
    expect_request(service, 1)
    expect_kept(chat, '"remember": 9')


def test_what_comes_back_while_runs_overlap_does_not_end_the_page(tab: Page, app: str) -> None:
    # The browser says with each run what it has cached. What it drops at the end of the run before,
    # the server still refers to, and the page is lost (Streamlit 1.67): see config.toml.
    wire = Wire(tab)
    chat = opened(tab, app)
    ask(chat, 1, "Q1")
    ask(chat, 2, "Q2")
    split = chat.counter.locator(".meter").nth(1)
    expect(split).to_contain_text(text.part_rounds(2))
    rounds(chat).press("Home")
    expect(split).not_to_contain_text(text.part_rounds(2))
    chat.expect_drawn()
    wire.is_held = True
    rounds(chat).press("ArrowRight")
    wait_until(chat, lambda: len(wire.ends) == 1)
    rounds(chat).press("ArrowRight")  # and the split is the one of two rounds again
    wait_until(chat, lambda: len(wire.ends) == 2)
    wire.is_held = False
    wire.deliver(len(wire.held))
    expect(split).to_contain_text(text.part_rounds(2))
    expect(rounds(chat)).to_be_enabled()
