"""The answer that is being written, in the place of its round.

The draft in the conversation has every word before the page has it, so nothing is lost by whatever
ends the run. Stop ends it, and has the place drawn once more (`Page.stop`).
"""

from __future__ import annotations

import time

import streamlit as st

from chat.conversation.events import ReasoningDelta, Reread, TextDelta
from chat.conversation.question import Request
from chat.ui import keeping, process, streamlit_quirks
from chat.ui.meter import Meter
from chat.ui.page import Page
from chat.ui.round import RoundView
from chat.ui.session import may_end_run
from chat.words import text

SNAPSHOTS = 0.9  # seconds between two writes to the browser's storage while an answer grows


def stream(page: Page, request: Request, view: RoundView) -> None:
    """Stream an answer into its place, whose question stands there already.

    Whatever ends the run also cuts off what is still under way.
    """
    visitor = page.visitor
    try:
        with streamlit_quirks.connected():
            _draw_growing(page, request, view)
    finally:
        visitor.finish(request)
    answer = request.round.answer
    visitor.calibration.learn(request.window.messages, answer, answer.model)
    visitor.save()
    view.draw_answer()
    view.draw_ending()
    page.has_answered, page.is_untitled = True, visitor.wants_title
    process.current().freeze_memory()
    if visitor.queue or not page.has_room:
        st.rerun()


def _draw_growing(page: Page, request: Request, view: RoundView) -> None:
    answer, visitor = request.round.answer, page.visitor
    meter: Meter | None = None
    keeping.prepare(visitor.store, "answer")
    growing = view.growing()
    growing.add(answer.continued)
    moves = view.action.fill().container()
    moves.html('<i class="live"></i>')
    clock = process.current().clock
    began, answer.began = clock(), time.time()
    page.heard = answer
    shown, heard = "", text.heard_progress(answer, seconds=0)
    view.say(heard)
    for event in request.events:
        seconds = clock() - began
        answer.seconds = round(seconds, 1)
        if isinstance(event, Reread):
            growing = view.grow_anew()
            growing.add(answer.text)
        growing.add(event.text if isinstance(event, TextDelta) else "")
        if isinstance(event, ReasoningDelta):
            answer.thought_seconds = seconds
        view.grow_thought(answer)
        # The first words are on their way to the page before anything else.
        if meter is None:
            meter = Meter.of(visitor)
            meter.begin(answer, moves)
        meter.grow(answer)
        note = text.progress(answer, seconds=int(seconds))
        if note != shown:
            view.note.fill().caption(note, width="content")
            shown = note
        if not answer.written and heard != (
            now := text.heard_progress(answer, seconds=int(seconds))
        ):
            view.say(now)
            heard = now
        visitor.save(pace=SNAPSHOTS)
        may_end_run()
