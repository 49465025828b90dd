"""A prompt: what a chat begins with, such as a system prompt and the model for it. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

MOST_VARIABLES = 10  # of a prompt; what looks like one more is text
_VARIABLE = re.compile(r"\{\{([^{}\n]{1,60})\}\}")


@dataclass(frozen=True, kw_only=True)
class Prompt:
    """What a chat begins with; what is None stays as it is set.

    `text` is the system prompt. `{{name}}` in it stands for what the visitor is asked for. An empty
    `reasoning_effort` is left to the model.
    """

    name: str = ""
    icon: str = ""
    text: str | None = None
    model: str | None = None
    reasoning_effort: str | None = None
    rounds: int | None = None

    @property
    def title(self) -> str:
        """Its icon and its name."""
        return f"{self.icon} {self.name}".strip()

    @property
    def variables(self) -> tuple[str, ...]:
        """The names of what the visitor is asked for, each once, in their order."""
        names = [name.strip() for name in _VARIABLE.findall(self.text or "")]
        return tuple(dict.fromkeys(filter(None, names)))[:MOST_VARIABLES]

    def filled(self, values: Mapping[str, str]) -> Prompt:
        """The prompt with these values in the places of its variables."""
        # In one pass: what is put in is text, whatever it looks like.
        text = _VARIABLE.sub(lambda found: values.get(found[1].strip(), found[0]), self.text or "")
        return replace(self, text=text)
