"""The dialogue: what was said, the answer that is being written, and the ways to ask."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import closing

import streamlit as st
from streamlit.runtime.scriptrunner import StopException, add_script_run_ctx

from chat.conversation.events import ReasoningDelta, Reread, TextDelta, Waiting
from chat.conversation.tree import Round
from chat.conversation.window import Window
from chat.services import titles
from chat.services.base import Service
from chat.ui import keeping, page, process, session
from chat.ui.meter import Meter
from chat.ui.round import RoundView, draw_failure
from chat.ui.session import QUESTION, SENDING, may_end_run, submit_typed
from chat.ui.slot import Slot
from chat.visitor import Asking, Visitor
from chat.words import text

LATEST = 6  # rounds that are always drawn
STEP = 4  # rounds by which the rest is drawn no more: the page does not move at every question
SNAPSHOTS = 0.9  # seconds between two writes to the browser's storage while an answer grows
EARLIER = 50  # rounds that "show earlier" adds


def draw(visitor: Visitor, service: Service, draw_sidebar: Callable[[], Meter]) -> None:
    """Draw the whole page; if there is a question to answer, stream its answer in its place.

    The question and the first words of its answer stand there before the rest is drawn anew.
    """
    st.chat_input(
        text.ASK,
        key=QUESTION,
        submit_mode="stop",
        on_submit=submit_typed,
        max_chars=visitor.owners.max_chars,
        # The input has a Stop button only for what was just typed into it. While any other
        # question is answered it takes no new one, and the answer has a Stop button of its own.
        disabled=visitor.under_way is not None and not visitor.input_can_stop,
    )
    if service.is_demo:
        st.caption(text.DEMO_OWN_KEY if visitor.may_use_own_key else text.DEMO)
    if visitor.store is not None:
        keeping.prepare(visitor.store)
    path = visitor.conversation.path
    for notice in visitor.notices:
        st.warning(text.KEEPING[notice])
    if not path:
        _greet(visitor)
    if visitor.conversation.previous is not None:
        st.button(
            text.BRING_BACK,
            icon=":material/undo:",
            type="tertiary",
            on_click=visitor.bring_back,
        )
    hidden = max(0, (len(path) - LATEST) // STEP * STEP - visitor.earlier)
    if hidden:
        _show_earlier(visitor, hidden)
    memory = _Memory(visitor)
    views = []
    for fork in path[hidden:]:
        memory.add_slot(fork.round)
        views.append(RoundView(fork, visitor))
    memory.add_slot(None)
    under_way = visitor.under_way
    live = next((view for view in views if under_way and view.round is under_way.round), None)

    def draw_rest() -> Meter:
        for view in reversed(views):  # the latest first, as they are looked at
            if view is not live:
                view.draw()
                view.draw_ending()
        memory.draw()
        visitor.save()
        if visitor.refused is not None:
            draw_failure(visitor.refused)
        meter = draw_sidebar()
        _wake()
        page.tell_drawn(None if visitor.store is None else visitor.store.session)
        return meter

    if live is None or under_way is None:
        draw_rest()
    else:
        _Live(visitor, under_way, live, memory, draw_rest).stream()
        process.current().freeze_memory()
        if visitor.wants_title:
            _ask_for_title(visitor, service)
        if not visitor.input_can_stop or visitor.asked:
            st.rerun()  # opens the input again, or goes on to the next question


class _Memory:
    """The line in the transcript where the memory of the next request begins."""

    def __init__(self, visitor: Visitor) -> None:
        self._visitor = visitor
        self._slots: list[tuple[Round | None, Slot]] = []

    def add_slot(self, round: Round | None) -> None:
        """Keep a place for the line before this round; None: behind the last one."""
        self._slots.append((round, Slot()))

    def draw(self) -> None:
        """Draw the line where it belongs now, and nowhere else."""
        window = Window.of(self._visitor.conversation)
        begins = (
            window.remembered[0] if window.remembered else self._visitor.conversation.open_round
        )
        line = f'<div class="memory-begins" role="separator">{text.MEMORY_BEGINS}</div>'
        for round, slot in self._slots:
            if (window.forgotten or window.left_out) and round is begins:
                slot.fill().html(line)
            else:
                slot.clear()


def _greet(visitor: Visitor) -> None:
    # What the browser keeps takes its place in a moment, if there is anything (style.css).
    with st.container(key="greeting" if visitor.store is None else "greeting-or-chat"):
        st.markdown(f"### {text.GREETING}")
        with st.container(horizontal=True):
            for suggestion in text.SUGGESTIONS:
                st.button(suggestion, on_click=visitor.submit, args=(suggestion,))


@session.fragment
def _wake() -> None:
    # Pressed by presses.js where the input still waits for an answer that has ended. In a
    # fragment, so that it never ends an answer.
    with st.container(key="wake"):  # unseen (style.css)
        st.button("Wake", key="waking")


@session.fragment
def _show_earlier(visitor: Visitor, hidden: int) -> None:
    st.button(
        text.show_earlier(hidden),
        key="earlier",
        icon=":material/history:",
        type="tertiary",
        on_click=visitor.show_earlier,
        args=(EARLIER,),
    )


class _Live:
    """The round whose answer is being written, with the page around it.

    The draft in the conversation has every word before the page has it, so nothing is lost by
    whatever ends the run. Only drawing has to be careful: after Stop, every `st` call of the
    script's thread raises once more.
    """

    def __init__(
        self,
        visitor: Visitor,
        asking: Asking,
        view: RoundView,
        memory: _Memory,
        draw_rest: Callable[[], Meter],
    ) -> None:
        self._visitor = visitor
        self._asking = asking
        self._view = view
        self._memory = memory
        self._draw_rest = draw_rest
        self._meter: Meter | None = None  # once the rest is drawn

    def stream(self) -> None:
        """Stream the answer into its place, and the rest of the page behind its first words."""
        try:
            with closing(self._asking):
                _draw_in_spite_of_stop(self._draw_question)
                self._draw_growing()
        except StopException:
            if not self._asking.is_lost():  # else nobody is there to see it
                _draw_in_spite_of_stop(self._draw_end)
            raise
        self._draw_end()

    def _draw_question(self) -> None:
        self._view.draw()
        # Hidden while the input has a Stop button (style.css). It has none for a question that was
        # not typed, nor for one that was sent while the page was still being drawn (1.67).
        self._view.action.fill().button(
            text.STOP, key="stop", icon=":material/stop_circle:", type="tertiary"
        )

    def _draw_growing(self) -> None:
        answer, view = self._asking.round.answer, self._view
        growing = view.growing()
        growing.add(answer.continued)
        began = time.monotonic()
        shown = ""
        for event in self._asking.events:
            seconds = time.monotonic() - began
            if self._meter is not None:
                self._meter.follow(answer)
            if isinstance(event, Reread):
                growing = view.grow_anew()
                growing.add(answer.text)
            growing.add(event.text if isinstance(event, TextDelta) else "")
            if isinstance(event, ReasoningDelta):
                answer.thought_seconds = seconds
            view.grow_thought(answer)
            # First what was asked is on its way to the page, and the first words if they are quick.
            if self._meter is None and (seconds > SENDING or not isinstance(event, Waiting)):
                if seconds < SENDING:
                    time.sleep(SENDING)
                _draw_in_spite_of_stop(self._draw_page)
            note = text.progress(answer, seconds=int(seconds))
            if note != shown:
                view.note.fill().caption(note, width="content")
                shown = note
            self._visitor.save(pace=SNAPSHOTS)
            may_end_run()

    def _draw_page(self) -> Meter:
        self._meter = self._draw_rest()
        self._meter.begin(self._asking.round.answer)
        return self._meter

    def _draw_end(self) -> None:
        meter = self._meter or self._draw_page()
        self._visitor.learn(self._asking.window, self._asking.round.answer)
        self._visitor.save()
        self._view.draw_answer()
        self._view.draw_ending()
        meter.draw()
        self._memory.draw()


def _ask_for_title(visitor: Visitor, service: Service) -> None:
    asking = titles.requesting(visitor.conversation, service, visitor.options)
    with closing(asking):
        while True:
            try:
                next(asking)
            except StopIteration as end:
                visitor.name_chat(end.value)
                break
            may_end_run()
    visitor.save()


def _draw_in_spite_of_stop(draw: Callable[[], object]) -> None:
    """Draw from a thread of its own, which a stop of the script's thread does not reach.

    Without this a stopped answer would carry neither its mark nor Retry until the next click, and
    a page could be drawn by half. Streamlit 1.67 ends a run only in the thread that runs the
    script. Raises what the drawing raises.
    """
    failures: list[BaseException] = []

    def drawn() -> None:
        try:
            draw()
        except BaseException as error:  # noqa: BLE001 - Streamlit's, too: the script's run is to end
            failures.append(error)

    thread = add_script_run_ctx(threading.Thread(target=drawn, name="drawing in spite of stop"))
    thread.start()
    thread.join()
    if failures:
        raise failures[0]
