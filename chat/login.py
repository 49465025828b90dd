"""Signing in: with which provider, who may come in, who is an owner. Read from the environment."""

from __future__ import annotations

from dataclasses import dataclass, field

from chat.variables import Reader, SettingsError

MODES = ("required", "optional", "off")
SCOPES = "openid email profile"
DISCOVERY = "/.well-known/openid-configuration"  # OpenID Connect Discovery 1.0, section 4
# What Hugging Face sets in a Space whose README says `hf_oauth: true`.
SPACES_OWN = frozenset(
    {"SPACE_HOST", "OAUTH_CLIENT_ID", "OAUTH_CLIENT_SECRET", "OAUTH_SCOPES", "OPENID_PROVIDER_URL"}
)


@dataclass(frozen=True, kw_only=True)
class Provider:
    """An OpenID Connect provider as this app is known there; `metadata` is an address."""

    client_id: str
    client_secret: str = field(repr=False)
    metadata: str
    scopes: str = SCOPES


@dataclass(frozen=True, kw_only=True)
class Login:
    """What the owner decided about signing in.

    `mode` is one of `MODES`; None: required where there is a way to sign in. `address` is where
    the app is reached; None: on this machine alone. Of `allowed` and `owners`, each entry is an
    e-mail address, a domain of these (with a dot or "@" in front), or a user name. Without
    `allowed` everybody is.
    """

    mode: str | None = None
    provider: Provider | None = None
    address: str | None = None
    allowed: tuple[str, ...] = ()
    owners: tuple[str, ...] = ()

    @classmethod
    def read(cls, read: Reader) -> Login:
        """Read it from the variables. Raises `SettingsError`."""
        mode = read.choice("CHAT_LOGIN", MODES)
        provider, address = _own(read), read.url("CHAT_LOGIN_ADDRESS")
        if host := read.text("SPACE_HOST"):
            provider = provider or _of_space(read)
            # Where it has a domain of its own, there are several, with commas between them.
            address = address or f"https://{host.partition(',')[0].strip()}"
        return cls(
            mode=mode,
            provider=None if mode == "off" else provider,
            address=address and address.rstrip("/"),
            allowed=read.several("CHAT_ALLOW"),
            owners=read.several("CHAT_OWNERS"),
        )


def _own(read: Reader) -> Provider | None:
    """The provider that the owner names, by variables that belong together."""
    needed = {
        "CHAT_LOGIN_CLIENT_ID": read.text("CHAT_LOGIN_CLIENT_ID"),
        "CHAT_LOGIN_CLIENT_SECRET": read.secret("CHAT_LOGIN_CLIENT_SECRET") or "",
        "CHAT_LOGIN_METADATA": read.url("CHAT_LOGIN_METADATA") or "",
    }
    scopes = read.text("CHAT_LOGIN_SCOPES") or SCOPES
    if not any(needed.values()):
        return None
    for name, value in needed.items():
        if not value:
            raise SettingsError("setting_together", name=name, names=", ".join(needed))
    client_id, client_secret, metadata = needed.values()
    return Provider(
        client_id=client_id,
        client_secret=client_secret,
        metadata=_metadata(metadata),
        scopes=scopes,
    )


def _of_space(read: Reader) -> Provider | None:
    """Hugging Face, where the Space asks for it."""
    client_id = read.text("OAUTH_CLIENT_ID")
    client_secret = read.secret("OAUTH_CLIENT_SECRET")
    address = read.url("OPENID_PROVIDER_URL")
    scopes = read.text("OAUTH_SCOPES") or "openid profile"
    if not (client_id and client_secret and address):
        return None
    return Provider(
        client_id=client_id,
        client_secret=client_secret,
        metadata=_metadata(address),
        scopes=scopes,
    )


def _metadata(address: str) -> str:
    """The address of a provider's metadata, also where that of the provider is given."""
    return address if "/.well-known/" in address else address.rstrip("/") + DISCOVERY
