"""Why an answer ended, in the words of Chat Completions, whatever a service calls it. Pure.

canonical({"finish_reason": "MAX_TOKENS"})      # "length"
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from chat.services.parts import fields

LONGEST_REASON = 200  # characters
LENGTH, FILTER, TOOLS, ERROR = "length", "content_filter", "tool_calls", "error"

_NAMES = ("finish_reason", "stop_reason", "finishReason", "done_reason")  # the best known first
_NONE = frozenset({"", "null", "none", "finish_reason_unspecified", "unspecified"})
_CAPITAL = re.compile(r"(?<=[a-z])(?=[A-Z])")  # inside contentFilter
# What is in the word of each reason, all of it in small letters, joined by `_`; the first counts.
_REASONS = (
    (ERROR, "insufficient_system|malformed_response|rate_limit"),
    (TOOLS, "tool|function"),
    (
        FILTER,
        "filter|safety|prohibit|block|refus|sensitive|moderation|guardrail|polic|risk|harm|toxic"
        "|jailbreak|armor|inspection|recitation|spii|language",
    ),
    (LENGTH, "length|limit|max_?(?:new_|output_)?tokens|max_output|context|incomplete|truncat"),
    (ERROR, "error|abort|fail|timeout|time_out|cancel"),
)
_KNOWN = tuple((reason, re.compile(words)) for reason, words in _REASONS)


def canonical(holder: Mapping[str, Any]) -> str | None:
    """The reason that is said there; None where none is."""
    for name in _NAMES:
        if said := holder.get(name):
            break
    else:
        return None
    said = fields(said).get("type") or said  # as {"type": "stop"}
    if not isinstance(said, str):
        return None
    # As "FinishReason.MAX_TOKENS", too.
    word = _CAPITAL.sub("_", said.rpartition(".")[2].strip()).lower().replace("-", "_")
    if word in _NONE:
        return None
    known = (reason for reason, words in _KNOWN if words.search(word))
    return next(known, said[:LONGEST_REASON])
