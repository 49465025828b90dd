"""The dialogue: what was said, the answer that is being written, and the ways to ask."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from itertools import chain

import streamlit as st
from streamlit.delta_generator import DeltaGenerator
from streamlit.runtime.scriptrunner import StopException, add_script_run_ctx

from chat.answer import Status
from chat.conversation import Round
from chat.errors import ChatError
from chat.events import Event, TextDelta
from chat.markdown import literal
from chat.service import Service
from chat.ui import text
from chat.ui.meter import Meter
from chat.ui.state import QUESTION_KEY, Visitor, may_end_run, submit_typed
from chat.window import Window


def draw(visitor: Visitor, service: Service, meter: Meter) -> None:
    """Draw the whole dialogue; if there is a question to answer, stream its answer in its place."""
    st.chat_input(
        text.ASK,
        key=QUESTION_KEY,
        submit_mode="stop",
        on_submit=submit_typed,
        # The input has a Stop button only for what was just typed into it. While any other
        # question is answered it takes no new one, and the answer has a Stop button of its own.
        disabled=bool(visitor.asked) and not visitor.input_can_stop,
    )
    if service.is_demo:
        st.caption(text.DEMO)
    opened = visitor.open_next()
    greeting = st.empty()
    if not visitor.conversation.history:
        _greet(greeting, visitor)
    live: _Place | None = None
    memory = _Memory(visitor)
    for round in list(visitor.conversation.history):
        memory.add_slot(round)
        place = _draw_round(round, visitor)
        if round is opened:
            live = place
    memory.add_slot(None)
    memory.draw()
    if visitor.refused is not None:
        st.warning(_failure(visitor.refused))
    if live is not None:
        _answer(visitor, service, meter, live, memory)
    if visitor.put_back is not None:
        st.rerun()


class _Place:
    """Where a round's answer stands on the page: its text, what went wrong, and a line below.

    The line says how far the answer is, and then how it ended; so the page does not jump when
    the one gives way to the other.
    """

    def __init__(self, round: Round) -> None:
        self.round = round
        self.body = st.empty()
        self.fault = st.empty()
        line = st.container(horizontal=True, vertical_alignment="center")
        self.note = line.empty()
        self.action = line.empty()


class _Memory:
    """The line in the transcript where the memory of the next request begins."""

    def __init__(self, visitor: Visitor) -> None:
        self._visitor = visitor
        self._slots: list[tuple[Round | None, DeltaGenerator]] = []

    def add_slot(self, round: Round | None) -> None:
        """Keep a place for the line before this round; None: behind the last one."""
        self._slots.append((round, st.empty()))

    def draw(self) -> None:
        """Draw the line where it belongs now, and nowhere else."""
        window = Window.of(self._visitor.conversation)
        begins = (
            window.remembered[0] if window.remembered else self._visitor.conversation.open_round
        )
        for round, slot in self._slots:
            if (window.forgotten or window.left_out) and round is begins:
                slot.html(f'<div class="memory-begins" role="separator">{text.MEMORY_BEGINS}</div>')
            else:
                slot.empty()


def _greet(slot: DeltaGenerator, visitor: Visitor) -> None:
    with slot.container(key="greeting"):
        st.markdown(f"### {text.GREETING}")
        with st.container(horizontal=True):
            for suggestion in text.SUGGESTIONS:
                st.button(suggestion, on_click=visitor.submit, args=(suggestion,))


def _draw_round(round: Round, visitor: Visitor) -> _Place:
    with st.chat_message("user", avatar=":material/person:"):
        st.text(round.question)  # as it was typed: no markdown, no formulas, line breaks kept
    with st.chat_message("assistant", avatar=":material/auto_awesome:"):
        place = _Place(round)
        if round.kept is not None:
            with place.body.container():
                st.markdown(round.kept.text)
        if round.answer.status is not Status.STREAMING:
            _draw_ending(place, visitor)
    return place


def _draw_ending(place: _Place, visitor: Visitor) -> None:
    """Say beneath an answer how it ended, and offer to ask again, unless it simply ended."""
    answer = place.round.answer
    if answer.status is Status.COMPLETE:
        place.note.empty()
        place.action.empty()
        return
    if answer.error is not None:
        place.fault.warning(_failure(answer.error), icon=":material/error:")
    note = text.ending(answer)
    if place.round.kept not in (None, answer):
        note = text.FORMER_ANSWER
    if note is None:
        place.note.empty()
    else:
        place.note.caption(note, width="content")
    with place.action.container(width="content"):
        _retry(place.round, visitor)


def _failure(error: ChatError) -> str:
    """A failure in words, as markdown in which the service's own words are no markup."""
    return literal(" ".join(text.failure(error)))


@st.fragment
def _retry(round: Round, visitor: Visitor) -> None:
    # A fragment, so that a click waits for the end of an answer that streams meanwhile.
    if st.button(
        text.RETRY,
        key=f"retry-{id(round)}",
        icon=":material/refresh:",
        type="tertiary",
        on_click=visitor.submit,
        args=(round.question,),
        kwargs={"again": round},
    ):
        st.rerun()


def _answer(
    visitor: Visitor, service: Service, meter: Meter, place: _Place, memory: _Memory
) -> None:
    """Stream the answer to the open question into its place.

    The draft in the conversation has every word before the page has it, so nothing is lost by
    whatever ends the run. Only drawing has to be careful: after Stop, every `st` call of the
    script's thread raises once more.
    """
    if not visitor.input_can_stop:
        place.action.button(text.STOP, key="stop", icon=":material/stop_circle:", type="tertiary")
    answer = place.round.answer
    visitor.latest = answer
    answer.model = "" if service.is_demo else visitor.options.model
    window = Window.of(visitor.conversation)
    meter.begin(answer)

    def draw_end() -> None:
        visitor.learn(window, answer)
        _draw_ending(place, visitor)
        meter.draw()
        memory.draw()

    try:
        with closing(answer.grow(service.stream(window, visitor.options))) as events:
            words = _words(events, place, meter)
            first = next(words, None)
            if first is not None:
                with place.body.container():
                    st.write_stream(chain([first], words))
    except StopException:
        _draw_in_spite_of_stop(draw_end)
        raise
    draw_end()
    if not visitor.input_can_stop or visitor.asked:
        st.rerun()  # opens the input again, or goes on to the next question


def _words(events: Iterator[Event], place: _Place, meter: Meter) -> Iterator[str]:
    """The answer's text as it comes, with the line below and the meter following it."""
    began = time.monotonic()
    shown = ""
    for event in events:
        meter.follow(place.round.answer)
        note = text.progress(place.round.answer, seconds=int(time.monotonic() - began))
        if note != shown:
            place.note.caption(note, width="content")
            shown = note
        if isinstance(event, TextDelta):
            yield event.text
        may_end_run()


def _draw_in_spite_of_stop(draw: Callable[[], None]) -> None:
    """Draw from a thread of its own, which a stop of the script's thread does not reach.

    Without this a stopped answer would carry neither its mark nor Retry until the next click.
    Streamlit 1.67 ends a run only in the thread that runs the script.
    """
    thread = add_script_run_ctx(threading.Thread(target=draw, name="drawing after stop"))
    thread.start()
    thread.join()
