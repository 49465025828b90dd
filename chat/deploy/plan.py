"""What a deployment would do, decided before anything is sent."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from chat.characters import is_sendable
from chat.deploy.rules import README, DeployError, faults, front_matter, text
from chat.deploy.tracked import tracked
from chat.settings import PROMPTS, SECRETS, Settings, SettingsError, variables

KEY = "OPENAI_API_KEY"
ADDRESS = "OPENAI_BASE_URL"
PASSWORD = "CHAT_PASSWORD"

# As the Hub has it: validate_repo_id in huggingface_hub 2.4.
_NAME = re.compile(r"(\w|\w[\w.-]{0,94}\w)/(\w|\w[\w.-]{0,94}\w)", re.ASCII)
# A shorter value, like the "x" for a service that wants no key, stands in many files by chance.
_SHORTEST = 8


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What goes to a Space."""

    space: str
    files: Mapping[str, bytes] = field(repr=False)
    secrets: Mapping[str, str] = field(repr=False)
    variables: Mapping[str, str]
    private: bool

    @property
    def page(self) -> str:
        """Where the Space will be seen."""
        return f"https://huggingface.co/spaces/{self.space}"

    @property
    def readme(self) -> str:
        """The README, which has the Space's settings at its top."""
        return text(self.files, README)

    @property
    def sdk(self) -> str:
        """The SDK that the README asks for."""
        return str(front_matter(self.readme)["sdk"])

    def masked(self, said: str) -> str:
        """What the Hub said, without the value of any secret."""
        return _masked(said, self.secrets.values())


def plan(
    space: str,
    asked: Sequence[str],
    *,
    folder: Path,
    private: bool,
    anyone: bool,
    values: Mapping[str, str],
) -> Plan:
    """What a deployment would do. Raises `DeployError`.

    `asked` are names, or names with values; `values` are those that are set here.
    """
    _check_name(space)
    chosen = _chosen(asked, values)
    try:
        settings = Settings.load(chosen, dotenv=Path(os.devnull), folder=folder)
    except SettingsError as error:
        # Without the value, which may be a key that was given to the wrong name.
        said = {name: _masked(str(it), chosen.values()) for name, it in error.values.items()}
        raise DeployError(error.sentence, **said) from None
    is_bounded = settings.password or settings.daily_tokens is not None
    if settings.api_key and not (private or is_bounded or anyone):
        raise DeployError("deploy_unprotected")
    if settings.base_url and not _is_reachable(settings.base_url):
        raise DeployError("deploy_near_address", name=ADDRESS, option=f"--set {KEY}=")
    files = tracked(folder)
    if found := faults(files):
        raise DeployError("deploy_faults", faults="\n".join(found))
    if prompts := chosen.get(PROMPTS):
        _check_goes_along(prompts, files)
    planned = Plan(
        space=space,
        files={**files, README: text(files, README).encode()},
        secrets={name: value for name, value in chosen.items() if _is_secret(name, value)},
        variables={name: value for name, value in chosen.items() if not _is_secret(name, value)},
        private=private,
    )
    _check_leaks(planned, values)
    return planned


def _check_name(space: str) -> None:
    is_name = _NAME.fullmatch(space) and "--" not in space and ".." not in space
    if not is_name or space.endswith(".git"):
        raise DeployError("deploy_no_name", name=repr(space))


def _chosen(asked: Iterable[str], here: Mapping[str, str]) -> dict[str, str]:
    """The variables that the Space gets, and their values."""
    names = variables()
    chosen = {KEY: here[KEY].strip()} if here.get(KEY, "").strip() else {}
    for wish in asked:
        name, sign, value = wish.partition("=")
        if name not in names:
            # Without what was given: it may well be the key itself.
            near = get_close_matches(name.upper(), names, n=1)
            if near:
                raise DeployError("deploy_no_setting_but", name=near[0])
            raise DeployError("deploy_no_setting")
        if not sign and name not in here:
            raise DeployError("deploy_no_value", name=name, setting=f"{name}=value")
        chosen[name] = (value if sign else here[name]).strip()
    if chosen.get(KEY) and here.get(ADDRESS, "").strip():
        # A key goes with the service that it is for, or another one would get it.
        chosen.setdefault(ADDRESS, here[ADDRESS].strip())
    for name, value in chosen.items():
        if not is_sendable(value):
            raise DeployError("deploy_character", name=name)
    return chosen


def _masked(said: str, values: Iterable[str]) -> str:
    for value in values:
        if len(value) >= _SHORTEST:
            said = said.replace(value, "…")
    return said


def _is_secret(name: str, value: str) -> bool:
    """Whether nobody may read the value: a Variable of a Space can be read by everybody."""
    if name != ADDRESS:
        return name in SECRETS
    address = urlsplit(value)
    return "@" in address.netloc or bool(address.query)


def _check_goes_along(prompts: str, files: Mapping[str, bytes]) -> None:
    """Refuse to name a file of prompts that the Space would not have: it could not start."""
    path = Path(os.path.normpath(prompts))
    if path.as_posix() not in files:
        inside = path.name if path.is_absolute() or ".." in path.parts else path.as_posix()
        command = f"git add {inside}"
        raise DeployError("deploy_stays_here", name=PROMPTS, file=prompts, command=command)


def _is_reachable(address: str) -> bool:
    """Whether an address may lead anywhere from another machine."""
    host = urlsplit(address).hostname or ""
    try:
        return ip_address(host).is_global
    except ValueError:
        return host != "localhost"


def _check_leaks(plan: Plan, here: Mapping[str, str]) -> None:
    """Refuse what would show a secret: its name is said, and never its value."""
    known = {name: here[name].strip() for name in SECRETS & here.keys()}
    for name, value in [*known.items(), *plan.secrets.items()]:
        if len(value) < _SHORTEST:
            continue
        for file, content in plan.files.items():
            if value.encode("utf-8", "surrogatepass") in content:
                raise DeployError("deploy_file_leaks", file=file, name=name)
        for variable, shown in plan.variables.items():
            if value in shown:
                raise DeployError("deploy_variable_leaks", variable=variable, name=name)
