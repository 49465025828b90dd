"""The dialogue: what was said, the ways to ask, and the places where the rounds are drawn."""

from __future__ import annotations

import streamlit as st

from chat.conversation.question import Question, Request
from chat.conversation.tree import Round
from chat.conversation.window import Window
from chat.services.base import Service
from chat.ui import keeping, session
from chat.ui.round import RoundView, draw_failure
from chat.ui.session import Page
from chat.ui.slot import Slot
from chat.words import text

LATEST = 6  # rounds that are always drawn
STEP = 4  # rounds by which the rest is drawn no more: the page does not move at every question
EARLIER = 50  # rounds that "show earlier" adds


def draw_input(page: Page, request: Request | None, service: Service) -> None:
    """Draw the input, and a line that says where the demo answers."""
    # In `st.bottom`: where Streamlit (1.67) places it by itself, it also scrolls by itself.
    st.bottom.chat_input(
        text.ASK,
        key=session.QUESTION,
        submit_mode="stop",
        on_submit=session.submit_typed,
        max_chars=page.visitor.owners.max_chars,
        # The input has a Stop button only for what was just typed into it. While any other
        # question is answered it takes no new one, and the answer has a Stop button of its own.
        disabled=request is not None and not page.input_can_stop,
    )
    if service.is_demo:
        st.caption(text.DEMO_OWN_KEY if page.visitor.may_use_own_key else text.DEMO)


class Dialogue:
    """The places of the rounds, which may be drawn in any order, and what stands above them."""

    def __init__(self, page: Page, request: Request | None) -> None:
        self._page = page
        self._live = None if request is None else request.round
        # A place for the memory's line above each round; None: below the last one.
        self._places: list[tuple[Round | None, Slot]] = []
        visitor = page.visitor
        if visitor.store is not None:
            keeping.prepare(visitor.store)
        for notice in visitor.notices:
            st.warning(text.KEEPING[notice])
        path = visitor.conversation.path
        if not path:
            _greet(page)
        if visitor.conversation.previous is not None:
            st.button(
                text.BRING_BACK,
                icon=":material/undo:",
                type="tertiary",
                on_click=page.bring_back,
            )
        hidden = max(0, (len(path) - LATEST) // STEP * STEP - page.earlier)
        if hidden:
            _show_earlier(page, hidden)
        self._views = []
        for fork in path[hidden:]:
            self._places.append((fork.round, Slot()))
            self._views.append(RoundView(fork, page))
        self._places.append((None, Slot()))

    def view_of(self, round: Round) -> RoundView:
        """The place of a round that is drawn."""
        return next(view for view in self._views if view.round is round)

    def draw(self) -> None:
        """Draw all rounds but the one that is being answered."""
        for view in reversed(self._views):  # the latest first, as they are looked at
            if view.round is not self._live:
                view.draw()
                view.draw_ending()
        self.draw_memory()
        visitor = self._page.visitor
        visitor.save()
        if visitor.refused is not None:
            draw_failure(visitor.refused)

    def draw_memory(self) -> None:
        """Draw the line where the memory of the next request begins, and nowhere else."""
        conversation = self._page.visitor.conversation
        window = Window.of(conversation)
        begins = window.remembered[0] if window.remembered else conversation.open_round
        line = f'<div class="memory-begins" role="separator">{text.MEMORY_BEGINS}</div>'
        for round, slot in self._places:
            if (window.forgotten or window.left_out) and round is begins:
                slot.fill().html(line)
            else:
                slot.clear()


def _greet(page: Page) -> None:
    # What the browser keeps takes its place in a moment, if there is anything (style.css).
    with st.container(key="greeting" if page.visitor.store is None else "greeting-or-chat"):
        st.markdown(f"### {text.GREETING}")
        with st.container(horizontal=True):
            for suggestion in text.SUGGESTIONS:
                question = Question(text=suggestion)
                st.button(suggestion, on_click=page.visitor.submit, args=(question,))


@session.fragment
def draw_wake(page: Page) -> None:  # noqa: ARG001 - as every fragment
    """Draw what presses.js presses where the input still waits for an answer that has ended.

    In a fragment, so that it never ends an answer.
    """
    with st.container(key="wake"):  # unseen (style.css)
        st.button("Wake", key="waking")


@session.fragment
def _show_earlier(page: Page, hidden: int) -> None:
    st.button(
        text.show_earlier(hidden),
        key="earlier",
        icon=":material/history:",
        type="tertiary",
        on_click=page.show_earlier,
        args=(EARLIER,),
    )
