"""The websocket between a page and its server, which can be held up and cut."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Page, WebSocketRoute
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg


class Wire:
    """What the server sends to a page; it can be held back."""

    def __init__(self, page: Page) -> None:
        self.is_held = False
        self.held: list[ForwardMsg] = []
        self._page: WebSocketRoute | None = None
        self._server: WebSocketRoute | None = None
        self._is_cut = False
        page.route_web_socket(re.compile("/_stcore/stream"), self._connect)

    def _connect(self, page: WebSocketRoute) -> None:
        if self._is_cut:
            page.close()
            return
        self._page = page
        self._server = page.connect_to_server()
        self._server.on_message(self._come)

    def _come(self, message: str | bytes) -> None:
        assert isinstance(message, bytes)
        self.held.append(ForwardMsg.FromString(message))
        if not self.is_held:
            self.deliver(len(self.held))

    def cut(self) -> None:
        """Lose the connection, and let no other one come."""
        assert self._page is not None
        assert self._server is not None
        self._is_cut = True
        self._server.close()
        self._page.close()

    def mend(self) -> None:
        """Let the page connect again."""
        self._is_cut = False

    @property
    def ends(self) -> list[int]:
        """After how many of the messages that are held back something was drawn to its end."""
        return [
            place
            for place, message in enumerate(self.held, 1)
            if message.WhichOneof("type") == "script_finished"
            and message.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN
        ]

    @property
    def finished(self) -> list[ForwardMsg]:
        """The ends of all runs among the messages that are held back, also of replaced ones."""
        return [message for message in self.held if message.WhichOneof("type") == "script_finished"]

    def deliver(self, number: int, unless: Callable[[ForwardMsg], bool] = lambda _: False) -> None:
        """Let so many of the messages go on their way, but for some."""
        assert self._page is not None
        for message in self.held[:number]:
            if not unless(message):
                self._page.send(message.SerializeToString())
        del self.held[:number]
