"""A plain list of messages, `[{"role": …, "content": …}]`, read as a conversation. Pure."""

from __future__ import annotations

from itertools import count, groupby
from operator import itemgetter

from chat.characters import mended
from chat.conversation.answer import Answer, Status
from chat.conversation.files import File
from chat.conversation.round import Fork, Round
from chat.conversation.tree import Conversation
from chat.files.bounds import BOUNDS
from chat.keeping import files
from chat.keeping.untrusted import MOST, Fault, TranscriptError

NO_QUESTION = "…"  # where a list begins with an answer, as a greeting does


def of_messages(messages: object) -> Conversation:
    """The conversation in a list of messages, or a `TranscriptError`.

    Messages of one role in a row are joined; a question without an answer counts as stopped.
    """
    if not isinstance(messages, list) or not messages:
        raise TranscriptError(Fault.NOT_A_TRANSCRIPT)
    if len(messages) > MOST:
        raise TranscriptError(Fault.TOO_LARGE)
    numbers = count(1)
    each = (_said(message, numbers) for message in messages)
    said = [_joined(role, [*of_one]) for role, of_one in groupby(each, itemgetter(0))]
    prompt = said.pop(0)[1] if said[0][0] == "system" else ""
    conversation = Conversation(system_prompt=prompt)
    end: Fork = conversation.start
    for role, text, pictures in said:
        if role == "system" or len(pictures) > BOUNDS.files:
            raise TranscriptError(Fault.NOT_A_TRANSCRIPT)
        if role == "user" or not conversation.start.rounds:
            is_asked = role == "user" and (text.strip() or pictures)
            round = Round(
                question=text if is_asked else NO_QUESTION,
                files=tuple(pictures),
                versions=[Answer(status=Status.STOPPED)],
            )
            end.add(round)
            end = round.next
        if role == "assistant":
            round.versions = [Answer(text=text, status=Status.COMPLETE)]
    return conversation


def _joined(role: str, of_one: list[tuple[str, str, list[File]]]) -> tuple[str, str, list[File]]:
    pictures = [picture for *_, its in of_one for picture in its]
    return role, "\n\n".join(text for _, text, _ in of_one if text), pictures


def _said(message: object, numbers: count[int]) -> tuple[str, str, list[File]]:
    """A message's role, text and pictures; parts that are neither are refused."""
    texts: list[str] = []
    pictures: list[File] = []
    try:
        role, content = message["role"], message["content"]  # type: ignore[index]
        role = {"developer": "system"}.get(role, role)
        for part in content if isinstance(content, list) else [{"text": content}]:
            if part.get("type") == "image_url" and role == "user":
                name = f"picture-{next(numbers)}"
                pictures.append(files.picture_at(part["image_url"]["url"], name))
            else:
                texts.append(mended(part["text"]))
    except (TypeError, KeyError, AttributeError, IndexError, TranscriptError):
        raise TranscriptError(Fault.NOT_A_TRANSCRIPT) from None
    if role not in ("system", "user", "assistant"):
        raise TranscriptError(Fault.NOT_A_TRANSCRIPT)
    return role, "\n\n".join(texts), pictures
