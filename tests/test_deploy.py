"""To a Space: what is checked, what is sent, and what is said when the Hub refuses."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from huggingface_hub import HfApi, constants

from chat import deploy
from chat.deploy import DeployError, Plan
from chat.settings import PROJECT, SettingsError
from tests.fakes.hub import TOKEN, ScriptedHub, Space

KEY = "sk-test-0123456789abcdef"
SPACE = "ann/my-chat"
VALUES = {"OPENAI_API_KEY": KEY, "CHAT_MODEL": "gpt-4o", "CHAT_PASSWORD": "open sesame"}


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[ScriptedHub]:
    with ScriptedHub() as scripted:
        monkeypatch.setattr(constants, "ENDPOINT", scripted.endpoint)
        monkeypatch.setenv("HF_ENDPOINT", scripted.endpoint)
        monkeypatch.setenv("HF_TOKEN", TOKEN)
        yield scripted


def planned(*asked: str, private: bool = False, anyone: bool = False) -> Plan:
    return deploy.plan(SPACE, asked, folder=PROJECT, private=private, anyone=anyone, values=VALUES)


def deployed(plan: Plan, hub: ScriptedHub, said: list[str] | None = None) -> str:
    api = HfApi(endpoint=hub.endpoint, token=TOKEN)
    lines: list[str] = [] if said is None else said
    return deploy.deploy(plan, api, lines.append, pace=0)


ASKED = ("CHAT_PASSWORD", "CHAT_MODEL", "CHAT_ROUNDS=5")


def test_a_new_space_becomes_a_docker_space_with_the_front_matter_that_goes_with_it(
    hub: ScriptedHub,
) -> None:
    before = (PROJECT / "README.md").read_bytes()
    said: list[str] = []
    assert deployed(planned(*ASKED), hub, said) == f"https://huggingface.co/spaces/{SPACE}"
    space = hub.spaces[SPACE]
    assert space.sdk == "docker"
    settings = deploy.front_matter(space.files["README.md"].decode())
    assert settings["sdk"] == "docker"
    assert settings["app_port"] == 8501
    assert not settings.keys() & {"sdk_version", "python_version", "app_file"}
    assert space.secrets == {"OPENAI_API_KEY": KEY, "CHAT_PASSWORD": "open sesame"}
    assert space.variables == {"CHAT_MODEL": "gpt-4o", "CHAT_ROUNDS": "5"}
    assert (PROJECT / "README.md").read_bytes() == before
    assert not [line for line in said if KEY in line or "sesame" in line]
    assert said[-3:] == [f"The Space says: {s}" for s in ("BUILDING", "APP_STARTING", "RUNNING")]


def test_what_git_tracks_is_uploaded_and_nothing_else(hub: ScriptedHub) -> None:
    deployed(planned(*ASKED), hub)
    listed = subprocess.run(["git", "ls-files"], cwd=PROJECT, check=True, capture_output=True)
    tracked = set(listed.stdout.decode().split())
    files = hub.spaces[SPACE].files
    assert files.keys() == {name for name in tracked if (PROJECT / name).exists()}
    assert {"streamlit_app.py", "Dockerfile", "chat/ui/store.js"} <= files.keys()
    assert all(
        content == (PROJECT / name).read_bytes()
        for name, content in files.items()
        if name != "README.md"
    )
    assert not [name for name in files if ".env" in name and name != ".env.example"]


@pytest.mark.parametrize("sdk", ["streamlit", "docker"])
def test_a_space_that_exists_is_updated_in_its_own_sdk(hub: ScriptedHub, sdk: str) -> None:
    hub.spaces[SPACE] = Space(sdk=sdk, files={"old.py": b"", ".gitattributes": b"*"})
    deployed(planned(*ASKED), hub)
    space = hub.spaces[SPACE]
    assert "POST /api/repos/create" not in hub.calls
    assert "old.py" not in space.files
    assert ".gitattributes" in space.files
    assert deploy.front_matter(space.files["README.md"].decode())["sdk"] == sdk
    # And once more, over what is there now.
    deployed(planned(*ASKED), hub)
    assert space.commits == 2


def test_where_the_hub_still_takes_it_the_sdk_is_streamlit(hub: ScriptedHub) -> None:
    hub.sdks.append("streamlit")
    deployed(planned(*ASKED, private=True), hub)
    space = hub.spaces[SPACE]
    assert (space.sdk, space.private) == ("streamlit", True)
    assert space.files["README.md"] == (PROJECT / "README.md").read_bytes()


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (402, "wants a paid plan"),
        (403, "may not write to ann/my-chat"),
        (409, "is taken"),
        (429, "wants you to wait"),
        (500, "refused with status 500"),
    ],
)
def test_a_refusal_is_a_sentence_that_says_what_to_do(
    hub: ScriptedHub, status: int, words: str
) -> None:
    hub.refusals["create"] = status
    with pytest.raises(DeployError, match=words):
        deployed(planned(*ASKED), hub)


def test_a_wrong_token_says_how_to_log_in(hub: ScriptedHub) -> None:
    api = HfApi(endpoint=hub.endpoint, token="hf_wrong")
    with pytest.raises(DeployError, match="hf auth login"):
        deploy.deploy(planned(*ASKED), api, lambda _: None, pace=0)


def test_a_hub_that_cannot_be_reached_is_a_sentence() -> None:
    api = HfApi(endpoint="http://127.0.0.1:9", token=TOKEN)
    with pytest.raises(DeployError, match="cannot be reached"):
        deploy.deploy(planned(*ASKED), api, lambda _: None, pace=0)


def test_a_build_that_fails_shows_its_last_lines(hub: ScriptedHub) -> None:
    hub.stages.clear()
    hub.stages.extend(["BUILDING", "BUILD_ERROR"])
    with pytest.raises(DeployError, match=r"BUILD_ERROR. It says: Step 1\s+pip: no such version"):
        deployed(planned(*ASKED), hub)


def test_a_build_without_end_is_given_up(hub: ScriptedHub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deploy, "PATIENCE", 0.1)
    hub.stages.clear()
    hub.stages.append("BUILDING")
    with pytest.raises(DeployError, match="takes too long"):
        deployed(planned(*ASKED), hub)


def test_a_dry_run_calls_nobody_and_shows_no_secret(
    hub: ScriptedHub, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in VALUES.items():
        monkeypatch.setenv(name, value)
    arguments = [SPACE, "--set", "CHAT_PASSWORD", "--set", "CHAT_MODEL", "--dry-run"]
    assert deploy.main(arguments) == 0
    said = capsys.readouterr().out
    assert "Secret   OPENAI_API_KEY\nSecret   CHAT_PASSWORD\nVariable CHAT_MODEL = gpt-4o" in said
    assert "File     streamlit_app.py" in said
    assert KEY not in said
    assert "sesame" not in said
    assert hub.calls == []


def test_the_command_deploys(
    hub: ScriptedHub, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setattr(deploy, "PACE", 0)
    hub.stages.clear()
    hub.stages.append("RUNNING")
    assert deploy.main([SPACE, "--set", "CHAT_DAILY_TOKENS=500000"]) == 0
    said = capsys.readouterr()
    assert said.out.endswith(f"Ready: https://huggingface.co/spaces/{SPACE}\n")
    assert KEY not in said.out + said.err
    assert deploy.main(["no-space"]) == 1
    assert (
        capsys.readouterr().err == "'no-space' is no name of a Space. It looks like user/my-chat.\n"
    )


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (["CHAT_ROUNDS=many"], "CHAT_ROUNDS is 'many'"),
        (["PATH"], "PATH is no setting of the app"),
        (["CHAT_TITLE"], "CHAT_TITLE has no value here"),
        ([], "Anybody could spend your key"),
    ],
)
def test_what_is_asked_for_is_checked_before_any_call(asked: list[str], words: str) -> None:
    with pytest.raises(DeployError, match=words):
        planned(*asked)


def test_a_file_of_settings_that_cannot_be_read_is_a_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken() -> dict[str, str]:
        raise SettingsError(".env cannot be read: save it as UTF-8 text.")

    monkeypatch.setattr(deploy, "read_values", broken)
    assert deploy.main([SPACE, "--dry-run"]) == 1
    assert capsys.readouterr().err == ".env cannot be read: save it as UTF-8 text.\n"


def test_whoever_wants_it_may_let_anyone_spend_the_key() -> None:
    assert planned(anyone=True).secrets == {"OPENAI_API_KEY": KEY}
    assert planned(private=True).private
    assert planned("CHAT_DAILY_TOKENS=9").variables == {"CHAT_DAILY_TOKENS": "9"}
    assert KEY not in repr(planned(anyone=True))


# The front matter of a Space, by the Hub's rules


def test_the_project_has_no_fault() -> None:
    assert deploy.faults(PROJECT) == []


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of what is checked."""
    for name in ("README.md", "requirements.txt", "streamlit_app.py", "Dockerfile"):
        (tmp_path / name).write_bytes((PROJECT / name).read_bytes())
    (tmp_path / ".streamlit").mkdir()
    config = (PROJECT / ".streamlit" / "config.toml").read_bytes()
    (tmp_path / ".streamlit" / "config.toml").write_bytes(config)
    return tmp_path


@pytest.mark.parametrize(
    ("file", "old", "new", "words"),
    [
        ("README.md", '"1.67.0"', "1.67", "sdk_version must be in quotation marks"),
        ("README.md", '"3.11"', "3.10", "python_version must be in quotation marks"),
        ("README.md", "colorFrom: indigo", "colorFrom: orange", "colorFrom must be one of"),
        ("README.md", "short_description: ", "short_description: " + "x" * 60, "60 characters"),
        ("README.md", "emoji: 💬", "emoji: chat", "must be an emoji"),
        ("README.md", "pinned: false", "pined: false", "pined is no setting of a Space"),
        ("README.md", "title: Chat\n", "", "title is missing"),
        ("README.md", "streamlit_app.py\npinned", "app.py\npinned", "app.py is missing"),
        ("requirements.txt", "streamlit==1.67.0", "streamlit>=1.67", "must pin streamlit"),
        (".streamlit/config.toml", "[server]\n", "[server]\nport = 80\n", "may set no port"),
    ],
)
def test_every_rule_of_a_space_is_held(
    folder: Path, file: str, old: str, new: str, words: str
) -> None:
    text = (folder / file).read_text(encoding="utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")
    assert words in "\n".join(deploy.faults(folder))


@pytest.mark.parametrize("readme", ["\n---\ntitle: x\n---\n", "\ufeff---\na: 1\n---\n", "---\nno"])
def test_a_readme_that_does_not_begin_with_its_settings_is_refused(readme: str) -> None:
    with pytest.raises(DeployError, match="does not begin with its settings"):
        deploy.front_matter(readme)


@pytest.mark.parametrize("yaml", ["a: [", "- a", "word"])
def test_settings_that_are_no_yaml_are_refused(yaml: str) -> None:
    with pytest.raises(DeployError, match="no valid YAML"):
        deploy.front_matter(f"---\n{yaml}\n---\n")


@pytest.mark.parametrize("name", [".env", "sub/.streamlit/secrets.toml"])
def test_a_tracked_secret_stops_everything(tmp_path: Path, name: str) -> None:
    file = tmp_path / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"OPENAI_API_KEY={KEY}")
    for command in (["init", "-q"], ["add", "-f", name]):
        subprocess.run(["git", *command], cwd=tmp_path, check=True)
    with pytest.raises(DeployError, match="git rm --cached"):
        deploy.tracked(tmp_path)


def test_outside_of_a_repository_nothing_is_deployed(tmp_path: Path) -> None:
    with pytest.raises(DeployError, match="no git repository"):
        deploy.tracked(tmp_path)
