"""tiktoken's rank files from the test dependency `bpe-openai`, so that no test downloads any."""

from __future__ import annotations

import gzip
from importlib import resources
from pathlib import Path

# tiktoken 0.14 looks for the SHA-1 of a file's address.
CACHE_NAMES = {
    "o200k_base": "fb374d419588a4632f3f557e76b4b70aebbca790",
    "cl100k_base": "9b5ad71b2ce5302211f9c61530b329a4922fc6a4",
}


def read(encoding: str) -> bytes:
    """The rank file of an encoding."""
    return gzip.decompress(
        resources.files("bpe_openai.data").joinpath(f"{encoding}.tiktoken.gz").read_bytes()
    )


def unpack_into(folder: Path) -> None:
    """Lay the rank files out as tiktoken's cache, for TIKTOKEN_CACHE_DIR."""
    for encoding, name in CACHE_NAMES.items():
        (folder / name).write_bytes(read(encoding))
