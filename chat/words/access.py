"""Who may come in; and what the owner has to know of the app itself."""

from __future__ import annotations

import math

# The password
PASSWORD = "Password"
COME_IN = "Come in"
WRONG_PASSWORD = "That is not the password. Try again."


def wait_for_password(seconds: float) -> str:
    """Said after several wrong tries, also to others."""
    return f"There were too many wrong tries. Try again in {math.ceil(seconds)} s."


# Faults of the app itself
SUM_IS_FORGOTTEN = (
    "CHAT_DATA is not set, so what was spent today is forgotten when the app starts again."
)
SETTINGS_WRONG = "The app cannot start, because a setting is wrong."
UNGUARDED = (
    "The app runs without its doorkeeper, so a stranger can empty its budgets or fill its memory. "
    "Start it with: streamlit run streamlit_app.py"
)
FULL = "Too many people are here just now. This page tries again by itself in a moment."


def wrong_name(name: str) -> str:
    """Said to whoever comes by a name that another site may have made up."""
    return (
        f"This app does not answer to the name {name[:100]}. If it is yours, add the name to "
        "CHAT_HOSTS and start the app again."
    )


def refused(address: str, why: str) -> str:
    """A line of the log, about a page that was not let in."""
    return f"A page at {address} was not let in: {why}."


def closed(address: str, why: str) -> str:
    """A line of the log, about a page that was closed."""
    return f"A page at {address} was closed: {why}."
