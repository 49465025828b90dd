"""The answer that is being written, with the page around it.

The draft in the conversation has every word before the page has it, so nothing is lost by whatever
ends the run. Only drawing has to be careful: after Stop, every `st` call of the script's thread
raises once more.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import closing

import streamlit as st

from chat.conversation.events import ReasoningDelta, Reread, TextDelta, Waiting
from chat.conversation.question import Request
from chat.services import titles
from chat.services.base import Service
from chat.ui import process
from chat.ui.dialogue import Dialogue
from chat.ui.meter import Meter
from chat.ui.session import Page, may_end_run
from chat.ui.streamlit_quirks import SENDING, RunEnded, draw_in_spite_of_stop, wait_until_sent
from chat.words import text

SNAPSHOTS = 0.9  # seconds between two writes to the browser's storage while an answer grows


def stream(
    page: Page,
    service: Service,
    request: Request,
    dialogue: Dialogue,
    draw_rest: Callable[[], Meter],
) -> None:
    """Stream an answer into its place, and draw the rest of the page behind its first words."""
    _Live(page, request, dialogue, draw_rest).stream()
    process.current().freeze_memory()
    if page.visitor.wants_title:
        _ask_for_title(page, service)
    if not page.input_can_stop or page.visitor.queue:
        st.rerun()  # opens the input again, or goes on to the next question


class _Live:
    """A request while its answer comes."""

    def __init__(
        self, page: Page, request: Request, dialogue: Dialogue, draw_rest: Callable[[], Meter]
    ) -> None:
        self._visitor = page.visitor
        self._request = request
        self._dialogue = dialogue
        self._view = dialogue.view_of(request.round)
        self._draw_rest = draw_rest
        self._meter: Meter | None = None  # once the rest is drawn

    def stream(self) -> None:
        try:
            with closing(self._request):
                draw_in_spite_of_stop(self._draw_question)
                self._draw_growing()
        except RunEnded:
            if not self._request.is_lost():  # else nobody is there to see it
                draw_in_spite_of_stop(self._draw_end)
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
        answer, view = self._request.round.answer, self._view
        growing = view.growing()
        growing.add(answer.continued)
        began = time.monotonic()
        shown = ""
        for event in self._request.events:
            seconds = time.monotonic() - began
            if self._meter is not None:
                self._meter.grow(answer)
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
                    wait_until_sent()
                draw_in_spite_of_stop(self._draw_page)
            note = text.progress(answer, seconds=int(seconds))
            if note != shown:
                view.note.fill().caption(note, width="content")
                shown = note
            self._visitor.save(pace=SNAPSHOTS)
            may_end_run()

    def _draw_page(self) -> Meter:
        self._meter = self._draw_rest()
        self._meter.begin(self._request.round.answer)
        return self._meter

    def _draw_end(self) -> None:
        meter = self._meter or self._draw_page()
        answer = self._request.round.answer
        self._visitor.calibration.learn(self._request.window.messages, answer, answer.model)
        self._visitor.save()
        self._view.draw_answer()
        self._view.draw_ending()
        meter.draw()
        self._dialogue.draw_memory()


def _ask_for_title(page: Page, service: Service) -> None:
    visitor = page.visitor
    requesting = titles.requesting(visitor.conversation, service, visitor.options)
    with closing(requesting):
        while True:
            try:
                next(requesting)
            except StopIteration as end:
                visitor.name_chat(end.value)
                break
            may_end_run()
    visitor.save()
