"""The page as Streamlit's AppTest runs it: what to press, and what there is to read."""

from __future__ import annotations

import re
from typing import cast

from streamlit.testing.v1 import AppTest

from chat.conversation.tree import Conversation
from chat.conversation.window import Message


def ask(page: AppTest, question: str) -> AppTest:
    page.chat_input[0].set_value(question).run()
    return drawn(page)


def drawn(page: AppTest) -> AppTest:
    """Draw the whole page; AppTest knows only what the last run has drawn."""
    assert not page.exception
    page.run()
    assert not page.exception
    return page


def press(page: AppTest, label: str) -> AppTest:
    """Press the one button of this name."""
    (button,) = [button for button in page.button if button.label == label]
    button.click().run()
    return drawn(page)


def dialogue(page: AppTest) -> list[tuple[str, str]]:
    """Who said what: questions as text, answers as markdown."""
    said = []
    for message in page.chat_message:
        texts = message.text if message.name == "user" else message.markdown
        said.append((message.name, texts[0].value if texts else ""))
    return said


def labels(page: AppTest) -> list[str]:
    return [button.label for button in page.button]


def messages_now(page: AppTest) -> list[Message]:
    return cast(Conversation, page.session_state["conversation"]).messages


def meter_of(page: AppTest) -> str:
    """The meter's words, without its markup, each followed by a bar."""
    drawn = " ".join(element.proto.body for element in page.sidebar.get("html"))
    return re.sub(r"(?:\s*<[^>]*>\s*)+", "|", drawn)
