"""One visitor: the conversation and its settings, which nobody else ever sees.

A plain object that knows nothing of the page's session: `ui/session.py` brings it what the widgets
say, and takes to them what they are to be set to.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from enum import Enum, auto
from uuid import uuid4

from chat import models
from chat.conversation.answer import Answer, Status
from chat.conversation.events import Event
from chat.conversation.tree import Conversation, Round
from chat.conversation.window import Capacity, Message, Window
from chat.errors import BlankQuestion, ChatError, TooLong
from chat.keeping.records import Notice, fits
from chat.keeping.store import Removed, Store
from chat.keeping.transcript import Fault, TranscriptError, from_json
from chat.options import Options
from chat.services import titles
from chat.services.base import Service, say, send
from chat.services.budgeted import Budgeted
from chat.services.connect import connect
from chat.services.limits import Limits
from chat.settings import Settings, is_key_like
from chat.tokens.calibration import Calibration
from chat.tokens.counter import Count, TokenCounter


class Move(Enum):
    """How a question gets its answer."""

    ASK = auto()
    EDIT = auto()  # in place of another question
    RETRY = auto()
    GO_ON = auto()


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A question on its way into the conversation.

    `round` is the one that a move is about, and `seen` the answer that was looked at meanwhile.
    """

    text: str
    move: Move = Move.ASK
    round: Round | None = None
    seen: Answer | None = None
    typed: bool = False


@dataclass(kw_only=True)
class Edit:
    """A question that is being edited, its new text so far, and the key of its field."""

    round: Round
    key: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Asking:
    """A question that was sent: its round, the window that went along, and what comes back."""

    round: Round
    window: Window
    events: Generator[Event]
    is_lost: Callable[[], bool]  # whether the page that it is for is gone

    def note_end(self) -> None:
        """Have the answer say that the page was lost, if that is what ends it."""
        draft = self.round.versions[-1]
        if draft.status is Status.STREAMING and self.is_lost():
            draft.lose()

    def close(self) -> None:
        """Cut off what is still under way."""
        self.note_end()
        self.events.close()


class Visitor:
    """One visitor's conversation and settings, by the owner's leave."""

    def __init__(self, owners: Settings, counter: TokenCounter) -> None:
        self.owners = owners
        self.conversation = Conversation(system_prompt=owners.system_prompt, rounds=owners.rounds)
        self.options = owners.options
        self.calibration = Calibration(counter)
        # Where chats are kept; None where the owner wants none kept.
        self.store = Store(asks_for_titles=owners.titles) if owners.store else None
        self.own_service: Service | None = None
        self.own_key = ""  # which only this page's session has

        # Questions, from the click to the answer.
        self.asked: list[Asked] = []
        self.refused: ChatError | None = None
        self.under_way: Asking | None = None
        self.latest: Answer | None = None
        self.edits: dict[Round, Edit] = {}

        # What the widgets are to be set to, by their keys, before they are drawn again.
        self.to_set = settings_of(self.conversation, self.options)
        self.put_back: str | None = None  # into the input

        # How the page is drawn.
        self.is_drawing_page: object | None = None  # the run that draws all, not a fragment alone
        self.is_following = False  # the page is drawn after a fragment
        self.input_can_stop = False
        self.to_open: str | None = None  # the dialog that was asked for, by its name
        self.fault: Fault | None = None  # of the file that was loaded last
        self.earlier = 0  # rounds that are drawn besides the latest
        self.unfolded: set[str] = set()  # keys of long messages that are shown whole

    @property
    def may_use_own_key(self) -> bool:
        """Whether a key of the visitor's own may be given: the owner allows it, and has none."""
        return self.owners.own_key and self.owners.api_key is None

    def submit(
        self,
        question: str,
        *,
        move: Move = Move.ASK,
        round: Round | None = None,
        typed: bool = False,
    ) -> None:
        """Have a question answered: the one way in, whatever was pressed."""
        seen = None if round is None else round.answer
        self.asked.append(Asked(text=question, move=move, round=round, seen=seen, typed=typed))

    @contextmanager
    def asking_next(self, service: Service, is_lost: Callable[[], bool]) -> Iterator[None]:
        """A run that draws the whole page. The next question is on its way before it begins.

        Whatever ends the run also cuts off what is still under way. `is_lost` tells whether the
        page is gone by then.
        """
        # A run that was stopped may end when the next one has begun (Streamlit 1.67): what that one
        # has under way is not this one's to close.
        self.is_drawing_page = run = object()
        asking = None
        try:
            asking = self.under_way = self._ask_next(service, is_lost)
            yield
        finally:
            if asking is not None:
                asking.close()
            if self.is_drawing_page is run:
                self.under_way = self.is_drawing_page = None

    def end_draft(self) -> None:
        """End a draft that is still open: it belongs to a run that has ended."""
        if self.under_way is not None:
            self.under_way.note_end()
        self.conversation.stop()

    def _ask_next(self, service: Service, is_lost: Callable[[], bool]) -> Asking | None:
        """Take the next question into the conversation, and send it.

        A question that cannot be sent is not taken in: it stays where it was typed, with what is
        wrong in `refused`.
        """
        while self.asked:
            asked = self.asked.pop(0)
            self.refused = None
            try:
                opened = self._open(asked)
            except ChatError as error:
                self.refused = error
                if asked.typed and not isinstance(error, BlankQuestion):
                    self.put_back = asked.text.replace("\0", "")
            else:
                if opened is not None:
                    return self._send(opened, service, is_lost)
        return None

    def _send(self, opened: Round, service: Service, is_lost: Callable[[], bool]) -> Asking:
        answer = opened.answer
        answer.model = "" if service.is_demo else self.options.model
        window = Window.of(self.conversation)
        events = answer.grow(service.stream(window, self.options))
        send(events)
        self.latest = answer
        return Asking(round=opened, window=window, events=events, is_lost=is_lost)

    def _open(self, asked: Asked) -> Round | None:
        round = asked.round
        if self.owners.max_chars is not None and len(asked.text) > self.owners.max_chars:
            raise TooLong
        if round is None or (asked.move is Move.EDIT and not self.shows(round)):
            return self.conversation.ask(asked.text)
        if asked.move is Move.EDIT:
            edited = self.conversation.ask(asked.text, instead_of=round)
            self.edits.pop(round, None)
            return edited
        if not self.shows(round) or round.answer is not asked.seen:
            return None  # pressed twice, or the round is gone
        if asked.move is Move.RETRY:
            self.conversation.ask_again(round)
        else:
            self.conversation.go_on(round)
        return round

    def begin_edit(self, round: Round) -> None:
        """Open a question for editing."""
        key = f"edit-{uuid4().hex}"  # the page still knows the keys of a server that has ended
        self.edits[round] = Edit(round=round, key=key, text=round.question)

    def end_edit(self, edit: Edit) -> None:
        """Leave a question that is being edited as it was."""
        self.edits.pop(edit.round, None)

    def save_edit(self, edit: Edit) -> None:
        """Ask a question that is being edited anew, from where it stands."""
        self.submit(edit.text, move=Move.EDIT, round=edit.round)

    def _let_go(self, round: Round) -> None:
        """Hold nothing more of a round that was taken away."""
        self.edits.pop(round, None)
        if self.latest in round.versions:
            self.latest = None

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
            self._let_go(round)

    def undo(self, round: Round) -> None:
        """Take a round away if it is the last, and put its question back into the input."""
        if self.conversation.history[-1:] == [round]:
            self.put_back = self.conversation.undo()
            self._let_go(round)

    def open(self, dialog: str) -> None:
        """Open a dialog with the next run of the page that answers nothing."""
        self.to_open = dialog

    def show_earlier(self, rounds: int) -> None:
        """Draw so many rounds more."""
        self.earlier += rounds

    def shows(self, round: Round) -> bool:
        """Whether a round is on the path that is shown, and neither deleted nor turned away."""
        return any(shown is round for shown in self.conversation.history)

    def use(self, *, system_prompt: str, rounds: int, options: Options) -> None:
        """Use these settings from the next request on."""
        self.conversation.system_prompt = system_prompt
        self.conversation.rounds = rounds
        self.options = options
        tokens = models.find(options.model).prompt_capacity(
            context_tokens=self.owners.context_tokens, max_tokens=options.max_tokens
        )
        self.conversation.capacity = (
            None if tokens is None else Capacity(tokens=tokens, weigh=self._weigh)
        )

    def learn(self, window: Window, answer: Answer) -> None:
        """Let the provider's own count of a request correct the next estimates."""
        self.calibration.learn(window.messages, answer, answer.model)

    def thought(self, answer: Answer) -> Count:
        """The tokens of an answer's reasoning, as reported or as we count them."""
        if answer.usage is not None and answer.usage.reasoning_tokens:
            return Count(answer.usage.reasoning_tokens)
        return self.calibration.text(answer.reasoning, answer.model or self.options.model)

    def budgeted(self, service: Service, limits: Limits, address: str) -> Budgeted:
        """The service as this visitor, who comes from there, may use it on the owner's key."""
        return Budgeted(
            service,
            limits,
            visitor=address,
            weigh=lambda window, model: self.calibration.weigh(window.messages, model).total,
            count=self.calibration.text,
            models=self.owners.allowed_models,
        )

    def use_key(self, given: str) -> None:
        """Ask with the visitor's own key from now on.

        Without one, or with what is no key, it is as if there was none.
        """
        self.own_key = given.strip()
        is_key = bool(self.own_key) and is_key_like(self.own_key)
        with_it = replace(self.owners, api_key=self.own_key)
        self.own_service = connect(with_it, log=say) if is_key else None

    def _weigh(self, messages: Sequence[Message]) -> int:
        return self.calibration.weigh(messages, self.options.model).total.tokens

    def new_chat(self) -> None:
        """Begin a new conversation with the same settings."""
        self._turn_to(self.conversation.start_over())

    def bring_back(self) -> None:
        """Go back to the conversation that the new one took the place of."""
        if self.conversation.previous is not None:
            self._turn_to(self.conversation.previous)

    def load(self, file: object) -> None:
        """Turn to the conversation in a file as the browser has read it: `{"text": its text}`.

        The one that was shown can be had back until the next question. A bad file changes
        nothing but `fault`.
        """
        self.fault = None
        try:
            if not isinstance(file, dict) or not isinstance(file.get("text"), str):
                raise TranscriptError(Fault.TOO_LARGE)  # the browser did not read it
            loaded = from_json(file["text"].removeprefix("\ufeff"))
            if not fits(loaded.conversation, loaded.options or self.options):
                raise TranscriptError(Fault.TOO_LARGE)
        except TranscriptError as error:
            self.fault = error.fault
            return
        loaded.conversation.previous = self._worth_keeping
        self.show(loaded.conversation, loaded.options)

    def hear(self, said: object) -> None:
        """Take in what the browser's storage says."""
        if self.store is None:
            return
        for opened in self.store.hear(said, self.conversation, is_edited=bool(self.edits)):
            if isinstance(opened, Removed):
                if opened.conversation is self.conversation:
                    self._turn_to(self.conversation.start_over())
                if opened.conversation is self.conversation.previous:
                    self.conversation.previous = None
            else:
                if self.store.fault is not None:  # what is shown may be nowhere else
                    opened.conversation.previous = self._worth_keeping
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
        self.to_set = settings_of(conversation, options)
        self._turn_to(conversation)

    @property
    def _worth_keeping(self) -> Conversation | None:
        shown = self.conversation
        return shown if shown.start.rounds else shown.previous

    def _turn_to(self, conversation: Conversation) -> None:
        if self.store is not None:
            self.conversation.stop()
            self.store.turn(self.conversation, self.options, conversation)
        self.conversation = conversation
        if conversation.previous is not None:
            conversation.previous.previous = None  # one can be had back, not a row of them
        self.refused = self.latest = self.to_edit = None
        self.edits.clear()
        self.unfolded.clear()
        self.earlier = 0


def settings_of(conversation: Conversation, options: Options | None) -> dict[str, object]:
    """What is set in the sidebar, by the widgets' keys; without options, the prompt alone."""
    prompt: dict[str, object] = {"system_prompt": conversation.system_prompt}
    if options is None:
        return prompt
    return {**prompt, "rounds": conversation.rounds, **asdict(options)}
