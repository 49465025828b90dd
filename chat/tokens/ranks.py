"""The rank files that tiktoken's encodings are made from: where they are, and how to get them.

tiktoken 0.14 downloads a missing file by itself, with no time limit and under one lock for all
encodings. So nobody here asks tiktoken for an encoding before its file lies in tiktoken's cache:
taken from the package `bpe-openai`, where it is installed, or downloaded with a time limit.
"""

from __future__ import annotations

import gzip
import hashlib
import os
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from importlib import resources
from pathlib import Path

CONNECT_TIMEOUT = 5.0  # seconds
SILENCE = 10.0  # seconds
LONGEST_DOWNLOAD = 120.0  # seconds
CACHE_VARIABLE = "TIKTOKEN_CACHE_DIR"


@dataclass(frozen=True, kw_only=True)
class RankFile:
    """One encoding's file; address and SHA-256 stand in `tiktoken_ext.openai_public` 0.14."""

    encoding: str
    address: str
    sha256: str

    @property
    def cache_name(self) -> str:
        """The name under which tiktoken looks for the file: the SHA-1 of its address."""
        return hashlib.sha1(self.address.encode(), usedforsecurity=False).hexdigest()

    def is_genuine(self, data: bytes) -> bool:
        """Whether these bytes are the file."""
        return hashlib.sha256(data).hexdigest() == self.sha256


_BLOB = "https://openaipublic.blob.core.windows.net/encodings"
RANK_FILES: Mapping[str, RankFile] = {
    file.encoding: file
    for file in (
        RankFile(
            encoding="o200k_base",
            address=f"{_BLOB}/o200k_base.tiktoken",
            sha256="446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d",
        ),
        RankFile(
            encoding="cl100k_base",
            address=f"{_BLOB}/cl100k_base.tiktoken",
            sha256="223921b76ee99bde995b7ff738513eef100fb51d18c93597a113bcffe865b2a7",
        ),
    )
}


class Obstacle(StrEnum):
    """Why a rank file could not be had."""

    UNKNOWN = "unknown encoding"
    UNREACHABLE = "not reachable"
    NOT_GENUINE = "not genuine"
    NOT_WRITABLE = "not writable"


class RanksUnavailable(Exception):
    """A rank file could not be had, because of an `obstacle`."""

    def __init__(self, obstacle: Obstacle) -> None:
        self.obstacle = obstacle
        super().__init__(obstacle.value)


def cache_folder() -> Path | None:
    """Where tiktoken looks for rank files; None where its settings keep none."""
    for variable in (CACHE_VARIABLE, "DATA_GYM_CACHE_DIR"):
        if variable in os.environ:
            return Path(os.environ[variable]) if os.environ[variable] else None
    return Path(tempfile.gettempdir()) / "data-gym-cache"


def is_at_hand(encoding: str, folder: Path | None = None) -> bool:
    """Whether the genuine rank file of an encoding lies in the folder (tiktoken's, if left out)."""
    folder = folder or cache_folder()
    if folder is None or encoding not in RANK_FILES:
        return False
    file = RANK_FILES[encoding]
    try:
        return file.is_genuine((folder / file.cache_name).read_bytes())
    except OSError:
        return False


def provide(encoding: str, folder: Path | None = None) -> None:
    """Lay an encoding's rank file into the folder (tiktoken's, if left out), if it is not there.

    Takes as long as a download may; raises `RanksUnavailable`.
    """
    if is_at_hand(encoding, folder):
        return
    if encoding not in RANK_FILES:
        raise RanksUnavailable(Obstacle.UNKNOWN)
    file = RANK_FILES[encoding]
    folder = folder or cache_folder()
    if folder is None:
        raise RanksUnavailable(Obstacle.NOT_WRITABLE)
    data = _packaged(file) or _downloaded(file)
    if not file.is_genuine(data):
        raise RanksUnavailable(Obstacle.NOT_GENUINE)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        # Under a name of its own first: another process may read the folder meanwhile.
        with tempfile.NamedTemporaryFile(dir=folder, delete=False) as unfinished:
            unfinished.write(data)
        Path(unfinished.name).replace(folder / file.cache_name)
    except OSError:
        raise RanksUnavailable(Obstacle.NOT_WRITABLE) from None


def _packaged(file: RankFile) -> bytes | None:
    """The file out of the package `bpe-openai`; None where it is not installed, or not genuine."""
    try:
        packed = resources.files("bpe_openai.data") / f"{file.encoding}.tiktoken.gz"
        data = gzip.decompress(packed.read_bytes())
    except (ImportError, OSError, EOFError):
        return None
    return data if file.is_genuine(data) else None


def _downloaded(file: RankFile) -> bytes:
    import requests  # which tiktoken itself downloads with, and installs

    deadline = time.monotonic() + LONGEST_DOWNLOAD
    data = bytearray()
    try:
        timeout = (CONNECT_TIMEOUT, SILENCE)
        with requests.get(file.address, timeout=timeout, stream=True) as response:
            response.raise_for_status()
            for piece in response.iter_content(1 << 16):
                data += piece
                if time.monotonic() > deadline:
                    raise RanksUnavailable(Obstacle.UNREACHABLE)
    except requests.RequestException:
        raise RanksUnavailable(Obstacle.UNREACHABLE) from None
    return bytes(data)
