"""One round on the page: its question, its answer, and what can be done with them.

A round is drawn by itself, in its place (`Page.draw`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Literal

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from chat.conversation.answer import Answer
from chat.conversation.question import Move, Question
from chat.conversation.round import Fork, Round
from chat.errors import ChatError, ConnectionLost
from chat.languages.language import spoken
from chat.markup.plain import literal
from chat.ui import copying, ear, facts, feedback, long, owner, session, tray
from chat.ui.growing import GrowingAnswer
from chat.ui.page import Page
from chat.ui.parts import Edit
from chat.ui.slot import Slot
from chat.visitor import Visitor
from chat.words import text

LONGEST_EDIT = 200_000  # characters in a field


class RoundView:
    """Where a round stands on the page: its question, its answer, what went wrong, a line below.

    The line says how far the answer is, and then how it ended and what can be done with it; so
    the page does not jump when the one gives way to the other.
    """

    def __init__(self, fork: Fork, page: Page) -> None:
        self.round = fork.rounds[fork.shown]
        self._fork = fork
        self._page = page
        self._asked = st.chat_message("user", avatar=":material/person:")
        self._answered = st.chat_message("assistant", avatar=":material/auto_awesome:")
        self._thought: _Thought | None = None
        self._heard: Slot | None = None

    def draw(self) -> None:
        """Draw the question, and the answer as far as it is there."""
        with self._asked:
            _question(self._page, self.round, self._fork)
        with self._answered:
            self._reasoning, self._body, self._fault = Slot(), Slot(), Slot()
            line = st.container(
                key=f"line-{self.round.key}",
                horizontal=True,
                vertical_alignment="center",
                gap="small",
            )
            self.note, self.action = Slot(line), Slot(line)
        self._line = line
        self.draw_answer()

    def draw_answer(self) -> None:
        """Draw the version that is read."""
        answer = self.round.kept or self.round.answer
        # Thoughts of a retry that came to nothing are worth reading, too.
        thinker = self.round.answer if self.round.answer.reasoning else answer
        self.draw_thought(thinker)
        if self._thought is not None:
            self._thought.note.caption(text.thought(self._page.visitor.thought(thinker), thinker))
        if answer.has_text:
            key = f"answer-{answer.key}"
            long.markdown(self._body.fill(), answer.text, key=key, page=self._page)
        else:
            self._body.clear()

    def growing(self) -> GrowingAnswer:
        """Draw an answer that grows in the place of whatever there is."""
        return GrowingAnswer(self._body.fill())

    def grow_anew(self) -> GrowingAnswer:
        """Draw both anew, where what was drawn as the one was the other."""
        self._thought = None
        self._reasoning.clear()
        self._body.clear()
        return self.growing()

    def draw_thought(self, answer: Answer) -> None:
        """Draw what the model thought before it answered, folded away."""
        thought = self._prepare_thought(answer)
        if thought is None:
            return
        if thought.added == len(answer.reasoning) and not thought.growing.is_full:
            thought.growing.finish()
        else:
            key = f"thought-{answer.key}"
            long.markdown(thought.body, answer.reasoning, key=key, page=self._page)

    def grow_thought(self, answer: Answer) -> None:
        """Draw what the model has thought since the last time."""
        thought = self._prepare_thought(answer) if answer.reasoning else None
        if thought is None:
            return
        thought.growing.add(answer.reasoning[thought.added :])
        thought.added = len(answer.reasoning)

    def _prepare_thought(self, answer: Answer) -> _Thought | None:
        if not answer.reasoning:
            self._thought = None
            self._reasoning.clear()
        elif self._thought is None or self._thought.answer is not answer:
            with self._reasoning.fill().container(), st.expander(text.REASONING, type="compact"):
                body, note = st.empty(), st.empty()
            growing = GrowingAnswer(body, is_folded=True)
            self._thought = _Thought(answer=answer, body=body, note=note, growing=growing)
        return self._thought

    def draw_ending(self) -> None:
        """Say beneath the answer how it ended, and offer what can be done with it."""
        answer, read = self.round.answer, self.round.kept or self.round.answer
        if answer.error is not None:
            with self._fault.fill().container():
                draw_failure(self._page.visitor, answer.error)
        if self._page.heard is answer:
            self._page.heard = None
            if answer.error is None:
                self.say(text.heard_ending(answer))
            elif not isinstance(answer.error, ConnectionLost):  # which static/back.js says
                self.say(_failure(self._page.visitor, answer.error), is_failure=True)
        note = text.ending(answer)
        if self.round.kept not in (None, answer) and not answer.continued:
            note = text.FORMER_ANSWER
        if read.model and self._page.is_mixed:
            note = spoken().joined(literal(text.by(read.model)), note)
        if note is None:
            self.note.clear()
        else:
            self.note.fill().caption(note, width="content")
        with self.action.fill():
            _actions(self._page, self)
        if self.round.kept is not None:
            with self._answered:
                feedback.draw_thanks(self._page, self.round, self.round.kept)

    def say(self, words: str, *, is_failure: bool = False) -> None:
        """Have a screen reader say something of the answer."""
        self._heard = self._heard or Slot(self._line)
        ear.say(self._heard.fill(), words, is_failure=is_failure)


@dataclass(eq=False, kw_only=True)
class _Thought:
    answer: Answer
    body: DeltaGenerator
    note: DeltaGenerator
    growing: GrowingAnswer
    added: int = 0  # characters that it has been drawn with while it grew


def draw_failure(visitor: Visitor, error: ChatError) -> None:
    """Draw what happened and what to do; beneath it, folded, the owner's part and the service's."""
    st.warning(literal(_failure(visitor, error)), icon=":material/error:")
    if advice := text.owners_advice(error, has_own_key=visitor.own_service is not None):
        st.html(owner.note(advice))
    if error.detail:
        with st.expander(text.REASON, type="compact"):
            st.caption(literal(error.detail))


def _failure(visitor: Visitor, error: ChatError) -> str:
    has_models, has_own_key = visitor.owners.has_models, visitor.own_service is not None
    said = text.failure(error, has_models=has_models, has_own_key=has_own_key)
    return spoken().joined(*said)


def _question(page: Page, round: Round, fork: Fork) -> None:
    edit = page.edits.get(round)
    if edit is not None:
        _edit(page, round, edit)
        return
    if round.files:
        tray.draw_files(page, round.files, round.key)
    if round.question.strip() or not round.files:
        long.plain(round.question, key=f"question-{round.key}", page=page)
    with _row(f"asked-{round.key}"):
        turn = partial(page.visitor.turn_question, round)
        _turner(page, f"question-{round.key}", turn, fork.shown, len(fork.rounds))
        if len(round.question) <= LONGEST_EDIT:
            _button(text.EDIT, "edit", partial(page.begin_edit, round), round.key)
        if round.question.strip():
            copying.draw(round.question, f"question-{round.key}")


def _edit(page: Page, round: Round, edit: Edit) -> None:
    if round.files:
        tray.draw_edited_files(page, round, edit)
    session.restore_edit(edit)
    st.text_area(
        text.EDIT_QUESTION,
        key=edit.key,
        label_visibility="collapsed",
        max_chars=page.visitor.owners.max_chars,
        on_change=session.note_edit,
        args=(edit,),
    )
    with _row(f"editing-{round.key}"):
        st.button(
            text.SAVE_EDIT,
            key=f"save-{edit.key}",
            type="primary",
            on_click=session.save_edit,
            args=(page, round),
        )
        st.button(text.LEAVE_EDIT, key=f"leave-{edit.key}", on_click=page.end_edit, args=(round,))


def _actions(page: Page, view: RoundView) -> None:
    visitor, round = page.visitor, view.round
    kept, readable = round.kept, round.readable
    with _row(f"actions-{round.key}"):
        shown = readable.index(kept) if kept is not None else 0
        _turner(page, f"answer-{round.key}", partial(visitor.turn, round), shown, len(readable))
        _ask_button(page, round, Move.RETRY, text.RETRY, "refresh")
        if kept is not None:
            copying.draw(kept.text, f"answer-{kept.key}")
            if kept.can_go_on:
                _ask_button(page, round, Move.GO_ON, text.GO_ON, "resume")
        # Of all of them, the last one alone is seen (sidebar.py).
        undo, delete = (
            partial(page.take_away, partial(do, round)) for do in (visitor.undo, visitor.delete)
        )
        _button(text.UNDO, "undo", undo, round.key)
        _button(text.DELETE, "delete", delete, round.key)
        if kept is not None and visitor.owners.feedback:
            feedback.draw(page, kept)
        if kept is not None and (about := facts.html_of(visitor, kept)):
            st.html(about, width="content")


def _row(key: str, width: Literal["stretch", "content"] = "stretch") -> DeltaGenerator:
    return st.container(
        horizontal=True, key=key, gap="xsmall", vertical_alignment="center", width=width
    )


def _button(label: str, icon: str, act: Callable[[], None], key: str) -> None:
    # By callback: the browser may send the click along with the change of a setting, and then
    # only that setting's fragment runs (Streamlit 1.67). Its key is that of the round or the answer
    # that it changes, so that the second of two quick clicks never meets what took its place.
    key = f"{icon}-{key}"
    st.button(label, key=key, icon=f":material/{icon}:", type="tertiary", on_click=act)


def _ask_button(page: Page, round: Round, move: Move, label: str, icon: str) -> None:
    question = Question(text=round.question, move=move, round=round, seen=round.answer)
    _button(label, icon, partial(page.ask, question), round.answer.key)


def _turner(page: Page, key: str, turn: Callable[[int], None], shown: int, count: int) -> None:
    """Draw the way to the other versions, where there are any."""
    if count < 2:
        return
    with _row(key, width="content"):
        st.button(
            text.EARLIER_VERSION,
            key=f"back-{key}",
            icon=":material/chevron_left:",
            type="tertiary",
            disabled=shown == 0,
            on_click=page.move,
            args=(partial(turn, -1),),
        )
        st.caption(text.version(shown + 1, count), width="content")
        st.button(
            text.LATER_VERSION,
            key=f"forth-{key}",
            icon=":material/chevron_right:",
            type="tertiary",
            disabled=shown == count - 1,
            on_click=page.move,
            args=(partial(turn, 1),),
        )
