"""One visitor: the conversation and its settings, which nobody else ever sees.

A plain object that knows no page: `ui/session.py` brings it what the widgets say, and sets them to
what a chat that was opened has.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from chat import models
from chat.conversation.answer import Answer
from chat.conversation.files import File, pictures_among, with_bytes
from chat.conversation.question import Move, Question, Request
from chat.conversation.round import Round
from chat.conversation.tree import MOST_PICTURES, Conversation
from chat.conversation.window import Capacity, Message, Window
from chat.errors import BlankQuestion, ChatError, TooLong
from chat.files.tray import Tray
from chat.keeping.imports import chats_in_file
from chat.keeping.notice import Notice
from chat.keeping.records import fits
from chat.keeping.store import Removed, Store
from chat.keeping.untrusted import Fault, TranscriptError
from chat.options import Options
from chat.payer import Payer
from chat.services import titles
from chat.services.base import Service, send
from chat.settings import Settings
from chat.tokens.counter import TokenCounter


class Visitor(Payer):
    """One visitor's conversation and settings, by the owner's leave."""

    def __init__(self, owners: Settings, counter: TokenCounter) -> None:
        super().__init__(owners, counter)
        self.conversation = Conversation(system_prompt=owners.system_prompt, rounds=owners.rounds)
        # Where chats are kept; None where the owner wants none kept.
        self.store = Store(asks_for_titles=owners.titles) if owners.store else None
        self.tray = Tray.within(owners.files, owners.files_count, owners.files_megabytes)
        self.queue: list[Question] = []  # asked, and not sent yet
        self.is_waiting = False  # the first of these, for pictures that the browser was asked for
        self.request: Request | None = None  # whose answer is being written
        self.refused: ChatError | None = None  # why the last question was not sent
        self.has_opened_link: bool | None = None  # a link's chat; None where there was none
        self.unsent: str | None = None  # a question to be put back where it was typed
        self.latest: Answer | None = None  # the last one that was asked for here

    def submit(self, question: Question) -> None:
        """Have a question answered: the one way in, whatever was pressed."""
        self.queue.append(question)

    def send_next(self, service: Service, is_lost: Callable[[], bool]) -> Request | None:
        """Take the next question into the conversation, and send it; None where there is none.

        It stays where it is while pictures that go along are on their way from the browser. A
        question that cannot be sent is not taken in: `refused` says why, and what was typed is in
        `unsent`. `is_lost` tells whether the page that the answer is for is gone.
        """
        self.request = None
        while self.queue and self.request is None:
            question = self.queue[0]
            files = with_bytes(question.files, self.conversation.pictures)
            question = replace(question, files=files)
            if self._waits(question):
                break
            self.queue.pop(0)
            self.refused = self.has_opened_link = None
            try:
                service.check()
                opened = self._open(question)
            except ChatError as error:
                self.refused = error
                if question.is_typed and not isinstance(error, BlankQuestion):
                    self.put_back(question.text.replace("\0", ""), question.files)
            else:
                if opened is not None:
                    self.request = self._send(question, opened, service, is_lost)
        return self.request

    def put_back(self, text: str, files: Sequence[File] = ()) -> None:
        """Let a question that is not sent stand where it was written."""
        self.unsent = text
        self.tray.put_back(files)

    def finish(self, request: Request) -> None:
        """Cut off what is still under way of a request, which need not be the present one."""
        request.close()
        if self.request is request:
            self.request = None

    def end_draft(self) -> None:
        """End a draft that is still open: whatever was to write it has ended."""
        if self.request is not None:
            self.request.note_end()
        self.conversation.stop()

    def _waits(self, question: Question) -> bool:
        along = self.conversation.pictures_for(question.round)
        pictures = [*pictures_among(question.files), *along][: self.conversation.most_pictures]
        self.is_waiting = bool(self.store and self.store.awaits(self.conversation, pictures))
        return self.is_waiting

    def _send(
        self, question: Question, opened: Round, service: Service, is_lost: Callable[[], bool]
    ) -> Request:
        answer = opened.answer
        answer.model = "" if service.is_demo else self.options.model
        window = Window.of(self.conversation)
        events = answer.grow(service.stream(window, self.options))
        send(events)
        self.latest = answer
        return Request(
            question=question, round=opened, window=window, events=events, is_lost=is_lost
        )

    def _open(self, question: Question) -> Round | None:
        round, text, files = question.round, question.text, question.files
        if question.letters > (self.owners.max_chars or question.letters):
            raise TooLong
        if round is None or (question.move is Move.EDIT and not self.shows(round)):
            return self.conversation.ask(text, files=files)
        if question.move is Move.EDIT:
            return self.conversation.ask(text, files=files, instead_of=round)
        if not self.shows(round) or round.answer is not question.seen:
            return None  # pressed twice, or the round is gone
        if question.move is Move.RETRY:
            self.conversation.ask_again(round)
        else:
            self.conversation.go_on(round)
        return round

    def turn(self, round: Round, by: int) -> None:
        """Show another version of an answer."""
        if self.shows(round):
            self.conversation.turn(round, by)

    def turn_question(self, round: Round, by: int) -> None:
        """Show another version of a question, and what followed it."""
        if self.shows(round):
            self.conversation.turn_question(round, by)

    def delete(self, round: Round) -> None:
        """Take a round away."""
        if self.shows(round):
            self.conversation.delete(round)
            self._forget(round)

    def undo(self, round: Round) -> None:
        """Take a round away if it is the last; its question is `unsent` again."""
        if self.conversation.history[-1:] == [round]:
            self.put_back(self.conversation.undo(), round.files)
            self._forget(round)

    def _forget(self, round: Round) -> None:
        if self.latest in round.versions:
            self.latest = None

    def shows(self, round: Round) -> bool:
        """Whether a round is on the path that is shown, and neither deleted nor turned away."""
        return self.conversation.shows(round)

    def use(
        self, *, system_prompt: str, rounds: int, pictures_again: bool, options: Options
    ) -> None:
        """Use these settings from the next request on, as far as the model takes them."""
        self.conversation.system_prompt = system_prompt
        self.conversation.rounds = rounds
        self.conversation.pictures_again = pictures_again
        # Nor with a chat from elsewhere or from before goes what the owner does not want.
        kinds = self.tray.kinds
        self.conversation.most_pictures = MOST_PICTURES if kinds.has_images else 0
        self.conversation.sends_documents = kinds.has_documents
        model = models.find(options.model)
        self.options = model.accepted(options)
        tokens = model.prompt_capacity(
            context_tokens=self.owners.context_tokens, max_tokens=options.max_tokens
        )
        self.conversation.capacity = (
            None if tokens is None else Capacity(tokens=tokens, weigh=self._weigh)
        )

    @property
    def window(self) -> Window:
        """What is being sent or, between two answers, what would be with the files that wait."""
        return Window.of(self.conversation, waiting=tuple(self.tray.files.values()))

    @property
    def settings(self) -> dict[str, object]:
        """What the next request is sent with, by name."""
        conversation = self.conversation
        return {
            "system_prompt": conversation.system_prompt,
            "rounds": conversation.rounds,
            "pictures_again": conversation.pictures_again,
            **self.options.values,
        }

    def _weigh(self, messages: Sequence[Message]) -> int:
        return self.calibration.weigh(messages, self.options.model).total.tokens

    def new_chat(self, *, is_temporary: bool = False) -> None:
        """Begin a new conversation with the same settings."""
        self._turn_to(self.conversation.start_over(is_temporary=is_temporary))

    def bring_back(self) -> None:
        """Go back to the conversation that the new one took the place of, with these settings."""
        previous = self.conversation.previous
        if previous is not None:
            previous.system_prompt = self.conversation.system_prompt
            previous.rounds = self.conversation.rounds
            previous.pictures_again = self.conversation.pictures_again
            self._turn_to(previous)

    def load(self, file: object) -> int:
        """Turn to the newest conversation in a file, and return how many others are in it.

        The one that was shown can be had back until the next question. Raises `TranscriptError`
        where there is none, or it is too large; then nothing has changed.
        """
        newest, *others = chats_in_file(file).chats
        if not fits(newest.conversation, newest.options or self.options):
            raise TranscriptError(Fault.TOO_LARGE)
        newest.conversation.previous = self.conversation.worth_having_back
        self.show(newest.conversation, newest.options)
        self.name_chat(newest.name)
        return len(others)

    def receive(self, said: object, *, is_edited: bool) -> None:
        """Take in what the browser's storage says. Untrusted input; validated by the store.

        While a question `is_edited`, no other chat takes the place of the one that is shown.
        """
        if self.store is None:
            return
        for opened in self.store.receive(said, self.conversation, is_edited=is_edited):
            if isinstance(opened, Removed):
                if opened.conversation is self.conversation:
                    self._turn_to(self.conversation.start_over())
                if opened.conversation is self.conversation.previous:
                    self.conversation.previous = None
            else:
                if self.store.fault is not None:  # what is shown may be nowhere else
                    opened.conversation.previous = self.conversation.worth_having_back
                self.show(opened.conversation, opened.options)
                self.store.notice = opened.notice

    def save(self, *, pace: float = 0) -> None:
        """Have what has changed kept by the browser, if the last time was so many seconds ago."""
        if self.store is not None:
            self.store.save(self.conversation, self.options, pace=pace)

    @property
    def wants_title(self) -> bool:
        """Whether the model is to be asked now for a title of the chat."""
        asks = self.store is not None and self.store.asks_for_titles
        return asks and titles.is_wanted(self.conversation)

    def name_chat(self, title: str) -> None:
        """Have the chat kept under this title."""
        if self.store is not None and title:
            self.store.name(self.conversation, title)

    @property
    def notices(self) -> list[Notice]:
        """What there is to say of the keeping of chats."""
        if self.store is None:
            return []
        return [notice for notice in (self.store.fault, self.store.notice) if notice is not None]

    def show(self, conversation: Conversation, options: Options | None) -> None:
        """Turn to a conversation and its settings; without options, these stay as they are."""
        allowed = self.owners.allowed_models
        if options is not None and allowed is not None and options.model not in allowed:
            options = replace(options, model=allowed[0])
        if options is None:
            conversation.rounds = self.conversation.rounds
        self._turn_to(conversation, options)

    def _turn_to(self, conversation: Conversation, options: Options | None = None) -> None:
        if self.is_waiting:  # they were asked in the chat that is left
            asked, self.queue, self.is_waiting = self.queue, [], False
            if typed := [question for question in asked if question.is_typed]:
                files = [file for question in typed for file in question.files]
                self.put_back("\n\n".join(question.text for question in typed), files)
        if self.store is not None:
            self.conversation.stop()
            self.store.turn(self.conversation, self.options, conversation)
        self.conversation = conversation
        if conversation.previous is not None:
            conversation.previous.previous = None  # one can be had back, not a row of them
        self.refused = self.latest = self.has_opened_link = None
        self.use(
            system_prompt=conversation.system_prompt,
            rounds=conversation.rounds,
            pictures_again=conversation.pictures_again,
            options=options or self.options,
        )
