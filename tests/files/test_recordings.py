"""What is taken for a recording, whoever sends it."""

from __future__ import annotations

import contextlib
from base64 import b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.errors import RecordingRefused
from chat.files.recordings import LARGEST, Recording
from tests.recordings import BEGINNINGS, recording


def read(data: bytes, locale: str | None = None) -> Recording:
    return Recording.read(b64encode(data).decode(), locale)


@pytest.mark.parametrize("kind", BEGINNINGS)
def test_a_recording_is_known_by_how_it_begins(kind: str) -> None:
    data = recording(100, kind)
    assert read(data) == Recording(data=data, kind=kind)


@pytest.mark.parametrize(
    ("locale", "language"),
    [
        *(("de-DE", "de"), ("EN", "en"), ("zh-Hant-TW", "zh"), ("pt_BR", "pt")),
        *((None, None), ("", None), ("fil-PH", None), ("x", None), ("de!", None), ("éa", None)),
    ],
)
def test_its_language_is_that_of_the_browser_in_two_letters(
    locale: str | None, language: str | None
) -> None:
    assert read(recording(), locale).language == language


@pytest.mark.parametrize(
    "data",
    [
        *(None, 7, [], {}, "", "no base64!", "é", "AAAA" * 9, "GkXf"),
        b64encode(b"<html>" + recording()).decode(),
        b64encode(recording(LARGEST + 1)).decode(),
        "A" * (LARGEST * 2),
    ],
    ids=lambda data: str(data)[:20],
)
def test_what_is_none_is_refused(data: object) -> None:
    with pytest.raises(RecordingRefused):
        Recording.read(data, "de")


def test_five_minutes_of_the_largest_kind_have_room() -> None:
    assert len(read(recording(300 * 16_000 * 2 + 44, "wav")).data) == 9_600_044


@given(data=st.one_of(st.text(), st.binary().map(lambda raw: b64encode(raw).decode())))
def test_nothing_else_comes_of_anything(data: str) -> None:
    with contextlib.suppress(RecordingRefused):
        assert Recording.read(data, data).kind in BEGINNINGS
