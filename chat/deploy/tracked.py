"""The files that git tracks: what goes to a Space, and nothing else."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from chat.deploy.rules import DeployError

# Files that hold keys by their very name. `.env.example` and its like hold none.
NEVER = re.compile(
    r"(^|/)(\.env(?!\.(example|sample|template)$)[^/]*|secrets\.toml|[._]netrc"
    r"|id_(rsa|dsa|ecdsa|ed25519)(_sk)?|[^/]*\.(pem|key|p12|pfx|ppk))$",
    re.IGNORECASE,
)
_LINK = "120000"
_REPOSITORY = "160000"


def tracked(folder: Path) -> dict[str, bytes]:
    """The files that git tracks, as they are now. Raises `DeployError`."""
    files: dict[str, bytes] = {}
    for mode, name in _listed(folder):
        shown = os.fsencode(name).decode("utf-8", "backslashreplace")
        if shown != name:
            raise DeployError("deploy_file_name", file=shown)
        untrack = f"git rm --cached {name}"
        if mode == _REPOSITORY:
            raise DeployError("deploy_repository", file=name, command=untrack)
        if mode == _LINK or _is_behind_a_link(folder, name):
            raise DeployError("deploy_link", file=name, command=untrack)
        if not (folder / name).is_file():
            continue
        if NEVER.search(name):
            raise DeployError("deploy_holds_key", file=name, command=untrack)
        try:
            files[name] = (folder / name).read_bytes()
        except OSError:
            raise DeployError("deploy_unreadable", file=name) from None
    if not files:
        raise DeployError("deploy_no_files")
    return files


def _listed(folder: Path) -> Iterator[tuple[str, str]]:
    """The mode and the name of every file in git's index."""
    try:
        listed = subprocess.run(
            ["git", "ls-files", "--stage", "-z"],  # noqa: S607 - the git of whoever runs this
            cwd=folder,
            env={**os.environ, "LC_ALL": "C"},  # its sentences are read below
            check=True,
            capture_output=True,
        ).stdout
    except OSError:
        raise DeployError("deploy_no_git") from None
    except subprocess.CalledProcessError as error:
        said = error.stderr.decode("utf-8", "replace").strip()
        if "not a git repository" in said:
            raise DeployError("deploy_no_clone") from None
        raise DeployError("deploy_git_says", said=said) from None
    for entry in filter(None, listed.split(b"\0")):
        about, _, name = entry.partition(b"\t")
        yield about.split()[0].decode(), os.fsdecode(name)


def _is_behind_a_link(folder: Path, name: str) -> bool:
    """Whether a file, or a folder on the way to it, is a link by now, whatever git says."""
    path = PurePosixPath(name)
    return any((folder / part).is_symlink() for part in (path, *path.parents[:-1]))
