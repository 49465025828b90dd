"""To a Hugging Face Space in one command: `python -m chat.deploy USER/SPACE`.

Checks what is here, creates the Space or takes the one that exists, sets the key as a Secret,
uploads what git tracks, and waits until the page runs. Needs the package huggingface_hub, which the
app itself does not.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chat.settings import PROJECT, SECRETS, Settings, SettingsError, read_values

if TYPE_CHECKING:
    from huggingface_hub import HfApi

PORT = 8501  # where Streamlit listens, and the only port that a Streamlit Space has
PATIENCE = 1200.0  # seconds that a build may take
PACE = 5.0  # seconds between two looks at it

COLOURS = {"red", "yellow", "green", "blue", "indigo", "purple", "pink", "gray"}
REQUIRED = ("title", "emoji", "colorFrom", "colorTo", "sdk", "license")
KNOWN = {
    *REQUIRED,
    *("sdk_version", "python_version", "app_file", "app_port", "short_description", "pinned"),
    *("tags", "models", "datasets", "hf_oauth", "fullWidth", "header", "suggested_hardware"),
}
NEVER = re.compile(r"(^|/)(\.env|secrets\.toml|id_rsa|\.netrc)$")

_RUNNING = {"RUNNING"}
_FAILED = {"BUILD_ERROR", "RUNTIME_ERROR", "CONFIG_ERROR", "NO_APP_FILE", "STOPPED", "PAUSED"}


class DeployError(Exception):
    """One sentence that says what stands in the way, and one that says what to do."""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What goes to a Space."""

    space: str
    files: Mapping[str, bytes] = field(repr=False)
    secrets: Mapping[str, str] = field(repr=False)
    variables: Mapping[str, str]
    private: bool


def front_matter(readme: str) -> dict[str, Any]:
    """The settings of a Space at the top of its README. Raises `DeployError`."""
    import yaml

    match = re.match(r"---\n(.*?)\n---\n", readme, re.DOTALL)
    if match is None:
        raise DeployError("README.md does not begin with its settings between two lines of ---.")
    try:
        read = yaml.safe_load(match[1])
    except yaml.YAMLError:
        read = None
    if not isinstance(read, dict):
        raise DeployError("The settings at the top of README.md are no valid YAML.")
    return read


def faults(folder: Path) -> list[str]:
    """What the Hub would refuse, or what would break there: a sentence each."""
    readme = (folder / "README.md").read_text(encoding="utf-8")
    settings = front_matter(readme)
    found = [f"README.md: {name} is missing." for name in REQUIRED if name not in settings]
    found += [f"README.md: {name} is no setting of a Space." for name in settings.keys() - KNOWN]
    for name in ("sdk_version", "python_version"):
        if not isinstance(settings.get(name, ""), str):
            found.append(f'README.md: {name} must be in quotation marks, like "3.11".')
    for name in ("colorFrom", "colorTo"):
        if settings.get(name) not in COLOURS:
            found.append(f"README.md: {name} must be one of {', '.join(sorted(COLOURS))}.")
    if len(str(settings.get("short_description", ""))) > 60:
        found.append("README.md: short_description may have 60 characters at most.")
    if re.search(r"[A-Za-z0-9]", str(settings.get("emoji", ""))):
        found.append("README.md: emoji must be an emoji.")
    app = str(settings.get("app_file", "streamlit_app.py"))
    if not (folder / app).is_file():
        found.append(f"{app} is missing.")
    pinned = re.search(
        r"^streamlit==(\S+)",
        (folder / "requirements.txt").read_text(encoding="utf-8"),
        re.MULTILINE,
    )
    if pinned is None or pinned[1] != settings.get("sdk_version"):
        found.append("requirements.txt must pin streamlit to the sdk_version of README.md.")
    config = (folder / ".streamlit" / "config.toml").read_text(encoding="utf-8")
    if re.search(r"^\s*port\s*=", config, re.MULTILINE):
        found.append(f".streamlit/config.toml may set no port: a Space needs {PORT}.")
    if not (folder / "Dockerfile").is_file():
        found.append("Dockerfile is missing.")
    return found


def as_docker(readme: str) -> str:
    """The README of a Space that is built from the Dockerfile."""
    top, rest = readme.removeprefix("---\n").split("\n---\n", 1)
    unused = ("sdk_version:", "python_version:", "app_file:")
    lines = [line for line in top.splitlines() if not line.startswith(unused)]
    place = next(place for place, line in enumerate(lines) if line.startswith("sdk:"))
    lines[place : place + 1] = ["sdk: docker", f"app_port: {PORT}"]
    return "\n".join(["---", *lines, "---", rest])


def tracked(folder: Path) -> dict[str, bytes]:
    """The files that git tracks, as they are now. Raises `DeployError`."""
    try:
        listed = subprocess.run(
            ["git", "ls-files", "-z"],  # noqa: S607 - the git of whoever runs this
            cwd=folder,
            check=True,
            capture_output=True,
        ).stdout.decode()
    except (OSError, subprocess.CalledProcessError):
        raise DeployError("This folder is no git repository. Clone the app with git.") from None
    names = [name for name in listed.split("\0") if name and (folder / name).is_file()]
    for name in filter(NEVER.search, names):
        raise DeployError(f"git tracks {name}, which may hold a key. Run: git rm --cached {name}")
    return {name: (folder / name).read_bytes() for name in names}


def plan(
    space: str,
    asked: Sequence[str],
    *,
    folder: Path,
    private: bool,
    anyone: bool,
    values: Mapping[str, str] | None = None,
) -> Plan:
    """What a deployment would do. `asked` are names, or names with values. Raises `DeployError`."""
    if not re.fullmatch(r"[\w.-]{1,96}/[\w.-]{1,96}", space, re.ASCII):
        raise DeployError(f"{space!r} is no name of a Space. It looks like user/my-chat.")
    if found := faults(folder):
        raise DeployError("\n".join(found))
    try:
        here = read_values() if values is None else values
    except SettingsError as error:
        raise DeployError(str(error)) from None
    chosen = {"OPENAI_API_KEY": here["OPENAI_API_KEY"]} if here.get("OPENAI_API_KEY") else {}
    for wish in asked:
        name, sign, value = wish.partition("=")
        if not (name.startswith("CHAT_") or name in ("OPENAI_API_KEY", "OPENAI_BASE_URL")):
            raise DeployError(f"{name} is no setting of the app. README.md lists them.")
        if not sign and name not in here:
            raise DeployError(f"{name} has no value here. Set it in .env, or say {name}=value.")
        chosen[name] = (value if sign else here[name]).strip()
    try:
        settings = Settings.load(chosen, dotenv=Path(os.devnull))
    except SettingsError as error:
        raise DeployError(str(error)) from None
    is_bounded = settings.password or settings.daily_tokens is not None
    if settings.api_key and not (private or is_bounded or anyone):
        raise DeployError(
            "Anybody could spend your key. Add --set CHAT_DAILY_TOKENS=500000 or --set "
            "CHAT_PASSWORD, or --private; or --anyone if that is what you want."
        )
    return Plan(
        space=space,
        files=tracked(folder),
        secrets={name: value for name, value in chosen.items() if name in SECRETS},
        variables={name: value for name, value in chosen.items() if name not in SECRETS},
        private=private,
    )


def deploy(plan: Plan, api: HfApi, say: Callable[[str], None], *, pace: float = PACE) -> str:
    """Do it, and return the page's address. Raises `DeployError`."""
    import httpx2
    from huggingface_hub.errors import HfHubHTTPError

    try:
        sdk = _sdk(plan, api, say)
        for name, value in plan.secrets.items():
            api.add_space_secret(plan.space, name, value)
            say(f"Secret {name} is set.")
        for name, value in plan.variables.items():
            api.add_space_variable(plan.space, name, value)
            say(f"Variable {name} is set.")
        commit = _upload(plan, api, sdk)
        say(f"{len(plan.files)} files are uploaded.")
        return _wait(plan, api, commit, say, pace)
    except HfHubHTTPError as error:
        raise DeployError(_refusal(error, plan)) from None
    except (OSError, httpx2.TransportError) as error:
        raise DeployError(
            f"The Hub cannot be reached ({type(error).__name__}). Check the connection, then retry."
        ) from None


def _sdk(plan: Plan, api: HfApi, say: Callable[[str], None]) -> str:
    """The SDK of the Space, which is created if it is not there."""
    from huggingface_hub.errors import HfHubHTTPError, RepositoryNotFoundError

    try:
        sdk = api.space_info(plan.space).sdk or "docker"
        say(f"{plan.space} exists, with the SDK {sdk}; it is updated.")
        return sdk
    except RepositoryNotFoundError:
        pass
    for sdk in ("streamlit", "docker"):
        try:
            api.create_repo(plan.space, repo_type="space", space_sdk=sdk, private=plan.private)
        except HfHubHTTPError as error:
            # New Spaces are refused the Streamlit SDK since the middle of 2026.
            if sdk == "docker" or error.response.status_code != 400:
                raise
        else:
            break
    say(f"{plan.space} is created, with the SDK {sdk}.")
    return sdk


def _upload(plan: Plan, api: HfApi, sdk: str) -> str:
    """Make the Space hold these files and no others; the commit's id."""
    from huggingface_hub import CommitOperationAdd, CommitOperationDelete

    files = dict(plan.files)
    if sdk == "docker":
        files["README.md"] = as_docker(files["README.md"].decode()).encode()
    there = set(api.list_repo_files(plan.space, repo_type="space")) - {".gitattributes"}
    operations: list[CommitOperationAdd | CommitOperationDelete] = [
        CommitOperationAdd(name, content) for name, content in files.items()
    ]
    operations += [CommitOperationDelete(name) for name in sorted(there - files.keys())]
    commit = api.create_commit(plan.space, operations, commit_message="Deploy", repo_type="space")
    return str(commit.oid)


def _wait(plan: Plan, api: HfApi, commit: str, say: Callable[[str], None], pace: float) -> str:
    deadline = time.monotonic() + PATIENCE
    said = ""
    while time.monotonic() < deadline:
        runtime = api.get_space_runtime(plan.space)
        stage = str(getattr(runtime.stage, "value", runtime.stage))
        is_ours = runtime.raw.get("sha", commit) == commit
        if stage != said:
            say(f"The Space says: {stage}")
            said = stage
        if is_ours and stage in _RUNNING:
            return f"https://huggingface.co/spaces/{plan.space}"
        if is_ours and stage in _FAILED:
            reason = runtime.raw.get("errorMessage") or _last_lines(plan, api)
            raise DeployError(f"The Space ended with {stage}. It says: {reason}")
        time.sleep(pace)
    raise DeployError("The build takes too long. Look at the Space's page on the Hub.")


def _last_lines(plan: Plan, api: HfApi) -> str:
    lines = [line.rstrip() for line in api.fetch_space_logs(plan.space, build=True)]
    return "\n".join(lines[-10:]) or "nothing. Look at the Space's page on the Hub."


def _refusal(error: Any, plan: Plan) -> str:  # noqa: ANN401 - of a package that may be missing
    match error.response.status_code:
        case 401:
            return "The Hub does not know your token. Run: hf auth login"
        case 402:
            return (
                "The Hub wants a paid plan for a new Docker Space. Subscribe to PRO, or deploy to "
                "Streamlit Community Cloud for free (see README.md)."
            )
        case 403:
            return (
                f"Your token may not write to {plan.space}. Make one with the permission to write "
                "at https://huggingface.co/settings/tokens."
            )
        case 409:
            return f"The name {plan.space} is taken. Choose another one."
        case 429:
            return "The Hub wants you to wait. Try again in a few minutes."
        case status:
            said = getattr(error, "server_message", None) or "no more than that"
            return f"The Hub refused with status {status} and says: {said}"


def main(arguments: Sequence[str] | None = None) -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m chat.deploy", description=__doc__)
    parser.add_argument("space", metavar="USER/SPACE")
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="NAME[=VALUE]",
        help="a setting for the Space; without a value, the one that is set here",
    )
    parser.add_argument("--private", action="store_true", help="only you can see the Space")
    parser.add_argument("--anyone", action="store_true", help="let anybody spend your key")
    parser.add_argument("--dry-run", action="store_true", help="only say what would be done")
    given = parser.parse_args(arguments)
    try:
        planned = plan(
            given.space, given.set, folder=PROJECT, private=given.private, anyone=given.anyone
        )
        if given.dry_run:
            print(_described(planned))
            return 0
        from huggingface_hub import HfApi

        api = HfApi(endpoint=os.environ.get("HF_ENDPOINT"))
        print(f"Ready: {deploy(planned, api, lambda line: print(line, flush=True))}")
    except DeployError as error:
        print(error, file=sys.stderr)
        return 1
    except ImportError as error:
        if error.name not in ("huggingface_hub", "yaml"):
            raise
        print("First run: pip install huggingface_hub", file=sys.stderr)
        return 1
    return 0


def _described(plan: Plan) -> str:
    lines = [f"Would deploy to https://huggingface.co/spaces/{plan.space}"]
    lines += [f"Secret   {name}" for name in plan.secrets]
    lines += [f"Variable {name} = {value}" for name, value in plan.variables.items()]
    lines += [f"File     {name}" for name in plan.files]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
