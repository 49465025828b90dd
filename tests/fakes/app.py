"""The least that a Space wants, in a git repository."""

from __future__ import annotations

import subprocess
from pathlib import Path

README = """---
title: Chat
emoji: 💬
colorFrom: indigo
colorTo: blue
sdk: streamlit
sdk_version: "1.67.0"
python_version: "3.11"
app_file: streamlit_app.py
pinned: false
license: mit
short_description: Talk
tags:
  - chat
---

# Chat

---

Text with a line in it.
"""
BY_HAND = """---
title: Chat
emoji: 💬
colorFrom: indigo
colorTo: blue
sdk: docker
app_port: 8501
license: mit
---
"""
FILES = {
    "README.md": README.encode(),
    "requirements.txt": b"streamlit==1.67.0\n",
    "streamlit_app.py": b"import streamlit as st\n",
    "Dockerfile": b"# An image\nFROM python:3.11-slim\n",
    ".streamlit/config.toml": b'[server]\nfileWatcherType = "none"\n',
}


def git(folder: Path, *words: str) -> None:
    subprocess.run(["git", *words], cwd=folder, check=True, capture_output=True)


def app_in(folder: Path) -> Path:
    """The folder, with the app in it and in git."""
    git(folder, "init", "-q")
    for name, content in FILES.items():
        write(folder, name, content)
    git(folder, "add", ".")
    return folder


def write(folder: Path, name: str, content: bytes) -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
