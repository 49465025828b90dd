"""What is kept of a question's files, and what is not taken from anybody."""

from __future__ import annotations

import copy
from base64 import b64decode, b64encode
from dataclasses import replace
from typing import Any

import pytest

from chat.conversation.files import Picture
from chat.conversation.tree import Conversation
from chat.files.bounds import BOUNDS
from chat.keeping.files import encoded
from chat.keeping.records import Recorder
from chat.keeping.restoring import restore
from tests.keeping.kept import apply, as_opened, pictures_in, recorded
from tests.keeping.moves import BLUE, FILES, GREEN, OPTIONS, RED, came, drawn


def with_files() -> Conversation:
    conversation = Conversation(system_prompt="S")
    for number, files in enumerate(FILES[1:]):
        list(conversation.ask(f"Q{number}", files=files).answer.grow(came(0, "")))
    return conversation


def test_a_picture_is_recorded_once_and_goes_with_the_last_round_that_has_it() -> None:
    conversation, recorder, records = with_files(), Recorder(), dict[str, Any]()
    changes = recorder.changes(conversation, OPTIONS)
    apply(changes, records)
    assert pictures_in(records) == {f"picture/{it.hash}" for it in (RED, BLUE, GREEN)}
    assert b64decode(records[f"picture/{RED.hash}"]) == RED.data
    _, red, both, _ = conversation.history
    conversation.delete(red)
    apply(recorder.changes(conversation, OPTIONS), records)
    conversation.delete(both)
    apply(recorder.changes(conversation, OPTIONS), records)
    assert f"picture/{RED.hash}" in records  # it can be had back
    conversation.ask("Q")
    apply(recorder.changes(conversation, OPTIONS), records)
    assert pictures_in(records) == {f"picture/{GREEN.hash}"}


@pytest.mark.parametrize("is_read", [False, True])
def test_a_round_that_is_had_back_has_its_pictures(is_read: bool) -> None:
    conversation, recorder, records = with_files(), Recorder(), dict[str, Any]()
    apply(recorder.changes(conversation, OPTIONS), records)
    before = copy.deepcopy(records)
    if is_read:
        restored = restore(as_opened(copy.deepcopy(records)))
        conversation, recorder = restored.conversation, restored.recorder
    conversation.undo()
    apply(recorder.changes(conversation, OPTIONS), records)
    assert "files/7" not in records
    conversation.bring_back()
    apply(recorder.changes(conversation, OPTIONS), records)
    assert records == before


def test_a_picture_that_only_the_browser_has_is_not_recorded_again() -> None:
    records = recorded(with_files())
    restored = restore(as_opened(records))
    restored.conversation.ask("Q")
    assert not pictures_in(restored.recorder.changes(restored.conversation, OPTIONS).put)
    restored.recorder.start_over()
    again = restored.recorder.changes(restored.conversation, OPTIONS)
    assert not pictures_in(again.put)
    assert "files/3" in again.put
    restored.conversation.ask("Once more", files=[RED])  # as if chosen from the disk again
    assert len(pictures_in(restored.recorder.changes(restored.conversation, OPTIONS).put)) == 1


def test_a_picture_that_no_round_has_goes_with_the_first_change() -> None:
    records = recorded(with_files()) | {f"picture/{'0' * 64}": "left by a page that was closed"}
    restored = restore(as_opened(records))
    assert restored.is_whole
    assert not restored.recorder.changes(restored.conversation, OPTIONS)
    restored.conversation.ask("Q")
    changes = restored.recorder.changes(restored.conversation, OPTIONS)
    assert changes.drop == [f"picture/{'0' * 64}"]


def test_where_files_are_damaged_no_picture_is_deleted() -> None:
    records = recorded(with_files()) | {"files/7": "damaged"}
    restored = restore(as_opened(records))
    assert not restored.is_whole
    restored.conversation.ask("Q")
    assert not restored.recorder.changes(restored.conversation, OPTIONS).drop


PHOTO = recorded(with_files())["files/3"][0]
PAGE = b64encode(b"<script>alert(1)</script>").decode()


NO_VALUES: list[object] = [None, -1, [], {}, "x" * 1_001]


@pytest.mark.parametrize(
    "damage",
    [
        *({name: value} for name in PHOTO for value in NO_VALUES),
        {"hash": "../../etc/passwd"},
        {"hash": "A" * 64},
        {"media_type": "image/svg+xml"},
        {"media_type": "text/html"},
        {"width": 0},
        {"height": 65_000},
        {"width": True},
        {"extra": 1},
        {"kind": "program"},
        {"kind": "document"},
    ],
)
def test_a_file_that_cannot_be_is_left_out(damage: dict[str, object]) -> None:
    records = recorded(with_files())
    records["files/3"] = [PHOTO | damage, records["files/5"][2]]
    if damage == {"thumbnail": None}:
        del records["files/3"][0]["thumbnail"]
    restored = restore(as_opened(records))
    assert not restored.is_whole
    assert [file.name for file in restored.conversation.history[1].files] == ["notes.txt"]


@pytest.mark.parametrize("thumbnail", ["", PAGE])
def test_a_thumbnail_that_is_none_is_left_out(thumbnail: str) -> None:
    records = recorded(with_files())
    records["files/3"] = [PHOTO | {"thumbnail": thumbnail}]
    (red,) = restore(as_opened(records)).conversation.history[1].files
    assert red == replace(RED, data=None, thumbnail=b"")


def test_names_are_one_line_and_bytes_among_the_files_are_not_kept() -> None:
    records = recorded(with_files())
    records["files/3"] = [PHOTO | {"name": "a\n../b\u202e.jpg", "data": encoded(drawn("red"))}]
    (red,) = restore(as_opened(records)).conversation.history[1].files
    assert isinstance(red, Picture)
    assert (red.name, red.data) == ("b.jpg", None)


def test_of_too_many_files_the_first_are_read() -> None:
    records = recorded(with_files())
    records["files/3"] = [PHOTO] * (BOUNDS.files + 1)
    restored = restore(as_opened(records))
    assert not restored.is_whole
    assert len(restored.conversation.history[1].files) == BOUNDS.files


def test_a_document_is_as_long_as_one_may_be_and_not_longer() -> None:
    records = recorded(with_files())
    notes = records["files/5"][2]
    for letters, is_read in ((BOUNDS.letters, True), (BOUNDS.letters + 1, False)):
        records["files/5"] = [notes | {"text": "x" * letters}]
        assert bool(restore(as_opened(records)).conversation.history[2].files) is is_read
