"""What a Space needs: each rule is held, and what it allows is allowed."""

from __future__ import annotations

import pytest

from chat.deploy import rules as space
from chat.deploy.rules import DeployError
from chat.deploy.tracked import tracked
from chat.settings import PROJECT
from tests.fakes.app import BY_HAND, FILES, README

PIN = "requirements.txt must pin streamlit to the sdk_version of README.md."
IMAGE = "Dockerfile must be FROM the python_version of README.md."


def faults(**changed: str) -> list[str]:
    """What is wrong with the small app once these files have these texts."""
    names = {"readme": "README.md", "image": "Dockerfile", "config": ".streamlit/config.toml"}
    texts = {names.get(name, name): text.encode() for name, text in changed.items()}
    return space.faults({**FILES, **texts})


def test_the_project_has_no_fault() -> None:
    assert space.faults(tracked(PROJECT)) == []


def test_the_small_app_has_no_fault_with_either_sdk() -> None:
    assert space.faults(FILES) == []
    assert faults(readme=BY_HAND) == []


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("sdk: streamlit", "sdk: gradio", "sdk must be streamlit or docker"),
        ("sdk: streamlit\n", "", "sdk is missing"),
        ('"1.67.0"', "1.67", "sdk_version must be in quotation marks"),
        ('sdk_version: "1.67.0"\n', "", "sdk_version is missing"),
        ('"3.11"', "3.11", 'python_version must be "3.11" or newer, in quotation marks'),
        ('"3.11"', '"3.10"', 'python_version must be "3.11" or newer'),
        ('python_version: "3.11"\n', "", "python_version is missing"),
        ("app_file: streamlit_app.py\n", "", "app_file is missing"),
        ("pinned: false", "app_port: eight", "app_port must be 8501"),
        ("pinned: false", "app_port: 7860", "app_port must be 8501"),
        ("pinned: false", "app_port: '8501'", "app_port must be 8501"),
    ],
)
def test_a_setting_that_a_space_cannot_have_is_named(old: str, new: str, words: str) -> None:
    assert old in README
    found = faults(readme=README.replace(old, new, 1))
    assert [sentence for sentence in found if sentence.startswith(f"README.md: {words}")]


@pytest.mark.parametrize(
    ("changed", "found"),
    [
        ({"requirements.txt": "streamlit>=1.67\n"}, [PIN]),
        ({"requirements.txt": "streamlit==1.66.0\n"}, [PIN]),
        ({"requirements.txt": "streamlit[auth]==1.67.0\n"}, []),
        ({"image": "FROM python:3.12-slim\n"}, [IMAGE]),
        ({"image": "FROM python:3.10\n"}, ["Dockerfile must be FROM python:3.11 or newer.", IMAGE]),
        ({"image": "FROM alpine\n"}, ["Dockerfile must be FROM python:3.11 or newer."]),
        ({"readme": BY_HAND, "image": "FROM python:3.13\n", "requirements.txt": "streamlit"}, []),
        ({"readme": README.replace('"3.11"', '"3.11.9"')}, []),
    ],
)
def test_versions_that_are_said_twice_are_the_same(
    changed: dict[str, str], found: list[str]
) -> None:
    assert faults(**changed) == found


def test_a_docker_space_says_its_port() -> None:
    assert faults(readme=BY_HAND.replace("app_port: 8501\n", "")) == [
        "README.md: app_port is missing."
    ]


@pytest.mark.parametrize(
    "config", ["[server]\nport = 80", "server.port = 80", '[server]\n"port" = 80', "port = 80"]
)
def test_a_port_is_found_wherever_the_configuration_has_it(config: str) -> None:
    assert faults(config=config) == [".streamlit/config.toml may set no port: a Space needs 8501."]


def test_a_configuration_that_cannot_be_read_is_a_sentence() -> None:
    assert faults(config="[server") == [".streamlit/config.toml is no valid TOML."]


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_is_needed_and_not_tracked_is_a_sentence(name: str) -> None:
    files = {other: content for other, content in FILES.items() if other != name}
    said = f"{name} is not among the files that git tracks. Restore it, or run: git add {name}"
    assert space.faults(files) == [said]


def test_the_app_file_that_the_readme_names_is_needed() -> None:
    found = faults(readme=README.replace("streamlit_app.py", "app.py"))
    assert found[0].startswith("app.py is not among the files that git tracks.")


def test_a_file_that_is_no_text_is_a_sentence() -> None:
    files = {**FILES, "README.md": b"---\ntitle: \xff\n---\n"}
    assert space.faults(files) == ["README.md is no UTF-8 text. Save it as one."]


@pytest.mark.parametrize(
    "readme", ["\n---\ntitle: x\n---\n", "\ufeff---\na: 1\n---\n", "---\nno", "# Chat", ""]
)
def test_a_readme_that_does_not_begin_with_its_settings_is_refused(readme: str) -> None:
    with pytest.raises(DeployError, match="does not begin with its settings"):
        space.front_matter(readme)
    assert len(faults(readme=readme)) == 1


@pytest.mark.parametrize("yaml", ["a: [", "- a", "word", "a: 2026-99-99"])
def test_settings_that_are_no_yaml_are_refused(yaml: str) -> None:
    with pytest.raises(DeployError, match="no valid YAML"):
        space.front_matter(f"---\n{yaml}\n---\n")


# The same README for a Space that is built from the Dockerfile


def test_a_docker_space_has_the_settings_that_go_with_it_and_the_same_text() -> None:
    made = space.as_docker(README)
    assert space.front_matter(made) == {
        "title": "Chat",
        "emoji": "💬",
        "colorFrom": "indigo",
        "colorTo": "blue",
        "sdk": "docker",
        "pinned": False,
        "license": "mit",
        "short_description": "Talk",
        "tags": ["chat"],
        "app_port": 8501,
    }
    assert made.startswith("---\ntitle: Chat\nemoji: 💬\n")
    assert made.split("\n---\n", 1)[1] == README.split("\n---\n", 1)[1]
    assert faults(readme=made) == []


@pytest.mark.parametrize(
    "readme",
    [
        README.replace("sdk: streamlit\n", "sdk: docker\napp_port: 8501\n"),
        README.replace("sdk: streamlit\n", "app_port:\n  7860\n'sdk' : streamlit\n"),
        BY_HAND,
        BY_HAND.removesuffix("\n"),
    ],
)
def test_a_readme_changed_by_hand_has_one_port_in_the_end(readme: str) -> None:
    made = space.as_docker(readme)
    assert made.count("app_port") == 1
    assert made.count("sdk") == 1
    assert space.as_docker(made) == made
    assert faults(readme=made) == []


def test_a_readme_from_windows_is_the_same() -> None:
    files = {**FILES, "README.md": README.replace("\n", "\r\n").encode()}
    assert space.faults(files) == []
    assert space.text(files, "README.md") == README


def test_the_projects_own_readme_is_made_for_docker_without_a_fault() -> None:
    files = tracked(PROJECT)
    made = space.as_docker(space.text(files, "README.md"))
    assert space.faults({**files, "README.md": made.encode()}) == []
