"""The variables of signing in."""

from __future__ import annotations

import pytest

from chat.login import Login, Provider
from chat.settings import SettingsError
from chat.variables import Reader

OWN = {
    "CHAT_LOGIN_CLIENT_ID": "chat",
    "CHAT_LOGIN_CLIENT_SECRET": "secret",
    "CHAT_LOGIN_METADATA": "https://id.example/realm/",
}
SPACES = {
    "SPACE_HOST": "ada-chat.hf.space",
    "OAUTH_CLIENT_ID": "space",
    "OAUTH_CLIENT_SECRET": "spaces-secret",
    "OAUTH_SCOPES": "openid profile",
    "OPENID_PROVIDER_URL": "https://huggingface.co",
}


def read(**values: str) -> Login:
    return Login.read(Reader(values))


def test_nothing_is_asked_for_by_itself() -> None:
    assert read() == Login()
    assert read(SPACE_HOST="ada-chat.hf.space").provider is None


def test_a_provider_is_known_by_its_address_or_by_its_metadatas() -> None:
    login = read(**OWN, CHAT_LOGIN_ADDRESS="https://chat.example/", CHAT_ALLOW="ada, @example.org")
    assert login == Login(
        provider=Provider(
            client_id="chat",
            client_secret="secret",
            metadata="https://id.example/realm/.well-known/openid-configuration",
        ),
        address="https://chat.example",
        allowed=("ada", "@example.org"),
    )
    whole = "https://id.example/.well-known/openid-configuration?p=1"
    provider = read(**{**OWN, "CHAT_LOGIN_METADATA": whole}).provider
    assert provider is not None
    assert provider.metadata == whole


def test_a_space_needs_nothing_else() -> None:
    login = read(**SPACES)
    assert login.provider == Provider(
        client_id="space",
        client_secret="spaces-secret",
        metadata="https://huggingface.co/.well-known/openid-configuration",
        scopes="openid profile",
    )
    assert login.address == "https://ada-chat.hf.space"


def test_a_space_with_a_domain_of_its_own_has_one_address() -> None:
    login = read(**{**SPACES, "SPACE_HOST": "chat.example.org,ada-chat.hf.space"})
    assert login.address == "https://chat.example.org"


def test_the_owners_provider_comes_before_the_spaces() -> None:
    provider = read(**OWN, **SPACES).provider
    assert provider is not None
    assert provider.client_id == "chat"


def test_signing_in_can_be_turned_off() -> None:
    assert read(**SPACES, CHAT_LOGIN="off").provider is None


@pytest.mark.parametrize("missing", OWN)
def test_what_belongs_together_is_missed(missing: str) -> None:
    with pytest.raises(SettingsError, match=f"^{missing} is missing"):
        read(**{**OWN, missing: ""})


def test_no_secret_is_shown() -> None:
    assert "secret" not in repr(read(**OWN)).replace("client_secret", "")
