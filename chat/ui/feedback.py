"""What a visitor thinks of an answer, where the owner wants to know (`CHAT_FEEDBACK`)."""

from __future__ import annotations

from functools import partial

import streamlit as st

from chat.conversation.answer import Answer
from chat.conversation.round import Round
from chat.feedback import Verdict
from chat.services.request_log import pseudonym
from chat.ui import process
from chat.ui.page import Page
from chat.ui.parts import Opinion
from chat.words import text

_ICONS: dict[Verdict, str] = {"good": "thumb_up", "bad": "thumb_down"}


def draw(page: Page, answer: Answer) -> None:
    """Draw the two buttons beneath an answer; the one that was pressed is so for good."""
    opinion = page.opinions.get(answer)
    labels: dict[Verdict, str] = {"good": text.GOOD_ANSWER, "bad": text.BAD_ANSWER}
    for verdict, label in labels.items():
        st.button(
            label,
            key=f"{verdict}-{answer.key}",
            icon=f":material/{_ICONS[verdict]}:",
            type="tertiary",
            disabled=opinion is not None and opinion.verdict == verdict,
            on_click=partial(_note, page, answer, verdict),
        )


def draw_thanks(page: Page, round: Round, answer: Answer) -> None:
    """Say what the owner learns, and offer to tell what was said, too."""
    opinion = page.opinions.get(answer)
    if opinion is None:
        return
    if opinion.has_failed:
        st.caption(text.FEEDBACK_FAILED)
    elif opinion.has_text:
        st.caption(text.FEEDBACK_WITH_TEXT)
    else:
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.caption(text.FEEDBACK_NOTED, width="content")
            st.button(
                text.FEEDBACK_SEND_TEXT,
                key=f"tell-{answer.key}",
                type="tertiary",
                on_click=partial(_note, page, answer, opinion.verdict, round),
            )


def _note(page: Page, answer: Answer, verdict: Verdict, round: Round | None = None) -> None:
    feedback = process.current().feedback
    if feedback is None:
        page.redraw()
    said = None if round is None else (round.question, answer.text)
    try:
        feedback.note(
            verdict,
            answer=answer.key,
            visitor=pseudonym(process.payer()),
            model=answer.model or "",
            said=said,
        )
    except OSError as error:
        process.log_lost_feedback(error)
        page.opinions[answer] = Opinion(verdict=verdict, has_failed=True)
    else:
        page.opinions[answer] = Opinion(verdict=verdict, has_text=said is not None)
    page.redraw()
