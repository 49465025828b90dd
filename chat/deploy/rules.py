"""What a Space needs of the files that it is made of; pure."""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from chat.languages.language import SpokenError, say

PORT = 8501  # where Streamlit listens, and the only port that a Streamlit Space has
APP = "streamlit_app.py"  # what the Dockerfile runs
README = "README.md"
SDKS = ("streamlit", "docker")

REQUIRED_OF = {"streamlit": ("sdk_version", "python_version", "app_file"), "docker": ("app_port",)}
NEEDED = (README, "requirements.txt", "Dockerfile", ".streamlit/config.toml")

_TOP = re.compile(r"---\n(.*?)\n---(?:\n|\Z)(.*)", re.DOTALL)


class DeployError(SpokenError):
    """One sentence that says what stands in the way, and one that says what to do."""


def text(files: Mapping[str, bytes], name: str) -> str:
    """A file's text, with the newlines that the Hub wants. Raises `DeployError`."""
    try:
        return files[name].decode("utf-8").replace("\r\n", "\n")
    except UnicodeDecodeError:
        raise DeployError("deploy_no_text", file=name) from None


def front_matter(readme: str) -> dict[str, Any]:
    """The settings of a Space at the top of its README. Raises `DeployError`."""
    import yaml

    try:
        read = yaml.safe_load(_parted(readme)[0])
    except (yaml.YAMLError, ValueError):  # ValueError: a date that is none
        read = None
    if not isinstance(read, dict):
        raise DeployError("deploy_no_yaml")
    return read


def as_docker(readme: str) -> str:
    """The README of a Space that is built from the Dockerfile."""
    import yaml

    unused = REQUIRED_OF["streamlit"]
    kept = {name: value for name, value in front_matter(readme).items() if name not in unused}
    settings = {**kept, "sdk": "docker", "app_port": PORT}
    top = yaml.safe_dump(settings, allow_unicode=True, sort_keys=False, width=sys.maxsize)
    return f"---\n{top}---\n{_parted(readme)[1]}"


def _parted(readme: str) -> tuple[str, str]:
    """The settings as they are written, and all that follows."""
    match = _TOP.match(readme)
    if match is None:
        raise DeployError("deploy_no_settings")
    return match[1], match[2]


def faults(files: Mapping[str, bytes]) -> list[str]:
    """What would break there: a sentence each."""
    if missing := [_missing(name) for name in NEEDED if name not in files]:
        return missing
    try:
        texts = {name: text(files, name) for name in NEEDED}
        settings = front_matter(texts[README])
    except DeployError as error:
        return [str(error)]
    found = [*_faults_of_settings(settings)]
    is_streamlit = settings.get("sdk") == "streamlit"
    app = str(settings.get("app_file", APP)) if is_streamlit else APP
    if app not in files:
        found.append(_missing(app))
    found += _faults_of_versions(settings, texts["requirements.txt"], texts["Dockerfile"])
    found += _faults_of_configuration(texts[".streamlit/config.toml"])
    return found


def _missing(name: str) -> str:
    return say("deploy_missing", file=name, command=f"git add {name}")


def _is_python(value: object) -> bool:
    """Whether Streamlit 1.67 runs with this version of Python."""
    return isinstance(value, str) and bool(re.fullmatch(r"3\.(1[1-9]|[2-9]\d)(\.\d+)?", value))


# By setting, what it must be, and the sentence that says so. The Hub itself refuses a wrong colour,
# licence and the like, as huggingface_hub (2.4) asks it before an upload.
_RULES: dict[str, tuple[Callable[[Any], bool], str]] = {
    "sdk": (SDKS.__contains__, "deploy_sdk"),
    "sdk_version": (lambda it: isinstance(it, str), "deploy_quoted"),
    "python_version": (_is_python, "deploy_python"),
    "app_port": (lambda it: type(it) is int and it == PORT, "deploy_port"),
}


def _faults_of_settings(settings: Mapping[str, Any]) -> Iterator[str]:
    for name in ("sdk", *REQUIRED_OF.get(str(settings.get("sdk")), ())):
        if name not in settings:
            yield say("deploy_setting_missing", name=name)
    for name, (is_right, sentence) in _RULES.items():
        if name in settings and not is_right(settings[name]):
            yield say(sentence, name=name, port=str(PORT))


def _faults_of_versions(
    settings: Mapping[str, Any], requirements: str, dockerfile: str
) -> Iterator[str]:
    """The Hub installs in one go what is said in two places."""
    image = re.search(r"^FROM\s+python:(\d+\.\d+)", dockerfile, re.MULTILINE | re.IGNORECASE)
    if image is None or not _is_python(image[1]):
        yield say("deploy_image")
    if settings.get("sdk") != "streamlit":
        return
    pinned = re.search(r"^streamlit(?:\[auth\])?==([\w.]+)", requirements, re.MULTILINE)
    if pinned is None or pinned[1] != settings.get("sdk_version"):
        yield say("deploy_pin")
    version = str(settings.get("python_version")).split(".")[:2]
    if image is not None and image[1].split(".") != version:
        yield say("deploy_image_differs")


def _faults_of_configuration(config: str) -> Iterator[str]:
    try:
        settings = tomllib.loads(config)
    except tomllib.TOMLDecodeError:
        yield say("deploy_no_toml")
        return
    if _names_a_port(settings):
        yield say("deploy_names_port", port=str(PORT))


def _names_a_port(settings: Mapping[str, Any]) -> bool:
    return any(
        name.lower() in ("port", "serverport") or (isinstance(value, dict) and _names_a_port(value))
        for name, value in settings.items()
    )
