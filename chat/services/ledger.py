"""The day's sum in a file, which the processes of one machine may share.

ledger = Ledger(Path("data/spent.json"))
with ledger.held():                 # one process at a time
    kept = ledger.read()            # None: nothing was kept yet
    ledger.write(Kept(day=day, spent=kept.spent + 100))
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

LARGEST = 1_000  # characters that are read of the file; it has about 40
MOST = 10**15  # tokens that may have been spent in a day
PATIENCE = 1.0  # seconds that the file is waited for, while another process holds it
GLANCE = 0.001  # seconds between two looks whether it is free


class DamagedError(ValueError):
    """The file does not say what was spent."""


@dataclass(frozen=True, kw_only=True)
class Kept:
    """The tokens that were spent on a day."""

    day: date
    spent: int


class Ledger:
    """One such file; its folder is made where it is missing. Raises `OSError`."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self._lock = path.with_suffix(".lock")

    @contextmanager
    def held(self) -> Iterator[None]:
        """Keep the other processes from the file. Raises `OSError`, `TimeoutError` among them."""
        descriptor = os.open(self._lock, os.O_RDWR | os.O_CREAT, 0o666)
        try:
            _lock(descriptor)
            yield
        finally:
            os.close(descriptor)  # which gives the lock back

    def read(self) -> Kept | None:
        """What is kept; None where there is no file. Raises `DamagedError` and `OSError`."""
        try:
            with self.path.open(encoding="utf-8") as file:
                kept = json.loads(file.read(LARGEST))
            day, spent = date.fromisoformat(kept["day"]), kept["spent"]
        except FileNotFoundError:
            return None
        except (ValueError, TypeError, KeyError, RecursionError) as error:
            raise DamagedError from error
        if type(spent) is not int or not 0 <= spent <= MOST:
            raise DamagedError
        return Kept(day=day, spent=spent)

    def write(self, kept: Kept) -> None:
        """Keep this in the place of what was kept. Raises `OSError`."""
        said = {"day": kept.day.isoformat(), "spent": kept.spent}
        beside = self.path.with_suffix(".new")
        beside.write_text(json.dumps(said), encoding="utf-8")
        os.replace(beside, self.path)  # never half a file


def _lock(descriptor: int) -> None:
    """Wait until nobody else holds the lock, but not for one who has it and does not go on."""
    began = time.monotonic()
    while True:
        try:
            _try_lock(descriptor)
        except (BlockingIOError, PermissionError):  # the second is what Windows says
            if time.monotonic() - began > PATIENCE:
                raise TimeoutError from None
            time.sleep(GLANCE)
        except OSError:
            return  # a file system without locks, on which one process is as safe
        else:
            return


if sys.platform == "win32":
    import msvcrt

    def _try_lock(descriptor: int) -> None:
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _try_lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
