"""The beginning of a chat: by a link, or by a prompt, the visitor's own too."""

from __future__ import annotations

from collections.abc import Iterable

from chat.languages.language import Word, say, spoken
from chat.options import EFFORTS
from chat.prompts import Prompt
from chat.words.dialogue import close
from chat.words.sidebar import level

LONGEST = 100  # characters of a system prompt


def begun_with(title: str, settings: Prompt) -> str:
    """What a prompt has set, by its title; without one, it was a link."""
    values = {
        "system_prompt": None if settings.text is None else _begins(settings.text),
        "model": settings.model,
        "effort": None if settings.reasoning_effort is None else level(settings.reasoning_effort),
        "rounds": settings.rounds,
    }
    said = [say("set_to", name=say(n), value=v) for n, v in values.items() if v is not None]
    return " · ".join([title or say("from_link"), *said])


def _begins(text: str) -> str:
    """How a system prompt begins, in one line, as it is written."""
    line = " ".join(text.split())
    if len(line) <= LONGEST:
        return line
    end = line.rfind(" ", LONGEST // 2, LONGEST)
    return f"{line[: LONGEST if end < 0 else end]} …"


def link_left_out(parameters: Iterable[str]) -> str:
    """What of a link cannot be used here, by the names of its parameters."""
    return say("link_left_out", names=spoken().listed(parameters))


def prompts_words() -> dict[str, Word]:
    """The words of the visitor's own prompts, which the browser writes."""
    language = spoken()
    taking = language.table("taking")
    return {
        **language.table("own_prompts"),
        **{name: say(name) for name in ("system_prompt", "model", "effort", "rounds")},
        "cancel": say("leave_edit"),
        "undo": say("undo"),
        "close": close(),
        "imported": taking["prompts"],
        "known": taking["known"],
        "left": taking["left"],
        "levels": {effort: level(effort) for effort in EFFORTS},
    }
