"""The files for the next question, above the input: static/tray.js draws and sends them."""

from __future__ import annotations

import html
from base64 import b64encode
from collections.abc import Sequence
from functools import partial

import streamlit as st

from chat import models
from chat.conversation.files import File, Picture, pictures_among
from chat.conversation.round import Round
from chat.files.pictures import SIDE, THUMBNAIL_SIDE
from chat.files.tray import Tray
from chat.languages.language import spoken
from chat.markup.plain import literal
from chat.ui import program, session
from chat.ui.page import Page
from chat.ui.parts import Edit
from chat.visitor import Visitor
from chat.words import text

KEY = "tray"

_component = program.component("tray")


def draw(page: Page) -> None:
    """Draw the way to add files, and those that wait."""
    visitor, tray = page.visitor, page.visitor.tray
    data = {
        "session": tray.session,
        "received": tray.received,
        "items": [
            {
                "id": id,
                "tokens": _tokens(visitor, file),
                "message": tray.message(id),
                **seen(file),
            }
            for id, file in tray.files.items()
        ],
        "said": spoken().joined(
            *(text.file_fault(fault, tray.bounds) for fault in tray.faults), _unseen(visitor, tray)
        ),
        "takes": {"pictures": tray.kinds.has_images, "documents": tray.kinds.has_documents},
        "bounds": {
            "files": tray.bounds.files,
            "largest": tray.bounds.document_bytes,
            "letters": tray.bounds.letters,
            "longest": SIDE,
            "thumbnail": THUMBNAIL_SIDE,
        },
        **program.words(),
    }
    _component(key=KEY, data=data, on_came_change=partial(session.attach, page, KEY))


def seen(file: File) -> dict[str, str]:
    """What is seen of a file: its name, and its thumbnail where it is a picture."""
    if not isinstance(file, Picture):
        return {"name": file.name}
    return {"name": file.name, "thumbnail": thumbnail(file)}


def draw_files(page: Page, files: Sequence[File], key: str) -> None:
    """Draw the files of a question that was asked."""
    _draw_pictures(pictures_among(files))
    with st.container(horizontal=True, key=f"files-{key}", gap="xsmall"):
        for number, file in enumerate(files):
            icon = ":material/image:" if isinstance(file, Picture) else ":material/description:"
            st.button(
                literal(file.name),
                key=f"file-{number}-{key}",
                icon=icon,
                type="tertiary",
                on_click=page.look_at,
                args=(file,),
            )


def draw_edited_files(page: Page, round: Round, edit: Edit) -> None:
    """Draw the files of a question that is being edited, each of which can be taken away."""
    left = [(place, file) for place, file in enumerate(round.files) if place not in edit.taken]
    _draw_pictures(pictures_among(file for _, file in left))
    with st.container(horizontal=True, key=f"files-{edit.key}", gap="xsmall"):
        for place, file in left:
            st.button(
                text.remove_file(literal(file.name)),
                key=f"take-{place}-{edit.key}",
                icon=":material/close:",
                type="tertiary",
                on_click=page.take_from_edit,
                args=(round, place),
            )


def draw_picture(picture: Picture) -> None:
    """Draw a picture whole, or its thumbnail where no more of it is here."""
    part = picture.part
    if part["type"] == "image_url":
        draw_addresses([part["image_url"]["url"]])
    else:
        draw_addresses([thumbnail(picture)])
        st.caption(text.PICTURE_IS_ELSEWHERE)


def draw_addresses(addresses: Sequence[str], *, is_small: bool = False) -> None:
    """Draw the pictures in these data: URLs, as large as they are or as there is room."""
    if addresses:
        shown = "".join(f'<img src="{html.escape(address)}" alt="">' for address in addresses)
        size = "" if is_small else " whole"
        st.html(f'<div class="pictures{size}">{shown}</div>')


def thumbnail(picture: Picture) -> str:
    """The address of a small picture: nothing but a data: URL is ever loaded."""
    return f"data:image/jpeg;base64,{b64encode(picture.thumbnail).decode()}"


def _draw_pictures(pictures: Sequence[Picture]) -> None:
    if not pictures:
        return
    shown = "".join(
        f'<img src="{thumbnail(each)}" alt="{html.escape(each.name)}"'
        f' title="{html.escape(each.name)}" style="aspect-ratio:{each.width}/{each.height}">'
        for each in pictures
    )
    st.html(f'<div class="pictures">{shown}</div>')


def _tokens(visitor: Visitor, file: File) -> str:
    part, model = file.part, visitor.options.model
    if part["type"] == "image_url":
        return text.tokens(visitor.calibration.picture(part["image_url"]["url"], model))
    return text.tokens(visitor.calibration.text(part["text"], model))


def _unseen(visitor: Visitor, tray: Tray) -> str:
    """That the model sees no pictures, where that is known and there are any."""
    model = models.find(visitor.options.model)
    has_pictures = bool(pictures_among(tray.files.values()))
    return text.sees_no_pictures(model.name) if has_pictures and model.vision is False else ""
