"""Who somebody is, and whether that lets them in."""

from __future__ import annotations

from typing import Any

import pytest

from chat.access.people import LONGEST, People, Person
from chat.login import Login, Provider
from chat.settings import SettingsError

PROVIDER = Provider(client_id="chat", client_secret="s", metadata="https://id.example")
ADA: dict[str, Any] = {
    "is_logged_in": True,
    "iss": "https://id.example",
    "sub": "7",
    "name": "Ada Lovelace",
    "email": "ada@example.org",
    "email_verified": True,
    "preferred_username": "countess",
}


def people(*allowed: str, mode: str | None = None, owners: tuple[str, ...] = ()) -> People:
    """People who sign in with a provider."""
    return People(Login(mode=mode, provider=PROVIDER, allowed=allowed, owners=owners))


def found(**changes: object) -> Person:
    """Somebody like Ada."""
    person = people().find({**ADA, **changes})
    assert person is not None
    return person


def test_a_person_is_who_the_provider_says_it_is() -> None:
    assert found() == Person(
        id="https://id.example 7",
        name="Ada Lovelace",
        user_name="countess",
        email="ada@example.org",
    )
    assert found(sub="8").id != found().id
    assert found(iss="https://other.example").id != found().id
    assert found(name="Countess").id == found().id


@pytest.mark.parametrize("claims", [{}, {"is_logged_in": False}, {**ADA, "sub": None}])
def test_who_has_not_signed_in_is_nobody(claims: dict[str, Any]) -> None:
    assert people().find(claims) is None


def test_nobody_is_known_where_nobody_can_sign_in() -> None:
    assert People(Login()).find(ADA) is None
    assert People(Login()).is_let_in(None)


@pytest.mark.parametrize(
    ("claims", "shown"),
    [
        ({"name": "", "preferred_username": "ada"}, "ada"),
        ({"name": None, "preferred_username": None}, "ada@example.org"),
        ({"name": 5, "preferred_username": None, "email": None}, "7"),
        ({"name": "A\x1b[31m\nda \u202e"}, "A [31m da"),
        ({"name": "x" * 500}, "x" * LONGEST),
    ],
)
def test_there_is_always_a_name_to_show(claims: dict[str, Any], shown: str) -> None:
    assert found(**claims).name == shown


@pytest.mark.parametrize("verified", [False, None, "false", "yes", 1.5, [], {}])
def test_an_unconfirmed_address_never_counts(verified: object) -> None:
    mallory = found(email_verified=verified)
    assert mallory.email == ""
    assert mallory.has_unconfirmed_email
    for entry in ("ada@example.org", "@example.org", "example.org"):
        assert not people(entry).is_let_in(mallory)


@pytest.mark.parametrize(
    ("entry", "is_let_in"),
    [
        ("ada@example.org", True),
        ("ADA@Example.ORG", True),
        ("@example.org", True),
        ("example.org", True),
        ("countess", True),
        ("Countess", True),
        ("da@example.org", False),
        ("@ample.org", False),
        ("@org", False),
        ("@mail.example.org", False),
        ("@", False),
        ("ada", False),
        ("7", False),
        ("Ada Lovelace", False),
    ],
)
def test_the_list_names_addresses_domains_and_user_names(entry: str, *, is_let_in: bool) -> None:
    assert people("somebody@else.example", entry).is_let_in(found()) is is_let_in


@pytest.mark.parametrize("claimed", ["ada@example.org", "example.org", "@example.org"])
def test_a_user_name_that_is_chosen_like_an_address_is_none(claimed: str) -> None:
    mallory = found(email=None, preferred_username=claimed)
    for entry in ("ada@example.org", "@example.org", "example.org"):
        assert not people(entry).is_let_in(mallory)


def test_no_other_letter_is_taken_for_one_of_the_list() -> None:
    kelvin = found(email="\u212aate@example.org", preferred_username="\u212aate")
    assert not people("kate@example.org").is_let_in(kelvin)
    assert not people("kate").is_let_in(kelvin)


def test_a_domain_is_what_is_behind_the_last_at() -> None:
    quoted = found(email='"ada@example.org"@evil.example')
    assert not people("@example.org").is_let_in(quoted)


def test_strangers_come_in_where_signing_in_is_optional() -> None:
    assert not people().is_let_in(None)
    assert not people(mode="required").is_let_in(None)
    assert people(mode="optional").is_let_in(None)


def test_an_owner_is_named() -> None:
    owned = people(owners=("countess",))
    assert owned.is_owner(found())
    assert not owned.is_owner(found(preferred_username="ada"))
    assert not owned.is_owner(None)
    assert not people().is_owner(found())


def test_a_proxy_tells_who_comes() -> None:
    behind = People(Login(allowed=("@example.org",)), {"email", "name"})
    told = {"email": "Ada@example.org", "name": "Zo\u00c3\u00ab"}
    person = behind.find(told)
    assert person == Person(id="proxy ada@example.org", name="Zoë", email="Ada@example.org")
    assert behind.is_let_in(person)
    assert behind.find({"email": None, "name": "Ada"}) is None
    assert not behind.is_let_in(None)


@pytest.mark.parametrize("name", ["Größe", "李雷", "محمد"], ids=["German", "Chinese", "Arabic"])
def test_a_proxy_tells_names_in_every_script(name: str) -> None:
    behind = People(Login(allowed=(name,)), {"preferred_username", "name"})
    sent = name.encode().decode("latin-1")
    person = behind.find({"preferred_username": sent, "name": sent})
    assert person is not None
    assert (person.name, person.user_name) == (name, name)
    assert behind.is_let_in(person)


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("=?utf-8?q?Kr=C5=ABmi=C5=86a?=", "Krūmiņa"),
        ("=?utf-8?q?=FF?=", "=?utf-8?q?=FF?="),
        ("=?none?q?a?=", "=?none?q?a?="),
        ("=?utf-8?b?a?=", "=?utf-8?b?a?="),
        ("=?utf-8?q?=1B[31m?=", "[31m"),
    ],
    ids=["as Tailscale does", "no text", "no encoding", "no bytes", "unseen"],
)
def test_a_proxy_may_tell_a_name_in_ascii(sent: str, shown: str) -> None:
    person = People(Login(), {"email", "name"}).find({"email": "ada@example.org", "name": sent})
    assert person is not None
    assert person.name == shown


def test_a_user_name_in_a_header_is_nobody_elses() -> None:
    behind = People(Login(allowed=("ada",)), {"email", "preferred_username"})
    ada = behind.find({"email": "ada@example.org"})
    liar = behind.find({"preferred_username": "ada@example.org"})
    assert ada is not None
    assert liar is not None
    assert liar.id != ada.id
    assert not behind.is_let_in(behind.find({"preferred_username": "=?utf-8?q?ada?="}))


@pytest.mark.parametrize("unseen", ["\u200b", "\u2060", "\x00", " ", "\ud800"], ids=ascii)
def test_letters_that_are_not_seen_make_nobody_another(unseen: str) -> None:
    mallory = found(sub=f"7{unseen}", email=f"ada@example.org{unseen}", preferred_username=unseen)
    assert mallory.id != found().id
    mallory.id.encode()
    assert not people("ada@example.org", "@example.org").is_let_in(mallory)
    assert not people("countess").is_let_in(found(preferred_username=f"countess{unseen}"))


def test_an_address_without_a_host_is_of_no_domain() -> None:
    assert not people("example.org").is_let_in(found(email="example.org"))


def test_other_headers_of_a_proxy_leave_the_provider_alone() -> None:
    both = People(Login(provider=PROVIDER), {"name"})
    person = both.find({**ADA, "name": "Somebody"})
    assert person is not None
    assert person.id == found().id


def test_only_what_the_headers_tell_is_believed_without_a_provider() -> None:
    behind = People(Login(), {"email"})
    assert behind.find({**ADA, "email": None}) is None


@pytest.mark.parametrize(
    ("login", "name"),
    [
        (Login(mode="required"), "CHAT_LOGIN"),
        (Login(mode="optional"), "CHAT_LOGIN"),
        (Login(allowed=("ada",)), "CHAT_ALLOW"),
        (Login(mode="off", allowed=("ada",)), "CHAT_ALLOW"),
        (Login(owners=("ada",)), "CHAT_OWNERS"),
        (Login(mode="optional", provider=PROVIDER, allowed=("ada",)), "CHAT_ALLOW"),
    ],
)
def test_a_list_that_keeps_nobody_out_is_told(login: Login, name: str) -> None:
    with pytest.raises(SettingsError, match=name):
        People(login)


def test_headers_that_tell_nobody_who_comes_are_told() -> None:
    with pytest.raises(SettingsError, match="trustedUserHeaders is groups, name, but must be"):
        People(Login(), {"name", "groups"})
    assert People(Login(mode="off"), {"name"}).is_let_in(None)


def test_a_mark_is_nobody_elses() -> None:
    ada = Person(id="issuer 1", name="Ada", email="ada@example.org")
    liar = Person(id="issuer 2", name="Liar", user_name="ada@example.org")
    other = Person(id="issuer 3", name="Liar", user_name="ada@example.org" * 20)
    assert ada.mark == "ada@example.org"
    assert liar.mark.startswith("ada@example.org #")
    assert len({ada.mark, liar.mark, other.mark}) == 3
    assert max(map(len, (liar.mark, other.mark))) <= 100
