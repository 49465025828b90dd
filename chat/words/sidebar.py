"""The sidebar: the settings and the models."""

from __future__ import annotations

from datetime import date

from chat.languages.language import say, spoken


def title(owners: str | None) -> str:
    """The app's name: the owner's, where there is one."""
    return owners or say("title")


def temperature_refused(*, is_ever_taken: bool) -> str:
    """Why temperature and top p cannot be set."""
    return say("temperature_with_none" if is_ever_taken else "temperature_never")


def shutdown(model: str, day: date, today: date) -> str:
    """Said of a model that is announced to go."""
    name = "was_shut_down" if day <= today else "will_be_shut_down"
    return say(name, model=model, day=spoken().day(day))


def default_within(least: float, most: float | None) -> str:
    """In an empty field of a number: the model's default holds, and what can be set."""
    if most is None:
        return say("default_from", least=least)
    return say("default_within", least=least, most=most)


def usage_more(lines: int) -> str:
    """That so many more were used by."""
    return say("usage_more", count=lines)


def level(value: str) -> str:
    """How much of something a model is asked for; empty: what it does by itself."""
    name = f"level.{value}"
    if not value:
        return say("models_default")
    return say(name) if spoken().has(name) else value
