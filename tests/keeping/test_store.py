"""One page's end of the browser's storage: what is written, and what is made of an answer."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from typing import Any

import pytest

from chat.conversation.files import File, Picture, named
from chat.conversation.tree import Conversation
from chat.keeping.files import encoded
from chat.keeping.messages import KINDS, MOST_MESSAGES
from chat.keeping.notice import Notice
from chat.keeping.repeating import LARGEST as MOST_REPEATED
from chat.keeping.restoring import Restored, restore
from chat.keeping.store import Opened, Removed, Store
from chat.keeping.wanted import PATIENCE, Wanted
from tests.keeping.kept import VERSION_1, as_opened, recorded
from tests.keeping.moves import BLUE, GREEN, NOTES, OPTIONS, RED, came
from tests.steps import steps

A, B = "a" * 32, "b" * 32
Write = dict[str, Any]


class Page:
    """A page whose browser takes every write, and says what a test lets it say."""

    def __init__(self) -> None:
        self.store = Store(asks_for_titles=False)
        self.conversation = Conversation()
        self.sent: list[list[Write]] = []
        self.said = 0
        self.is_ending = False
        self.store.begin_run(self.take)

    def take(self, writes: str) -> None:
        if self.is_ending:
            raise GeneratorExit  # as whatever ends a run
        self.sent.append(json.loads(writes))

    def ask(self, question: str) -> None:
        list(self.conversation.ask(question).answer.grow(came(0, question)))

    def save(self, *, is_new_run: bool = False) -> list[Write]:
        """What is sent now, in the middle of a run or as the first thing in one."""
        if is_new_run:
            self.store.begin_run(self.take)
        before = len(self.sent)
        self.store.save(self.conversation, OPTIONS, pace=0)
        return [write for writes in self.sent[before:] for write in writes]

    def receive(self, *messages: dict[str, Any], is_edited: bool = False) -> list[Opened | Removed]:
        numbered = []
        for message in messages:
            self.said += 1
            numbered.append({**message, "number": self.said})
        return self.store.receive(numbered, self.conversation, is_edited=is_edited)

    def open(self, chat: str = A, records: str | None = VERSION_1, **more: object) -> list[Any]:
        """Have the browser hand over a chat."""
        opened = {"kind": "opened", "reason": "picked", "chat": chat, "stamp": "s 1", "got": 0}
        return self.receive(opened | {"records": records} | more)

    def wanted(self) -> list[str]:
        """The pictures that the browser is asked for."""
        return self.store.state(self.conversation)["wanted"]

    def fetch(self, hash: str, data: str | None, chat: str = A) -> None:
        """Have the browser hand over a picture."""
        self.receive({"kind": "picture", "chat": chat, "hash": hash, "data": data})

    def turn(self, to: Conversation) -> None:
        self.store.turn(self.conversation, OPTIONS, to)
        self.conversation = to


@pytest.fixture
def page() -> Page:
    return Page()


def test_every_write_has_a_number_and_carries_small_ones_before(page: Page) -> None:
    page.ask("Q1")
    assert [(write["number"], write["whole"]) for write in page.save()] == [(1, True)]
    assert page.save(is_new_run=False) == []
    for question in ("Q2", "Q3", "Q4", "Q5"):
        page.ask(question)
        page.save(is_new_run=question in ("Q2", "Q5"))
    assert [[write["number"] for write in writes] for writes in page.sent] == [
        [1],
        [1, 2],
        [2, 3],
        [3, 4],
        [2, 3, 4, 5],
    ]


def test_a_large_write_is_sent_once(page: Page) -> None:
    page.ask("word " * MOST_REPEATED)
    page.save()
    page.ask("Q2")
    assert [write["number"] for write in page.save()] == [2]


def test_what_a_run_that_ends_could_not_send_goes_with_the_next_one(page: Page) -> None:
    page.ask("Q1")
    page.is_ending = True
    with pytest.raises(GeneratorExit):
        page.save()
    page.is_ending = False
    assert [write["number"] for write in page.save()] == [1]


def test_what_is_missed_is_sent_anew_also_of_a_chat_that_is_no_longer_shown(page: Page) -> None:
    page.ask("Q1")
    first = page.save()[0]
    left = page.conversation
    page.turn(left.start_over())
    page.ask("Q2")
    page.save()
    page.receive({"kind": "missed", "missing": 1})
    again = {write["chat"]: write for write in page.save() if write["number"] > 2}
    assert len(again) == 2
    assert again[first["chat"]]["put"] == first["put"]
    assert all(write["whole"] for write in again.values())


def test_of_a_temporary_chat_nothing_is_sent_and_then_all_of_it_where_it_is_kept(
    page: Page,
) -> None:
    page.conversation.is_temporary = True
    page.ask("Q1")
    assert page.save() == []
    assert page.store.state(page.conversation)["temporary"]
    temporary = page.conversation
    page.turn(temporary.start_over())
    assert page.save() == []
    page.conversation = temporary
    temporary.is_temporary = False
    (write,) = page.save()
    assert (write["whole"], write["put"]["question/1"]) == (True, "Q1")


def test_no_chat_takes_the_place_of_a_temporary_one_by_itself(page: Page) -> None:
    page.conversation.is_temporary = True
    assert page.open(reason="start") == []
    assert len(page.open(reason="picked")) == 1


def test_what_came_is_not_sent_again(page: Page) -> None:
    page.ask("Q1")
    page.save()
    page.receive({"kind": "missed", "missing": 2})
    assert page.save() == []


def test_the_rest_of_a_chat_is_sent_although_another_is_shown(page: Page) -> None:
    page.ask("Q1")
    page.save()
    page.ask("Q2")
    page.turn(page.conversation.start_over())
    rest = page.save()[-1]
    assert rest["put"]["question/3"] == "Q2"


def test_a_chat_that_moved_in_the_browser_moves_here_too(page: Page) -> None:
    page.open()
    (opened,) = page.open(B)
    page.turn(opened.conversation)
    page.ask("Q3")
    assert [(write["chat"], write["base"]) for write in page.save()] == [(B, "s 1")]
    page.receive({"kind": "taken", "chat": B, "now": "c" * 32})
    write = page.save()[-1]
    assert (write["chat"], write["base"], write["whole"]) == ("c" * 32, "", True)
    history = restore(write["put"]).conversation.history
    assert [round.question for round in history] == ["Q1", "Q2", "Q3"]
    page.receive({"kind": "taken", "chat": "c" * 32, "now": "../evil"})
    page.ask("Q4")
    assert page.save()[-1]["chat"] == "c" * 32


def test_a_chat_that_moved_and_is_left_is_sent_whole_all_the_same(page: Page) -> None:
    page.ask("Q1")
    chat = page.save()[0]["chat"]
    page.ask("Q2")
    (opened,) = page.receive(
        {"kind": "taken", "chat": chat, "now": B},
        {"kind": "opened", "reason": "picked", "chat": A, "stamp": "", "got": 0}
        | {"records": VERSION_1},
    )
    assert isinstance(opened, Opened)
    page.turn(opened.conversation)
    write = page.save()[-1]
    assert (write["chat"], write["whole"]) == (B, True)
    assert write["put"]["question/3"] == "Q2"


def test_to_open_a_chat_writes_nothing(page: Page) -> None:
    (opened,) = page.open()
    page.turn(opened.conversation)
    page.conversation.rounds += 1  # as a page may, whose settings allow no other
    assert page.save() == []
    page.conversation.rounds += 1
    assert list(page.save()[0]["put"]) == ["head", "answer/5"]


def test_a_chat_that_is_shown_is_opened_only_if_nothing_of_it_is_under_way(page: Page) -> None:
    (opened,) = page.open()
    page.turn(opened.conversation)
    assert page.open() == []  # as it is
    assert page.open(stamp="t 1", reason="followed") != []
    page.ask("Q3")
    number = page.save()[-1]["number"]
    assert page.open(stamp="t 1", got=number - 1) == []
    assert page.open(stamp=f"{page.store.session} 1", got=number) == []  # its own
    assert page.open(stamp="t 1", got=number, reason="followed") != []


def test_a_chat_that_is_edited_follows_no_other_page(page: Page) -> None:
    (opened,) = page.open()
    page.turn(opened.conversation)
    followed = {"kind": "opened", "reason": "followed", "chat": A, "stamp": "t 1", "got": 0}
    assert page.receive(followed | {"records": VERSION_1}, is_edited=True) == []


def test_a_deleted_chat_is_left_and_never_written_again(page: Page) -> None:
    page.ask("Q1")
    chat, deleted = page.save()[0]["chat"], page.conversation
    assert page.receive({"kind": "removed", "chats": [chat, B], "last": 1}) == [
        Removed(conversation=deleted)
    ]
    page.ask("Q2")
    page.turn(Conversation())
    assert [write for write in page.save() if write["number"] > 1] == []


def test_a_deleted_chat_that_is_had_back_is_a_new_one(page: Page) -> None:
    page.ask("Q1")
    chat, deleted = page.save()[0]["chat"], page.conversation
    page.turn(Conversation())
    page.receive({"kind": "removed", "chats": [chat], "last": 1})
    page.turn(deleted)
    page.ask("Q2")
    write = page.save()[-1]
    assert write["chat"] != chat
    assert write["whole"]
    assert {"question/1", "question/3"} < write["put"].keys()


def test_a_chat_that_was_gone_on_with_after_it_was_deleted_is_a_new_one(page: Page) -> None:
    page.ask("Q1")
    chat = page.save()[0]["chat"]
    page.ask("Q2")
    page.save()
    assert page.receive({"kind": "removed", "chats": [chat], "last": 1}) == []
    write = page.save()[-1]
    assert write["chat"] != chat
    assert {"question/1", "question/3"} < write["put"].keys()


def test_a_chat_that_was_brought_back_at_once_was_never_gone(page: Page) -> None:
    page.ask("Q1")
    chat = page.save()[0]["chat"]
    own = f"{page.store.session} 1"
    back = {"kind": "opened", "reason": "picked", "chat": chat, "stamp": own, "got": 1}
    removed = {"kind": "removed", "chats": [chat], "last": 1}
    assert page.receive(removed, back | {"records": VERSION_1}) == []
    page.ask("Q2")
    assert page.save()[-1]["chat"] == chat


@pytest.mark.parametrize(
    ("records", "notice"),
    [
        (None, Notice.TOO_LONG),
        ("[]", Notice.UNREADABLE),
        ("{", Notice.UNREADABLE),
        ('{"head": {"version": 9}}', Notice.NEWER),
    ],
)
def test_what_cannot_be_opened_is_noticed(page: Page, records: str | None, notice: Notice) -> None:
    assert page.open(records=records) == []
    assert page.store.notice is notice
    page.turn(Conversation())
    assert page.store.notice is None


def test_a_fault_of_ours_in_reading_is_noticed_too(page: Page) -> None:
    def fail(_: object) -> Restored:
        raise ZeroDivisionError

    page.store = Store(asks_for_titles=False, restore=fail)
    assert page.open() == []
    assert page.store.notice is Notice.UNREADABLE


@pytest.mark.parametrize(
    "said",
    [
        None,
        [None, 7, {}, {"number": "x"}, {"number": 1}],
        [{"number": 1, "kind": kind} for kind in KINDS],
        [{"number": 1, "kind": "removed", "chats": [[]], "last": "x"}],
        [{"number": 1, "kind": "opened", "chat": 5, "reason": "picked", "stamp": [], "got": {}}],
    ],
)
def test_what_store_js_never_says_is_let_go(page: Page, said: object) -> None:
    assert page.store.receive(said, page.conversation, is_edited=False) == []


DEEP: list[Any] = []
for _ in range(10_000):
    DEEP = [DEEP]
ODD: list[Any] = [
    DEEP,
    *(None, True, False, 0, -1, 1.5, float("nan"), float("inf"), 10**400, "", "x", "\ud800"),
    *([], [[]], {}, [None], {"chat": A}, [A], A, A + "\n", "full", "picked", "x" * 10_000),
]


FIELDS = ["kind", "number", "chat", "chats", "now", "last", "missing", "fault"]
FIELDS += ["reason", "stamp", "got", "records", "hash", "data"]
SAID = {"number": 1, "chat": A, "chats": [A], "now": B, "last": 1, "missing": 1, "fault": "full"}
SAID |= {"hash": "0" * 64, "data": ""}
SAID |= {"reason": "picked", "stamp": "s 1", "got": 1, "records": VERSION_1}


@pytest.mark.parametrize("kind", [*KINDS, "new"])
@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize("is_missing", [False, True])
def test_no_value_of_any_field_is_trusted(kind: str, field: str, *, is_missing: bool) -> None:
    for value in ODD:
        page = Page()
        page.ask("Q1")
        page.save()
        said = {**SAID, "kind": kind, field: value}
        if is_missing:
            del said[field]
        page.store.receive([said, DEEP, {"number": 2}], page.conversation, is_edited=False)
        assert page.store.fault in (None, Notice.FULL)
        page.ask("Q2")
        for write in page.save():
            assert len(json.dumps(write)) < 10_000
            assert re.fullmatch("[0-9a-f]{32}", write["chat"])


def removing(count: int) -> list[dict[str, Any]]:
    return [
        {"kind": "removed", "number": n + 1, "chats": [f"{n:032x}"], "last": 1}
        for n in range(count)
    ]


def naming(count: int) -> list[dict[str, Any]]:
    return [
        {"kind": "removed", "number": 1, "last": 1, "chats": [f"{n:032x}" for n in range(count)]}
    ]


def missing(count: int) -> list[dict[str, Any]]:
    return [{"kind": "missed", "number": n + 1, "missing": 1} for n in range(count)]


def taking(count: int) -> list[dict[str, Any]]:
    return [
        {"kind": "taken", "number": n + 1, "chat": f"{n:032x}", "now": f"{n + 1:032x}"}
        for n in range(count)
    ]


def bringing(count: int) -> list[dict[str, Any]]:
    return [{**SAID, "kind": "picture", "number": n + 1} for n in range(count)]


def opening(count: int) -> list[dict[str, Any]]:
    return [{**SAID, "kind": "opened", "number": n + 1} for n in range(count)]


@pytest.mark.parametrize("saying", [removing, naming, missing, taking, bringing, opening])
def test_to_receive_costs_no_more_than_what_is_said(
    saying: Callable[[int], list[dict[str, Any]]],
) -> None:
    def cost(count: int) -> int:
        page = Page()
        for number in range(50):
            page.ask(f"Q{number}")
        page.save()
        left = page.conversation
        page.turn(left.start_over())
        messages = saying(count)
        return steps(lambda: page.store.receive(messages, page.conversation, is_edited=False))

    few, many = cost(100), cost(1_000)
    assert many - few <= 12 * few


def test_what_is_missed_often_is_sent_once(page: Page) -> None:
    page.ask("Q1")
    page.save()
    left = page.conversation
    page.turn(left.start_over())
    page.receive(*[{"kind": "missed", "missing": 1}] * 100)
    written = [write["chat"] for write in page.save(is_new_run=False) if write["number"] > 1]
    assert len(written) == 1
    assert len(left.history) == 1


def test_of_more_messages_than_there_can_be_the_first_are_received(page: Page) -> None:
    page.store.receive(removing(2 * MOST_MESSAGES), page.conversation, is_edited=False)
    assert page.store.state(page.conversation)["received"] == MOST_MESSAGES


def test_a_chat_that_is_deleted_right_after_it_was_opened_is_not_opened(page: Page) -> None:
    opened = {"kind": "opened", "reason": "picked", "chat": A, "stamp": "s 1", "got": 0}
    removed = {"kind": "removed", "chats": [A], "last": 0}
    assert page.receive(opened | {"records": VERSION_1}, removed) == []
    assert (
        len(page.receive(opened | {"records": VERSION_1}, removed, opened | {"records": VERSION_1}))
        == 1
    )


def chat_with_pictures(*questions: tuple[File, ...]) -> tuple[Conversation, str]:
    """A chat, and its records as a browser hands them over."""
    conversation = Conversation(rounds=2)
    for files in questions:
        list(conversation.ask("Q", files=files).answer.grow(came(0, "")))
    return conversation, json.dumps(as_opened(recorded(conversation)))


def opened_with(page: Page, *questions: tuple[File, ...]) -> None:
    """Let a page show a chat that was kept with these files."""
    _, records = chat_with_pictures(*questions)
    (opened,) = page.open(records=records)
    page.turn(opened.conversation)


def data_of(picture: Picture) -> str:
    return encoded(picture.data or b"")


def test_of_a_chat_that_is_opened_the_pictures_of_the_next_request_are_asked_for(
    page: Page,
) -> None:
    opened_with(page, (GREEN,), (RED, NOTES), (RED, BLUE))
    assert page.wanted() == [RED.hash, BLUE.hash]
    page.fetch(RED.hash, data_of(RED))
    assert page.wanted() == [BLUE.hash]
    page.fetch(BLUE.hash, data_of(BLUE))
    assert page.wanted() == []
    assert [round.files for round in page.conversation.history] == [
        (named(GREEN),),
        (RED, NOTES),
        (RED, BLUE),
    ]
    assert page.save() == []
    page.conversation.pictures_again = False
    assert page.wanted() == []


@pytest.mark.parametrize(
    "data", [None, "", "?", data_of(BLUE), encoded(b"<script>alert(1)</script>")]
)
def test_a_picture_that_the_browser_has_not_is_named_and_not_asked_for_again(
    page: Page, data: str | None
) -> None:
    opened_with(page, (RED,))
    assert page.wanted() == [RED.hash]
    page.fetch(RED.hash, data)
    assert page.wanted() == []
    assert not page.store.awaits(page.conversation, [named_picture(RED)])
    assert page.conversation.history[0].files == (named(RED),)


def named_picture(picture: Picture) -> Picture:
    return replace(picture, data=None)


def test_a_picture_that_is_none_is_not_taken_though_its_hash_is_right(page: Page) -> None:
    wicked = b"<script>alert(1)</script>"
    picture = replace(RED, hash=sha256(wicked).hexdigest(), data=wicked)
    opened_with(page, (picture,))
    page.wanted()
    page.fetch(picture.hash, encoded(wicked))
    assert page.conversation.history[0].files == (named(picture),)


def test_what_was_not_asked_for_is_not_taken(page: Page) -> None:
    opened_with(page, (GREEN,), (RED,), (BLUE,))
    page.wanted()
    page.fetch(GREEN.hash, data_of(GREEN))
    page.fetch(RED.hash, data_of(RED), chat=B)
    assert [round.files[0] for round in page.conversation.history] == [
        *map(named, (GREEN, RED, BLUE))
    ]


def test_what_a_question_needs_beside_is_asked_for(page: Page) -> None:
    opened_with(page, (GREEN,), (RED,), (BLUE,))
    first = page.conversation.history[0]
    assert page.store.awaits(page.conversation, first.pictures)
    assert page.wanted() == [RED.hash, BLUE.hash, GREEN.hash]
    page.fetch(GREEN.hash, data_of(GREEN))
    assert first.files == (GREEN,)
    assert page.wanted() == [RED.hash, BLUE.hash]
    assert not page.store.awaits(page.conversation, first.pictures)


def test_a_picture_is_awaited_for_a_while_and_taken_whenever_it_comes() -> None:
    conversation, _ = chat_with_pictures((named_picture(RED),))
    (round,) = conversation.history
    wanted = Wanted()
    assert wanted.ask(round.pictures, now=5.0)
    assert wanted.ask(round.pictures, now=4.0 + PATIENCE)
    assert not wanted.ask(round.pictures, now=5.0 + PATIENCE)
    assert wanted.hashes(conversation) == [RED.hash]
    wanted.take(conversation, RED.hash, data_of(RED))
    assert round.files == (RED,)


def test_nothing_is_awaited_of_a_storage_that_has_a_fault(page: Page) -> None:
    opened_with(page, (RED,))
    assert page.store.awaits(page.conversation, [named_picture(RED)])
    page.receive({"kind": "fault", "fault": "silent"})
    assert not page.store.awaits(page.conversation, [named_picture(RED)])


def test_a_chat_that_another_page_has_changed_has_its_pictures_at_once(page: Page) -> None:
    opened_with(page, (RED,))
    page.wanted()
    page.fetch(RED.hash, data_of(RED))
    _, records = chat_with_pictures((RED,), (BLUE,))
    (opened,) = page.open(records=records, stamp="t 1", reason="followed")
    page.turn(opened.conversation)
    assert page.conversation.history[0].files == (RED,)
    assert page.wanted() == [BLUE.hash]
    assert page.save() == []


def test_a_round_that_can_be_had_back_gets_its_picture_too(page: Page) -> None:
    opened_with(page, (RED,))
    assert page.wanted() == [RED.hash]
    page.conversation.undo()
    page.fetch(RED.hash, data_of(RED))
    page.conversation.bring_back()
    assert page.conversation.history[0].files == (RED,)


def test_the_same_picture_in_very_many_rounds_is_there_once(page: Page) -> None:
    opened_with(page, *[(RED,)] * 50)
    page.wanted()
    page.fetch(RED.hash, data_of(RED))
    pictures = [picture for round in page.conversation.history for picture in round.pictures]
    assert pictures == [RED] * 50
    assert len({id(picture.data) for picture in pictures}) == 1


def test_the_pictures_of_the_last_question_come_even_where_no_request_carries_them(
    page: Page,
) -> None:
    opened_with(page, (RED,), (BLUE,))
    page.conversation.pictures_again = False
    assert page.wanted() == [BLUE.hash]
