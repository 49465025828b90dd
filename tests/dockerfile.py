"""A Dockerfile without Docker: its steps, run in a folder that stands for the container's disk.

Only what ours uses: FROM, RUN, USER, ENV, ARG, WORKDIR, COPY, EXPOSE, HEALTHCHECK, CMD. Paths
under the user's home are moved under the folder, and everything runs as that user, if we may.
"""

from __future__ import annotations

import fnmatch
import json
import os
import re
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from chat.settings import PROJECT

HOME = "/home/user"
USER = 1000


@dataclass
class Container:
    """What the steps have made: a disk, an environment, and a command."""

    disk: Path
    python: str
    environment: dict[str, str] = field(default_factory=dict)
    folder: str = "/"
    user: str = "root"
    command: list[str] = field(default_factory=list)
    health: str = ""
    ports: list[int] = field(default_factory=list)
    ran: list[str] = field(default_factory=list)
    reach: dict[str, str] = field(default_factory=dict)  # how a build reaches its packages

    def moved(self, text: str) -> str:
        """The same text with the paths of this disk."""
        return text.replace(HOME, str(self.disk / "home"))

    def as_user(self, command: list[str]) -> list[str]:
        """The command as the unprivileged user, which is what we are if we are not root."""
        if os.geteuid() != 0:
            return command
        identity = [f"--reuid={USER}", f"--regid={USER}", "--clear-groups", "--no-new-privs"]
        return ["setpriv", *identity, "--", *command]

    @property
    def variables(self) -> dict[str, str]:
        """The environment of what runs: what the Dockerfile sets, and a path to the system."""
        own = {name: self.moved(value) for name, value in self.environment.items()}
        path = own.pop("PATH", "$PATH").replace("$PATH", f"{self.disk}/bin:/usr/bin:/bin")
        return {"PATH": path, **own}


def steps(dockerfile: str) -> list[tuple[str, str]]:
    """The instructions and their arguments, with continued lines joined."""
    lines = [line for line in dockerfile.splitlines() if not line.lstrip().startswith("#")]
    joined = re.sub(r"\\\n\s*", " ", "\n".join(lines))
    return [
        (line.split(None, 1)[0], line.split(None, 1)[1]) for line in joined.splitlines() if line
    ]


def text() -> str:
    """Ours."""
    return (PROJECT / "Dockerfile").read_text(encoding="utf-8")


def build(
    project: Path, files: list[str], disk: Path, python: str, reach: dict[str, str]
) -> Container:
    """Run the steps; `files` are those of the build context, `python` is the image's."""
    container = Container(disk=disk, python=python, reach=reach)
    (disk / "home").mkdir(parents=True)
    (disk / "bin").mkdir()
    (disk / "bin" / "python").symlink_to(python)
    ignored = (project / ".dockerignore").read_text(encoding="utf-8").splitlines()
    for instruction, words in steps(text()):
        match instruction:
            case "FROM":
                assert re.fullmatch(r"python:3\.\d+-slim", words)
            case "USER":
                container.user = words
                _own(disk)
            case "ENV" | "ARG":
                pairs = (pair.partition("=") for pair in words.split())
                container.environment.update({name: value.strip('"') for name, _, value in pairs})
            case "WORKDIR":
                container.folder = words
                Path(container.moved(words)).mkdir(parents=True, exist_ok=True)
                _own(disk)
            case "COPY":
                _copy(container, project, words.split(), files, ignored)
            case "RUN" if container.user == "root":
                assert words == f"useradd --create-home --uid {USER} user"
            case "RUN":
                _run(container, words)
            case "EXPOSE":
                container.ports.append(int(words))
            case "HEALTHCHECK":
                container.health = words.split("CMD", 1)[1].strip()
            case "CMD":
                container.command = json.loads(words)
            case _:
                raise AssertionError(f"{instruction} is not understood here")
    return container


def _own(disk: Path) -> None:
    if os.geteuid() == 0:
        subprocess.run(["chown", "-R", f"{USER}:{USER}", disk / "home"], check=True)


def _copy(
    container: Container, project: Path, words: list[str], files: list[str], ignored: list[str]
) -> None:
    assert words[0] == "--chown=user"
    *sources, target = words[1:]
    assert target == "./"
    folder = Path(container.moved(container.folder))
    for name in files:
        if sources != ["."] and name not in sources:
            continue
        if any(is_ignored(name, pattern) for pattern in ignored):
            continue
        assert (project / name).is_file(), f"{name} would be copied"
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(project / name, folder / name)
    _own(container.disk)


def is_ignored(name: str, pattern: str) -> bool:
    """Whether a line of .dockerignore leaves a file out."""
    if not pattern or pattern.startswith("#"):
        return False
    parts = name.split("/")
    heads = ["/".join(parts[: place + 1]) for place in range(len(parts))]
    plain = pattern.removeprefix("**/")
    if plain != pattern:
        return any(fnmatch.fnmatch(part, plain) for part in parts)
    return any(fnmatch.fnmatch(head, pattern) for head in heads)


def _run(container: Container, words: str) -> None:
    container.ran.append(words)
    subprocess.run(
        container.as_user(["sh", "-ec", container.moved(words)]),
        cwd=container.moved(container.folder),
        env={**container.reach, **container.variables},
        check=True,
        timeout=600,
    )
