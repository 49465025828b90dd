"""What a page has kept, and what it records."""

from __future__ import annotations

import json
from typing import Any

from chat.conversation.files import Picture
from chat.conversation.tree import Conversation
from chat.keeping.files import with_data
from chat.keeping.records import PICTURE, Changes, Recorder
from tests.keeping.moves import OPTIONS

Records = dict[str, Any]


def apply(changes: Changes, records: Records) -> None:
    """What the browser does with changes; all of it travels as JSON."""
    for name in changes.drop:
        del records[name]
    records.update(json.loads(json.dumps(changes.put)))


def as_opened(records: Records) -> Records:
    """Records as the browser hands them over: without the bytes of pictures."""
    return {name: None if name.startswith(PICTURE) else records[name] for name in records}


def recorded(conversation: Conversation) -> Records:
    """All records of a conversation."""
    records: Records = {}
    apply(Recorder().changes(conversation, OPTIONS), records)
    return records


def brought(conversation: Conversation, records: Records) -> None:
    """Put the bytes of its pictures into a conversation, as when the browser was asked for them."""
    for round in conversation.all_rounds:
        round.files = tuple(
            with_data(file, records[f"picture/{file.hash}"]) or file
            if isinstance(file, Picture)
            else file
            for file in round.files
        )


def hashes(conversation: Conversation) -> set[str]:
    """The pictures of a conversation."""
    files = (file for round in conversation.all_rounds for file in round.files)
    return {file.hash for file in files if isinstance(file, Picture)}


def pictures_in(records: Records) -> set[str]:
    return {name for name in records if name.startswith("picture/")}


# What each version wrote, as a browser has it. It must be readable for ever.
VERSION_1 = """
{
  "head": {"format": "chat-transcript", "version": 1,
    "settings": {"model": "m", "temperature": 0.5, "top_p": null, "max_tokens": 7},
    "system_prompt": "S", "remember": 5, "start": 0, "discarded": []},
  "round/1": {"after": null, "place": 0, "versions": [2, 3], "shown": 1, "former": null, "next": 0},
  "question/1": "Q1",
  "answer/2": {"text": "First", "continued": "", "reasoning": "", "thought_seconds": 0.0,
    "status": "complete", "finish_reason": "stop", "usage": {"prompt_tokens": 3,
    "completion_tokens": 2, "reasoning_tokens": 1, "cached_tokens": null}, "error": null,
    "model": "m", "prompt_estimate": 4},
  "answer/3": {"text": "Second", "continued": "", "reasoning": "Hm.", "thought_seconds": 1.5,
    "status": "interrupted", "finish_reason": null, "usage": null,
    "error": {"kind": "ServiceDown", "detail": "busy"}, "model": "m", "prompt_estimate": 4},
  "round/4": {"after": 1, "place": 0, "versions": [5], "shown": 0, "former": null, "next": 0},
  "question/4": "Q2",
  "answer/5": {"text": "Half", "continued": "", "reasoning": "", "thought_seconds": 0.0,
    "status": "streaming", "finish_reason": null, "usage": null, "error": null, "model": "m",
    "prompt_estimate": 9},
  "grown/5/0": {"text": " of", "reasoning": ""},
  "grown/5/1": {"text": " it", "reasoning": ""}
}
"""
VERSION_2 = """
{
  "head": {"format": "chat-transcript", "version": 2,
    "settings": {"model": "m", "temperature": 0.5, "top_p": null, "max_tokens": 7,
      "reasoning_effort": "high", "verbosity": "low"},
    "system_prompt": "S", "remember": 5, "start": 0, "discarded": []},
  "round/1": {"after": null, "place": 0, "versions": [2, 3], "shown": 1, "former": null, "next": 0},
  "question/1": "Q1",
  "answer/2": {"text": "First", "continued": "", "reasoning": "", "thought_seconds": 0.0,
    "status": "complete", "finish_reason": "stop", "usage": {"prompt_tokens": 3,
    "completion_tokens": 2, "reasoning_tokens": 1, "cached_tokens": null}, "error": null,
    "model": "m", "prompt_estimate": 4, "left_out": ["top_p"], "began": 1700000000.5,
    "seconds": 2.5},
  "answer/3": {"text": "Second", "continued": "", "reasoning": "Hm.", "thought_seconds": 1.5,
    "status": "interrupted", "finish_reason": null, "usage": null,
    "error": {"kind": "ServiceDown", "detail": "busy"}, "model": "m", "prompt_estimate": 4,
    "left_out": ["top_p"], "began": 1700000000.5, "seconds": 2.5},
  "round/4": {"after": 1, "place": 0, "versions": [5], "shown": 0, "former": null, "next": 0},
  "question/4": "Q2",
  "answer/5": {"text": "Half", "continued": "", "reasoning": "", "thought_seconds": 0.0,
    "status": "streaming", "finish_reason": null, "usage": null, "error": null, "model": "m",
    "prompt_estimate": 9, "left_out": [], "began": 0.0, "seconds": 0.0},
  "grown/5/0": {"text": " of", "reasoning": ""},
  "grown/5/1": {"text": " it", "reasoning": "", "left_out": ["verbosity"], "seconds": 1.5}
}
"""
VERSION_3 = """
{
  "head": {"format": "chat-transcript", "version": 3,
    "settings": {"model": "m", "temperature": 0.5, "top_p": null, "max_tokens": 7,
      "reasoning_effort": "high", "verbosity": "low"},
    "system_prompt": "S", "remember": 5, "pictures_again": false, "start": 0, "discarded": []},
  "round/1": {"after": null, "place": 0, "versions": [2], "shown": 0, "former": null, "next": 0},
  "question/1": "",
  "files/1": [
    {"kind": "picture", "name": "dot.png", "media_type": "image/png", "width": 1, "height": 1,
      "hash": "9e1f1b4fd2a3e1a1b8a1c6a0d9a7c2d0f5a6c7b8d9e0f1a2b3c4d5e6f7a8b9c0", "thumbnail": ""},
    {"kind": "document", "name": "notes.txt", "text": "Milk", "cut": true}],
  "picture/9e1f1b4fd2a3e1a1b8a1c6a0d9a7c2d0f5a6c7b8d9e0f1a2b3c4d5e6f7a8b9c0": null,
  "answer/2": {"text": "First", "continued": "", "reasoning": "", "thought_seconds": 0.0,
    "status": "complete", "finish_reason": "stop", "usage": {"prompt_tokens": 3,
    "completion_tokens": 2, "reasoning_tokens": 1, "cached_tokens": null}, "error": null,
    "model": "m", "prompt_estimate": 4, "left_out": ["top_p"], "began": 1700000000.5,
    "seconds": 2.5}
}
"""
