"""What opens over the page: the messages that will be sent, and a look into tokens."""

from __future__ import annotations

import html
import json
from collections.abc import Callable
from functools import partial
from typing import Literal

import streamlit as st

from chat.conversation.files import File, Picture, pictures_of, text_of
from chat.languages.language import speak
from chat.markup.plain import literal
from chat.tokens.counter import encoding_name
from chat.ui import beginning, process, tray, usage
from chat.ui.page import Page
from chat.visitor import Visitor
from chat.words import text

LONGEST_ADDRESS = 60  # characters of a data: URL
LONGEST_LINE = 100  # characters of a question in a list
LONGEST_SHOWN = 50_000  # characters of a document in a dialog


def draw_openers(page: Page) -> None:
    """Draw the buttons that open the dialogs, and the dialog that was asked for."""
    wanted, page.to_open = page.to_open, None
    with st.container(gap=None):
        for name, title, icon, show in (
            ("sent", text.WHAT_WILL_BE_SENT, "visibility", _what_will_be_sent),
            ("inspector", text.INSPECT, "search", _inspector),
        ):
            st.button(
                title,
                type="tertiary",
                icon=f":material/{icon}:",
                on_click=page.open,
                args=(name,),
            )
            if name == wanted:
                _open(page, title, show)
        if page.has_outline:
            st.button(
                text.OUTLINE,
                key="outline",
                type="tertiary",
                icon=":material/format_list_bulleted:",
                on_click=page.open,
                args=("outline",),
            )
    if wanted == "outline":
        _open(page, text.OUTLINE, partial(_outline, page))
    if wanted == usage.DIALOG and process.is_owner():
        _open(page, text.USAGE, usage.show)
    if page.asked is not None:
        draw_form = partial(beginning.draw_form, page, page.asked)
        title = literal(page.asked.title) or text.SYSTEM_PROMPT
        # Asked for until it is answered or closed, however often the page is drawn meanwhile.
        _open(page, title, draw_form, on_dismiss=partial(beginning.leave_form, page))
    elif wanted == "file" and page.looked_at is not None:
        _open(page, literal(page.looked_at.name), partial(_file, page, page.looked_at))


def _open(
    page: Page,
    title: str,
    show: Callable[[Visitor], None],
    *,
    on_dismiss: Callable[[], None] | Literal["ignore"] = "ignore",
) -> None:
    @st.dialog(title, width="medium", on_dismiss=on_dismiss)
    def opened() -> None:
        speak(page.language)
        show(page.visitor)

    opened()


def _outline(page: Page, visitor: Visitor) -> None:
    for number, round in enumerate(visitor.conversation.history):
        asked = " ".join(round.question.split()) or ", ".join(file.name for file in round.files)
        st.button(
            literal(asked[:LONGEST_LINE]),
            key=f"outline-{round.key}",
            type="tertiary",
            on_click=page.show_round,
            args=(number, round),
        )


def _what_will_be_sent(visitor: Visitor) -> None:
    service = process.service_of(visitor)
    messages = service.as_sent(visitor.window.messages, visitor.options.model)
    if not messages:
        st.write(text.SENT_NOTHING)
        return
    st.write(text.SENT_INTRO)
    settings = service.settings_sent(visitor.options, messages)
    st.caption(literal(" · ".join(f"{name}: {value}" for name, value in settings.items())))
    weights = visitor.calibration.weigh(messages, visitor.options.model)
    for message, tokens in zip(messages, weights.messages, strict=True):
        with st.container(border=True):
            st.caption(f"{text.role(message['role'])} · {text.tokens(weights.count(tokens))}")
            tray.draw_addresses(pictures_of(message["content"]), is_small=True)
            if said := text_of(message["content"]):
                st.text(said)
    st.caption(text.SENT_AS_JSON)
    st.code(json.dumps(_shortened(messages), ensure_ascii=False, indent=2), language="json")


def _shortened(value: object) -> object:
    """What is sent, with no more of a picture than the beginning of its address."""
    if isinstance(value, dict):
        return {name: _shortened(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_shortened(inner) for inner in value]
    if isinstance(value, str) and value.startswith("data:image/") and len(value) > LONGEST_ADDRESS:
        return f"{value[:LONGEST_ADDRESS]}… ({text.number(len(value))})"
    return value


def _file(page: Page, file: File, visitor: Visitor) -> None:
    if isinstance(file, Picture):
        tray.draw_picture(file)
        return
    st.text(file.text[:LONGEST_SHOWN])
    if len(file.text) > LONGEST_SHOWN:
        st.caption(text.shown_of(LONGEST_SHOWN, len(file.text)))
    if file.is_cut:
        st.caption(text.FILE_IS_CUT)
    with st.container(horizontal=True):
        if visitor.tray.has(file):
            st.button(text.PUT_INTO_QUESTION, on_click=page.put_into_question, args=(file,))
        name = f"{file.name}.txt"
        st.download_button(text.SAVE_TEXT, file.text, name, "text/plain", on_click="ignore")


def _inspector(visitor: Visitor) -> None:
    counter = process.current().counter
    written = st.text_area(text.INSPECT_INPUT, text.INSPECT_SAMPLE, key="inspected", height=140)
    found = counter.inspect(written, visitor.options.model, most=text.INSPECT_LIMIT)
    if found is None:
        st.info(text.not_inspected(counter.state(visitor.options.model)[0]))
        return
    st.markdown(text.inspected(found.encoding, found.count, len(written)))
    if encoding_name(visitor.options.model) is None:
        st.caption(text.INSPECT_ASSUMED)
    if len(written) > text.INSPECT_LIMIT:
        st.caption(text.inspect_cut())
    st.html(f'<div class="tokens">{"".join(_piece(*token) for token in found.tokens)}</div>')
    st.caption(text.INSPECT_DECODED)
    st.text(found.decoded)


def _piece(token: int, data: bytes) -> str:
    """A token as a coloured piece: its text, or, where it is half a character, its bytes."""
    try:
        shown = html.escape(data.decode()).replace("\n", "↵\n")
    except UnicodeDecodeError:
        shown = f"<em>⟨{data.hex(' ').upper()}⟩</em>"
    return f"<span>{shown}<sub>{token}</sub></span>"
