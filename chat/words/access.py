"""Who may come in."""

from __future__ import annotations

import math

from chat.languages.language import say


def wait_for_password(seconds: float) -> str:
    """Said after several wrong tries, also to others."""
    return say("wait_for_password", count=math.ceil(seconds))


def wrong_name(name: str) -> str:
    """Said to whoever comes by a name that another site may have made up."""
    return say("wrong_name", name=name[:100])


def not_let_in(name: str) -> str:
    """Said to somebody who has signed in and is not on the owner's list."""
    return say("not_let_in", name=name)


def login_address_differs(address: str, origin: str) -> str:
    """For the owner: the app is told that it is reached by another address than it is."""
    return say("login_address_differs", address=address, origin=origin[:200])
