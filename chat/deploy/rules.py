"""What the Hub wants of the files that a Space is made of; pure."""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Callable, Iterator, Mapping
from typing import Any

PORT = 8501  # where Streamlit listens, and the only port that a Streamlit Space has
APP = "streamlit_app.py"  # what the Dockerfile runs
README = "README.md"
SDKS = ("streamlit", "docker")

COLOURS = ("red", "yellow", "green", "blue", "indigo", "purple", "pink", "gray")
# Those that an app may have, of https://huggingface.co/docs/hub/repositories-licenses.
LICENSES = (
    *("mit", "apache-2.0", "bsd", "bsd-2-clause", "bsd-3-clause", "bsd-3-clause-clear", "isc"),
    *("gpl", "gpl-2.0", "gpl-3.0", "lgpl", "lgpl-2.1", "lgpl-3.0", "agpl-3.0", "mpl-2.0"),
    *("epl-1.0", "epl-2.0", "eupl-1.1", "eupl-1.2", "ecl-2.0", "afl-3.0", "artistic-2.0"),
    *("bsl-1.0", "osl-3.0", "ms-pl", "ncsa", "postgresql", "zlib", "wtfpl", "unlicense"),
    *("cc", "cc0-1.0", "cc-by-4.0", "cc-by-sa-4.0", "cc-by-nc-4.0", "cc-by-nd-4.0"),
    *("cc-by-nc-sa-4.0", "cc-by-nc-nd-4.0", "openrail", "unknown", "other"),
)
REQUIRED = ("title", "emoji", "colorFrom", "colorTo", "sdk", "license")
REQUIRED_OF = {
    "streamlit": ("sdk_version", "python_version", "app_file"),
    "docker": ("app_port",),
}
# https://huggingface.co/docs/hub/spaces-config-reference, and what any card may have
KNOWN = {
    *REQUIRED,
    *("sdk_version", "python_version", "app_file", "app_port", "app_build_command", "base_path"),
    *("short_description", "pinned", "tags", "language", "models", "datasets", "preload_from_hub"),
    *("header", "fullWidth", "thumbnail", "disable_embedding", "custom_headers"),
    *("suggested_hardware", "suggested_storage", "startup_duration_timeout"),
    *("hf_oauth", "hf_oauth_scopes", "hf_oauth_expiration_minutes", "hf_oauth_authorized_org"),
    *("license_name", "license_link", "duplicated_from"),
}
NEEDED = (README, "requirements.txt", "Dockerfile", ".streamlit/config.toml")

_TOP = re.compile(r"---\n(.*?)\n---(?:\n|\Z)(.*)", re.DOTALL)
# The blocks of Unicode that have pictures, with what joins, colours and flags them.
_EMOJI = re.compile(
    r"(?:[\u2300-\u23ff\u2600-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff]|[0-9#*]\ufe0f?\u20e3)"
    r"[\u2300-\u23ff\u2600-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff"
    r"\u200d\ufe0f\U000e0020-\U000e007f]*"
)


class DeployError(Exception):
    """One sentence that says what stands in the way, and one that says what to do."""


def text(files: Mapping[str, bytes], name: str) -> str:
    """A file's text, with the newlines that the Hub wants. Raises `DeployError`."""
    try:
        return files[name].decode("utf-8").replace("\r\n", "\n")
    except UnicodeDecodeError:
        raise DeployError(f"{name} is no UTF-8 text. Save it as one.") from None


def front_matter(readme: str) -> dict[str, Any]:
    """The settings of a Space at the top of its README. Raises `DeployError`."""
    import yaml

    try:
        read = yaml.safe_load(_parted(readme)[0])
    except (yaml.YAMLError, ValueError):  # ValueError: a date that is none
        read = None
    if not isinstance(read, dict):
        raise DeployError("The settings at the top of README.md are no valid YAML.")
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
        raise DeployError("README.md does not begin with its settings between two lines of ---.")
    return match[1], match[2]


def faults(files: Mapping[str, bytes]) -> list[str]:
    """What the Hub would refuse, or what would break there: a sentence each."""
    if missing := [_missing(name) for name in NEEDED if name not in files]:
        return missing
    try:
        texts = {name: text(files, name) for name in NEEDED}
        settings = front_matter(texts[README])
    except DeployError as error:
        return [str(error)]
    found = [f"README.md: {sentence}" for sentence in _faults_of_settings(settings)]
    is_streamlit = settings.get("sdk") == "streamlit"
    app = str(settings.get("app_file", APP)) if is_streamlit else APP
    if app not in files:
        found.append(_missing(app))
    found += _faults_of_versions(settings, texts["requirements.txt"], texts["Dockerfile"])
    found += _faults_of_configuration(texts[".streamlit/config.toml"])
    return found


def _missing(name: str) -> str:
    return f"{name} is not among the files that git tracks. Restore it, or run: git add {name}"


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _is_python(value: object) -> bool:
    """Whether Streamlit 1.67 runs with this version of Python."""
    return isinstance(value, str) and bool(re.fullmatch(r"3\.(1[1-9]|[2-9]\d)(\.\d+)?", value))


_RULES: dict[str, tuple[Callable[[Any], bool], str]] = {
    "title": (_is_text, "must be a text"),
    "emoji": (lambda it: isinstance(it, str) and bool(_EMOJI.fullmatch(it)), "must be an emoji"),
    "colorFrom": (COLOURS.__contains__, f"must be one of {', '.join(COLOURS)}"),
    "colorTo": (COLOURS.__contains__, f"must be one of {', '.join(COLOURS)}"),
    "sdk": (SDKS.__contains__, f"must be {' or '.join(SDKS)}"),
    "license": (LICENSES.__contains__, "must be one that the Hub knows, like mit, or else other"),
    "sdk_version": (_is_text, 'must be in quotation marks, like "1.67.0"'),
    "python_version": (_is_python, 'must be "3.11" or newer, in quotation marks'),
    "app_port": (lambda it: type(it) is int and it == PORT, f"must be {PORT}"),
    "short_description": (
        lambda it: _is_text(it) and len(it) <= 60,
        "must be a text of 60 characters at most",
    ),
    "tags": (lambda it: isinstance(it, list) and all(map(_is_text, it)), "must be a list of words"),
}


def _faults_of_settings(settings: Mapping[str, Any]) -> Iterator[str]:
    for name in (*REQUIRED, *REQUIRED_OF.get(str(settings.get("sdk")), ())):
        if name not in settings:
            yield f"{name} is missing."
    for name, value in settings.items():
        if name not in KNOWN:
            yield f"{name} is no setting of a Space."
        elif name in _RULES:
            is_right, rule = _RULES[name]
            if not is_right(value):
                yield f"{name} {rule}."


def _faults_of_versions(
    settings: Mapping[str, Any], requirements: str, dockerfile: str
) -> Iterator[str]:
    """The Hub installs in one go what is said in two places."""
    image = re.search(r"^FROM\s+python:(\d+\.\d+)", dockerfile, re.MULTILINE | re.IGNORECASE)
    if image is None or not _is_python(image[1]):
        yield "Dockerfile must be FROM python:3.11 or newer."
    if settings.get("sdk") != "streamlit":
        return
    pinned = re.search(r"^streamlit==([\w.]+)", requirements, re.MULTILINE)
    if pinned is None or pinned[1] != settings.get("sdk_version"):
        yield "requirements.txt must pin streamlit to the sdk_version of README.md."
    version = str(settings.get("python_version")).split(".")[:2]
    if image is not None and image[1].split(".") != version:
        yield "Dockerfile must be FROM the python_version of README.md."


def _faults_of_configuration(config: str) -> Iterator[str]:
    try:
        settings = tomllib.loads(config)
    except tomllib.TOMLDecodeError:
        yield ".streamlit/config.toml is no valid TOML."
        return
    if _names_a_port(settings):
        yield f".streamlit/config.toml may set no port: a Space needs {PORT}."


def _names_a_port(settings: Mapping[str, Any]) -> bool:
    return any(
        name.lower() in ("port", "serverport") or (isinstance(value, dict) and _names_a_port(value))
        for name, value in settings.items()
    )
