"""Whether what `requirements.txt` names is installed, and Streamlit as the page needs it."""

from __future__ import annotations

import re
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from chat.doctor.finding import Finding, well, wrong
from chat.languages.language import say

INSTALL = "pip install -r requirements.txt"


def look(folder: Path) -> list[Finding]:
    """Look at the packages that the app in this folder names."""
    requirements = (folder / "requirements.txt").read_text(encoding="utf-8")
    names = re.findall(r"^[\w.-]+", requirements, re.MULTILINE)
    found = [
        wrong(say("doctor_package", package=name, command=INSTALL))
        for name in names
        if name != "streamlit" and installed(name) is None
    ]
    return [_streamlit(requirements), *_of_a_space(folder, requirements), *found]


def _streamlit(requirements: str) -> Finding:
    pinned = _pinned(requirements)
    found = installed("streamlit")
    if found is None:
        return wrong(say("doctor_package", package="streamlit", command=INSTALL))
    if found != pinned:
        return wrong(say("doctor_other_streamlit", version=found, pinned=pinned, command=INSTALL))
    return well(say("doctor_streamlit", version=found))


def _of_a_space(folder: Path, requirements: str) -> list[Finding]:
    """A Space with the Streamlit SDK installs what README.md says in its first lines."""
    readme = folder / "README.md"
    top = readme.read_text(encoding="utf-8").partition("\n---\n")[0] if readme.exists() else ""
    said = re.search(r'^sdk_version:\s*"?([\w.]+)', top, re.MULTILINE)
    return [] if said is None or said[1] == _pinned(requirements) else [wrong(say("deploy_pin"))]


def _pinned(requirements: str) -> str:
    found = re.search(r"^streamlit(?:\[auth\])?==([\w.]+)", requirements, re.MULTILINE)
    return found[1] if found else ""


def installed(name: str) -> str | None:
    """The version of an installed package; None where it is not."""
    try:
        return version(name)
    except PackageNotFoundError:
        return None
