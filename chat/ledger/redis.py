"""The ledger on a Redis or Valkey server, which the processes of many machines share.

    store = RedisStore("redis://:PASSWORD@HOST:6379/0")

Needs the package `redis`. Each step is one call of the script `steps.lua`; its keys have one hash
tag, so a cluster keeps them on one node, and expire a day behind the midnight that ends their own.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from chat.ledger.store import (
    LEASE,
    MOST_NOTES,
    PATIENCE,
    SETTLED,
    Bounds,
    BusyError,
    ClockError,
    Lease,
    Notes,
    Result,
    Store,
    StoreError,
    Sums,
    read,
    written,
)
from chat.ledger.used import DAYS, MOST_MODELS, MOST_ROWS, Row, Used

NAMES = ("sums", "leases", "times", "turns", "settled", "notes", "forgotten")
KEYS = [f"{{chat}}:{name}" for name in NAMES]
USED = [f"{{chat}}:used:{number}" for number in range(DAYS)]  # a key each day, again and again
TRIES = 20  # to change notes that others change at the same time


class RedisStore(Store):
    """The ledger on the server at this address; nothing is waited for before the first step.

    `clock` tells seconds since 1970; left out: the server's, which is the same for all. `lease` is
    in seconds. Raises `ValueError` where the address has no sense.
    """

    def __init__(
        self, url: str, *, clock: Callable[[], float] | None = None, lease: float = LEASE
    ) -> None:
        address = urlsplit(url)
        if "@" in address.path + address.query + address.fragment:
            raise ValueError("the password is not percent-encoded")  # and would be shown in part
        self.place = address._replace(netloc=address.netloc.rpartition("@")[2], query="").geturl()
        passwords = [address.password or "", *parse_qs(address.query).get("password", [])]
        self.secrets = tuple({*passwords, *map(unquote, passwords)} - {""})
        self._clock = clock
        self._lease = lease
        self._changing = threading.Lock()  # so that only processes get into each other's way
        client = redis.Redis.from_url(
            url,
            socket_connect_timeout=PATIENCE,
            socket_timeout=PATIENCE,
            # Nobody knows whether a step was made of which no answer came.
            retry=Retry(NoBackoff(), 0),
            decode_responses=True,
        )
        try:
            client.connection_pool.make_connection()  # which connects to nothing yet
        except TypeError as error:
            raise ValueError("the address has options that are none") from error
        script = Path(__file__).with_name("steps.lua").read_text(encoding="utf-8")
        self._script = client.register_script(script)

    def sums(self, visitor: str) -> Sums:
        """See `Store.sums`."""
        return _sums(self._ask("sums", visitor=visitor))

    def enter(self, turn: Lease) -> bool:
        """See `Store.enter`."""
        return bool(self._ask("enter", leases=[_said(turn)]))

    def reserve(self, lease: Lease, least: int, most: int, bounds: Bounds) -> tuple[int, Sums]:
        """See `Store.reserve`."""
        tokens, *before = self._ask(
            "reserve",
            leases=[_said(lease)],
            used=[lease.used],
            least=least,
            most=most,
            bound=bounds.all,
            visitors_bound=bounds.visitor,
        )
        return tokens, _sums(before)

    def settle(self, lease: Lease, tokens: int) -> None:
        """See `Store.settle`."""
        self._ask("settle", leases=[_said(lease)], tokens=tokens)

    def renew(self, leases: Sequence[tuple[Lease, int]]) -> None:
        """See `Store.renew`."""
        said = [_said(lease) for lease, _ in leases]
        self._ask("renew", leases=said, used=[used for _, used in leases])

    def change(self, names: Sequence[str], edit: Callable[[Notes, float], Result]) -> Result:
        """See `Store.change`."""
        if not self._changing.acquire(timeout=PATIENCE):
            raise BusyError
        try:
            return self._change(names, edit)
        finally:
            self._changing.release()

    def _change(self, names: Sequence[str], edit: Callable[[Notes, float], Result]) -> Result:
        for _ in range(TRIES):
            now, found = self._ask("read", names=names)
            texts = {name: text for name, text in zip(names, found, strict=True) if text}
            notes = read(texts)
            result = edit(notes, float(now))
            changed = [
                {"name": name, "before": before, "text": text, "until": note["until"]}
                for name, note in notes.items()
                if (text := written(note)) != (before := texts.get(name, ""))
            ]
            if not changed or self._ask("write", notes=changed, most=MOST_NOTES):
                return result
        raise BusyError

    def count(self, rows: Sequence[Row]) -> None:
        """See `Store.count`."""
        said = [
            {
                "names": [json.dumps((*place, row.has_own_key)) for place in row.places],
                "who": row.who,
                "numbers": [*vars(row.used).values()],
            }
            for row in rows
        ]
        self._ask("count", rows=said, most_rows=MOST_ROWS, most_models=MOST_MODELS)

    def used(self, day: int | None = None) -> tuple[int, list[Row]]:
        """See `Store.used`."""
        day, found = self._ask("used", day=day)
        rows = []
        for name, numbers in zip(found[::2], found[1::2], strict=True):
            if name.startswith("["):
                who, model, has_own_key = json.loads(name)
                used = Used.of(map(int, numbers.split()))
                rows.append(Row(who=who, model=model, has_own_key=has_own_key, used=used))
        return int(day), sorted(rows, key=lambda row: (row.who, row.has_own_key, row.model))

    def _ask(self, step: str, **asked: object) -> Any:  # noqa: ANN401 - each step answers in its own way
        """Have a step made by the server."""
        asked |= {"step": step, "lease": self._lease, "settled": SETTLED}
        if self._clock is not None:
            asked["now"] = self._clock()
        said = json.dumps({name: value for name, value in asked.items() if value is not None})
        try:
            return self._script(keys=[*KEYS, *USED], args=[said])
        except (redis.RedisError, OSError, ValueError) as error:
            is_late = str(error).endswith("CLOCK")
            raise ClockError if is_late else StoreError(str(error)) from error


def _said(lease: Lease) -> dict[str, object]:
    """A lease as a step knows it."""
    names = ("id", "visitor", "is_turn", "tokens", "told")
    return {name: getattr(lease, name) for name in names}


def _sums(numbers: Sequence[int]) -> Sums:
    visitor, everybody, reserved = numbers
    return Sums(visitor=visitor, all=everybody, reserved=reserved)
