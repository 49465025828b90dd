"""Something more at the end of another application's pages."""

from __future__ import annotations

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_END = b"</body>"


class Ending:
    """An application whose pages end in `addition`, which is HTML."""

    def __init__(self, app: ASGIApp, addition: str) -> None:
        self._app = app
        self._addition = addition.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request; what is no page goes through as it is."""
        start: Message | None = None
        page = b""

        async def add(message: Message) -> None:
            nonlocal start, page
            if message["type"] == "http.response.start" and _is_page(message):
                start = message
            elif start is not None and message["type"] == "http.response.body":
                page += message.get("body", b"")
                if message.get("more_body"):
                    return
                page = page.replace(_END, self._addition + _END)
                if page:  # who asks for the head alone is told of the page alone
                    MutableHeaders(scope=start)["content-length"] = str(len(page))
                await send(start)
                await send({**message, "body": page})
            else:
                await send(message)

        scope = {**scope, "headers": [*scope["headers"]]}
        del MutableHeaders(scope=scope)["accept-encoding"]  # of what is packed, no end is found
        await self._app(scope, receive, add)


def _is_page(message: Message) -> bool:
    kind = MutableHeaders(raw=[*message.get("headers", ())]).get("content-type", "")
    return message["status"] == 200 and kind.startswith("text/html")
