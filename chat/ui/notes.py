"""Notes to the page's program, among what is drawn; nothing of them is seen."""

from __future__ import annotations

import json
from uuid import uuid4

import streamlit as st

from chat.beginning import PARAMETERS
from chat.conversation.answer import Status
from chat.ui.parts import Parts
from chat.words import text


def tell_gate() -> None:
    """Tell the page's program that nothing but the gate was drawn."""
    _tell({"store": None, "isGate": True})


def tell_drawn(page: Parts) -> None:
    """Tell settled.js that a press acts from now on, as soon as the store is ready.

    And queue.js, which chat is shown, and how its last answer has ended; and back.js, what to say
    where the connection was lost meanwhile.
    """
    store, answer = page.visitor.store, page.visitor.latest
    rounds = page.visitor.conversation.history
    asked = answer or (rounds[-1].answer if rounds else None)
    _tell(
        {
            "store": None if store is None else store.session,
            "isGate": False,
            "parameters": PARAMETERS,  # of the address, which are taken by now
            "linked": page.linked,
            "chat": page.chat,
            "answer": None if answer is None else answer.key,
            "isComplete": answer is None or answer.status is Status.COMPLETE,
            "back": "" if asked is None else text.connection_is_back(asked),
        }
    )


def _tell(drawn: dict[str, object]) -> None:
    st.html(note("drawn", {**drawn, "run": uuid4().hex}))  # new to each run


def note(kind: str, value: object) -> str:
    """HTML of which nothing is seen: a value for the page's program (notes.js)."""
    return note_of(kind, json.dumps(value))


def note_of(kind: str, json: str) -> str:
    """The same, of a value that is JSON already."""
    # No text may end the attribute that carries it, and of one that looks like the end of a tag,
    # DOMPurify would drop the whole attribute.
    for character in "&<>'":
        json = json.replace(character, f"\\u{ord(character):04x}")
    return f'<i class="note" data-kind="{kind}" data-value=\'{json}\'></i>'
