"""To a Space: what is sent, in which order, and what is said when the Hub refuses."""

from __future__ import annotations

import builtins
from collections.abc import Mapping
from pathlib import Path

import pytest
from huggingface_hub import HfApi

from chat.deploy.__main__ import main
from chat.deploy.deployment import NAP, Times, deploy
from chat.deploy.plan import Plan, plan
from chat.deploy.rules import DeployError, as_docker, front_matter
from chat.deploy.tracked import tracked
from chat.languages.language import ENGLISH, language, speaking
from chat.settings import PROJECT
from tests.fakes.app import BY_HAND, FILES, README, write
from tests.fakes.hub import TOKEN, ScriptedHub, Space

KEY = "sk-" + "0123456789" * 2  # in pieces, as no tracked file may have it
PASSWORD = "open " + "barley"
SPACE = "ann/my-chat"
PAGE = "https://huggingface.co/spaces/ann/my-chat"
VALUES = {"OPENAI_API_KEY": KEY, "CHAT_MODEL": "gpt-4o", "CHAT_PASSWORD": PASSWORD}
ASKED = ("CHAT_PASSWORD", "CHAT_MODEL", "CHAT_ROUNDS=5")
DAY = "CHAT_DAILY_TOKENS=500000"


def planned(
    folder: Path,
    *asked: str,
    private: bool = False,
    values: Mapping[str, str] = VALUES,
) -> Plan:
    return plan(SPACE, asked or ASKED, folder=folder, private=private, anyone=False, values=values)


AT_ONCE = Times(look=0)


def deployed(
    plan: Plan, hub: ScriptedHub, said: list[str] | None = None, times: Times = AT_ONCE
) -> str:
    api = HfApi(endpoint=hub.endpoint, token=TOKEN)
    lines: list[str] = [] if said is None else said
    return deploy(plan, api, lines.append, times)


def refused(plan: Plan, hub: ScriptedHub, times: Times = AT_ONCE) -> str:
    with pytest.raises(DeployError) as raised:
        deployed(plan, hub, times=times)
    return str(raised.value)


def script(hub: ScriptedHub, *stages: str) -> None:
    hub.stages.clear()
    hub.stages.extend(stages)


# What a Space is made of


def test_the_project_becomes_a_docker_space_of_all_that_git_tracks(hub: ScriptedHub) -> None:
    said: list[str] = []
    assert deployed(planned(PROJECT), hub, said) == PAGE
    space = hub.spaces[SPACE]
    files = tracked(PROJECT)
    readme = as_docker(files["README.md"].decode())
    assert space.sdk == "docker"
    assert space.files == {**files, "README.md": readme.encode()}
    assert space.secrets == {"OPENAI_API_KEY": KEY, "CHAT_PASSWORD": PASSWORD}
    assert space.variables == {"CHAT_MODEL": "gpt-4o", "CHAT_ROUNDS": "5"}
    assert said == [
        "ann/my-chat is created, with the SDK docker.",
        "Variable CHAT_MODEL is set.",
        "Variable CHAT_ROUNDS is set.",
        "Secret CHAT_PASSWORD is set.",
        f"The Space has the {len(files)} files that git tracks.",
        "Secret OPENAI_API_KEY is set.",
        "The Space says: BUILDING",
        "The Space says: APP_STARTING",
        "The Space says: RUNNING",
    ]


@pytest.mark.parametrize("sdk", ["streamlit", "docker"])
def test_a_space_that_exists_is_updated_in_its_own_sdk(
    hub: ScriptedHub, app: Path, sdk: str
) -> None:
    hub.spaces[SPACE] = Space(sdk=sdk, files={"old.py": b"", ".gitattributes": b"*"})
    deployed(planned(app), hub)
    space = hub.spaces[SPACE]
    assert "POST /api/repos/create" not in hub.calls
    assert space.files.keys() == {*FILES, ".gitattributes"}
    assert front_matter(space.files["README.md"].decode())["sdk"] == sdk


def test_a_second_deployment_of_the_same_makes_no_commit_and_is_ready(
    hub: ScriptedHub, app: Path
) -> None:
    deployed(planned(app), hub)
    before = dict(hub.spaces[SPACE].files)
    assert deployed(planned(app), hub) == PAGE
    assert hub.spaces[SPACE].files == before
    assert hub.spaces[SPACE].commits == 1
    write(app, "streamlit_app.py", b"# changed\n")
    assert deployed(planned(app), hub) == PAGE
    assert hub.spaces[SPACE].commits == 2


def test_where_the_hub_still_takes_it_the_sdk_is_streamlit(hub: ScriptedHub, app: Path) -> None:
    hub.sdks.append("streamlit")
    deployed(planned(app), hub)
    assert hub.spaces[SPACE].sdk == "streamlit"
    assert hub.spaces[SPACE].files == FILES


@pytest.mark.parametrize("there", [None, "docker", "streamlit"])
def test_a_readme_made_for_docker_by_hand_stays_so(
    hub: ScriptedHub, app: Path, there: str | None
) -> None:
    hub.sdks.append("streamlit")
    if there:
        hub.spaces[SPACE] = Space(sdk=there)
    write(app, "README.md", BY_HAND.encode())
    assert deployed(planned(app), hub) == PAGE
    settings = front_matter(hub.spaces[SPACE].files["README.md"].decode())
    assert (settings["sdk"], settings["app_port"]) == ("docker", 8501)


@pytest.mark.parametrize("sdk", ["gradio", "static"])
def test_another_app_is_left_alone(hub: ScriptedHub, app: Path, sdk: str) -> None:
    hub.spaces[SPACE] = Space(sdk=sdk, files={"app.py": b"precious"})
    said = f"ann/my-chat is another app, with the SDK {sdk}. Choose a name that is free."
    assert refused(planned(app), hub) == said
    assert hub.spaces[SPACE] == Space(sdk=sdk, files={"app.py": b"precious"})


def test_a_readme_from_windows_is_deployed(hub: ScriptedHub, app: Path) -> None:
    write(app, "README.md", README.replace("\n", "\r\n").encode())
    deployed(planned(app), hub)
    assert hub.spaces[SPACE].files["README.md"].decode() == as_docker(README)


# How a key is kept safe


def test_the_key_comes_after_all_that_protects_it(hub: ScriptedHub, app: Path) -> None:
    hub.spaces[SPACE] = Space(sdk="docker", files={"old.py": b""})
    address = "OPENAI_BASE_URL=https://user:pass@host.example/v1"
    deployed(planned(app, address, *ASKED), hub)
    assert hub.changes == [
        "variable CHAT_MODEL",
        "variable CHAT_ROUNDS",
        "secret OPENAI_BASE_URL",
        "secret CHAT_PASSWORD",
        "commit",
        "secret OPENAI_API_KEY",
    ]


@pytest.mark.parametrize("what", ["variables", "commit"])
def test_where_something_is_refused_there_is_no_key(hub: ScriptedHub, app: Path, what: str) -> None:
    hub.spaces[SPACE] = Space(sdk="docker", files={"old.py": b""})
    hub.refusals[what] = 500
    assert refused(planned(app, DAY), hub).startswith("The Hub refused with status 500")
    assert hub.spaces[SPACE].secrets == {}


def test_a_new_space_is_private_from_its_first_moment(hub: ScriptedHub, app: Path) -> None:
    deployed(planned(app, "CHAT_MODEL", private=True), hub)
    assert hub.changes[0] == "created as private"


@pytest.mark.parametrize("before", ["public", "protected"])
def test_a_space_that_others_see_becomes_private_before_anything_else(
    hub: ScriptedHub, app: Path, before: str
) -> None:
    hub.spaces[SPACE] = Space(sdk="docker", visibility=before)
    said: list[str] = []
    deployed(planned(app, "CHAT_MODEL", private=True), hub, said)
    assert hub.spaces[SPACE].visibility == "private"
    assert hub.changes[0] == "private"
    assert "ann/my-chat was public, and is private now." in said
    hub.changes.clear()
    deployed(planned(app, "CHAT_MODEL", private=True), hub)
    assert "private" not in hub.changes


def test_a_space_that_cannot_be_made_private_gets_no_key(hub: ScriptedHub, app: Path) -> None:
    hub.spaces[SPACE] = Space(sdk="docker")
    hub.refusals["settings"] = 403
    assert "may not write" in refused(planned(app, "CHAT_MODEL", private=True), hub)
    assert hub.changes == []


def test_a_secret_that_stands_as_a_variable_becomes_one(hub: ScriptedHub, app: Path) -> None:
    shown = {"OPENAI_API_KEY": KEY, "CHAT_PASSWORD": "old", "CHAT_TITLE": "Ours"}
    hub.spaces[SPACE] = Space(sdk="docker", variables=shown)
    said: list[str] = []
    deployed(planned(app), hub, said)
    space = hub.spaces[SPACE]
    assert space.variables == {"CHAT_TITLE": "Ours", "CHAT_MODEL": "gpt-4o", "CHAT_ROUNDS": "5"}
    assert space.secrets == {"OPENAI_API_KEY": KEY, "CHAT_PASSWORD": PASSWORD}
    assert "Variable CHAT_PASSWORD is deleted." in said
    where = said.index("Variable OPENAI_API_KEY is deleted.")
    assert said[where + 1] == "Everybody could read that key. Withdraw it where you got it."


def test_a_key_that_everybody_could_read_goes_even_without_another(
    hub: ScriptedHub, app: Path
) -> None:
    hub.spaces[SPACE] = Space(sdk="docker", variables={"OPENAI_API_KEY": KEY})
    deployed(planned(app, "CHAT_ROUNDS=5", values={}), hub)
    assert hub.spaces[SPACE].variables == {"CHAT_ROUNDS": "5"}


def test_a_password_that_everybody_can_read_is_not_taken_away_without_another(
    hub: ScriptedHub, app: Path
) -> None:
    space = Space(sdk="docker", variables={"CHAT_PASSWORD": "x"}, secrets={"OPENAI_API_KEY": KEY})
    hub.spaces[SPACE] = space
    said = refused(planned(app, "CHAT_ROUNDS=5", values={}), hub)
    assert said == (
        "CHAT_PASSWORD is a Variable of ann/my-chat, which everybody can read. "
        "Add --set CHAT_PASSWORD, and it becomes a Secret."
    )
    assert hub.changes == []


def test_a_variable_that_stands_as_a_secret_stays_one(hub: ScriptedHub, app: Path) -> None:
    hub.spaces[SPACE] = Space(sdk="docker", secrets={"CHAT_DAILY_TOKENS": "1"})
    deployed(planned(app, DAY), hub)
    space = hub.spaces[SPACE]
    assert space.secrets == {"CHAT_DAILY_TOKENS": "500000", "OPENAI_API_KEY": KEY}
    assert space.variables == {}


def test_an_address_from_an_earlier_time_is_not_told_a_new_key(hub: ScriptedHub, app: Path) -> None:
    other = {"OPENAI_BASE_URL": "https://host.example/v1"}
    hub.spaces[SPACE] = Space(sdk="docker", variables=dict(other), secrets=dict(other))
    deployed(planned(app, DAY), hub)
    space = hub.spaces[SPACE]
    assert space.variables == {"CHAT_DAILY_TOKENS": "500000"}
    assert space.secrets == {"OPENAI_API_KEY": KEY}
    assert hub.changes[-3:] == [
        "no variable OPENAI_BASE_URL",
        "no secret OPENAI_BASE_URL",
        "secret OPENAI_API_KEY",
    ]


@pytest.mark.parametrize(
    ("there", "then"),
    [
        ({}, "the built-in demo is deployed"),
        ({"OPENAI_API_KEY": KEY}, "the Space keeps its own"),
    ],
)
def test_without_a_key_here_it_is_said_who_will_answer(
    hub: ScriptedHub, app: Path, there: dict[str, str], then: str
) -> None:
    hub.spaces[SPACE] = Space(sdk="docker", secrets=dict(there))
    said: list[str] = []
    deployed(planned(app, "CHAT_ROUNDS=5", values={}), hub, said)
    assert f"No OPENAI_API_KEY is set here, in the environment or in .env: {then}." in said
    assert hub.spaces[SPACE].secrets == there


# What the Hub refuses


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (402, "The Hub wants a paid plan for a new Docker Space."),
        (403, "Your token may not write to ann/my-chat."),
        (409, "The name ann/my-chat is taken. Choose another one."),
        (429, "The Hub wants you to wait."),
        (500, "The Hub refused with status 500 and says: The Hub says no."),
    ],
)
def test_a_refusal_is_a_sentence_that_says_what_to_do(
    hub: ScriptedHub, app: Path, status: int, words: str
) -> None:
    hub.refusals["create"] = status
    assert refused(planned(app), hub).startswith(words)


def test_a_space_that_changed_meanwhile_is_not_called_taken(hub: ScriptedHub, app: Path) -> None:
    hub.refusals["commit"] = 409
    said = "ann/my-chat was changed by somebody else meanwhile. Run this again."
    assert refused(planned(app), hub) == said
    hub.refusals["commit"] = 403
    assert refused(planned(app), hub).startswith("Your token may not write to ann/my-chat.")


def test_a_readme_that_only_the_hub_finds_fault_with_is_a_sentence(
    hub: ScriptedHub, app: Path
) -> None:
    hub.refusals["validate-yaml"] = 400
    hub.says = '"pinned" must be a boolean'
    said = refused(planned(app), hub)
    assert said.startswith("The Hub does not take this, and says: ")
    assert said.endswith(hub.says)


def test_a_refusal_that_repeats_a_secret_is_shown_without_it(hub: ScriptedHub, app: Path) -> None:
    hub.refusals["secrets"] = 400
    hub.says = f"{PASSWORD} is too weak"
    said = refused(planned(app), hub)
    assert said == "The Hub refused with status 400 and says: … is too weak"


def test_a_wrong_token_says_how_to_log_in(hub: ScriptedHub, app: Path) -> None:
    api = HfApi(endpoint=hub.endpoint, token="hf_wrong")
    with pytest.raises(DeployError, match="hf auth login"):
        deploy(planned(app), api, lambda _: None, AT_ONCE)


@pytest.mark.parametrize("endpoint", ["http://127.0.0.1:9", "nowhere", "http://[/"])
def test_a_hub_that_cannot_be_reached_is_a_sentence(app: Path, endpoint: str) -> None:
    api = HfApi(endpoint=endpoint, token=TOKEN)
    with pytest.raises(DeployError, match="The Hub cannot be reached"):
        deploy(planned(app), api, lambda _: None, AT_ONCE)


def test_a_login_page_in_the_place_of_the_hub_is_a_sentence(hub: ScriptedHub, app: Path) -> None:
    hub.is_portal = True
    said = f"What answers at {hub.endpoint} is not the Hub. Look for a login page on the way."
    assert refused(planned(app), hub) == said


# Waiting for the page


def test_a_stage_of_an_older_commit_is_not_taken_for_ours(hub: ScriptedHub, app: Path) -> None:
    hub.spaces[SPACE] = Space(sdk="docker", commits=3)
    script(hub, "RUNNING@3", "BUILD_ERROR@3", "RUNNING_BUILDING@3", "BUILDING", "RUNNING")
    said: list[str] = []
    assert deployed(planned(app), hub, said) == PAGE
    assert said[-1] == "The Space says: RUNNING"
    assert said[-3:-1] == ["The Space says: RUNNING_BUILDING", "The Space says: BUILDING"]


def test_a_hub_that_stumbles_while_the_space_is_built_does_not_end_the_wait(
    hub: ScriptedHub, app: Path
) -> None:
    script(hub, "BUILDING", "502", "503", "429", "cut", "page", "silence", "BUILDING", "RUNNING")
    said: list[str] = []
    assert deployed(planned(app), hub, said, Times(look=0, answer=0.2)) == PAGE
    stages = ["BUILDING", "nothing", "BUILDING", "RUNNING"]
    assert said[-4:] == [f"The Space says: {stage}" for stage in stages]


@pytest.mark.parametrize(
    ("status", "words"), [("401", "hf auth login"), ("403", "may not write"), ("404", "status 404")]
)
def test_a_refusal_ends_the_wait(hub: ScriptedHub, app: Path, status: str, words: str) -> None:
    script(hub, "BUILDING", status)
    assert words in refused(planned(app), hub)


@pytest.mark.parametrize("stage", ["BUILDING", "RUNNING@0", "502"])
def test_a_build_without_end_is_given_up(hub: ScriptedHub, app: Path, stage: str) -> None:
    script(hub, stage)
    said = "nothing" if stage.isdigit() else stage.split("@", maxsplit=1)[0]
    assert refused(planned(app), hub, Times(look=0, build=0.2)) == (
        f"The Space still says {said}, and this waits no longer. Look at {PAGE}"
    )


@pytest.mark.parametrize("stage", ["PAUSED", "STOPPED", "SLEEPING"])
def test_a_space_that_sleeps_is_woken_once(hub: ScriptedHub, app: Path, stage: str) -> None:
    hub.spaces[SPACE] = Space(sdk="docker")
    script(hub, f"{stage}@0", f"{stage}@0", "BUILDING", "RUNNING")
    assert deployed(planned(app), hub) == PAGE
    assert hub.changes.count("restarted") == 1


def test_a_space_that_goes_on_sleeping_is_soon_given_up(hub: ScriptedHub, app: Path) -> None:
    hub.spaces[SPACE] = Space(sdk="docker")
    script(hub, "PAUSED@0")
    assert refused(planned(app), hub).startswith("The Space still says PAUSED")
    assert hub.changes.count("restarted") == 1
    assert hub.calls.count(f"GET /api/spaces/{SPACE}/runtime") <= NAP + 2


def test_a_space_that_may_not_be_woken_is_a_sentence(hub: ScriptedHub, app: Path) -> None:
    hub.spaces[SPACE] = Space(sdk="docker")
    script(hub, "PAUSED@0")
    hub.refusals["restart"] = 403
    assert refused(planned(app), hub).startswith("Your token may not write to ann/my-chat.")


@pytest.mark.parametrize(
    ("stage", "said"),
    [
        ("BUILD_ERROR", "Step 1\npip: no such version"),
        ("RUNTIME_ERROR", "No module named x"),
        ("CONFIG_ERROR", f"nothing. Look at {PAGE}"),
    ],
)
def test_a_failure_shows_the_log_that_belongs_to_it(
    hub: ScriptedHub, app: Path, stage: str, said: str
) -> None:
    script(hub, "BUILDING", stage)
    assert refused(planned(app), hub) == f"The Space ended with {stage}. It says: {said}"


def test_a_failure_is_told_in_the_hubs_own_words_too(hub: ScriptedHub, app: Path) -> None:
    script(hub, "BUILD_ERROR")
    hub.complaint = "Exit code: 1"
    hub.logs["build"] = [f"line {number}" for number in range(20)]
    hub.logs["build"].append(f"the key is {KEY}")
    said = refused(planned(app), hub).splitlines()
    assert said[0] == "The Space ended with BUILD_ERROR. It says: Exit code: 1"
    assert said[1:] == [*(f"line {number}" for number in range(11, 20)), "the key is …"]


@pytest.mark.parametrize("complaint", ["Exit code: 1", None])
def test_without_a_log_the_failure_is_still_told(
    hub: ScriptedHub, app: Path, complaint: str | None
) -> None:
    script(hub, "BUILD_ERROR")
    hub.refusals["logs"] = 404
    hub.complaint = complaint
    reason = complaint or f"nothing. Look at {PAGE}"
    assert refused(planned(app), hub) == f"The Space ended with BUILD_ERROR. It says: {reason}"


# The command


Captured = pytest.CaptureFixture[str]


def set_values(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in VALUES.items():
        monkeypatch.setenv(name, value)


def test_a_dry_run_calls_nobody_and_shows_no_secret(
    app: Path, hub: ScriptedHub, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    set_values(monkeypatch)
    monkeypatch.setenv("OPENAI_BASE_URL", "https://user:s3cret@host.example/v1")
    arguments = [SPACE, "--set", "CHAT_PASSWORD", "--set", "CHAT_MODEL", "--dry-run"]
    assert main(arguments, folder=app) == 0
    assert capsys.readouterr().out.splitlines() == [
        f"Would deploy to {PAGE}",
        "Secret   OPENAI_API_KEY",
        "Secret   CHAT_PASSWORD",
        "Secret   OPENAI_BASE_URL",
        "Variable CHAT_MODEL = gpt-4o",
        *(f"File     {name}" for name in sorted(FILES)),
    ]
    assert hub.calls == []


def test_a_dry_run_says_that_no_key_is_here(app: Path, capsys: Captured) -> None:
    assert main([SPACE, "--private", "--dry-run"], folder=app) == 0
    assert capsys.readouterr().out.splitlines()[:2] == [
        f"Would deploy to {PAGE} (private)",
        "No OPENAI_API_KEY is set here: the demo answers, unless the Space has a key already.",
    ]


def test_the_command_deploys(
    app: Path, hub: ScriptedHub, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    set_values(monkeypatch)
    assert main([SPACE, "--set", DAY], folder=app, times=AT_ONCE) == 0
    said = capsys.readouterr()
    assert said.out.endswith(f"Ready: {PAGE}\n")
    assert KEY not in said.out + said.err
    assert hub.spaces[SPACE].variables == {"CHAT_DAILY_TOKENS": "500000"}


def test_what_stands_in_the_way_is_a_sentence_and_a_code(app: Path, capsys: Captured) -> None:
    assert main([SPACE, "--set", KEY], folder=app) == 1
    said = "What follows --set is no setting of the app. .github/CONFIGURATION.md lists them.\n"
    assert capsys.readouterr() == ("", said)


def test_a_key_behind_a_space_is_not_said_again(capsys: Captured) -> None:
    with pytest.raises(SystemExit):
        main([SPACE, "--set", "OPENAI_API_KEY", KEY])
    said = capsys.readouterr().err
    assert said.endswith("there is a word too many: a setting is written --set NAME=value\n")
    assert KEY not in said


def test_a_file_of_settings_that_cannot_be_read_is_a_sentence(app: Path, capsys: Captured) -> None:
    (app / ".env").write_bytes(b"CHAT_TITLE=\xff")
    assert main([SPACE, "--dry-run"], folder=app) == 1
    assert capsys.readouterr().err == ".env cannot be read: save it as UTF-8 text.\n"


@pytest.mark.parametrize("where", ["environment", ".env"])
def test_the_command_speaks_the_owners_language(
    app: Path, hub: ScriptedHub, monkeypatch: pytest.MonkeyPatch, capsys: Captured, where: str
) -> None:
    set_values(monkeypatch)
    if where == ".env":
        write(app, ".env", b"CHAT_LANGUAGE=zh\n")
    else:
        monkeypatch.setenv("CHAT_LANGUAGE", "zh")
    with speaking(language(ENGLISH)):
        assert main([SPACE, "--set", DAY], folder=app, times=AT_ONCE) == 0
        done = capsys.readouterr()
        assert main([SPACE, "--set", f"CHAT_ROUNDS={PASSWORD}"], folder=app) == 1
        wrong = capsys.readouterr()
        hub.refusals["variables"] = 403
        assert main([SPACE, "--set", DAY], folder=app) == 1
    assert done.err == ""
    assert done.out.splitlines() == [
        "已创建 ann/my-chat，SDK 是 docker。",
        "已设置 Variable CHAT_DAILY_TOKENS。",
        "git 跟踪的 5 个文件都已上传到 Space。",
        "已设置 Secret OPENAI_API_KEY。",
        *(f"Space 的状态：{stage}" for stage in ("BUILDING", "APP_STARTING", "RUNNING")),
        f"部署完成：{PAGE}",
    ]
    assert wrong == ("", "CHAT_ROUNDS 的值是 '…'，但应为 0 到 20 之间的整数。\n")
    assert capsys.readouterr().err.startswith("你的令牌无权写入 ann/my-chat。")


def test_the_help_is_in_the_terminals_language(
    monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    with speaking(language(ENGLISH)), pytest.raises(SystemExit):
        main(["--help"])
    assert "只有你能看到这个 Space" in capsys.readouterr().out


@pytest.mark.usefixtures("hub")
def test_ctrl_c_is_a_sentence(app: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured) -> None:
    def pressed(_: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("time.sleep", pressed)
    assert main([SPACE], folder=app, times=AT_ONCE) == 130
    assert capsys.readouterr().err == "Stopped. What the Hub has begun goes on there.\n"


@pytest.mark.parametrize("missing", ["huggingface_hub", "httpx2", "yaml"])
def test_without_the_hubs_package_it_is_said_how_to_get_it(
    app: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured, missing: str
) -> None:
    original = builtins.__import__

    def without(name: str, *how: object, **more: object) -> object:
        if name.split(".", maxsplit=1)[0] == missing:
            raise ImportError(name=name)
        return original(name, *how, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(builtins, "__import__", without)
    assert main([SPACE], folder=app) == 1
    assert capsys.readouterr().err == 'First run: pip install "huggingface_hub>=2.4"\n'


def test_the_workflow_runs_the_command_with_nothing_but_a_name() -> None:
    workflow = (PROJECT / ".github" / "workflows" / "space.yml").read_text(encoding="utf-8")
    assert '      - run: python -m chat.deploy "${{ vars.SPACE }}"\n' in workflow
