"""The page's own program, in node: a linter, and tests of what needs no server."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from chat.settings import PROJECT
from tests import node
from tests.keeping.shapes import prompt_bounds, shapes

HERE = PROJECT / "tests" / "javascript"
FOLDERS = ("static", "tests/javascript")


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What is tested, beside node's packages, outside of the project."""
    folder = tmp_path_factory.mktemp("javascript")
    for name in FOLDERS:
        shutil.copytree(PROJECT / name, folder / name)
    shutil.copy(HERE / "eslint.config.mjs", folder / "eslint.config.mjs")
    for name, both in (("messages", shapes()), ("prompts", prompt_bounds())):
        (folder / "tests" / "javascript" / f"{name}.json").write_text(json.dumps(both))
    node.install(folder)
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
