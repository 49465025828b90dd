"""Node's packages for the tests, from npm, outside of the project."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

from chat.settings import PROJECT
from tests.installed import require

PACKAGES = PROJECT / "tests" / "javascript" / "package.json"


def install(folder: Path, *names: str) -> None:
    """Install these of the packages in a folder; without a name, all of them.

    Without npm, CI fails and anybody else is told.
    """
    missing = "node and npm are not installed, so the tests that need their packages did not run."
    require(shutil.which("npm"), missing)
    described = json.loads(PACKAGES.read_text(encoding="utf-8"))
    wanted = described["devDependencies"]
    described["devDependencies"] = {name: wanted[name] for name in names or wanted}
    (folder / "package.json").write_text(json.dumps(described), encoding="utf-8")
    command = ["npm", "install", "--prefer-offline", "--ignore-scripts", "--no-audit", "--no-fund"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
