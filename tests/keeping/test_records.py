"""A conversation survives being recorded in pieces, and no pieces can do harm."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from functools import partial
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import given

from chat.conversation.answer import Status
from chat.conversation.events import Ended, ReasoningDelta, TextDelta
from chat.conversation.files import Document, Picture
from chat.conversation.tree import Conversation
from chat.errors import ConnectionLost
from chat.keeping.records import MOST_RECORDS, Recorder
from chat.keeping.restoring import Restored, restore
from chat.keeping.transcript import to_json
from chat.keeping.untrusted import MOST, MOST_ANSWERS, Fault, TranscriptError
from chat.options import Options
from tests.keeping.kept import (
    VERSION_1,
    VERSION_2,
    VERSION_3,
    Records,
    apply,
    as_opened,
    brought,
    hashes,
    pictures_in,
    recorded,
)
from tests.keeping.moves import (
    MOVES,
    OPTIONS,
    PLAIN_OPTIONS,
    came,
    conversations,
    played,
)
from tests.steps import steps


def written(restored: Restored) -> str:
    options = restored.options or Options(model="m")
    return to_json(restored.conversation, options, pictures=False)


@given(conversations)
def test_a_conversation_comes_back_exactly(conversation: Conversation) -> None:
    records = recorded(conversation)
    restored = restore(as_opened(records))
    assert restored.is_whole
    assert restored.options == OPTIONS
    assert not restored.recorder.changes(restored.conversation, OPTIONS)
    assert written(restored) == to_json(conversation, OPTIONS, pictures=False)
    brought(restored.conversation, records)
    assert to_json(restored.conversation, OPTIONS) == to_json(conversation, OPTIONS)
    assert not restored.recorder.changes(restored.conversation, OPTIONS)


@given(
    st.lists(st.lists(st.tuples(st.sampled_from(MOVES), st.integers(0, 20)), max_size=6)),
    st.booleans(),
)
def test_changes_recorded_one_after_another_make_the_same_records(
    turns: list[list[tuple[str, int]]],
    comes_back: bool,
) -> None:
    conversation, recorder, records = Conversation(), Recorder(), dict[str, Any]()
    for turn in turns:
        played(turn, ["word"], conversation)
        apply(recorder.changes(conversation, OPTIONS), records)
        assert not recorder.changes(conversation, OPTIONS)
        restored = restore(as_opened(copy.deepcopy(records)))
        assert restored.is_whole
        assert written(restored) == to_json(conversation, OPTIONS, pictures=False)
        needed = {f"picture/{hash}" for hash in hashes(conversation)}
        assert pictures_in(records) >= needed
        if conversation.deleted is None and not comes_back:
            assert pictures_in(records) == needed
        if comes_back:  # as after a reload: from here on, another server records
            conversation, recorder = restored.conversation, restored.recorder
    conversation.ask("the last")
    apply(recorder.changes(conversation, OPTIONS), records)
    assert pictures_in(records) == {f"picture/{hash}" for hash in hashes(conversation)}


def test_a_turn_records_what_changed_and_nothing_else() -> None:
    conversation, recorder = Conversation(), Recorder()
    for number in range(50):
        list(conversation.ask(f"Q{number}").answer.grow(came(0, "word " * 100)))
    recorder.changes(conversation, OPTIONS)
    list(conversation.ask("Another").answer.grow(came(0, "short")))
    changes = recorder.changes(conversation, OPTIONS)
    assert sorted(name.split("/")[0] for name in changes.put) == ["answer", "question", "round"]
    assert len(json.dumps(changes.put)) < 1000
    conversation.rounds = 7
    assert list(recorder.changes(conversation, OPTIONS).put) == ["head"]


def test_a_growing_answer_is_recorded_in_pieces_and_comes_back_interrupted() -> None:
    conversation, recorder, records = Conversation(), Recorder(), dict[str, Any]()
    answer = conversation.ask("Q").answer
    growing = answer.grow(
        [ReasoningDelta("Hm."), *(TextDelta(f"word {n} ") for n in range(50)), Ended("stop")]
    )
    said = 0
    for _ in range(40):
        next(growing)
        changes = recorder.changes(conversation, OPTIONS)
        said += len(json.dumps(changes.put))
        apply(changes, records)
    assert said < 80 * 40  # and not the whole text forty times
    restored = restore(copy.deepcopy(records))
    back = restored.conversation.history[0].answer
    assert (back.text, back.reasoning) == (answer.text, "Hm.")
    assert back.status is Status.INTERRUPTED
    assert isinstance(back.error, ConnectionLost)
    # Whoever reads it and changes something records that it has ended, and deletes the pieces.
    again = copy.deepcopy(records)
    assert not restored.recorder.changes(restored.conversation, OPTIONS)
    restored.conversation.rounds += 1
    apply(restored.recorder.changes(restored.conversation, OPTIONS), again)
    assert sorted(again) == ["answer/2", "head", "question/1", "round/1"]
    assert restore(again).conversation.history[0].answer.text == answer.text
    # Whoever wrote it goes on to the end.
    list(growing)
    apply(recorder.changes(conversation, OPTIONS), records)
    assert sorted(records) == ["answer/2", "head", "question/1", "round/1"]
    assert restore(records).conversation.history[0].answer.status is Status.COMPLETE


def grown_answer(pieces: int) -> tuple[Conversation, Recorder, Records]:
    """A conversation whose answer has grown in so many pieces, as the page lets it."""
    conversation, recorder, records = Conversation(), Recorder(), dict[str, Any]()
    answer = conversation.ask("Q").answer
    apply(recorder.changes(conversation, OPTIONS), records)  # the page knows no numbers yet
    answer.model, answer.prompt_estimate = "m", 12
    for number in range(pieces):
        answer.reasoning, answer.thought_seconds = "Hm.", 1.5
        answer.text += f"word{number} "
        apply(recorder.changes(conversation, OPTIONS), records)
    return conversation, recorder, records


def test_an_answer_that_broke_off_keeps_its_numbers() -> None:
    _, _, records = grown_answer(3)
    back = restore(records).conversation.history[0].answer
    assert (back.model, back.prompt_estimate, back.thought_seconds) == ("m", 12, 1.5)


def test_an_answer_with_damaged_numbers_keeps_its_words() -> None:
    _, _, records = grown_answer(3)
    records["grown/2/1"] |= {"model": 7, "prompt_estimate": []}
    restored = restore(records)
    assert not restored.is_whole
    assert restored.conversation.history[0].answer.text == "word0 word1 word2 "


@pytest.mark.parametrize("damage", [None, "x", {"text": 5, "reasoning": ""}])
def test_an_answer_is_read_up_to_the_piece_that_is_missing(damage: object) -> None:
    _, _, records = grown_answer(4)
    if damage is None:
        del records["grown/2/1"]
    else:
        records["grown/2/1"] = damage
    restored = restore(records)
    assert not restored.is_whole
    assert restored.conversation.history[0].answer.text == "word0 "


@pytest.mark.parametrize("damage", [{}, {"foo": 1}, {"answer/2": "edited"}, {"head": 0}])
def test_to_look_is_not_to_write(damage: Records) -> None:
    _, _, records = grown_answer(3)
    restored = restore({**records, **damage})
    restored.recorder.mark_settings_recorded(restored.conversation, OPTIONS)
    assert not restored.recorder.changes(restored.conversation, OPTIONS)


def test_what_nobody_knows_goes_with_the_first_change() -> None:
    _, _, records = grown_answer(2)
    records |= {"foo": 1, "grown/2/7": {"text": "beyond a gap", "reasoning": ""}}
    restored = restore(copy.deepcopy(records))
    assert not restored.is_whole
    restored.conversation.rounds += 1
    apply(restored.recorder.changes(restored.conversation, OPTIONS), records)
    assert sorted(records) == ["answer/2", "head", "question/1", "round/1"]
    assert restore(records).is_whole


@pytest.mark.parametrize("name", ["round/01", "round/1/2", "answer/7/7", "grown/2", "round/0"])
def test_a_stray_name_takes_nothing_away(name: str) -> None:
    records = recorded(three_rounds())
    restored = restore({**records, name: {}})
    assert not restored.is_whole
    assert [round.question for round in restored.conversation.history] == ["Q0", "Q1", "Q2"]


@pytest.mark.parametrize("versions", [[{}], [[1]], [None, 2], [2, {}]])
def test_an_odd_list_of_versions_is_read(versions: list[object]) -> None:
    records = recorded(three_rounds())
    records["round/1"]["versions"] = versions
    restored = restore(records)
    assert not restored.is_whole
    assert [round.question for round in restored.conversation.history] == ["Q0", "Q1", "Q2"]


def test_an_answer_that_had_no_word_yet_comes_back_failed() -> None:
    conversation = Conversation()
    conversation.ask("Q")
    answer = restore(recorded(conversation)).conversation.history[0].answer
    assert answer.status is Status.FAILED
    assert isinstance(answer.error, ConnectionLost)


def test_what_is_started_over_is_recorded_again() -> None:
    conversation, recorder = Conversation(), Recorder()
    conversation.ask("Q").answer.stop()
    first = recorder.changes(conversation, OPTIONS)
    recorder.start_over()
    assert recorder.changes(conversation, OPTIONS) == first


def three_rounds() -> Conversation:
    conversation = Conversation(system_prompt="S", rounds=5)
    for number in range(3):
        list(conversation.ask(f"Q{number}").answer.grow(came(0, str(number))))
    return conversation


@pytest.mark.parametrize(
    ("name", "questions", "answers"),
    [
        ("head", ["Q0", "Q1", "Q2"], ["A0", "A1", "A2"]),
        ("question/3", ["Q0", "…", "Q2"], ["A0", "A1", "A2"]),
        ("answer/4", ["Q0", "Q1", "Q2"], ["A0", "", "A2"]),
        ("round/3", ["Q0", "Q2"], ["A0", "A2"]),
    ],
)
@pytest.mark.parametrize("damage", [None, {"text": 5}, [], "word", {"after": 2}])
def test_what_can_be_read_is_read(
    name: str, questions: list[str], answers: list[str], damage: object
) -> None:
    records = recorded(three_rounds())
    if damage is None and name == "round/3":
        del records[name]
    elif name == "question/3":
        records[name] = 7
    elif name != "round/3":
        records[name] = damage
    else:
        return
    restored = restore(records)
    history = restored.conversation.history
    assert [round.question for round in history] == questions
    assert [round.answer.text for round in history] == answers
    # Nothing that could not be read is deleted, and nothing new takes its place.
    restored.conversation.ask("new").answer.stop()
    changes = restored.recorder.changes(restored.conversation, OPTIONS)
    assert not changes.drop
    assert restore({**records, **changes.put}).conversation.history[-1].question == "new"


def test_a_round_whose_place_is_damaged_is_still_read() -> None:
    records = recorded(three_rounds())
    records["round/3"] = {**records["round/3"], "after": 99, "versions": [4, 4, "x"], "next": -1}
    restored = restore(records)
    assert not restored.is_whole
    assert [round.question for round in restored.conversation.history] == ["Q0", "Q1", "Q2"]
    assert restored.conversation.history[1].answer.text == "A1"


@pytest.mark.parametrize(
    ("records", "fault"),
    [
        (None, Fault.NOT_A_TRANSCRIPT),
        ([], Fault.NOT_A_TRANSCRIPT),
        ({}, Fault.NOT_A_TRANSCRIPT),
        ({"question/1": "Q"}, Fault.NOT_A_TRANSCRIPT),
        ({"head": {"version": 4}}, Fault.NEWER),
        ({"head": 0, **{f"question/{n}": "Q" for n in range(MOST_RECORDS)}}, Fault.TOO_LARGE),
    ],
)
def test_what_is_no_chat_is_refused(records: object, fault: Fault) -> None:
    with pytest.raises(TranscriptError) as refused:
        restore(records)
    assert refused.value.fault is fault


NAMES = st.one_of(
    st.just("head"),
    st.sampled_from(["round", "question", "files", "answer", "grown"]).flatmap(
        lambda kind: st.integers(0, 8).map(lambda number: f"{kind}/{number}")
    ),
    st.tuples(st.integers(0, 8), st.integers(0, 3)).map(lambda both: f"grown/{both[0]}/{both[1]}"),
    st.text(max_size=5),
)
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 9) | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["after", "versions", "shown", "text", "status", "place", "kind", "name"]
            ),
            inner,
        )
    ),
    max_leaves=5,
)


@given(conversations, st.dictionaries(NAMES, ANYTHING, max_size=8))
def test_no_damage_raises_anything_else(conversation: Conversation, damage: Records) -> None:
    records = recorded(conversation) | {"head": 0} | damage
    restored = restore(records)
    assert all(r.question.strip() or r.files for r in restored.conversation.all_rounds)
    assert restored.conversation.messages
    restored.recorder.changes(restored.conversation, OPTIONS)
    restore(recorded(restored.conversation))


def test_version_1_is_read() -> None:
    restored = restore(json.loads(VERSION_1))
    assert restored.is_whole
    assert restored.options == PLAIN_OPTIONS
    assert restored.conversation.system_prompt == "S"
    first, second = restored.conversation.history
    assert [answer.text for answer in first.versions] == ["First", "Second"]
    assert first.answer.reasoning == "Hm."
    assert second.answer.text == "Half of it"
    assert second.answer.status is Status.INTERRUPTED


def test_what_is_written_behind_version_1_is_of_the_version_that_can_say_it() -> None:
    restored = restore(json.loads(VERSION_1))
    assert not restored.recorder.changes(restored.conversation, PLAIN_OPTIONS)
    restored.conversation.ask("Q3")
    put = restored.recorder.changes(restored.conversation, PLAIN_OPTIONS).put
    assert put["head"]["version"] == 3
    restored.conversation.ask("Q4")
    assert "head" not in restored.recorder.changes(restored.conversation, PLAIN_OPTIONS).put


def test_version_2_can_be_read() -> None:
    restored = restore(json.loads(VERSION_2))
    assert restored.is_whole
    assert restored.options == OPTIONS
    first, second = (round.answer for round in restored.conversation.history)
    assert (first.left_out, first.began, first.seconds) == (("top_p",), 1_700_000_000.5, 2.5)
    assert (second.left_out, second.began, second.seconds) == (("verbosity",), 0.0, 1.5)
    assert restored.conversation.pictures_again
    restored.conversation.ask("Q3")
    assert restored.recorder.changes(restored.conversation, OPTIONS).put["head"]["version"] == 3


def test_version_3_can_be_read() -> None:
    restored = restore(json.loads(VERSION_3))
    assert restored.is_whole
    assert not restored.conversation.pictures_again
    (round,) = restored.conversation.history
    assert round.question == ""
    dot, notes = round.files
    assert isinstance(dot, Picture)
    assert (dot.name, dot.width, dot.data) == ("dot.png", 1, None)
    assert notes == Document(name="notes.txt", text="Milk", is_cut=True)
    restored.conversation.ask("Q3")
    assert "head" not in restored.recorder.changes(restored.conversation, OPTIONS).put


def test_version_3_is_what_is_written_today() -> None:
    # A change of what is written needs a new version, and `restore` the way from this one.
    records = json.loads(VERSION_3)
    again: Records = {}
    restored = restore(copy.deepcopy(records))
    restored.recorder.start_over()
    apply(restored.recorder.changes(restored.conversation, OPTIONS), again)
    assert again == {name: records[name] for name in records if not name.startswith("picture/")}


def orphans(count: int) -> Records:
    """Rounds of which each has followed one that is not there."""
    records = recorded(Conversation())
    for number in range(1, count + 1):
        records[f"round/{number}"] = {"after": 999_999, "place": 0, "versions": [], "next": 0}
    return records


def claims(count: int) -> Records:
    """Rounds of which each names many answers that are not there."""
    records = recorded(Conversation())
    for number in range(1, count + 1):
        records[f"round/{number}"] = {"after": None, "versions": [*range(1, 1_000)]}
    return records


def shared(count: int) -> Records:
    """Rounds that all name the same answers."""
    records = recorded(three_rounds())
    for number in range(10, 10 + count):
        records[f"round/{number}"] = {"after": 1, "versions": [2] * 1_000}
    return records


def siblings(count: int) -> Records:
    records = recorded(Conversation())
    for number in range(1, count + 1):
        records[f"round/{number}"] = {"after": None, "place": count - number, "versions": []}
    return records


def pieces(count: int) -> Records:
    _, _, records = grown_answer(count)
    return records


@pytest.mark.parametrize("made", [orphans, claims, shared, siblings, pieces])
def test_to_read_costs_no_more_than_there_is(made: Callable[[int], Records]) -> None:
    few, many = (steps(partial(restore, made(count))) for count in (50, 500))
    assert many <= 12 * few


def test_rounds_whose_places_are_lost_follow_one_another() -> None:
    history = restore(orphans(MOST)).conversation.history
    assert len(history) == MOST


@pytest.mark.parametrize(
    "records",
    [
        {"head": 0, **{f"round/{n}": {} for n in range(1, MOST + 2)}},
        {"head": 0, **{f"answer/{n}": {} for n in range(1, MOST_ANSWERS + 2)}},
    ],
)
def test_no_more_is_read_than_a_file_may_have(records: Records) -> None:
    with pytest.raises(TranscriptError) as refused:
        restore(records)
    assert refused.value.fault is Fault.TOO_LARGE
