"""The words of a delta or a message, whose content is a text or parts of any kinds. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

# Where services keep the thoughts and the answer. Some say the same under two names.
_THOUGHTS = (
    *("reasoning_content", "reasoning", "reasoning_details", "reasoning_text"),
    *("reasoning_summary", "thinking", "thinking_content", "thinking_blocks"),
    *("thought", "thoughts"),
)
_ANSWERS = ("content", "refusal", "audio", "images")
# Where a part of a content keeps its words. Mistral's thoughts are parts under `thinking`.
_WORDS = ("text", "thinking", "reasoning", "summary", "refusal", "content", "transcript", "value")
_TITLES = ("title", "name", "url")  # of a part that has no words
_THOUGHT = re.compile(r"thinking|reasoning|thought", re.IGNORECASE)  # in the kind of a part
_KIND = re.compile(r"\w[\w.-]{0,39}", re.ASCII)
LONGEST_TITLE = 300  # characters


def fields(item: object) -> dict[str, Any]:
    """A JSON object; an empty one for anything else."""
    return item if isinstance(item, dict) else {}


def words(said: dict[str, Any]) -> Iterator[tuple[bool, str]]:
    """The words of a delta or a message, and of each piece whether it is a thought."""
    content = said.get("content")
    if len(said) == 1 and isinstance(content, str):  # as nearly every delta
        yield False, content
        return
    thoughts: list[str] = []
    for name in _THOUGHTS:
        if content := said.get(name):
            thought = "".join(words for _, words in _parts(content, is_thought=True))
            if thought and thought not in thoughts:
                thoughts.append(thought)
                yield True, thought
    for name in _ANSWERS:
        content = said.get(name)
        if isinstance(content, str):
            if content:
                yield _is_marked(said, content), content
        elif content:
            yield from _parts(content, is_thought=False)


def _is_marked(said: dict[str, Any], content: str) -> bool:
    """Whether a delta is marked as a thought, and Google has not put it between tags as well."""
    kinds = (said.get("type"), said.get("role"))
    if said.get("thought") is True or any(k and _THOUGHT.fullmatch(str(k)) for k in kinds):
        return True
    if "extra_content" not in said:
        return False
    mark = fields(fields(said["extra_content"]).get("google")).get("thought")
    return mark is True and "<" not in content


def _parts(content: object, *, is_thought: bool) -> Iterator[tuple[bool, str]]:
    """The words of a content: a text, or parts of any kinds, of which each may have parts again.

    A part without words is named by its kind, so that nothing is missing without a sign.
    """
    waiting = [(content, is_thought)]
    while waiting:
        part, is_thought = waiting.pop()
        if isinstance(part, str):
            if part:
                yield is_thought, part
        elif isinstance(part, list):
            waiting += [(inner, is_thought) for inner in reversed(part)]
        elif isinstance(part, dict):
            kind = part.get("type")
            kind = kind if isinstance(kind, str) else ""
            is_thought = is_thought or bool(_THOUGHT.search(kind))
            found: list[tuple[object, bool]] = []
            for name in _WORDS:
                words = (part.get(name), is_thought or bool(_THOUGHT.fullmatch(name)))
                if isinstance(words[0], str | list | dict) and words not in found:
                    found.append(words)
            waiting += reversed(found)
            if kind and not found and not is_thought and not kind.endswith("text"):
                yield False, _name_of(kind, part)


def _name_of(kind: str, part: dict[str, Any]) -> str:
    titles = [part.get(name) for name in _TITLES]
    known = [
        t for t in titles if isinstance(t, str) and len(t) <= LONGEST_TITLE and t.isprintable()
    ]
    return f"[{': '.join([kind if _KIND.fullmatch(kind) else '…', *known])}]"
