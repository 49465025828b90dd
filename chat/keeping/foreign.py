"""Chats that other apps have exported: ChatGPT's and Open WebUI's. Pure.

Both are told by their shape, and neither is a contract: what is not known is passed over.

    ChatGPT     {"title", "update_time", "current_node", "mapping": {NAME: {"parent", "message":
                {"author": {"role"}, "content": {"content_type", "parts"}, "recipient", …}}}}
    Open WebUI  {"title", "updated_at", "chat": {"history": {"currentId", "messages": {NAME:
                {"parentId", "role", "content", "model", "files"}}}}}, or `chat.messages`, a list
"""

from __future__ import annotations

import re
from itertools import count
from typing import Any, Literal

from chat.characters import mended
from chat.conversation.files import File
from chat.conversation.tree import Conversation
from chat.files.bounds import BOUNDS
from chat.keeping import files
from chat.keeping.plain import of_messages
from chat.keeping.threads import Said, conversation_of
from chat.keeping.transcript import LATEST
from chat.keeping.untrusted import LONGEST_NAME, MOST_ANSWERS, Fault, TranscriptError

# Where ChatGPT sets a source, with letters that no font has. Possessive: no text is read twice.
_SOURCE = re.compile("\ue200[^\ue200\ue201]*+\ue201")
# What Open WebUI puts the thoughts in, before the answer.
_THOUGHTS, _END = '<details type="reasoning"', "</details>"
_THOUGHT_MARK = re.compile(r"^(?:<summary>.*</summary>|&gt; ?|> ?)", re.MULTILINE)


def of_chatgpt(chat: dict[str, Any]) -> Conversation:
    """The conversation in one of ChatGPT's. Raises `TranscriptError`."""
    nodes = _object(chat.get("mapping"))
    if len(nodes) > MOST_ANSWERS:
        raise TranscriptError(Fault.TOO_LARGE)
    said = {name: _of_node(_object(node)) for name, node in nodes.items()}
    return conversation_of(said, chat.get("current_node"))


def _of_node(node: dict[str, Any]) -> Said:
    before = _text(node.get("parent")) or None
    message = _object(node.get("message"))
    content, metadata = _object(message.get("content")), _object(message.get("metadata"))
    role = _role(_object(message.get("author")).get("role"))
    kind = content.get("content_type")
    is_hidden = metadata.get("is_visually_hidden_from_conversation") is True
    is_to_tool = message.get("recipient", "all") not in ("all", None)
    if not role or is_hidden or is_to_tool:
        return Said(before=before)
    text = reasoning = ""
    if kind == "thoughts":
        thoughts = map(_object, _list(content.get("thoughts")))
        reasoning = _joined([_text(thought.get("content")) for thought in thoughts])
    elif kind in ("text", "multimodal_text", None):
        # The files are not in the export; what was spoken is, as a text.
        parts = _list(content.get("parts"))
        text = _joined(
            [_text(it if isinstance(it, str) else _object(it).get("text")) for it in parts]
        )
    elif kind == "code":
        text = f"```\n{_text(content.get('text'))}\n```"
    else:  # "user_editable_context", "reasoning_recap" and the like
        return Said(before=before)
    if role == "assistant" and not (text.strip() or reasoning.strip()):
        return Said(before=before)
    return Said(
        before=before,
        role=role,
        text=_SOURCE.sub("", text),
        reasoning=reasoning,
        model=_text(metadata.get("model_slug"))[:LONGEST_NAME],
        began=time_of(message.get("create_time")),
    )


def of_open_webui(whole: dict[str, Any]) -> Conversation:
    """The conversation in one of Open WebUI's. Raises `TranscriptError`."""
    chat = _object(whole.get("chat"))
    history = _object(chat.get("history"))
    messages = _object(history.get("messages"))
    if len(messages) > MOST_ANSWERS:
        raise TranscriptError(Fault.TOO_LARGE)
    if messages:
        numbers = count(1)
        said = {name: _of_message(_object(it), numbers) for name, it in messages.items()}
        conversation = conversation_of(said, history.get("currentId"))
    else:
        conversation = of_messages(chat.get("messages"))
    prompt = _text(chat.get("system")) or _text(_object(chat.get("params")).get("system"))
    conversation.system_prompt = prompt or conversation.system_prompt
    return conversation


def _of_message(message: dict[str, Any], numbers: count[int]) -> Said:
    before = _text(message.get("parentId")) or None
    role = _role(message.get("role"))
    text = _text(message.get("content"))
    reasoning = ""
    if role == "assistant":
        reasoning, text = _thoughts(text)
        if not (text.strip() or reasoning.strip()):
            role = ""
    return Said(
        before=before,
        role=role,
        text=text,
        reasoning=reasoning,
        files=tuple(_pictures(message, numbers)) if role == "user" else (),
        model=_text(message.get("model"))[:LONGEST_NAME],
        began=time_of(message.get("timestamp")),
    )


def _thoughts(text: str) -> tuple[str, str]:
    """The thoughts before an answer, and the answer."""
    if not text.startswith(_THOUGHTS) or _END not in text:
        return "", text
    thoughts, _, answer = text.partition(_END)
    return _THOUGHT_MARK.sub("", thoughts.partition(">")[2]).strip(), answer.lstrip("\n")


def _pictures(message: dict[str, Any], numbers: count[int]) -> list[File]:
    """The pictures that stand in the export itself; others are on the server that has made it."""
    found: list[File] = []
    for file in map(_object, _list(message.get("files"))[: BOUNDS.files]):
        if file.get("type") == "image":
            try:
                found.append(files.picture_at(file.get("url"), f"picture-{next(numbers)}"))
            except TranscriptError:
                continue
    return found


def time_of(value: object) -> float:
    """A time in seconds since 1970; 0 where this is none."""
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 < value < LATEST:
        return 0.0
    return float(value)


def _joined(texts: list[str]) -> str:
    return "\n\n".join(text for text in texts if text)


def _role(value: object) -> Literal["user", "assistant", ""]:
    match value:
        case "user":
            return "user"
        case "assistant":
            return "assistant"
        case _:
            return ""


def _object(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(value: object) -> str:
    return mended(value) if isinstance(value, str) else ""
