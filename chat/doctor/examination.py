"""The order in which things are looked at, and how long each may take."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from chat.doctor import address, configuration, guards, packages, service, sign_in, storage
from chat.doctor.finding import Finding, Look, Mark, within, wrong
from chat.languages.language import say
from chat.redaction import PART, redacted
from chat.services.provider import CONNECT_TIMEOUT, OPENAI_BASE_URL
from chat.settings import Settings, SettingsError

Announce = Callable[[str], None]
Looking = Callable[[str, float, Look], Iterator[Finding]]


@dataclass(frozen=True, kw_only=True)
class Patience:
    """Seconds that a look may take: at a disk, at the network, and until a model's first word."""

    disk: float = 10.0
    network: float = 15.0
    answer: float = 60.0


def examine(
    folder: Path, announce: Announce, patience: Patience | None = None
) -> Iterator[Finding]:
    """Look at the app in this folder; `announce` is told of each look before it begins."""
    patience = patience or Patience()
    looking = partial(_looking, announce)
    yield from looking("doctor_at_packages", patience.disk, partial(packages.look, folder))
    try:
        settings, values = configuration.read(folder)
    except SettingsError as error:
        yield wrong(str(error))
        return
    secrets = [*configuration.secrets_of(values)]
    # A word such as "ollama", which a local service takes as a key, may stand in any sentence.
    keys = [secret for secret in secrets if len(secret) >= PART]
    for finding in _of_settings(settings, values, looking, patience):
        yield replace(
            finding,
            sentence=redacted(finding.sentence, keys),
            details=tuple(redacted(line, secrets) for line in finding.details),
        )


def _of_settings(
    settings: Settings, values: Mapping[str, str], looking: Looking, patience: Patience
) -> Iterator[Finding]:
    yield from configuration.look(values)
    yield from guards.look(settings, values)
    if (provider := settings.login.provider) is not None:
        ask = partial(sign_in.look, settings.login, provider, seconds=CONNECT_TIMEOUT)
        yield from looking("doctor_at_sign_in", patience.network, ask)
    if settings.data or settings.redis_url:
        yield from looking("doctor_at_ledger", patience.disk, partial(storage.ledger, settings))
    if settings.api_key is None:
        return
    yield from looking(
        "doctor_at_encoding", patience.disk, partial(storage.encoding, settings.model)
    )
    base_url = settings.base_url or OPENAI_BASE_URL
    network, word = patience.network, patience.answer
    for name, seconds, look in (
        ("doctor_at_address", network, partial(address.look, base_url, seconds=CONNECT_TIMEOUT)),
        ("doctor_at_models", network, partial(service.listed, settings, seconds=network)),
        # What is slow is told by the look itself, a moment before it would be given up.
        ("doctor_at_answer", word + 5, partial(service.answered, settings, seconds=word)),
    ):
        found = [*looking(name, seconds, look)]
        yield from found
        if any(finding.mark is Mark.WRONG for finding in found):
            return


def _looking(announce: Announce, name: str, seconds: float, look: Look) -> Iterator[Finding]:
    what = say(name)
    announce(what)
    yield from within(seconds, look, wrong(say("doctor_given_up", what=what, seconds=seconds)))
