"""An encoding that anybody can calculate."""

from __future__ import annotations

from collections.abc import Sequence


class Letters:
    """Every letter is a token, and its id is its code point."""

    def encode_ordinary(self, text: str) -> list[int]:
        return [ord(letter) for letter in text]

    def decode_single_token_bytes(self, token: int) -> bytes:
        return chr(token).encode()

    def decode(self, tokens: Sequence[int]) -> str:
        return "".join(map(chr, tokens))
