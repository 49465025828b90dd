"""What a page has kept, and what it records."""

from __future__ import annotations

import json
from typing import Any

from chat.conversation.tree import Conversation
from chat.keeping.records import Changes, Recorder
from tests.keeping.moves import OPTIONS

Records = dict[str, Any]


def apply(changes: Changes, records: Records) -> None:
    """What the browser does with changes; all of it travels as JSON."""
    for name in changes.drop:
        del records[name]
    records.update(json.loads(json.dumps(changes.put)))


def recorded(conversation: Conversation) -> Records:
    """All records of a conversation."""
    records: Records = {}
    apply(Recorder().changes(conversation, OPTIONS), records)
    return records


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
