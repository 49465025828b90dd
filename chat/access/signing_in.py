"""Middleware for the two addresses by which somebody signs in, which Streamlit serves (1.67).

Where signing in does not work, Streamlit shows two words, or the app as if nothing had been tried.
Here the visitor comes back to the app, which is told by its address (`FAILED`) and can say so.
"""

from __future__ import annotations

from urllib.parse import parse_qs

from starlette.datastructures import Headers
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LOGIN, LOGOUT, CALLBACK = "/auth/login", "/auth/logout", "/oauth2callback"
FAILED = "sign_in_failed"  # a query parameter of the app's address
COOKIE = "_streamlit_user="


class SigningIn:
    """The middleware."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request or one websocket."""
        path = scope.get("path", "")
        tried = next((each for each in (LOGIN, CALLBACK) if path.endswith(each)), None)
        if scope["type"] != "http" or tried is None:
            await self._app(scope, receive, send)
            return
        has_failed = False
        # Two strokes in front would lead to whatever host a link names there.
        base = path.removesuffix(tried).lstrip("/")
        back = RedirectResponse(f"/{base}{base and '/'}?{FAILED}=1", status_code=302)

        async def send_unless_failed(message: Message) -> None:
            nonlocal has_failed
            if message["type"] == "http.response.start":
                has_failed = _has_failed(scope, tried, message)
                if has_failed:
                    await back(scope, receive, send)
            if not has_failed:
                await send(message)

        await self._app(scope, receive, send_unless_failed)


def _has_failed(scope: Scope, tried: str, start: Message) -> bool:
    """Whether an answer that begins so signs nobody in, though somebody has tried."""
    if tried == LOGIN:
        return int(start["status"]) >= 400
    # After signing out, providers come to the same address with neither.
    asked = parse_qs(scope["query_string"].decode("latin-1"))
    cookies = Headers(raw=list(start.get("headers", ()))).getlist("set-cookie")
    is_signed_in = any(each.startswith(COOKIE) and "Max-Age=0" not in each for each in cookies)
    return bool(asked.keys() & {"code", "error"}) and not is_signed_in
