"""The files that wait for a question: what a page sends, and what somebody else may send."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.conversation.files import Document, Picture
from chat.files.bounds import Bounds, Kinds
from chat.files.faults import Fault
from chat.files.pictures import scaled
from chat.files.tray import Tray, Wish
from tests import pictures

SMALL = scaled("cat.jpg", pictures.photo(300, 200))
DATA, THUMBNAIL = (b64encode(data or b"").decode() for data in (SMALL.data, SMALL.thumbnail))


def id_of(number: int) -> str:
    """A name as pages make them."""
    return f"{number:032x}"


def picture(number: int = 1, **other: object) -> dict[str, Any]:
    """A message with a picture."""
    named = {"number": number, "kind": "picture", "id": id_of(number), "name": "cat.jpg"}
    return {**named, "data": DATA, "thumbnail": THUMBNAIL, **other}


def document(number: int = 1, data: bytes = b"Milk", **other: object) -> dict[str, Any]:
    """A message with a document."""
    named = {"number": number, "kind": "document", "id": id_of(number), "name": "notes.txt"}
    return {**named, "data": b64encode(data).decode(), **other}


def names(tray: Tray) -> list[str]:
    return [file.name for file in tray.files.values()]


def test_files_wait_in_their_order_until_they_are_taken() -> None:
    tray = Tray()
    pasted = {"number": 3, "kind": "text", "id": id_of(3), "name": "Pasted text", "text": "Bread"}
    assert tray.receive([picture(1), document(2), pasted]) == []
    cat, notes, bread = tray.files.values()
    assert isinstance(cat, Picture)
    assert (cat.data, cat.thumbnail) == (SMALL.data, SMALL.thumbnail)
    assert [notes, bread] == [
        Document(name="notes.txt", text="Milk"),
        Document(name="Pasted text", text="Bread"),
    ]
    assert tray.received == 3
    assert tray.take() == (cat, notes, bread)
    assert not tray.files


def test_some_are_taken_by_their_ids_and_the_others_wait_on() -> None:
    tray = Tray()
    tray.receive([picture(1), document(2)])
    cat, notes = tray.files.values()
    assert tray.take(frozenset()) == ()
    assert tray.take(frozenset({id_of(2), id_of(3)})) == (notes,)
    assert tray.take() == (cat,)


def test_a_message_that_comes_again_changes_nothing() -> None:
    tray = Tray()
    tray.receive([picture(1)])
    tray.receive([picture(1), {"number": 2, "kind": "remove", "id": id_of(1)}])
    tray.receive([picture(1)])
    assert not tray.files


def test_wishes_are_handed_on() -> None:
    tray = Tray()
    look = {"kind": "open", "id": id_of(1)}
    wishes = tray.receive([document(1), {**look, "number": 2}, {"number": 3, "kind": "send"}])
    assert wishes == [Wish(kind="open", id=id_of(1)), Wish(kind="send")]
    assert tray.receive([{**look, "number": 4, "id": id_of(9)}]) == []


def test_what_was_not_sent_stands_before_what_waits() -> None:
    tray = Tray()
    tray.receive([document(1, name="first.txt")])
    before = tray.take()
    tray.receive([document(2, name="second.txt")])
    tray.put_back(before)
    assert names(tray) == ["first.txt", "second.txt"]
    assert tray.has(before[0])
    tray.drop(before[0])
    assert names(tray) == ["second.txt"]


def test_a_page_is_handed_what_comes_back_until_it_holds_it() -> None:
    tray = Tray()
    asked = (replace(SMALL, name="cat.jpg"), Document(name="all.txt", text="Milk", is_cut=True))
    tray.put_back(asked)
    tray.receive([document(1)])
    messages = [tray.message(id) for id in tray.files]
    assert messages[2] is None  # the page has sent it
    other = Tray()  # of a server that has forgotten everything
    other.receive([{**(each or {}), "number": number} for number, each in enumerate(messages, 1)])
    assert tuple(other.files.values()) == asked
    tray.receive([{"number": 2, "kind": "held", "id": id} for id in list(tray.files)[:1]])
    tray.receive([{"number": 3, "kind": "held", "id": list(tray.files)[1]}])
    assert [tray.message(id) for id in tray.files] == [None] * 3
    assert len(tray.files) == 3


def test_what_comes_back_without_its_bytes_is_not_handed_out() -> None:
    tray = Tray()
    tray.put_back([replace(SMALL, data=None)])
    assert [tray.message(id) for id in tray.files] == [None]


@pytest.mark.parametrize("kind", ["document", "text"])
def test_no_document_comes_where_the_owner_takes_pictures_alone(kind: str) -> None:
    tray = Tray(kinds=Kinds.IMAGES)
    tray.receive([document(1, kind=kind, text="Milk")])
    assert (tray.files, [each.fault for each in tray.faults]) == ({}, [Fault.NOT_ALLOWED])


PAGE = b"<html><script>alert(1)</script></html>"
BOMB = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + b"\0\0\xfd\xe8" * 2 + b"\x08\x02\0\0\0" + b"\0" * 50


@pytest.mark.parametrize(
    ("message", "fault"),
    [
        (picture(data=b64encode(PAGE).decode()), Fault.UNKNOWN_KIND),
        (picture(data="no base64"), Fault.BROKEN),
        (picture(data=None), Fault.BROKEN),
        (picture(data=b64encode(BOMB).decode()), Fault.BROKEN),
        (picture(data=b64encode(BOMB + b"\0\0\0\0IEND\xaeB`\x82").decode()), Fault.TOO_MANY_PIXELS),
        (picture(data=b64encode((SMALL.data or b"") * 1_000).decode()), Fault.TOO_LARGE),
        (document(data=b""), Fault.EMPTY),
        ({**document(), "data": None, "size": 15_000_001}, Fault.TOO_LARGE),
        ({**document(), "data": None, "size": 15_000_000}, Fault.BROKEN),
        ({**document(), "data": None, "size": "large"}, Fault.BROKEN),
        (document(data=bytes(range(256)) * 9), Fault.UNKNOWN_KIND),
        ({**document(), "kind": "text", "text": " \n"}, Fault.EMPTY),
        ({**document(), "kind": "text", "text": 7}, Fault.TOO_LARGE),
        ({**document(), "kind": "text", "text": "x" * 400_001}, Fault.TOO_LARGE),
    ],
)
def test_what_a_page_would_never_send_is_refused(message: dict[str, Any], fault: Fault) -> None:
    tray = Tray()
    tray.receive([message])
    assert not tray.files
    assert [error.fault for error in tray.faults] == [fault]
    tray.receive([document(2)])
    assert names(tray) == ["notes.txt"]
    assert tray.faults  # it came along
    tray.receive([{"number": 3, "kind": "begin"}])
    assert not tray.faults


@pytest.mark.parametrize(
    ("kinds", "taken"),
    [
        (Kinds.OFF, []),
        (Kinds.IMAGES, ["cat.jpg"]),
        (Kinds.DOCUMENTS, ["notes.txt"]),
        (Kinds.ALL, ["cat.jpg", "notes.txt"]),
    ],
)
def test_the_owner_decides_what_may_come(kinds: Kinds, taken: list[str]) -> None:
    tray = Tray(kinds=kinds)
    for message in (picture(1), document(2)):
        tray.receive([message])
    assert names(tray) == taken


def test_there_is_room_for_so_many_and_so_much() -> None:
    tray = Tray()
    for number in range(1, 20):
        tray.receive([document(number)])
    assert len(tray.files) == 8
    assert [error.fault for error in tray.faults] == [Fault.TOO_MANY] * 8
    small = Tray(bounds=Bounds(bytes_together=10))
    small.receive([document(1, b"12345678")])
    small.receive([document(2, b"123")])
    assert len(small.files) == 1
    assert [error.fault for error in small.faults] == [Fault.TOO_MUCH]


def test_a_name_is_shown_as_a_name() -> None:
    tray = Tray()
    tray.receive([document(1, name="../../etc/\u202epasswd<b>\n.txt")])
    assert names(tray) == ["passwd<b> .txt"]
    tray.receive([document(2, name=7)])
    assert names(tray)[1]


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 5) | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=20,
)
KINDS = st.sampled_from(["begin", "picture", "document", "text", "remove", "open", "send", "other"])
MESSAGES = st.fixed_dictionaries(
    {},
    optional={
        "number": st.integers(-2, 9) | VALUES,
        "kind": KINDS | VALUES,
        "id": st.integers(0, 3).map(id_of) | VALUES,
        "name": VALUES,
        "text": VALUES,
        "data": st.sampled_from([DATA, "TWlsaw=="]) | VALUES,
        "thumbnail": VALUES,
    },
)


@given(st.lists(MESSAGES, max_size=6) | VALUES)
def test_whatever_comes_does_no_harm(sent: object) -> None:
    tray = Tray()
    tray.receive(sent)
    assert len(tray.files) <= 6
    assert all(isinstance(file.name, str) for file in tray.take())
