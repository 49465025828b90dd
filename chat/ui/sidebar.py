"""The sidebar: a new chat, the token counter, and the settings of what is sent.

Each group of widgets is a fragment: a change while an answer streams waits for its end instead
of cutting it off (Streamlit 1.67 queues a fragment's rerun, but lets any other widget end a run).
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial

import streamlit as st

from chat import models
from chat.markup.plain import literal
from chat.options import MOST_ROUNDS, VERBOSITIES
from chat.services.base import Service
from chat.services.budgeted import Budgeted
from chat.tokens.counter import Loading, TokenCounter
from chat.ui import dialogs, files, keeping, session
from chat.ui.meter import Meter
from chat.ui.session import Page
from chat.words import text


def draw(page: Page, service: Service, counter: TokenCounter) -> Meter:
    """Draw the sidebar, and hand out its meter, which moves while an answer grows."""
    visitor = page.visitor
    with st.sidebar:
        st.markdown(f"### {literal(visitor.owners.title)}")
        _new_chat(page)
        _chats(page)
        with st.container(border=True, key="meter", gap="xsmall"):
            split, lines = st.empty(), st.empty()
            dialogs.draw_openers(page, service, counter)
        if visitor.may_use_own_key:
            _own_key(page)
        _settings(page, service)
        _parameters(page)
        _files(page)
    meter = Meter(
        split=split,
        lines=lines,
        visitor=visitor,
        counter=counter,
        context_tokens=visitor.owners.context_tokens,
        is_free=service.is_demo,
        left=service.left if isinstance(service, Budgeted) else None,
    )
    meter.draw()
    if counter.state(visitor.options.model)[0] is Loading.LOADING:
        _redraw_when_loaded(page, counter)
    return meter


@st.fragment(run_every=1.0)
def _redraw_when_loaded(page: Page, counter: TokenCounter) -> None:
    """Let the exact numbers take the place of the estimates, as soon as there are any."""
    if counter.state(page.visitor.options.model)[0] is not Loading.LOADING:
        page.rerun()


@session.fragment
def _new_chat(page: Page) -> None:
    # By callback, here and for Retry: the browser may send the click along with the change of a
    # setting, and then only that setting's fragment runs.
    st.button(
        text.NEW_CHAT,
        icon=":material/edit_square:",
        width="stretch",
        shortcut="Mod+Shift+O",
        on_click=page.new_chat,
    )


@session.fragment
def _chats(page: Page) -> None:
    visitor = page.visitor
    if visitor.store is None:
        st.caption(text.NOT_KEPT)
        return
    receive = partial(session.receive, page, "chats")
    keeping.draw(visitor.store, "chats", visitor.conversation, receive)


@session.fragment
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


@session.fragment
def _settings(page: Page, service: Service) -> None:
    # What is set here is taken in by `Page.take_settings`, before anything is drawn; it also sets
    # what a chat that is opened has. Each has its present value as its default, too: where the
    # browser draws a widget anew, it takes the default, and tells it as if the visitor had set it
    # (Streamlit 1.67).
    if page.run is None:
        page.take_settings()
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
        accept_new_options=allowed is None,
        help=text.MODEL_HELP if allowed is None else None,
    )
    chosen = models.find(model)
    if chosen.shutdown is not None:
        today = datetime.now(UTC).date()
        st.caption(text.shutdown(chosen.name, chosen.shutdown, today))
    effort = visitor.options.reasoning_effort
    _choice(text.EFFORT, session.EFFORT, text.EFFORT_HELP, chosen.offered_efforts, effort)
    st.slider(
        text.ROUNDS,
        0,
        MOST_ROUNDS,
        value=visitor.conversation.rounds,
        key=session.ROUNDS,
        help=text.ROUNDS_HELP,
    )
    st.text_area(
        text.SYSTEM_PROMPT,
        value=visitor.conversation.system_prompt,
        key=session.SYSTEM_PROMPT,
        help=text.SYSTEM_PROMPT_HELP,
    )


def _choice(label: str, key: str, help: str, offered: tuple[str, ...], value: str | None) -> None:
    """Draw a setting that has a few values or is left to the model; nothing for a model without."""
    if offered:
        values = list(dict.fromkeys(("", *offered, value or "")))
        st.selectbox(
            label,
            values,
            index=values.index(value or ""),
            key=key,
            help=help,
            format_func=lambda value: value or text.MODELS_DEFAULT,
        )


def _parameters(page: Page) -> None:
    options = page.visitor.options
    model = models.find(options.model)
    is_refused = not model.takes_temperature(options.reasoning_effort)
    with st.expander(text.MORE):
        _verbosity(page)
        if is_refused:
            st.caption(text.temperature_refused(is_ever_taken="none" in model.offered_efforts))
        for label, key, help, least, most, step, disabled in (
            (
                text.TEMPERATURE,
                session.TEMPERATURE,
                text.TEMPERATURE_HELP,
                0.0,
                2.0,
                0.1,
                is_refused,
            ),
            (text.TOP_P, session.TOP_P, text.TOP_P_HELP, 0.0, 1.0, 0.05, is_refused),
            (text.MAX_TOKENS, session.MAX_TOKENS, text.MAX_TOKENS_HELP, 1, None, 1, False),
        ):
            _parameter(page, label, key, help, least=least, most=most, step=step, disabled=disabled)


@session.fragment
def _verbosity(page: Page) -> None:
    if page.run is None:
        page.take_settings()
    options = page.visitor.options
    offered = VERBOSITIES if models.find(options.model).verbosity else ()
    _choice(text.VERBOSITY, session.VERBOSITY, text.VERBOSITY_HELP, offered, options.verbosity)


@session.fragment
def _parameter(
    page: Page,
    label: str,
    key: str,
    help: str,
    *,
    least: float,
    most: float | None,
    step: float,
    disabled: bool,
) -> None:
    # With a default, it could not be emptied. So it tells the browser its value until the browser
    # has told it back (persist_state), and is a fragment of its own: what is lost between two
    # fast changes of another setting (see `Page.drawing`) is not this one.
    if page.run is None:
        page.take_settings()
    st.number_input(
        label,
        min_value=least,
        max_value=most,
        value=None,
        step=step,
        key=key,
        persist_state="session",
        placeholder=text.LEAVE_IT,
        help=help,
        disabled=disabled,
    )


@session.fragment
def _files(page: Page) -> None:
    files.draw(page)
