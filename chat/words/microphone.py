"""What is spoken in the place of typing."""

from __future__ import annotations

from chat import errors
from chat.languages.language import Word, say, spoken
from chat.words.failures import failure


def microphone_words() -> dict[str, Word]:
    """The words of the microphone in the input, which the browser writes."""
    return spoken().table("microphone")


def not_turned(error: errors.ChatError, *, has_own_key: bool) -> str:
    """Why a recording did not become text, what to do, and the service's own words."""
    said = f"{say('reason')}: {error.detail}" if error.detail else ""
    # It is the owner who has picked the model.
    return spoken().joined(*failure(error, has_models=False, has_own_key=has_own_key), said)
