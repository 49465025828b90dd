"""What a test needs of the machine."""

from __future__ import annotations

import os

import pytest


def require(found: str | None, missing: str) -> None:
    """Go on where a program was found; without it, CI fails and anybody else is told."""
    if found is None:
        if os.environ.get("CI"):
            pytest.fail(missing)
        pytest.skip(missing)
