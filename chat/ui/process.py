"""What belongs to the whole process: the owner's settings, service, budgets and password.

It is a plain object, made once, and not in Streamlit's caches: whoever has the page open can have
those emptied for everybody (Streamlit 1.67), and the budgets would begin anew.
"""

from __future__ import annotations

import gc
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from importlib.util import find_spec
from pathlib import Path

import streamlit as st

from chat.access.address import network
from chat.access.password import Password
from chat.access.people import People, Person
from chat.errors import ChatError
from chat.feedback import Feedback
from chat.languages.language import ENGLISH, language, speaking
from chat.ledger.ledger import Ledger
from chat.ledger.limits import Limits
from chat.ledger.tally import Tally
from chat.login import Login
from chat.services.base import Service, log, write_log_as
from chat.services.connect import connect
from chat.services.request_log import Logged, Noted, pseudonym
from chat.services.under_way import Counted, UnderWay
from chat.settings import Settings, SettingsError
from chat.tokens.counter import TokenCounter
from chat.visitor import Visitor
from chat.words import text
from chat.words.log import SUM_IS_FORGOTTEN


@dataclass(kw_only=True)
class Process:
    """What all visitors share. The service has the owner's key; the counter keeps no texts.

    `password` is None where anybody may come in. `clock` tells seconds: how long an answer takes.
    """

    settings: Settings
    service: Service
    counter: TokenCounter
    limits: Limits
    tally: Tally
    password: Password | None
    feedback: Feedback | None = None
    people: People = field(default_factory=lambda: People(Login()))
    under_way: UnderWay = field(default_factory=UnderWay)
    clock: Callable[[], float] = time.monotonic
    _is_frozen: bool = field(default=False, init=False)

    @classmethod
    def of(cls, settings: Settings) -> Process:
        """The process that these settings ask for. Raises `SettingsError`."""
        write_log_as(settings.log)
        people = People(settings.login, st.get_option("server.trustedUserHeaders").values())
        if people.has_button and find_spec("authlib") is None:
            command = f"pip install 'streamlit[auth]=={st.__version__}'"
            raise SettingsError(
                "setting_package", name="CHAT_LOGIN", package="Authlib", command=command
            )
        ledger = Ledger.of(settings, log)
        if settings.daily_tokens is not None and not (settings.data or settings.redis_url):
            log(SUM_IS_FORGOTTEN)
        return cls(
            settings=settings,
            service=connect(settings, log=log_failure),
            counter=TokenCounter(),
            limits=Limits(
                ledger,
                visitor_tokens=settings.visitor_tokens,
                daily_tokens=settings.daily_tokens,
            ),
            tally=Tally(ledger),
            password=None if settings.password is None else Password(settings.password, ledger),
            people=people,
            feedback=_feedback(settings),
        )

    def note(self, who: str, request: Noted) -> None:
        """Write how a request went into the server's log, and have it counted."""
        log(request.line, request.fields)
        self.tally.add(request.row(who))

    def freeze_memory(self) -> None:
        """Let no later garbage collection look at what was loaded by now, which is there to stay.

        A full collection of all that Streamlit and the openai package load holds up every visitor
        for 140 ms. To be called when everything is in use; only the first time does something.
        """
        if not self._is_frozen:
            self._is_frozen = True
            gc.collect()
            gc.freeze()
            gc.set_threshold(5_000, 10, 10)


class _Made:
    """The one process, as soon as somebody has asked for it."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.process: Process | None = None


_made = _Made()


def current() -> Process:
    """What all visitors of this process share, made when it is first asked for.

    Raises `SettingsError`, each time anew, as the owner may have mended a file meanwhile.
    """
    with _made.lock:
        if _made.process is None:
            with speaking(language(ENGLISH)):  # as all of the log
                try:
                    _made.process = Process.of(settings())
                except SettingsError as error:
                    log(f"{text.SETTINGS_WRONG} {error}")
                    raise
        return _made.process


def settings() -> Settings:
    """The owner's settings, also where no process can be made of them yet.

    A folder may come later, and what the server has to know at its start is as it will be. Raises
    `SettingsError`.
    """
    made = _made.process
    return Settings.load(secrets=_secrets()) if made is None else made.settings


def under_way() -> UnderWay | None:
    """The answers that are being written; None where nobody has asked for the process yet."""
    made = _made.process  # without its lock: a signal may come while somebody holds it
    return None if made is None else made.under_way


def is_all_counted() -> bool:
    """Whether no request that has ended is still to be counted."""
    made = _made.process
    return made is None or made.tally.is_empty


def service_of(visitor: Visitor) -> Service:
    """Who answers one visitor: with the visitor's own key, or the owner's within the budgets."""
    here, own = current(), visitor.own_service
    shared, limits = here.service, here.limits
    counted = Counted(own or shared, here.under_way)
    if own is None and shared.is_demo:
        return counted
    note, pays = partial(here.note, who()), payer()
    logged = Logged(counted, who=pseudonym(pays), note=note, has_own_key=own is not None)
    if own is not None or not limits.are_set:
        return logged
    return visitor.budgeted(logged, limits, pays)


def log_failure(error: ChatError, line: str, *, has_own_key: bool = False) -> None:
    """Write a service's failure into the server's log, with what the owner can do."""
    with speaking(language(ENGLISH)):
        advice = text.for_owner(text.owners_advice(error, has_own_key=has_own_key))
    log(" | ".join(filter(None, (line, advice))))


def log_lost_feedback(error: OSError) -> None:
    """Tell the owner that what a visitor thinks could not be noted."""
    log(f"An answer's feedback could not be noted: {error}")


def _feedback(settings: Settings) -> Feedback | None:
    if not settings.feedback:
        return None
    if settings.data is None:
        raise SettingsError("setting_needs", name="CHAT_FEEDBACK", needed="CHAT_DATA")
    return Feedback(settings.data)


def address() -> str:
    """Where the visitor comes from, as far as can be known: the doorkeeper has found it out."""
    return network(st.context.ip_address or "127.0.0.1")  # Streamlit 1.67 does not tell its own


def person() -> Person | None:
    """Who has signed in on this page, and may come in or not; None: nobody."""
    people = current().people
    # Where nobody can sign in, it is not asked: Streamlit (1.67) looks for its secrets each time.
    return people.find(st.user.to_dict()) if people.has_way else None


def payer() -> str:
    """Whose budget it is: the person's who has signed in, or else the address's."""
    known = person()
    return address() if known is None else known.id


def who() -> str:
    """For whom the visitor's requests are counted, as an owner knows them."""
    known = person()
    return address() if known is None else known.mark


def is_owner() -> bool:
    """Whether the visitor may see what all have used."""
    return current().people.is_owner(person())


@contextmanager
def handed_in(make: Callable[[], Process] | None = None) -> Iterator[None]:
    """For tests: another process in place of the one there is; left out: one of its own."""
    with _made.lock:
        before, _made.process = _made.process, None if make is None else make()
    try:
        yield
    finally:
        with _made.lock:
            _made.process = before


def _secrets() -> Mapping[str, object]:
    """Streamlit's secrets; none where no such file exists. Raises `SettingsError`."""
    if st.secrets.load_if_toml_exists():
        return st.secrets.to_dict()
    for path in filter(Path.exists, map(Path, secret_files())):
        # Streamlit only logs it (1.67), and the demo would answer instead of the model.
        raise SettingsError("setting_toml", file=path.name)
    return {}


def secret_files() -> Sequence[str]:
    """Where Streamlit looks for secrets."""
    files: Sequence[str] = st.get_option("secrets.files")
    return files
