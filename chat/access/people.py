"""Who somebody is who has signed in, and whether that is enough to come in. Pure.

    people = People(login, headers={"email"})
    person = people.find(claims)            # None: nobody has signed in
    people.is_let_in(person)

What is told of somebody comes from an OpenID Connect provider (OpenID Connect Core 1.0, section
5.1), or from a proxy in front that has signed them in.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from email.errors import MessageError
from email.header import decode_header, make_header
from hashlib import sha256

from chat.login import Login
from chat.variables import SettingsError

LONGEST = 100  # characters of a name that is shown
LONGEST_MARK = 80  # and of one before its sign
IDENTIFYING = ("email", "preferred_username")  # what a proxy has to tell of somebody
WAYS = "CHAT_LOGIN_CLIENT_ID, CHAT_LOGIN_CLIENT_SECRET, CHAT_LOGIN_METADATA"


@dataclass(frozen=True, kw_only=True)
class Person:
    """Somebody who has signed in.

    `id` is the same at every visit, and nobody else's. `email` is empty unless it is confirmed.
    """

    id: str
    name: str
    user_name: str = ""
    email: str = ""
    has_unconfirmed_email: bool = False

    @property
    def label(self) -> str:
        """By what an owner knows this person."""
        return self.email or self.user_name or self.name

    @property
    def mark(self) -> str:
        """The same, and nobody else's: with a sign behind a name that somebody may have chosen."""
        sign = sha256(self.id.encode()).hexdigest()[:6]
        return self.email or f"{self.label[:LONGEST_MARK]} #{sign}"


class People:
    """Who may come in. `headers` are the claims that a proxy's headers tell, if any are believed.

    Raises `SettingsError` where nobody could ever come in, or nobody be kept out.
    """

    def __init__(self, login: Login, headers: Collection[str] = ()) -> None:
        self._allowed = login.allowed
        self._owners = login.owners
        self._headers = frozenset(headers)
        self.has_button = login.provider is not None
        has_way = login.mode != "off" and (
            self.has_button or not self._headers.isdisjoint(IDENTIFYING)
        )
        self.is_required = login.mode == "required" or (login.mode is None and has_way)
        self.has_way = has_way
        if not has_way:
            if self._headers and login.mode != "off":
                raise SettingsError(
                    "setting_choice",
                    name="server.trustedUserHeaders",
                    value=", ".join(sorted(self._headers)),
                    allowed=", ".join(IDENTIFYING),
                )
            self._headers = frozenset()
            wanting = {
                "CHAT_LOGIN": login.mode in ("required", "optional"),
                "CHAT_ALLOW": bool(login.allowed),
                "CHAT_OWNERS": bool(login.owners),
            }
            for name, is_wanting in wanting.items():
                if is_wanting:
                    raise SettingsError("setting_login", name=name, names=WAYS)
        if login.allowed and not self.is_required:
            raise SettingsError("setting_allow", name="CHAT_ALLOW")

    def find(self, claims: Mapping[str, object]) -> Person | None:
        """The person of whom this is told; None where nobody has signed in."""
        told = {name: _unpacked(claims.get(name)) for name in self._headers}
        if any(told.get(name) for name in IDENTIFYING):
            return _by_proxy(told)
        if self.has_button and claims.get("is_logged_in") is True:
            return _by_provider(claims)
        return None

    def is_let_in(self, person: Person | None) -> bool:
        """Whether this person, or a stranger, may use the app."""
        if person is None:
            return not self.is_required
        return not self._allowed or any(_is_meant(person, entry) for entry in self._allowed)

    def is_owner(self, person: Person | None) -> bool:
        """Whether this person may see what all have used."""
        return person is not None and any(_is_meant(person, entry) for entry in self._owners)


def _by_provider(claims: Mapping[str, object]) -> Person | None:
    subject, issuer = claims.get("sub"), _text(claims.get("iss"))
    if not isinstance(subject, str) or not _text(subject):
        return None
    email, user_name = _exact(claims.get("email")), _exact(claims.get("preferred_username"))
    # Some say so by a word, as Amazon Cognito does.
    is_confirmed = claims.get("email_verified") in (True, "true")
    return Person(
        id=f"{issuer} {subject if subject.isprintable() else ascii(subject)}",
        name=(_text(claims.get("name")) or user_name or email or _text(subject))[:LONGEST],
        user_name=user_name,
        email=email if is_confirmed else "",
        has_unconfirmed_email=bool(email) and not is_confirmed,
    )


def _by_proxy(told: Mapping[str, object]) -> Person | None:
    email, user_name = _exact(told.get("email")), _exact(told.get("preferred_username"))
    if not email and not user_name:
        return None
    return Person(
        # A name may be chosen like an address.
        id=f"proxy {_folded(email)}" if email else f"proxy name {_folded(user_name)}",
        name=(_text(_decoded(told.get("name"))) or user_name or email)[:LONGEST],
        user_name=user_name,
        email=email,
    )


def _is_meant(person: Person, entry: str) -> bool:
    """Whether an entry of the owner's list stands for this person.

    A provider may let people choose their user names, so one that looks like an address or a
    domain is none.
    """
    entry = _folded(entry)
    name, at, domain = entry.rpartition("@")
    if name:
        return _folded(person.email) == entry
    if at or "." in domain:
        _, has_domain, theirs = _folded(person.email).rpartition("@")
        return has_domain != "" and theirs == domain != ""
    return _folded(person.user_name) == entry != ""


def _folded(text: str) -> str:
    """Without the difference of capital letters, where no other letter can be taken for one."""
    return text.lower() if text.isascii() else text


def _unpacked(value: object) -> object:
    """A header's text: a server takes each of its bytes for a letter."""
    try:
        return value.encode("latin-1").decode() if isinstance(value, str) else value
    except UnicodeError:
        return value


def _decoded(value: object) -> object:
    """A name that is written in ASCII alone (RFC 2047), as Tailscale does."""
    try:
        return str(make_header(decode_header(value))) if isinstance(value, str) else value
    except (LookupError, ValueError, MessageError):
        return value


def _exact(value: object) -> str:
    """A claim by which somebody is let in; empty where not each letter of it is seen.

    Without such letters it could be another's.
    """
    text = _text(value)
    return text if text == value else ""


def _text(value: object) -> str:
    """One line of printable text out of a claim; empty where it is none."""
    if not isinstance(value, str):
        return ""
    return " ".join("".join(c if c.isprintable() else " " for c in value).split())
