"""Files in a question: what a request carries of them, and for how long."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import replace

import pytest

from chat import errors
from chat.conversation.answer import Status
from chat.conversation.events import Ended, TextDelta
from chat.conversation.files import (
    Document,
    Picture,
    content_of,
    pictures_of,
    text_of,
    with_bytes,
)
from chat.conversation.round import Round
from chat.conversation.tree import Conversation
from chat.conversation.window import Window

BYTES = b"\xff\xd8\xff"
PHOTO = Picture.of(BYTES, name="cat.jpg", media_type="image/jpeg", width=3, height=2)
ADDRESS = f"data:image/jpeg;base64,{b64encode(BYTES).decode()}"
NOTES = Document(name="notes.txt", text="Milk\nBread")


def answered(conversation: Conversation, question: str, *files: Document | Picture) -> Round:
    """A question with files that was answered."""
    round = conversation.ask(question, files=files)
    list(round.answer.grow([TextDelta("Yes."), Ended("stop")]))
    assert round.answer.status is Status.COMPLETE
    return round


def test_a_question_carries_its_files_before_its_words() -> None:
    conversation = Conversation(system_prompt="")
    conversation.ask("What is it?", files=[PHOTO, NOTES])
    assert conversation.messages == [
        {
            "role": "user",
            "content": [
                {"type": "image_url", "image_url": {"url": ADDRESS, "detail": "high"}},
                {"type": "text", "text": "===== notes.txt =====\nMilk\nBread\n====="},
                {"type": "text", "text": "What is it?"},
            ],
        }
    ]


def test_a_question_may_be_files_alone_but_not_nothing() -> None:
    conversation = Conversation(system_prompt="")
    round = conversation.ask("", files=[PHOTO])
    content = conversation.messages[0]["content"]
    assert [part["type"] for part in content if isinstance(part, dict)] == ["image_url"]
    assert conversation.title == "cat.jpg"
    round.answer.stop()
    with pytest.raises(errors.BlankQuestion):
        conversation.ask(" ")


@pytest.mark.parametrize("again", [True, False])
def test_files_leave_memory_with_their_round_and_pictures_sooner_where_wanted(again: bool) -> None:
    conversation = Conversation(system_prompt="", rounds=1, pictures_again=again)
    answered(conversation, "And this?", PHOTO, NOTES)
    remembered = conversation.messages[0]["content"]
    assert pictures_of(remembered) == [ADDRESS] * again
    assert "Milk" in text_of(remembered)
    assert ("[cat.jpg]" in text_of(remembered)) is not again
    answered(conversation, "Thanks")
    assert [text_of(m["content"]) for m in conversation.messages] == ["Thanks", "Yes."]


def test_edited_and_retried_questions_keep_what_they_are_given() -> None:
    conversation = Conversation(system_prompt="")
    first = answered(conversation, "What is it?", PHOTO)
    conversation.ask_again(first)
    assert pictures_of(conversation.messages[0]["content"]) == [ADDRESS]
    edited = conversation.ask("And now?", files=first.files, instead_of=first)
    assert edited.files == (PHOTO,)
    assert first.files == (PHOTO,)


def test_the_pictures_for_a_question_are_those_of_what_it_remembers() -> None:
    conversation = Conversation(system_prompt="", rounds=1)
    first, second = (replace(PHOTO, hash=number * 64) for number in "12")
    before = answered(conversation, "One", first)
    asked = answered(conversation, "Two", second, NOTES)
    assert conversation.pictures_for(None) == [second]
    assert conversation.pictures_for(asked) == [second, first]
    assert conversation.pictures_for(before) == [first]
    conversation.pictures_again = False
    assert conversation.pictures_for(asked) == [second]


def test_of_too_many_pictures_the_oldest_rounds_are_named() -> None:
    conversation = Conversation(system_prompt="", rounds=3, most_pictures=4)
    for text, pictures in (("One", [PHOTO]), ("Two", [PHOTO] * 2), ("Three", [])):
        answered(conversation, text, *pictures, NOTES)
    conversation.ask("Four", files=[PHOTO, PHOTO])
    sent = [len(pictures_of(m["content"])) for m in conversation.messages if m["role"] == "user"]
    assert sent == [0, 2, 0, 2]
    assert "[cat.jpg]" in text_of(conversation.messages[0]["content"])


def test_where_no_pictures_are_taken_all_are_named_and_none_is_awaited() -> None:
    conversation = Conversation(system_prompt="", rounds=3, most_pictures=0)
    answered(conversation, "One", PHOTO, NOTES)
    conversation.ask("Two", files=[PHOTO, NOTES])
    contents = [message["content"] for message in conversation.messages]
    assert [pictures_of(content) for content in contents] == [[]] * 3
    assert ["[cat.jpg]" in text_of(content) for content in contents] == [True, False, True]
    assert "Milk" in text_of(contents[2])
    assert conversation.pictures_for(None) == []
    assert conversation.start_over().most_pictures == 0


def test_where_no_documents_are_taken_all_are_named() -> None:
    conversation = Conversation(system_prompt="", rounds=3, sends_documents=False)
    answered(conversation, "One", PHOTO, NOTES)
    conversation.ask("Two", files=[NOTES])
    contents = [message["content"] for message in conversation.messages]
    assert [f"[{NOTES.name}]" in text_of(content) for content in contents] == [True, False, True]
    assert not [content for content in contents if "Milk" in text_of(content)]
    assert len(pictures_of(contents[0])) == 1
    assert not conversation.start_over().sends_documents


def test_bytes_that_are_known_are_put_where_they_lack_and_nowhere_else() -> None:
    here, elsewhere = replace(PHOTO, name="dog.jpg", data=None), replace(PHOTO, hash="0", data=None)
    known = {PHOTO.hash: PHOTO}
    assert with_bytes([here, elsewhere, NOTES], known) == (
        replace(here, data=BYTES),
        elsewhere,
        NOTES,
    )


@pytest.mark.parametrize("text", ["=====", "a\n=====\nb", "a\n======\n=====", "===== x =====\n"])
def test_no_line_of_a_document_ends_its_block(text: str) -> None:
    part = text_of(content_of("", [Document(name="a\n===== b", text=text)]))
    first, *inside, last = part.split("\n")
    assert first.startswith(last)
    assert "\n".join(inside) == text
    assert not [line for line in inside if line.startswith(last)]


def test_a_picture_whose_bytes_are_elsewhere_is_missed_and_named() -> None:
    conversation = Conversation(system_prompt="")
    gone = Picture(
        name="cat.jpg", hash="0" * 64, media_type="image/png", width=3, height=2, data=None
    )
    answered(conversation, "What is it?", gone, PHOTO)
    assert Window.of(conversation).missing == (gone,)
    assert "[cat.jpg]" in text_of(conversation.messages[0]["content"])
    conversation.pictures_again = False
    assert not Window.of(conversation).missing
