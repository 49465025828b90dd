"""Where the page has a microphone, and what it says of a recording that did not become text."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from chat import errors
from chat.ui.page import Page
from chat.ui.parts import Part
from chat.words import text
from tests.fakes.service import ScriptedService
from tests.ui.driving import Open, drawn

HEARING = {"CHAT_TRANSCRIPTION_MODEL": "hears"}


def has_microphone(opened: AppTest) -> bool:
    page: Page = opened.session_state["page"]
    return Part.MICROPHONE in page.drawn


def test_only_where_the_owner_names_a_model_there_is_a_microphone(
    open_page: Open, reach: dict[str, str]
) -> None:
    assert not has_microphone(open_page(**reach))
    assert has_microphone(open_page(**reach, **HEARING))
    assert has_microphone(open_page(**reach, **HEARING, CHAT_FILES="off"))


def test_the_demo_has_none_until_a_visitor_gives_a_key(
    open_page: Open, service: ScriptedService
) -> None:
    page = open_page(OPENAI_BASE_URL=service.base_url, CHAT_OWN_KEY="on", **HEARING)
    assert not has_microphone(page)
    page.text_input(key="own_key").set_value("sk-visitor-0123456789").run()
    assert has_microphone(drawn(page))


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (errors.NoTranscription(), "This service turns no speech into text. Type your"),
        (errors.RecordingRefused("Too short"), "What the service said: Too short"),
        (errors.VisitorBudgetSpent(), "You have used all the tokens that you may use today."),
    ],
)
def test_why_there_are_no_words_is_said_without_the_owners_part(
    error: errors.ChatError, said: str
) -> None:
    sentence = text.not_turned(error, has_own_key=False)
    assert said in sentence
    assert "CHAT_" not in sentence
    assert "model" not in sentence
