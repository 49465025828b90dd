"""Links with a chat in them, as anybody may write them."""

from __future__ import annotations

import json
import zlib
from base64 import urlsafe_b64encode

from tests.browser.chat_page import ChatPage


def fragment(chat: bytes) -> str:
    """What a link has behind its address."""
    squeezed = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    data = squeezed.compress(chat) + squeezed.flush()
    return f"#chat={urlsafe_b64encode(data).decode().rstrip('=')}"


def of_messages(*questions: str) -> str:
    """The same for a chat with these questions."""
    return fragment(json.dumps([{"role": "user", "content": each} for each in questions]).encode())


def follow(chat: ChatPage, linked: str) -> None:
    """Follow a link in an open page."""
    chat.page.evaluate("(hash) => { location.hash = hash }", linked)
