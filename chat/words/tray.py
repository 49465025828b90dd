"""The files that go along with a question."""

from __future__ import annotations

from chat.languages.language import Word, say, spoken


def tray_words() -> dict[str, Word]:
    """The words of the files above the input, which the browser writes."""
    return spoken().table("tray")


def remove_file(name: str) -> str:
    """On what takes a file away."""
    return say("tray.remove", name=name)


def sees_no_pictures(model: str) -> str:
    """Said where pictures wait for a model that is known to see none."""
    return say("sees_no_pictures", model=model)
