"""What git tracks, and what is never let out, whatever git tracks."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from chat.deploy.rules import DeployError
from chat.deploy.tracked import tracked
from chat.settings import PROJECT
from tests.dockerfile import is_ignored
from tests.fakes.app import FILES, git, write

HOLDING_KEYS = [
    *(".env", ".env.local", ".env.production", ".ENV", "sub/.env", ".env.example.old", ".envrc"),
    *("secrets.toml", "sub/.streamlit/secrets.toml", "Secrets.TOML", ".netrc"),
    *("server.pem", "sub/SERVER.PEM", "private.key", "id_rsa", ".ssh/id_ed25519", "id_ecdsa_sk"),
]
HOLDING_NONE = [".env.example", ".env.sample", "environment.py", "chat/tokens.py", "id_rsa.pub"]


def refused(folder: Path) -> str:
    with pytest.raises(DeployError) as raised:
        tracked(folder)
    return str(raised.value)


def test_the_files_that_git_tracks_are_read_as_they_are_now(app: Path) -> None:
    write(app, "streamlit_app.py", b"# changed since\n")
    write(app, "untracked.py", b"")
    (app / "requirements.txt").unlink()
    expected = {**FILES, "streamlit_app.py": b"# changed since\n"}
    del expected["requirements.txt"]
    assert tracked(app) == expected


@pytest.mark.parametrize("name", HOLDING_KEYS)
def test_a_tracked_file_that_holds_keys_by_its_name_stops_everything(app: Path, name: str) -> None:
    write(app, name, b"x")
    git(app, "add", "-f", name)
    said = f"git tracks {name}, which may hold a key. Run: git rm --cached {name}"
    assert refused(app) == said


@pytest.mark.parametrize("name", HOLDING_NONE)
def test_an_example_is_no_secret(app: Path, name: str) -> None:
    write(app, name, b"x")
    git(app, "add", "-f", name)
    assert name in tracked(app)


def test_an_image_gets_no_file_that_holds_keys_either() -> None:
    ignored = (PROJECT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    for name in {name.lower() for name in HOLDING_KEYS}:  # Docker minds the case
        assert any(is_ignored(name, pattern) for pattern in ignored), name
    assert not any(is_ignored("chat/tokens.py", pattern) for pattern in ignored)


def test_a_link_is_refused_as_it_may_lead_to_a_secret(app: Path) -> None:
    write(app, ".env", b"OPENAI_API_KEY=x")
    (app / "settings.txt").symlink_to(".env")
    git(app, "add", "settings.txt")
    assert refused(app).startswith("settings.txt is a link, and what it leads to would be public.")


@pytest.mark.parametrize("link", ["chat/settings.py", "chat"])
def test_a_file_that_became_a_link_since_git_saw_it_is_refused(
    app: Path, tmp_path_factory: pytest.TempPathFactory, link: str
) -> None:
    write(app, "chat/settings.py", b"")
    git(app, "add", ".")
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    write(elsewhere, link, b"") if "." in link else write(elsewhere, f"{link}/settings.py", b"")
    (app / "chat" / "settings.py").unlink()
    if link == "chat":
        (app / "chat").rmdir()
    (app / link).symlink_to(elsewhere / link)
    assert refused(app).startswith("chat/settings.py is a link")


def test_a_folder_that_is_reached_by_a_link_is_as_good_as_any(
    app: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    link = tmp_path_factory.mktemp("links") / "app"
    link.symlink_to(app)
    assert tracked(link) == FILES


def test_a_repository_inside_is_refused(app: Path) -> None:
    inner = app / "inner"
    inner.mkdir()
    git(inner, "init", "-q")
    who = ("-c", "user.name=ann", "-c", "user.email=ann@example.org")
    git(inner, *who, "commit", "-q", "--allow-empty", "-m", "first")
    git(app, "add", "inner")
    assert refused(app).startswith("inner is a repository of its own")


def test_a_name_that_is_no_utf_8_is_refused(app: Path) -> None:
    (Path(os.fsdecode(os.fsencode(app) + b"/caf\xe9.txt"))).write_bytes(b"x")
    git(app, "add", ".")
    assert refused(app) == r"The name of caf\xe9.txt is no UTF-8. Rename it, with git mv."


def test_a_folder_of_which_git_tracks_nothing_is_refused(app: Path) -> None:
    inside = app / "inside"
    write(inside, "streamlit_app.py", b"")
    said = "git tracks no file of this folder. Clone the app with git."
    assert refused(inside) == said


def test_outside_of_a_repository_nothing_is_deployed(tmp_path: Path) -> None:
    said = "This folder is no git repository. Clone the app with git."
    assert refused(tmp_path) == said


def test_without_git_the_sentence_says_where_it_is(
    app: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(app))
    assert refused(app) == "There is no git here. Install it from https://git-scm.com."


def test_what_else_git_says_is_handed_on(app: Path) -> None:
    (app / ".git" / "index").write_bytes(b"broken")
    assert "index" in refused(app)


def test_a_file_that_cannot_be_read_is_a_sentence(
    app: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def locked(path: Path) -> bytes:
        raise PermissionError(path)

    monkeypatch.setattr(Path, "read_bytes", locked)  # root may read every file
    assert refused(app).endswith("cannot be read. Check who may read it.")


def test_the_project_goes_as_git_has_it() -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=PROJECT, check=True, capture_output=True)
    names = set(listed.stdout.decode().split())
    assert tracked(PROJECT).keys() == {name for name in names if (PROJECT / name).exists()}
