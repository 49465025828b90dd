"""Which service answers: the provider, where a key is set, and the built-in demo where none is."""

from __future__ import annotations

from chat.services.base import Service
from chat.services.failure_log import Log
from chat.services.provider import Provider
from chat.settings import Settings


def connect(settings: Settings | None = None, *, log: Log | None = None) -> Service:
    """The service that the settings (left out: those of the environment) ask for.

    `log` gets each failure, with a line that tells of it. Raises `SettingsError`. Nothing is waited
    for.
    """
    settings = settings or Settings.load()
    if settings.api_key is None:
        # Not before it is needed: `python -m chat.tokens` would find its own module imported.
        from chat.services.demo import Demo

        return Demo(settings.options)
    return Provider(
        api_key=settings.api_key,
        defaults=settings.options,
        base_url=settings.base_url,
        timeout=settings.timeout,
        log=log,
    )
