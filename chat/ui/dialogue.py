"""The dialogue: what was said, the ways to ask, and the places where the rounds are drawn."""

from __future__ import annotations

import html
from collections.abc import Callable
from functools import partial
from uuid import uuid4

import streamlit as st

from chat.conversation.question import Question
from chat.languages.language import speak
from chat.services.base import Service
from chat.ui import (
    beginning,
    ear,
    microphone,
    new_chat,
    notes,
    owner,
    parts,
    prompts,
    queue,
    session,
    tray,
)
from chat.ui.live import stream
from chat.ui.page import Page
from chat.ui.parts import Part
from chat.ui.round import RoundView, draw_failure
from chat.words import text

LATEST = 6  # rounds that are always drawn
STEP = 4  # rounds by which the rest is drawn no more: the page does not move at every question
EARLIER = 50  # rounds that "show earlier" adds
REST = 10  # rounds that it adds besides, where no more than these would remain
SPARE = 12  # places for the rounds to come


def make_places(page: Page) -> None:
    """Decide which rounds the page has, before anything of it is drawn."""
    length = len(page.visitor.conversation.path)
    page.hidden = max(0, (length - LATEST) // STEP * STEP - page.earlier)
    if page.earlier and page.hidden <= REST:
        page.hidden = 0
    page.places = length - page.hidden + SPARE
    page.look()


def draw_input(page: Page, service: Service) -> None:
    """Draw the input, and a line that says where the demo answers."""
    # In `st.bottom`: where Streamlit (1.67) places it by itself, it also scrolls by itself.
    with st.bottom, st.container(key="asking", gap=None):
        # Seen where somebody has scrolled up (scroll.js).
        name = html.escape(text.TO_END)
        with st.container(key="to-end"):
            st.html(f'<button class="to-end" aria-label="{name}" title="{name}"></button>')
        page.draw(Part.QUEUE, queue.draw)
        if page.visitor.tray.is_open:
            page.draw(Part.TRAY, tray.draw)
        if page.visitor.owners.transcription_model is not None and not service.is_demo:
            page.draw(Part.MICROPHONE, microphone.draw)
        page.draw(Part.INPUT, _draw_input)
        # In no part, so that it acts at once; seen while an answer is written (style.css).
        st.button(text.STOP, key="stop", icon=":material/stop_circle:", on_click=page.stop)
    if service.is_demo:
        own_key = page.visitor.may_use_own_key
        st.caption(f"{text.DEMO} {text.DEMO_OWN_KEY}" if own_key else text.DEMO)
        if not own_key:
            st.html(owner.note(text.DEMO_OWNER))


def draw(page: Page) -> None:
    """Draw the rounds in their places, the one that is being answered last."""
    page.draw(Part.TOP, _draw_top)
    live = None
    with st.container(key="dialogue"):
        for number, fork in enumerate(page.forks):
            if fork is not None and page.sent is not None and fork.round is page.sent.round:
                live = st.container(), number
            else:
                page.draw(parts.place(number), partial(_draw_round, number=number))
    page.draw(Part.END, _draw_end)
    round, page.shown_round = page.shown_round, None
    if round is not None:
        st.html(notes.note("shown", [round.key, uuid4().hex]))
    if live is not None:
        box, number = live
        with box:
            page.draw(parts.place(number), partial(_draw_round, number=number))
        st.rerun()  # what tells of the answer


def _draw_input(page: Page) -> None:
    session.put_back(page)
    st.chat_input(
        text.ASK,
        key=session.QUESTION,
        on_submit=session.submit_typed,
        args=(page,),
        max_chars=page.visitor.owners.max_chars,
    )


def _draw_round(page: Page, *, number: int) -> None:
    fork = page.forks[number]
    if number == page.deleted_at:
        bring_back = partial(page.move, page.visitor.conversation.bring_back)
        _draw_way_back(text.BRING_ROUND_BACK, "bring_round_back", bring_back)
        if page.was_deleted:
            ear.say(st.empty(), text.ROUND_IS_DELETED)
            page.was_deleted = False
    elif fork is None and page.is_whole:
        st.empty()  # in place of a round, which would stay until the run ends (Streamlit 1.67)
    if fork is None:
        return
    with st.container(key=f"place-{number}"):
        view = RoundView(fork, page)
        view.draw()
        request = page.take_sent(view.round)
        if request is None:
            view.draw_ending()
        else:
            stream(page, request, view)


def _draw_end(page: Page) -> None:
    visitor = page.visitor
    is_set = bool(visitor.conversation.path) and page.is_just_set  # else the greeting has it
    if visitor.is_waiting:
        _wait(page)
    elif visitor.refused is not None or visitor.has_opened_link is not None or is_set:
        with st.container():
            if visitor.refused is not None:
                draw_failure(visitor, visitor.refused)
            elif visitor.has_opened_link:
                st.info(text.CHAT_FROM_LINK)
            elif visitor.has_opened_link is False:
                st.warning(text.LINK_FAILED)
            if is_set:
                beginning.draw_set(page)
    else:
        st.empty()


@st.fragment(run_every=1.0)
def _wait(page: Page) -> None:
    """Say that a question waits for pictures, and send it without them where none come."""
    speak(page.language)  # the clock draws it, too
    st.caption(text.WAITS_FOR_PICTURES)
    page.send()
    if not page.visitor.is_waiting:
        st.rerun()


def _draw_top(page: Page) -> None:
    visitor = page.visitor
    for notice in visitor.notices:
        st.warning(text.notice(notice))
    new_chat.draw_notice(page)
    if not visitor.conversation.path:
        _greet(page)
    else:
        st.empty()  # in place of the greeting, which would stay until the run ends (Streamlit 1.67)
    if visitor.conversation.previous is not None:
        _draw_way_back(text.BRING_BACK, "bring_back", page.bring_back)
    if page.hidden:
        _show_earlier(page)


def _draw_way_back(label: str, key: str, go: Callable[[], None]) -> None:
    st.button(label, key=key, icon=":material/undo:", type="tertiary", on_click=go)


def _greet(page: Page) -> None:
    # What the browser keeps takes its place in a moment, if there is anything (style.css).
    with st.container(key="greeting" if page.visitor.store is None else "greeting-or-chat"):
        st.markdown(f"## {text.GREETING}")
        beginning.draw(page)
        prompts.draw_row(page)
        beginning.draw_set(page)
        # What the owner suggests, and what the visitor has saved (style.css), comes in the place of
        # what anybody may ask.
        suggestions = () if page.visitor.owners.prompts else text.suggestions()
        with st.container(key="suggestions", horizontal=True):
            for suggestion in suggestions:
                question = Question(text=suggestion)
                st.button(suggestion, on_click=page.ask, args=(question,))


def _show_earlier(page: Page) -> None:
    st.button(
        text.show_earlier(page.hidden),
        key="earlier",
        icon=":material/history:",
        type="tertiary",
        on_click=page.show_earlier,
        args=(EARLIER,),
    )
