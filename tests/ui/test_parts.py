"""What each move draws, and that it draws nothing else."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from chat.words import text
from tests.fakes.service import ScriptedService, answering
from tests.ui.driving import ask, drawn

WHOLE = "the whole page"


class Watched(dict[str, object]):
    """What each part was drawn from, and which were drawn since."""

    def __init__(self, before: dict[str, object]) -> None:
        super().__init__(before)
        self.parts: set[str] = set()

    def __setitem__(self, part: str, shows: object) -> None:
        super().__setitem__(part, shows)
        self.parts.add(part)

    def clear(self) -> None:
        super().clear()
        self.parts.add(WHOLE)


def pressed(label: str, place: int = 0) -> Callable[[AppTest], AppTest]:
    """Press the button of this name that comes at this place among those."""
    return lambda page: [b for b in page.button if b.label == label][place].click().run()


def asked(question: str) -> Callable[[AppTest], AppTest]:
    return lambda page: page.chat_input[0].set_value(question).run()


# Moves that follow each other in a chat of two rounds, and the parts that each of them draws.
MOVES: list[tuple[str, Callable[[AppTest], AppTest], set[str]]] = [
    ("question", asked("Q3"), {"round-2", "meter", "chats"}),
    ("blank question", asked(" "), {"end"}),
    ("undo", pressed(text.UNDO, -1), {"input", "round-2", "meter", "chats"}),
    ("retry", pressed(text.RETRY, 1), {"end", "round-1", "meter", "chats"}),
    ("earlier version", pressed(text.EARLIER_VERSION), {"round-1", "meter"}),
    ("edit", pressed(text.EDIT), {"round-0"}),
    ("leave", pressed(text.LEAVE_EDIT), {"round-0"}),
    ("edit again", pressed(text.EDIT), {"round-0"}),
    ("save", pressed(text.SAVE_EDIT), {"round-0", "round-1", "round-2", "meter", "chats"}),
    ("earlier question", pressed(text.EARLIER_VERSION), {"round-0", "round-1", "meter"}),
    ("delete", pressed(text.DELETE), {"round-0", "round-1", "meter"}),
    ("rounds", lambda page: page.slider[0].set_value(1).run(), {"settings", "meter"}),
    ("top p", lambda page: page.number_input[1].set_value(0.5).run(), {"top_p", "meter"}),
    ("what will be sent", pressed(text.WHAT_WILL_BE_SENT), {"dialogs"}),
    ("new chat", pressed(text.NEW_CHAT), {WHOLE}),
    ("bring back", pressed(text.BRING_BACK), {WHOLE}),
]


def test_each_move_draws_what_it_changes_and_nothing_else(
    page: AppTest, service: ScriptedService
) -> None:
    service.enqueue(*[answering(f"A{number}") for number in range(9)])
    ask(ask(page, "Q1"), "Q2")
    for name, move, parts in MOVES:
        watched = page.session_state["page"].drawn = Watched(page.session_state["page"].drawn)
        move(page)
        assert not page.exception, name
        if WHOLE in parts:
            assert WHOLE in watched.parts, name
        else:
            assert watched.parts == parts, name
        drawn(page)


@pytest.mark.parametrize("rounds", [1, 3])
def test_the_first_question_draws_the_page_without_its_greeting(page: AppTest, rounds: int) -> None:
    for number in range(rounds):
        watched = page.session_state["page"].drawn = Watched(page.session_state["page"].drawn)
        page.chat_input[0].set_value(f"Q{number}").run()
        expected = {f"round-{number}", "meter", "chats"} | ({"top"} if number == 0 else set())
        assert watched.parts == expected
        drawn(page)
