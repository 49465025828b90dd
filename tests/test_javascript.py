"""The page's own program, in node: a linter, and tests of what needs no server."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from chat.settings import PROJECT
from tests.keeping.shapes import shapes

HERE = PROJECT / "tests" / "javascript"
FOLDERS = ("static", "tests/javascript")


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What is tested, beside node's packages, outside of the project.

    Without node, CI fails and anybody else is told.
    """
    if shutil.which("npm") is None:
        missing = "node and npm are not installed, so the tests of the page's program did not run."
        if os.environ.get("CI"):
            pytest.fail(missing)
        pytest.skip(missing)
    folder = tmp_path_factory.mktemp("javascript")
    for name in FOLDERS:
        shutil.copytree(PROJECT / name, folder / name)
    for name in ("package.json", "eslint.config.mjs"):
        shutil.copy(HERE / name, folder / name)
    (folder / "tests" / "javascript" / "messages.json").write_text(json.dumps(shapes()))
    install = ["npm", "install", "--prefer-offline", "--ignore-scripts", "--no-audit", "--no-fund"]
    done = subprocess.run(install, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


def passes(checkout: Path, *command: str) -> None:
    """Run a command that has nothing to complain of."""
    done = subprocess.run(command, cwd=checkout, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_linter_finds_nothing(checkout: Path) -> None:
    passes(checkout, "npx", "--no-install", "eslint", "--max-warnings", "0", *FOLDERS)


@pytest.mark.parametrize("script", sorted(HERE.glob("*.test.js")), ids=lambda script: script.name)
def test_a_module_does_what_its_tests_say(checkout: Path, script: Path) -> None:
    passes(checkout, "node", "--test", f"tests/javascript/{script.name}")
