"""What the server's log says, always in English: its reader searches for it."""

from __future__ import annotations

SUM_IS_FORGOTTEN = (
    "Neither CHAT_DATA nor CHAT_REDIS_URL is set, so what was spent today is forgotten when the "
    "app starts again."
)
UNGUARDED = (
    "The app runs without its doorkeeper, so a stranger can empty its budgets or fill its memory. "
    "Start it with: streamlit run streamlit_app.py"
)


def leaving(count: int) -> str:
    """The server is asked to end, while so many answers and recordings are under way."""
    return f"The server ends when {count} answers or recordings under way have, or in 20 seconds."


def refused(address: str, why: str) -> str:
    """A page that was not let in."""
    return f"A page at {address} was not let in: {why}."


def closed(address: str, why: str) -> str:
    """A page that was closed."""
    return f"A page at {address} was closed: {why}."


def login_address_differs(address: str, origin: str) -> str:
    """Nobody can sign in where visitors come from."""
    return (
        f"Nobody can sign in: CHAT_LOGIN_ADDRESS is {address}, but visitors come by "
        f"{origin[:200]}. Set it to that, and start the app again."
    )
