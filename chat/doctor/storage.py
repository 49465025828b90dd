"""Whether it can be kept what was used of the budgets, and whether tokens can be counted."""

from __future__ import annotations

from chat.doctor.finding import Finding, note, well, wrong
from chat.errors import LedgerAway
from chat.languages.language import say
from chat.ledger.ledger import Ledger
from chat.settings import Settings, SettingsError
from chat.tokens import ranks
from chat.tokens.counter import encoding_name

FETCH = "python -m chat.tokens --fetch FOLDER"


def ledger(settings: Settings) -> list[Finding]:
    """Begin the ledger that is set, as the app does, and read in it, which locks it for writing."""
    name = "CHAT_REDIS_URL" if settings.redis_url else "CHAT_DATA"
    told: list[str] = []
    try:
        Ledger.of(settings, told.append).ask(lambda store: store.sums(""))
    except SettingsError as error:
        return [wrong(str(error))]
    except LedgerAway:
        return [wrong(say("doctor_ledger_away", name=name), *told)]
    return [well(say("doctor_ledger", name=name))]


def encoding(model: str) -> list[Finding]:
    """Look for a model's encoding, and never load it: tiktoken (0.14) might wait for ever."""
    name = encoding_name(model)
    if name is None:
        return [note(say("doctor_no_encoding", model=model))]
    if ranks.is_at_hand(name):
        return [well(say("doctor_encoding", model=model, encoding=name))]
    return [note(say("doctor_encoding_away", encoding=name, command=FETCH))]
