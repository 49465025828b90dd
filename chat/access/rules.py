"""What the doorkeeper goes by: what is borne, and what the owner decided."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass, field
from hashlib import sha256


@dataclass(frozen=True, kw_only=True)
class Bounds:
    """What is borne: far above what people do, and far below what hurts others.

    Pages: `pages` at once in all, `pages_each` from one address. Of these, `openings` begin in a
    second, after the first `openings_at_once`; later ones wait, `patience` seconds at most. While
    an address is slow, for `slow` seconds after a page of it was closed, they are `slow_openings`
    and `slow_patience`.

    Moves: `moves` a second from one page, up to `moves_at_once` when it has been still, and
    `moves_at_first`. A page that is faster draws on a reserve that all pages of its address share:
    `more_moves` a second, up to `more_moves_at_once`. So nobody pays for a neighbour.

    Bytes: `words` in a message, `largest` with what the browser's storage says in it. Of messages
    above `small`, one address sends `bytes_each` a second, up to `bytes_each_at_once`.
    """

    pages: int = 1_000
    pages_each: int = 200
    openings: float = 6.0
    openings_at_once: float = 12.0
    patience: float = 60.0
    slow: float = 60.0
    slow_openings: float = 2.0
    slow_patience: float = 5.0
    moves: float = 2.0
    moves_at_once: float = 60.0
    moves_at_first: float = 6.0
    more_moves: float = 5.0
    more_moves_at_once: float = 60.0
    words: int = 2_000_000
    largest: int = 25_000_000
    small: int = 100_000
    bytes_each: float = 1_000_000.0
    bytes_each_at_once: float = 100_000_000.0


@dataclass(frozen=True, kw_only=True)
class Rules:
    """What the owner decided: `.github/CONFIGURATION.md` tells `CHAT_LANGUAGE`, `_PROXY` and so on.

    And what the app itself wants: `headers` go with the page alone, which may run these `scripts`
    of its own, known by their text.
    """

    language: str | None = None
    behind_proxy: bool = False
    hosts: tuple[str, ...] = ()
    frames: tuple[str, ...] = ()
    has_sign_in: bool = False
    headers: tuple[tuple[str, str], ...] = ()
    scripts: tuple[str, ...] = ()
    bounds: Bounds = field(default_factory=Bounds)

    @property
    def content_security_policy(self) -> str:
        """What the page may load, from where, and who may show it in a frame.

        Streamlit 1.67 makes modules of components' scripts (`blob:`). What this app draws compiles
        no text (`'unsafe-eval'`), which Streamlit's charts would.
        """
        scripts = " ".join(("'self'", "blob:", *map(_allowed, self.scripts)))
        ancestors = " ".join(("'self'", "https://huggingface.co", *self.frames))
        return "; ".join(
            (
                "default-src 'self'",
                f"script-src {scripts}",
                "style-src 'self' 'unsafe-inline'",
                "img-src 'self' data: blob:",
                "media-src 'self' data: blob:",
                "font-src 'self' data:",
                "connect-src 'self'",
                "worker-src 'self' blob:",
                "frame-src 'self'",
                "object-src 'none'",
                "base-uri 'self'",
                "form-action 'self'",
                f"frame-ancestors {ancestors}",
            )
        )


def _allowed(script: str) -> str:
    """A source of the policy that allows this script in the page, word for word."""
    return f"'sha256-{b64encode(sha256(script.encode()).digest()).decode()}'"
