"""What the doorkeeper goes by: what is borne, and what the owner decided."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class Bounds:
    """What is borne: far above what people do, and far below what hurts others.

    Pages: `pages` at once in all, `pages_each` from one address. Of these, `openings` begin in a
    second, after the first `openings_at_once`; later ones wait, `patience_to_open` seconds at most.

    Moves: `moves` a second from one page, after `moves_at_once`. Those of one address wait beyond
    `moves_each` a second, after `moves_each_at_once`, for `patience` seconds at most.

    Bytes: `words` in a message, `largest` with what the browser's storage says in it. From one
    address `bytes_each` a second, after `bytes_each_at_once`.
    """

    pages: int = 1_000
    pages_each: int = 200
    openings: float = 6.0
    openings_at_once: float = 12.0
    patience_to_open: float = 60.0
    moves: float = 10.0
    moves_at_once: float = 100.0
    moves_each: float = 20.0
    moves_each_at_once: float = 200.0
    patience: float = 5.0
    words: int = 2_000_000
    largest: int = 25_000_000
    bytes_each: float = 1_000_000.0
    bytes_each_at_once: float = 100_000_000.0


@dataclass(frozen=True, kw_only=True)
class Rules:
    """What the owner decided: see the README's table for `CHAT_PROXY`, `_HOSTS` and `_FRAMES`."""

    behind_proxy: bool = False
    hosts: tuple[str, ...] = ()
    frames: tuple[str, ...] = ()
    bounds: Bounds = field(default_factory=Bounds)

    @property
    def content_security_policy(self) -> str:
        """What the page may load, from where, and who may show it in a frame.

        Streamlit 1.67 runs scripts that the app hands it in the page (`'unsafe-inline'`), makes
        modules of components' scripts (`blob:`), and compiles (`'unsafe-eval'`).
        """
        ancestors = " ".join(("'self'", "https://huggingface.co", *self.frames))
        return "; ".join(
            (
                "default-src 'self'",
                "script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:",
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


class Bucket:
    """Holds up to `most`, and fills by `rate` a second. `clock` tells seconds."""

    def __init__(self, rate: float, most: float, clock: Callable[[], float]) -> None:
        self._rate = rate
        self._most = most
        self._clock = clock
        self._level = most
        self._at = clock()

    def take(self, amount: float = 1) -> float:
        """Take so much, and return the seconds until it is there; 0 if it is there already."""
        now = self._clock()
        self._level = min(self._most, self._level + (now - self._at) * self._rate)
        self._at = now
        self._level -= amount
        return max(0.0, -self._level / self._rate)

    def give_back(self, amount: float = 1) -> None:
        """Take it back that so much was taken."""
        self._level += amount
