"""The page as Streamlit's AppTest runs it: what to press, and what there is to read."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NoReturn, Protocol, cast

from streamlit.testing.v1 import AppTest

from chat.conversation.tree import Conversation
from chat.conversation.window import Message
from chat.services.demo import Demo
from chat.settings import PROJECT, Settings
from chat.tokens.counter import TokenCounter
from chat.tokens.ranks import Obstacle, RanksUnavailable
from chat.ui import process
from chat.ui.process import Process


class Open(Protocol):
    """Opens a page in a process of its own with these settings."""

    def __call__(self, **variables: str) -> AppTest: ...


def opened(**parameters: str) -> AppTest:
    """A page of the process there is, with these parameters in its address."""
    page = AppTest.from_file(str(PROJECT / "streamlit_app.py"), default_timeout=20)
    page.query_params.update(parameters)
    return page.run()


def opened_with_the_environment() -> AppTest:
    """A page of a process whose settings cannot be used."""
    with process.handed_in():
        return opened()


def process_of(**variables: str) -> Process:
    """A process with these settings alone; its counts are estimates, and its demo is quick."""
    made = Process.of(Settings.load(variables, dotenv=Path("none")))
    made.counter = TokenCounter(_unavailable)
    if made.service.is_demo:
        made.service = Demo(made.settings.options, pace=0)
    return made


def _unavailable(_: str) -> NoReturn:
    raise RanksUnavailable(Obstacle.UNREACHABLE)


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


def captions(page: AppTest) -> list[str]:
    return [caption.value for caption in page.caption]


def labels(page: AppTest) -> list[str]:
    return [button.label for button in page.button]


def messages_now(page: AppTest) -> list[Message]:
    return cast(Conversation, page.session_state["conversation"]).messages


def meter_of(page: AppTest) -> str:
    """The meter's words, without its markup, each followed by a bar."""
    drawn = " ".join(element.proto.body for element in page.sidebar.get("html"))
    return re.sub(r"(?:\s*<[^>]*>\s*)+", "|", drawn)
