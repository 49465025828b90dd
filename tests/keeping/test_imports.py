"""Chats that other apps have exported are read by their shape, and no file can do harm."""

from __future__ import annotations

import json
import time
from base64 import b64encode
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from chat.conversation.answer import Status
from chat.conversation.tree import Conversation
from chat.keeping.imports import Chat, as_kept, chats_in
from chat.keeping.records import Recorder
from chat.keeping.restoring import restore
from chat.keeping.transcript import to_json
from chat.keeping.untrusted import MOST, MOST_ANSWERS, Fault, TranscriptError
from chat.options import Options
from tests.keeping.moves import OPTIONS, conversations
from tests.pictures import see_through

Node = dict[str, Any]


def node(before: str | None, role: str, *parts: object, **more: object) -> Node:
    """A node of ChatGPT's; `more` are fields of its message."""
    content = {"content_type": "text", "parts": [*parts]}
    message = {"author": {"role": role}, "content": content, "recipient": "all", **more}
    return {"parent": before, "children": [], "message": message}


def of_chatgpt(current: str | None = None, title: str = "", **nodes: Node) -> dict[str, Any]:
    root: Node = {"parent": None, "children": [], "message": None}
    mapping = {"root": root, **nodes}
    return {"title": title, "update_time": 5.5, "mapping": mapping, "current_node": current}


def read(*chats: object) -> Conversation:
    """The conversation of the newest chat in an export."""
    return chats_in(json.dumps(chats)).chats[0].conversation


def said(conversation: Conversation) -> list[tuple[str, str]]:
    return [(r.question, r.answer.text) for r in conversation.history]


CHATGPT = of_chatgpt(
    "a2-again",
    "Tokens",
    system=node("root", "system", "", metadata={"is_visually_hidden_from_conversation": True}),
    about=node("system", "user", content={"content_type": "user_editable_context"}),
    q1=node("about", "user", "What is a token?", create_time=1_700_000_000.5),
    a1=node("q1", "assistant", "A piece", metadata={"model_slug": "gpt-x"}, create_time=1.7e9),
    q2=node("a1", "user", "Why?"),
    a2=node("q2", "assistant", "So."),
    q2_edited=node("a1", "user", "How?"),
    a2_edited=node("q2_edited", "assistant", "Thus."),
    **{"a2-again": node("q2", "assistant", "Because.")},
)


def test_a_chat_of_chatgpt_keeps_its_versions_and_shows_what_was_shown() -> None:
    found = chats_in(json.dumps([CHATGPT]))
    (chat,) = found.chats
    assert (chat.name, chat.changed, chat.options, found.unreadable) == ("Tokens", 5.5, None, 0)
    conversation = chat.conversation
    assert said(conversation) == [("What is a token?", "A piece"), ("Why?", "Because.")]
    first = conversation.start.rounds[0]
    assert (first.answer.model, first.answer.began) == ("gpt-x", 1.7e9)
    assert [round.question for round in first.next.rounds] == ["Why?", "How?"]
    assert [answer.text for answer in first.next.rounds[0].versions] == ["So.", "Because."]
    assert {a.status for r in conversation.all_rounds for a in r.versions} == {Status.COMPLETE}


def test_pieces_of_an_answer_between_calls_of_tools_are_one_answer() -> None:
    thoughts = {"content_type": "thoughts", "thoughts": [{"summary": "S", "content": "Hm."}]}
    conversation = read(
        of_chatgpt(
            q=node("root", "user", "Q"),
            think=node("q", "assistant", content=thoughts),
            begin=node("think", "assistant", "I look. \ue200cite\ue202turn0\ue201"),
            call=node("begin", "assistant", "search()", recipient="web"),
            found=node("call", "tool", "pages"),
            end=node("found", "assistant", "There."),
        )
    )
    (round,) = conversation.history
    assert (round.answer.text, round.answer.reasoning) == ("I look. \n\nThere.", "Hm.")


def test_what_was_spoken_is_read_and_a_picture_that_is_not_in_the_file_is_a_question() -> None:
    spoken = {"content_type": "audio_transcription", "text": "Spoken"}
    conversation = read(
        of_chatgpt(
            q1=node("root", "user", spoken, {"content_type": "audio_asset_pointer"}),
            q2=node("q1", "user", {"content_type": "image_asset_pointer"}),
            a2=node("q2", "assistant", "A cat."),
        )
    )
    assert said(conversation) == [("Spoken", ""), ("…", "A cat.")]
    assert conversation.history[0].answer.status is Status.STOPPED


def message(before: str | None, role: str, content: object, **more: object) -> Node:
    """A message of Open WebUI's."""
    return {"parentId": before, "childrenIds": [], "role": role, "content": content, **more}


def test_a_chat_of_open_webui_keeps_its_versions_thoughts_and_pictures() -> None:
    url = f"data:image/png;base64,{b64encode(see_through()).decode()}"
    pictures = [{"type": "image", "url": url}, {"type": "image", "url": "http://elsewhere/x.png"}]
    thoughts = (
        '<details type="reasoning" done="true">\n<summary>Thought</summary>\n> Hm.\n</details>'
    )
    messages = {
        "q": message(None, "user", "What is this?", files=pictures),
        "a": message("q", "assistant", "Red.", model="m1", timestamp=1_700_000_000),
        "b": message("q", "assistant", f"{thoughts}\nBlue.", model="m2"),
    }
    history = {"messages": messages, "currentId": "a"}
    chat = {"history": history, "params": {"system": "Be terse."}}
    found = chats_in(json.dumps([{"title": "Colour", "updated_at": 7, "chat": chat}])).chats[0]
    assert (found.name, found.changed) == ("Colour", 7.0)
    (round,) = found.conversation.history
    assert (round.question, round.answer.text, round.answer.model) == (
        "What is this?",
        "Red.",
        "m1",
    )
    assert [picture.name for picture in round.pictures] == ["picture-1.png"]
    assert [(a.text, a.reasoning) for a in round.versions] == [("Red.", ""), ("Blue.", "Hm.")]
    assert found.conversation.system_prompt == "Be terse."


def test_an_old_chat_of_open_webui_is_a_plain_list() -> None:
    plain = [{"role": "user", "content": "Q"}, {"role": "assistant", "content": "A"}]
    assert said(read({"title": "T", "chat": {"messages": plain}})) == [("Q", "A")]


def test_a_file_may_have_several_chats_and_what_cannot_be_read_is_counted() -> None:
    newer = {**of_chatgpt(q=node("root", "user", "New")), "update_time": 9}
    plain = {"messages": [{"role": "user", "content": "Plain"}]}
    ours = json.loads(to_json(read(CHATGPT), OPTIONS))
    found = chats_in(json.dumps([CHATGPT, newer, {"odd": 1}, plain, ours, of_chatgpt()]))
    assert [chat.conversation.title for chat in found.chats] == [
        *("New", "What is a token?", "Plain", "What is a token?")
    ]
    assert (found.chats[3].options, found.unreadable) == (OPTIONS, 2)


@given(conversations)
def test_all_chats_of_a_browser_are_read_also_where_nothing_is_kept(
    conversation: Conversation,
) -> None:
    records = Recorder().changes(conversation, OPTIONS).put
    chat = {"id": "x", "title": "T", "name": "N", "changed": 7000, "records": records}
    whole = {"format": "all-chats", "version": 1, "chats": [chat]}
    (found,) = chats_in(json.dumps(whole)).chats
    assert (found.name, found.changed, found.options) == ("N", 7.0, OPTIONS)
    assert found.conversation.title == conversation.title
    assert said(found.conversation) == said(conversation)


def test_all_chats_of_a_newer_version_are_said_to_be_that() -> None:
    with pytest.raises(TranscriptError) as raised:
        chats_in(json.dumps({"format": "all-chats", "version": 2, "chats": []}))
    assert raised.value.fault is Fault.NEWER


def test_a_chat_is_kept_so_that_it_can_be_opened_and_has_the_same_id_every_time() -> None:
    kept = [as_kept(chats_in(json.dumps([CHATGPT])).chats[0], OPTIONS) for _ in range(2)]
    assert kept[0] == kept[1]
    assert kept[0] is not None
    restored = restore(json.loads(json.dumps(kept[0]["records"])))
    assert restored.is_whole
    assert restored.options == OPTIONS
    assert said(restored.conversation) == said(read(CHATGPT))
    assert (kept[0]["name"], kept[0]["changed"]) == ("Tokens", 5500)
    other = as_kept(Chat(conversation=read(CHATGPT)), Options(model="another"))
    assert other is not None
    assert other["id"] == kept[0]["id"]


def test_a_chat_that_could_not_be_opened_again_is_not_kept() -> None:
    conversation = read(CHATGPT)
    conversation.system_prompt = "x" * 200_001
    assert as_kept(Chat(conversation=conversation), OPTIONS) is None


CIRCLE = of_chatgpt(
    "a", q=node("b", "user", "Q"), a=node("q", "user", "A"), b=node("a", "user", "B")
)


MANY = {f"q{number}": node(None, "user", "Q") for number in range(MOST + 1)}
REFUSED = {
    "nothing": ({"mapping": {}}, Fault.NOT_A_TRANSCRIPT),
    "odd nodes": (
        {"mapping": {"x": None, "y": [1], "z": {"message": {"author": 7}}}},
        Fault.NOT_A_TRANSCRIPT,
    ),
    "after itself": ({"mapping": {"x": node("x", "user", "mine")}}, Fault.NOT_A_TRANSCRIPT),
    "a circle": (CIRCLE, Fault.NOT_A_TRANSCRIPT),
    "many messages": (
        {"mapping": dict.fromkeys(map(str, range(MOST_ANSWERS + 1)))},
        Fault.TOO_LARGE,
    ),
    "many questions": ({"mapping": MANY}, Fault.TOO_LARGE),
    "no messages": ({"chat": {}}, Fault.NOT_A_TRANSCRIPT),
    "an odd message": ({"chat": {"history": {"messages": {"a": 5}}}}, Fault.NOT_A_TRANSCRIPT),
    "an odd history": ({"chat": {"history": 5, "messages": 5}}, Fault.NOT_A_TRANSCRIPT),
    "no records": ({"records": {}}, Fault.NOT_A_TRANSCRIPT),
}


@pytest.mark.parametrize(("chat", "fault"), REFUSED.values(), ids=REFUSED)
def test_what_is_no_chat_is_refused(chat: object, fault: Fault) -> None:
    with pytest.raises(TranscriptError) as raised:
        chats_in(json.dumps([chat]))
    assert raised.value.fault is fault


JSON = some.recursive(
    some.none() | some.booleans() | some.integers() | some.floats(allow_nan=False) | some.text(),
    lambda inner: some.lists(inner) | some.dictionaries(some.text(), inner),
    max_leaves=8,
)
NAMES = some.sampled_from(["a", "b", "c", "root"])
ODD = some.fixed_dictionaries(
    {},
    optional={
        "parent": NAMES | JSON,
        "parentId": NAMES | JSON,
        "content": JSON,
        "files": JSON,
        "role": some.sampled_from(["user", "assistant"]) | JSON,
        "message": some.fixed_dictionaries(
            {"author": some.just({"role": "user"}) | JSON, "content": JSON}
        ),
    },
)


@given(some.dictionaries(NAMES, ODD), NAMES | JSON)
def test_odd_messages_are_read_or_refused(nodes: dict[str, object], current: object) -> None:
    history = {"messages": nodes, "currentId": current}
    for chat in ({"mapping": nodes, "current_node": current}, {"chat": {"history": history}}):
        try:
            (found,) = chats_in(json.dumps([chat])).chats
        except TranscriptError:
            continue
        assert as_kept(found, OPTIONS) is not None


def test_a_beginning_that_many_answers_share_is_not_written_without_end() -> None:
    chain: dict[str, Node] = {"q": node("root", "user", "Q")}
    before = "q"
    for number in range(5_000):
        name = f"a{number}"
        chain[name] = node(before, "assistant", "x" * 2_000)
        chain[f"q{number}"] = node(name, "user", "Q")
        before = name
    began = time.monotonic()
    with pytest.raises(TranscriptError) as raised:
        read(of_chatgpt(None, "", **chain))
    assert raised.value.fault is Fault.TOO_LARGE
    assert time.monotonic() - began < 10


def test_sources_that_do_not_end_are_read_once() -> None:
    text = "\ue200" * 500_000
    began = time.monotonic()
    conversation = read(of_chatgpt(q=node("root", "user", "Q"), a=node("q", "assistant", text)))
    assert said(conversation) == [("Q", text)]
    assert time.monotonic() - began < 10
