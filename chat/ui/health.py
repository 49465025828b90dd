"""What those are told who watch over a server: that it lives, and whether visitors may come.

`/healthz` answers as long as the process does. `/readyz` answers 200 where a visitor can be
served, and else 503 with the reason: the settings cannot be used, the server is about to end, the
ledger does not answer, or the models of its service were not looked for yet.
"""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from chat.errors import LedgerAway
from chat.settings import SettingsError
from chat.ui import process


def routes() -> list[Route]:
    """Both, under any `server.baseUrlPath`: see `program.route`."""
    return [
        Route("/{base:path}healthz", _healthz),
        Route("/{base:path}readyz", _readyz),
    ]


async def _healthz(_: Request) -> Response:
    return JSONResponse({"status": "ok"})


def _readyz(_: Request) -> Response:
    reason = obstacle()
    if reason is None:
        return JSONResponse({"status": "ok"})
    return JSONResponse({"status": "not ready", "reason": reason}, status_code=503)


def obstacle() -> str | None:
    """Why no visitor can be served now, in a word; None where one can be."""
    try:
        current = process.current()
    except SettingsError:
        return "settings"
    if current.under_way.is_closed:
        return "restarting"
    try:
        if current.limits.are_set or current.password is not None:
            current.limits.left("")
    except LedgerAway:
        return "ledger"
    current.service.models()  # which has them looked for
    return None if current.service.is_ready else "models"
