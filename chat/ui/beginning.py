"""The beginning of a chat: what the page's address asks for, and what a prompt sets."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from chat.beginning import Link, begin_with
from chat.markup.plain import literal
from chat.prompts import Prompt
from chat.ui import session
from chat.visitor import Visitor
from chat.words import text

if TYPE_CHECKING:
    from chat.ui.page import Page


def follow_link(page: Page) -> None:
    """Do what the address of a page asks for, in a new chat. The page was just loaded."""
    visitor = page.visitor
    link = Link.read(st.query_params, visitor.owners)
    if link.is_empty:
        return
    if visitor.store is not None:
        visitor.store.is_new = True
    page.linked = link.question or None
    page.unusable = link.unusable
    if link.prompt != Prompt():
        _begin(page, link.prompt)


def draw(page: Page) -> None:
    """Draw the prompts that are shipped, and what of a link cannot be used."""
    visitor, begun = page.visitor, page.holding
    if page.unusable:
        st.warning(text.link_left_out(page.unusable))
    with st.container(horizontal=True):
        for number, prompt in enumerate(visitor.owners.prompts):
            is_picked = begun is not None and begun.title == prompt.title
            st.button(
                literal(prompt.title),
                key=f"prompt-{number}",
                type="primary" if is_picked else "secondary",
                on_click=pick,
                args=(page, prompt),
            )


def draw_set(page: Page) -> None:
    """Draw what a prompt has set, and the way back; nothing where none has."""
    begun = page.holding
    if begun is not None:
        with st.container(key="begun", horizontal=True, vertical_alignment="center"):
            st.caption(literal(text.begun_with(begun.title, begun.settings)))
            st.button(
                text.UNDO,
                key="unbegin",
                icon=":material/undo:",
                type="tertiary",
                on_click=_go_back,
                args=(page,),
            )


def draw_form(page: Page, prompt: Prompt, _: Visitor) -> None:
    """Draw a form with a field for each variable of a prompt."""
    with st.form("prompt", border=False):
        for number, name in enumerate(prompt.variables):
            st.text_input(literal(name), key=f"{session.VARIABLE}{number}")
        st.form_submit_button(
            text.USE_PROMPT, key="use_prompt", type="primary", on_click=_fill, args=(page, prompt)
        )


def leave_form(page: Page) -> None:
    """Leave everything as it was."""
    page.asked = None
    page.redraw()


def _begin(page: Page, prompt: Prompt) -> None:
    """Set what a prompt sets, or ask first for what it leaves open."""
    if prompt.variables:
        page.asked = prompt
    else:
        _set(page, prompt)


def _set(page: Page, prompt: Prompt) -> None:
    if page.is_just_set:
        _take_back(page)  # what another prompt has set, and this one leaves as it is
    page.begun = begin_with(page.visitor, prompt)


def _take_back(page: Page) -> None:
    begun, page.begun = page.holding, None
    if begun is not None:
        begin_with(page.visitor, begun.before)


def pick(page: Page, prompt: Prompt) -> None:
    """Set what a prompt sets, from the next question on. To be called by a callback."""
    page.take_settings()
    _begin(page, prompt)
    if page.asked is not None:
        page.redraw()
    page.show_settings()


def _fill(page: Page, prompt: Prompt) -> None:
    values = dict(zip(prompt.variables, session.written(len(prompt.variables)), strict=True))
    page.asked = None
    page.take_settings()
    _set(page, prompt.filled(values))
    page.show_settings()


def _go_back(page: Page) -> None:
    page.take_settings()
    _take_back(page)
    page.show_settings()
