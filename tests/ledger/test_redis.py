"""What is on the server: keys that a cluster keeps together, and that expire."""

from __future__ import annotations

import subprocess
import sys

import pytest

from chat.ledger.ledger import Ledger
from chat.ledger.limits import Limits
from chat.ledger.redis import RedisStore
from chat.settings import PROJECT, Settings, SettingsError
from tests.ledger.stores import DAY, Server, unheard


def test_all_keys_have_one_hash_tag_and_expire_behind_midnight(server: Server) -> None:
    limits = Limits(Ledger(RedisStore(server.url), unheard), daily_tokens=1_000)
    limits.enter("v")
    limits.reserve("v", 1, 300)
    RedisStore(server.url).change(["a"], lambda notes, now: notes.update(a={"until": now + 60}))
    keys = server.client.keys()
    assert sorted(keys) == [
        f"{{chat}}:{name}" for name in ("forgotten", "leases", "notes", "sums", "times", "turns")
    ]
    now = server.client.time()[0]
    to_midnight = DAY - now % DAY
    for key in keys:
        assert to_midnight < server.client.ttl(key) <= to_midnight + DAY + 1


def test_a_server_that_was_emptied_is_used_again(server: Server) -> None:
    limits = Limits(Ledger(RedisStore(server.url), unheard), daily_tokens=1_000)
    reservation = limits.reserve("v", 1, 300)
    server.client.flushdb()
    server.client.script_flush()
    assert limits.left("v").all == 1_000
    limits.renew()
    assert limits.left("v").all == 701  # but for the one that was told before
    reservation.settle(200)
    assert limits.left("v").all == 801


@pytest.mark.parametrize(
    "url",
    [
        "localhost:6379",
        "http://host",
        "redis://:hunter2@host:port/0",
        "redis://[/hunter2",
        "redis://h?hunter2=1",
        "redis://:12/hunter2@host:6379/0",
        "redis://user:12#hunter2@host:6379/0",
        "redis://user:12?hunter2@host:6379/0",
    ],
)
def test_an_address_that_cannot_be_one_is_one_sentence_without_it(url: str) -> None:
    with pytest.raises(SettingsError) as raised:
        Ledger.of(Settings(redis_url=url), print)
    assert str(raised.value).startswith("CHAT_REDIS_URL must be an address like redis://")
    assert "hunter2" not in str(raised.value)


def test_a_password_in_the_settings_is_not_shown() -> None:
    assert "hunter2" not in repr(Settings(redis_url="redis://:hunter2@host"))


WITHOUT = """
import sys
sys.modules["redis"] = None
from chat.ledger.ledger import Ledger
from chat.settings import Settings, SettingsError
Ledger.of(Settings(), print)
try:
    Ledger.of(Settings(redis_url="redis://host"), print)
except SettingsError as error:
    print(error)
"""


def test_the_package_is_needed_only_where_it_is_used() -> None:
    run = [sys.executable, "-c", WITHOUT]
    done = subprocess.run(run, cwd=PROJECT, check=True, capture_output=True, text=True)
    assert done.stdout.startswith("CHAT_REDIS_URL needs the package redis. Run: pip install")
