"""One page in a browser: its visitor, and what can be done there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NoReturn
from uuid import uuid4

import streamlit as st

from chat.conversation.files import Document, File
from chat.conversation.question import Move, Question
from chat.conversation.round import Round
from chat.conversation.tree import Conversation
from chat.keeping.untrusted import Fault
from chat.languages.language import speak, spoken
from chat.ui import beginning, process, session, streamlit_quirks
from chat.ui.parts import Edit, Parts
from chat.visitor import Visitor


@dataclass(eq=False, kw_only=True)
class Page(Parts):
    """One page in a browser: its visitor, and what can be done there.

    Every move is a callback, and ends in `redraw`. A question is on its way before anything is
    drawn.
    """

    earlier: int = 0  # rounds that are drawn besides the latest
    unfolded: set[str] = field(default_factory=set)  # keys of long messages that are shown whole
    fault: Fault | None = None  # of the file that was loaded last
    others: int = 0  # chats in that file that were not opened
    looked_at: File | None = None  # a file that goes along with a question
    shown_round: Round | None = None  # that the browser is to show
    way_out: Callable[[], None] | None = None  # to where one signs in or out
    _configured: Conversation | None = None  # whose settings the widgets have
    _is_set: bool = False  # and they are to have what was set otherwise than by them

    def begin_edit(self, round: Round) -> None:
        """Open a question for editing."""
        key = f"edit-{uuid4().hex}"  # the page still knows the keys of a server that has ended
        self.edits[round] = Edit(key=key, text=round.question)
        self.redraw()

    def end_edit(self, round: Round) -> None:
        """Leave a question that is being edited as it was."""
        self.edits.pop(round, None)
        self.redraw()

    def take_from_edit(self, round: Round, place: int) -> None:
        """Let a file of a question that is being edited not go along any more."""
        if (edit := self.edits.get(round)) is not None:  # else it was left by the click before
            edit.taken.add(place)
        self.redraw()

    def ask(self, question: Question) -> None:
        """Have a question answered: the one way in, whatever was pressed."""
        self.linked = None  # it is in the input, or was sent
        self.take_settings()
        self.visitor.submit(question)
        self.send()
        self.redraw()

    def send(self) -> None:
        """Send the next question; its answer is drawn by the run that comes."""
        if self.sent is None:
            speak(self.language)  # a callback comes before all else of a run
            service, connection = process.service_of(self.visitor), streamlit_quirks.Connection()
            self.sent = request = self.visitor.send_next(service, connection.is_lost)
            if request is not None and request.question.move is Move.EDIT:
                self.edits.pop(request.question.round or request.round, None)

    def stop(self) -> None:
        """End the answer that is being written."""
        if self.sent is not None:
            self.visitor.finish(self.sent)
            self.sent = None
        self.visitor.end_draft()
        self.redraw()

    def move(self, move: Callable[[], None]) -> None:
        """Do what a button asks for, and draw what it has changed."""
        move()
        self.redraw()

    def take_away(self, move: Callable[[], None]) -> None:
        """The same for a round that goes, which is told."""
        self.was_deleted = True
        self.move(move)

    def open(self, dialog: str) -> None:
        """Open a dialog."""
        self.to_open = dialog
        self.redraw()

    def look_at(self, file: File) -> None:
        """Open a file that goes along with a question, to be read or seen."""
        self.looked_at = file
        self.open("file")

    def put_into_question(self, document: Document) -> None:
        """Let the input have the text of a document that waits, in its stead."""
        self.visitor.tray.drop(document)
        self.visitor.unsent = document.text
        st.rerun()  # the dialog goes with the whole page alone

    def collect_pictures(self) -> None:
        """Ask the browser for all pictures of the chat, for a file of it."""
        self.is_collecting = True
        self.await_pictures()
        self.redraw()

    def await_pictures(self) -> bool:
        """Whether pictures of the chat may still come, of those that were asked for."""
        store, conversation = self.visitor.store, self.visitor.conversation
        pictures = [picture for round in conversation.all_rounds for picture in round.pictures]
        return self.is_collecting and store is not None and store.awaits(conversation, pictures)

    def show_earlier(self, rounds: int) -> None:
        """Draw so many rounds more."""
        self.earlier += rounds
        st.rerun()

    def show_round(self, number: int, round: Round) -> None:
        """Have the browser show the question of a round of this number, counted from 0."""
        self.earlier += max(0, self.hidden - number)
        self.shown_round = round
        st.rerun()

    def change_settings(self) -> None:
        """Take in what was set in the sidebar."""
        self.take_settings()
        self.redraw()

    def show_settings(self) -> NoReturn:
        """Draw the page with the sidebar set to what the visitor has."""
        self._is_set = True
        st.rerun()  # a widget tells what it is set to in the same run alone (Streamlit 1.67)

    def choose_language(self) -> None:
        """Speak the language that was chosen, whatever the address says."""
        session.choose_language()
        st.rerun()

    def new_chat(self) -> None:
        """Begin a new conversation, with what is set in the sidebar by now."""
        self.take_settings()
        self.visitor.new_chat()
        self.redraw()

    def temporary_chat(self) -> None:
        """Begin a new conversation of which nothing is kept."""
        self.take_settings()
        self.visitor.new_chat(is_temporary=True)
        self.redraw()

    def keep_chat(self) -> None:
        """Keep a temporary conversation from now on, with all that was said in it."""
        self.visitor.conversation.is_temporary = False
        st.rerun()

    def leave(self, way_out: Callable[[], None]) -> None:
        """Leave the page this way, when all of it is drawn and so kept."""
        self.way_out = way_out
        self.is_whole = False
        self.stop()

    def go(self) -> None:
        """Leave the page, if that was asked for."""
        if self.way_out is not None:
            way_out, self.way_out = self.way_out, None
            way_out()

    def bring_back(self) -> None:
        """Go back to the conversation before, with what is set in the sidebar by now."""
        self.take_settings()
        self.visitor.bring_back()
        self.redraw()

    def take_settings(self) -> None:
        """Let the visitor have what the sidebar's widgets are set to.

        To be called before they are drawn (only then can they be set to what a chat has that was
        opened), and before another chat is turned to: a change comes together with the click.
        """
        is_opened = self.visitor.conversation is not self._configured
        if is_opened:
            self._configured = self.visitor.conversation
            self.unfolded.clear()
            self.earlier = 0
            self.is_collecting = False
        is_other, self._is_set = is_opened or self._is_set, False
        session.take_settings(self.visitor, is_opened=is_other)


def _opened(visitor: Visitor) -> Page:
    """A page that was just loaded, which does what its address asks for."""
    page = Page(visitor=visitor)
    beginning.follow_link(page)
    return page


def current_page() -> Page:
    """The page that is being drawn, for one visitor.

    A draft that is still open belongs to a run that has ended, so it was interrupted.
    """
    shared = process.current()
    page = session.kept_page(lambda: _opened(Visitor(shared.settings, shared.counter)))
    page.language = spoken()
    if page.sent is None:
        page.visitor.end_draft()
    page.take_settings()
    page.send()
    page.drawn.clear()
    page.is_whole = False
    page.shown = page.visitor.conversation
    streamlit_quirks.forget_callbacks()
    session.show_conversation(page.visitor.conversation)
    return page
