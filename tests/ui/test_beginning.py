"""What an address asks for, run by Streamlit's own AppTest."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from chat.beginning import begin_with
from chat.prompts import Prompt
from chat.ui.page import Page
from chat.words import text
from tests.fakes.service import ScriptedService, answering
from tests.ui.driving import Open, ask, captions, drawn, labels, messages_now, opened, press

PROMPTS = """
[[prompt]]
name = "*Brief*"
icon = "✂"
text = "Be terse."
model = "other"
rounds = 0

[[prompt]]
name = "Teacher"
text = "Teach."

[[prompt]]
name = "Translator"
text = "Into {{language}}."
"""


def settings(page: AppTest) -> tuple[object, object, object]:
    """The model, the rounds and the system prompt, as the sidebar has them."""
    sidebar = page.sidebar
    return sidebar.selectbox[0].value, sidebar.slider[0].value, sidebar.text_area[0].value


def test_a_link_fills_in_and_sets_and_sends_nothing(
    open_page: Open, reach: dict[str, str], service: ScriptedService
) -> None:
    open_page(**reach)
    page = opened(q="Hi there", model="other", rounds="0", prompt="Be *terse*.", send="1")
    assert not page.exception
    assert page.session_state["page"].linked == "Hi there"
    assert settings(page) == ("other", 0, "Be *terse*.")
    said = r"From the link · System prompt: Be \*terse\*. · Model: other · Rounds to remember: 0"
    assert said in captions(page)
    assert service.requests == []
    service.enqueue(answering("Hello."))
    ask(page, "Hi there")
    assert service.last.json["model"] == "other"
    assert messages_now(page)[0] == {"role": "system", "content": "Be *terse*."}
    assert said not in captions(page)


def test_what_a_link_has_set_can_be_taken_back(open_page: Open, reach: dict[str, str]) -> None:
    before = settings(open_page(**reach))
    page = opened(rounds="20", prompt="You lie.")
    assert settings(page) == (before[0], 20, "You lie.")
    press(page, text.UNDO)
    assert settings(page) == before
    assert text.UNDO not in [button.label for button in page.button]


def test_a_link_is_followed_once(
    open_page: Open, reach: dict[str, str], service: ScriptedService
) -> None:
    open_page(**reach)
    page = opened(q="Hi", rounds="0")
    page.sidebar.slider[0].set_value(5).run()
    drawn(page)
    assert settings(page)[1] == 5
    assert text.UNDO not in [button.label for button in page.button]
    service.enqueue(answering("Hello."))
    ask(page, "Hi")
    press(page, text.NEW_CHAT)
    assert not page.session_state["page"].linked
    assert settings(page)[1] == 5


def test_what_a_link_cannot_set_is_said_and_changes_nothing(
    open_page: Open, reach: dict[str, str]
) -> None:
    before = settings(open_page(**reach, CHAT_DAILY_TOKENS="1000"))
    page = opened(q="Hi", model="dear", rounds="99")
    assert [warning.value for warning in page.warning] == [text.link_left_out(["model", "rounds"])]
    assert settings(page) == before
    assert page.session_state["page"].linked == "Hi"


def test_a_link_asks_for_what_its_prompt_leaves_open(
    open_page: Open, reach: dict[str, str]
) -> None:
    before = settings(open_page(**reach))
    page = opened(prompt="Translate into {{language}} for {{who}}.")
    assert settings(page) == before
    fields = {field.label: field for field in page.text_input}
    assert [*fields] == ["language", "who"]
    fields["language"].set_value("Latin")
    fields["who"].set_value("{{language}}")
    press(page, text.USE_PROMPT)
    assert settings(page)[2] == "Translate into Latin for {{language}}."
    assert not page.text_input


def test_a_link_waits_for_the_password(open_page: Open, reach: dict[str, str]) -> None:
    open_page(**reach, CHAT_PASSWORD="open sesame")
    page = opened(q="Hi")
    assert not page.chat_input
    page.text_input[0].set_value("open sesame")
    page.button[0].click().run()
    assert page.session_state["page"].linked == "Hi"


def test_a_long_prompt_is_shown_by_its_first_words() -> None:
    said = text.begun_with("", Prompt(text="word " * 50))
    assert said == f"From the link · System prompt: {'word ' * 20}…"
    assert text.begun_with("", Prompt(text="字" * 101)).endswith(f": {'字' * 100} …")


@pytest.fixture
def shipping(open_page: Open, reach: dict[str, str], tmp_path: Path) -> AppTest:
    """A page of an owner who ships prompts."""
    file = tmp_path / "prompts.toml"
    file.write_text(PROMPTS, encoding="utf-8")
    return open_page(**reach, CHAT_PROMPTS=str(file))


def test_prompts_that_are_shipped_are_picked_in_an_empty_chat(
    shipping: AppTest, service: ScriptedService
) -> None:
    assert not {*labels(shipping)} & {*text.suggestions()}
    press(shipping, r"✂ \*Brief\*")
    assert settings(shipping) == ("other", 0, "Be terse.")
    press(shipping, "Teacher")  # which sets less, and keeps nothing of the one before
    assert settings(shipping) == ("scripted", 3, "Teach.")
    assert "Teacher · System prompt: Teach." in captions(shipping)
    service.enqueue(answering("Hello."))
    ask(shipping, "Hi")
    assert service.last.messages[0]["content"] == "Teach."
    assert "Teacher" not in labels(shipping)
    press(shipping, text.NEW_CHAT)  # with the same settings, as ever
    assert "Teacher · System prompt: Teach." in captions(shipping)
    press(shipping, text.UNDO)
    assert settings(shipping) == ("scripted", 3, "You are a helpful assistant.")


def test_a_prompt_with_variables_changes_nothing_before_they_are_filled_in(
    shipping: AppTest,
) -> None:
    before = settings(shipping)
    press(shipping, "Translator")
    assert settings(shipping) == before
    (field,) = shipping.text_input
    assert field.label == "language"
    field.set_value("Latin")
    press(shipping, text.USE_PROMPT)
    assert settings(shipping)[2] == "Into Latin."


@pytest.mark.parametrize("has_opened_link", [True, False])
def test_what_a_prompt_sets_is_said_also_beneath_what_is_said_of_a_link(
    shipping: AppTest, *, has_opened_link: bool
) -> None:
    ask(shipping, "Hi")
    page: Page = shipping.session_state["page"]
    page.visitor.has_opened_link = has_opened_link
    page.begun = begin_with(page.visitor, Prompt(name="Brief", rounds=3))
    drawn(shipping)
    said = [box.value for box in (*shipping.info, *shipping.warning)]
    assert said == [text.CHAT_FROM_LINK if has_opened_link else text.LINK_FAILED]
    assert "Brief · Rounds to remember: 3" in captions(shipping)
    shipping.button(key="unbegin").click().run()
    assert "Brief · Rounds to remember: 3" not in captions(drawn(shipping))
