"""The sidebar: a new chat, the token counter, and the settings of what is sent.

Each group of widgets is a part of the page: a change while an answer streams waits for its end
(`Parts.draw`). New chat (new_chat.py) is in none, and ends it.
"""

from __future__ import annotations

import json
from contextlib import closing
from datetime import UTC, datetime
from functools import partial

import streamlit as st

from chat import models
from chat.conversation.window import Window
from chat.languages.language import CODES, language
from chat.markup.plain import literal
from chat.options import MOST_ROUNDS, VERBOSITIES
from chat.services import titles
from chat.tokens.counter import Loading, TokenCounter
from chat.ui import (
    dialogs,
    files,
    keeping,
    new_chat,
    notes,
    process,
    prompts,
    session,
    sign_in,
    usage,
)
from chat.ui.meter import Meter
from chat.ui.page import Page
from chat.ui.parts import Part
from chat.words import text


def draw(page: Page, counter: TokenCounter) -> None:
    """Draw the sidebar."""
    visitor = page.visitor
    # Before the meter is drawn: what is loaded while the rest is drawn, it does not have.
    is_loading = counter.state(visitor.options.model)[0] is Loading.LOADING
    with st.sidebar:
        st.markdown(f"# {literal(text.title(visitor.owners.title))}")
        sign_in.draw(page)
        new_chat.draw(page)
        with st.container(border=True, key="meter", gap="xsmall"):
            page.draw(Part.METER, _draw_meter)
            page.draw(Part.DIALOGS, dialogs.draw_openers)
        if visitor.may_use_own_key:
            page.draw(Part.OWN_KEY, _own_key)
        page.draw(Part.SETTINGS, _settings)
        with st.container(key="chats-and-more"):
            page.draw(Part.CHATS, _draw_chats)
            # By its key it stays as it is when the page speaks another language (Streamlit 1.67).
            with st.expander(text.MORE, key="more"):
                _parameters(page)
                page.draw(Part.FILES, files.draw)
                usage.draw_opener(page)
                if visitor.owners.language is None:
                    page.draw(Part.LANGUAGE, _language)
                # It shows what the keyboard does (shortcuts.js).
                st.html(f'<button class="show-shortcuts">{text.SHORTCUTS}</button>')
    if is_loading:
        _redraw_when_loaded(page, counter)


@st.fragment(run_every=1.0)
def _redraw_when_loaded(page: Page, counter: TokenCounter) -> None:
    """Let the exact numbers take the place of the estimates, as soon as there are any."""
    if counter.state(page.visitor.options.model)[0] is not Loading.LOADING:
        st.rerun()


def _language(page: Page) -> None:
    st.selectbox(
        text.LANGUAGE,
        CODES,
        index=CODES.index(page.language.code),
        key=session.LANGUAGE,
        on_change=page.choose_language,
        format_func=lambda code: language(code).name,
    )


def _draw_meter(page: Page) -> None:
    visitor = page.visitor
    Meter.of(visitor).draw()
    st.html(_marks(page))
    if page.is_whole:
        notes.tell_drawn(page)
    if not page.has_answered:  # else all is saved
        keeping.prepare(visitor.store, "meter")
        visitor.save()
    page.has_answered = False


def _marks(page: Page) -> str:
    """What the style says of the rounds: where memory begins, and which is the last."""
    conversation = page.visitor.conversation
    window = Window.of(conversation)
    begins = window.remembered[0] if window.remembered else conversation.open_round
    rounds = [fork.round for fork in page.forks if fork is not None]
    rules = ""
    if rounds and (last := rounds[-1]) is not None:
        rules += f".st-key-undo-{last.key} {{ display: flex }}"
    if rounds and (window.forgotten or window.left_out):
        line = f"{{ content: {json.dumps(text.MEMORY_BEGINS)} }}"
        if begins is None:
            rules += f".st-key-place-{len(rounds) - 1}::after {line}"
        elif begins in rounds:
            rules += f".st-key-place-{rounds.index(begins)}::before {line}"
    return f"<style>{rules}</style>"


def draw_title(page: Page) -> None:
    """Draw the part that asks for titles, of which nothing is seen; after all others."""
    if page.visitor.store is not None and page.visitor.store.asks_for_titles:
        page.draw(Part.TITLE, _ask_for_title)


def _ask_for_title(page: Page) -> None:
    is_wanted, page.is_untitled = page.is_untitled, False
    if not is_wanted:
        return
    visitor = page.visitor
    keeping.prepare(visitor.store, "title")
    service = process.service_of(visitor)
    requesting = titles.requesting(visitor.conversation, service, visitor.options)
    with closing(requesting):
        while True:
            try:
                next(requesting)
            except StopIteration as end:
                visitor.name_chat(end.value)
                break
            session.may_end_run()
    visitor.save()


def _draw_chats(page: Page) -> None:
    visitor = page.visitor
    if visitor.store is None:
        st.caption(text.NOT_KEPT)
        return
    receive = partial(session.receive, page, "chats")
    keeping.draw(visitor.store, "chats", visitor.conversation, receive)


def _own_key(page: Page) -> None:
    st.text_input(
        text.OWN_KEY,
        type="password",
        key=session.OWN_KEY,
        help=text.OWN_KEY_HELP,
        autocomplete="off",
        on_change=session.use_key,
        args=(page,),
    )
    if page.visitor.own_key and page.visitor.own_service is None:
        st.warning(text.NO_KEY)


def _settings(page: Page) -> None:
    # What is set here is taken in by `Page.take_settings`, before anything is drawn; it also sets
    # what a chat that is opened has. Each has its present value as its default, too: where the
    # browser draws a widget anew, it takes the default, and tells it as if the visitor had set it
    # (Streamlit 1.67).
    service = process.service_of(page.visitor)
    visitor, settings = page.visitor, page.visitor.owners
    allowed = settings.allowed_models
    known = list(dict.fromkeys(allowed or (settings.model, *settings.models, *service.models())))
    model = visitor.options.model
    if model not in known and allowed is None:
        known.append(model)
    st.selectbox(
        text.MODEL,
        known,
        index=known.index(model) if model in known else 0,
        key=session.MODEL,
        on_change=page.change_settings,
        accept_new_options=allowed is None,
        help=text.MODEL_HELP if allowed is None else None,
    )
    chosen = models.find(model)
    if chosen.shutdown is not None:
        today = datetime.now(UTC).date()
        st.caption(text.shutdown(chosen.name, chosen.shutdown, today))
    effort = visitor.options.reasoning_effort
    _choice(page, text.EFFORT, session.EFFORT, text.EFFORT_HELP, chosen.offered_efforts, effort)
    st.slider(
        text.ROUNDS,
        0,
        MOST_ROUNDS,
        value=visitor.conversation.rounds,
        key=session.ROUNDS,
        on_change=page.change_settings,
        help=text.ROUNDS_HELP,
    )
    st.text_area(
        text.SYSTEM_PROMPT,
        value=visitor.conversation.system_prompt,
        key=session.SYSTEM_PROMPT,
        on_change=page.change_settings,
        height=68,
        help=text.SYSTEM_PROMPT_HELP,
    )
    prompts.draw(page)


def _choice(
    page: Page, label: str, key: str, help: str, offered: tuple[str, ...], value: str | None
) -> None:
    """Draw a setting that has a few values or is left to the model; nothing for a model without."""
    if offered:
        values = list(dict.fromkeys(("", *offered, value or "")))
        st.selectbox(
            label,
            values,
            index=values.index(value or ""),
            key=key,
            on_change=page.change_settings,
            help=help,
            format_func=text.level,
        )


def _parameters(page: Page) -> None:
    if page.visitor.tray.kinds.has_images:
        page.draw(Part.PICTURES_AGAIN, _pictures_again)
    page.draw(Part.VERBOSITY, _verbosity)
    for label, key, help, least, most, step in (
        (text.TEMPERATURE, session.TEMPERATURE, text.TEMPERATURE_HELP, 0.0, 2.0, 0.1),
        (text.TOP_P, session.TOP_P, text.TOP_P_HELP, 0.0, 1.0, 0.05),
        (text.MAX_TOKENS, session.MAX_TOKENS, text.MAX_TOKENS_HELP, 1, None, 1),
    ):
        draw = partial(
            _parameter, label=label, key=key, help=help, least=least, most=most, step=step
        )
        page.draw(key, draw)


def _verbosity(page: Page) -> None:
    options = page.visitor.options
    model = models.find(options.model)
    offered = VERBOSITIES if model.verbosity else ()
    _choice(
        page, text.VERBOSITY, session.VERBOSITY, text.VERBOSITY_HELP, offered, options.verbosity
    )
    if not model.takes_temperature(options.reasoning_effort):
        st.caption(text.temperature_refused(is_ever_taken="none" in model.offered_efforts))


def _pictures_again(page: Page) -> None:
    st.toggle(
        text.PICTURES_AGAIN,
        value=page.visitor.conversation.pictures_again,
        key=session.PICTURES_AGAIN,
        on_change=page.change_settings,
        help=text.PICTURES_AGAIN_HELP,
    )


def _parameter(
    page: Page,
    *,
    label: str,
    key: str,
    help: str,
    least: float,
    most: float | None,
    step: float,
) -> None:
    # With a default, it could not be emptied. So it tells the browser its value until the browser
    # has told it back (persist_state), and is a part of its own, so that a change of it loses
    # nothing of another setting.
    options = page.visitor.options
    is_refused = not models.find(options.model).takes_temperature(options.reasoning_effort)
    st.number_input(
        label,
        min_value=least,
        max_value=most,
        value=None,
        step=step,
        key=key,
        on_change=page.change_settings,
        persist_state="session",
        placeholder=text.default_within(least, most),
        help=help,
        disabled=is_refused and key != session.MAX_TOKENS,
    )
