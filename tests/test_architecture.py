"""The rooms keep to their walls, and the README says what is true."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import chat
from chat.settings import PROJECT

ROOMS = sorted(
    room for room in (PROJECT / "chat").rglob("*.py") if room.parent.name not in ("ui", "chat")
)
GROUND = (
    *(
        "characters",
        "redaction",
        "options",
        "errors",
        "models",
        "prompts",
    ),
    "languages",
    "variables",
    "login",
    "settings",
)
# Each may require what stands in a line above its own, and the rooms in its own line nothing of
# each other.
FLOORS = (
    {f"chat.{name}" for name in GROUND},
    {"chat.ledger"},
    {
        "chat.feedback",
        "chat.conversation",
        "chat.access",
        "chat.markup",
        "chat.deploy",
        "chat.usage",
    },
    {"chat.files"},
    {"chat.tokens", "chat.keeping"},
    {"chat.services"},
    {"chat.payer"},
    {"chat.visitor", "chat.words"},
    {"chat.beginning"},
    {"chat.ui", "chat.__main__", "chat.doctor"},
)
README = (PROJECT / "README.md").read_text(encoding="utf-8")


def name_of(file: Path) -> str:
    """A module's name."""
    parts = file.relative_to(PROJECT).with_suffix("").parts
    return ".".join(parts).removesuffix(".__init__")


OUTSIDE = sorted({*ROOMS, *(PROJECT / "chat").glob("*.py")})


def test_what_is_outside_the_page_needs_no_streamlit() -> None:
    imports = "import sys; sys.modules['streamlit'] = None"
    imports += "".join(f"; import {name_of(room)}" for room in OUTSIDE)
    subprocess.run([sys.executable, "-c", imports], check=True, cwd=PROJECT)


def imports_of(room: Path) -> set[str]:
    """The modules that a file imports, wherever in it but for the sake of types alone."""
    found: set[str] = set()
    waiting: list[ast.AST] = [ast.parse(room.read_text(encoding="utf-8"))]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            continue
        waiting += ast.iter_child_nodes(node)
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
            found.update(f"{node.module}.{alias.name}" for alias in node.names)
    return found


@pytest.mark.parametrize("room", OUTSIDE, ids=name_of)
def test_only_the_page_imports_streamlit(room: Path) -> None:
    assert not {name for name in imports_of(room) if name.split(".")[0] == "streamlit"}


def floor_of(module: str) -> int | None:
    """On which floor a module stands; None for the package itself and what is none of ours."""
    room = ".".join(module.split(".")[:2])
    return next((number for number, rooms in enumerate(FLOORS) if room in rooms), None)


@pytest.mark.parametrize("file", sorted((PROJECT / "chat").rglob("*.py")), ids=name_of)
def test_requirements_point_one_way(file: Path) -> None:
    mine = name_of(file)
    if mine == "chat":
        return  # which hands out the public names
    floor = floor_of(mine)
    assert floor is not None, mine
    for module in imports_of(file):
        theirs = floor_of(module)
        is_own = module.split(".")[:2] == mine.split(".")[:2]
        assert theirs is None or is_own or theirs < floor or floor == 0, (mine, module)


def test_no_module_requires_itself_by_a_circle() -> None:
    files = {name_of(file): file for file in (PROJECT / "chat").rglob("[a-z]*.py")}
    requires = {name: imports_of(file) & files.keys() - {name} for name, file in files.items()}
    while leaves := [name for name, needed in requires.items() if not needed & requires.keys()]:
        for name in leaves:
            del requires[name]
    assert not requires


@pytest.mark.parametrize(
    "pure", ["answer", "files", "round", "tree", "window", "events", "spending"]
)
def test_the_pure_rooms_know_no_network_clock_or_environment(pure: str) -> None:
    file = PROJECT / "chat" / "conversation" / f"{pure}.py"
    found = {name.split(".")[0] for name in imports_of(file)}
    assert not found & {"os", "time", "datetime", "random", "socket", "openai", "threading"}


def test_nothing_imports_from_a_file_of_tests_or_fixtures() -> None:
    for file in (PROJECT / "tests").rglob("*.py"):
        named = {part for module in imports_of(file) for part in module.split(".")}
        assert not {name for name in named if name.startswith("test_") or name == "conftest"}, file


def test_one_file_touches_the_session_state() -> None:
    pages = [PROJECT / "streamlit_app.py", *(PROJECT / "chat" / "ui").glob("*.py")]
    touching = {page.name for page in pages if "st.session_state" in _code(page)}
    assert touching == {"session.py"}


def test_one_file_uses_what_is_streamlits_inside() -> None:
    public = re.compile(
        r"^(?:import streamlit as st|from streamlit\.delta_generator import DeltaGenerator)$"
    )
    for page in sorted((PROJECT / "chat" / "ui").glob("*.py")):
        if page.name == "streamlit_quirks.py":
            continue
        code = _code(page)
        imports = re.findall(r"^\s*(?:from|import) streamlit.*$", code, re.MULTILINE)
        assert not [line for line in imports if not public.match(line.strip())], page.name
        private = re.findall(r"(?<!self)(?<!\bcls)\._[a-z]\w*", code)
        assert not private, (page.name, private)


def _code(page: Path) -> str:
    """A file's code without its comments and docstrings."""
    return ast.unparse(
        ast.fix_missing_locations(_WithoutTexts().visit(ast.parse(page.read_text("utf-8"))))
    )


class _WithoutTexts(ast.NodeTransformer):
    def visit_Constant(self, node: ast.Constant) -> ast.Constant:
        return ast.Constant("") if isinstance(node.value, str) else node


def test_one_module_of_the_browsers_program_names_what_is_streamlits() -> None:
    of_streamlit = re.compile(r"\bst[A-Z]\w*|\bst-key|data-test|data-stale")
    naming = {
        module.name
        for module in (PROJECT / "static").glob("*.js")
        if of_streamlit.search(module.read_text("utf-8"))
    }
    assert naming == {"selectors.js"}


def test_the_public_names_are_these() -> None:
    assert sorted(chat.__all__) == [
        *(
            "Answer",
            "ChatError",
            "Conversation",
            "Document",
            "Message",
            "Options",
            "Picture",
            "Round",
            "Service",
        ),
        *("Settings", "SettingsError", "Status", "Usage", "Window", "connect"),
    ]
    assert all(hasattr(chat, name) for name in chat.__all__)


def test_importing_the_package_waits_for_no_large_library() -> None:
    loaded = "import sys, chat; print(*{'openai', 'tiktoken', 'streamlit'} & {*sys.modules})"
    run = [sys.executable, "-c", loaded]
    assert subprocess.run(run, check=True, cwd=PROJECT, capture_output=True).stdout == b"\n"


def command_lines() -> list[str]:
    """The README's command lines, in their order."""
    return re.findall(r"^```(?:sh|bash)\n(.*?)\n```$", README, re.MULTILINE | re.DOTALL)


def test_ci_runs_exactly_the_readmes_second_command() -> None:
    second = command_lines()[1]
    assert "pytest" in second
    assert second in (PROJECT / ".ci" / "run").read_text(encoding="utf-8").splitlines()


def test_the_readmes_example_runs_as_it_stands() -> None:
    example = next(
        block
        for block in re.findall(r"^```python\n(.*?)\n```$", README, re.MULTILINE | re.DOTALL)
        if "connect" in block
    )
    run = [sys.executable, "-c", example]
    done = subprocess.run(run, check=True, cwd=PROJECT, capture_output=True, text=True)
    assert "token" in done.stdout


def test_streamlit_is_pinned_exactly_and_the_rest_in_ranges() -> None:
    pins = (PROJECT / "requirements.txt").read_text(encoding="utf-8").split()
    names = [re.split(r"[=<>]", pin)[0] for pin in pins]
    assert names == [
        "streamlit",
        "openai",
        "tiktoken",
        "markdown-it-py",
        "pillow",
        "python-dotenv",
        "babel",
        "charset-normalizer",
        "defusedxml",
        "pypdfium2",
    ]
    assert re.fullmatch(r"streamlit==\d+\.\d+\.\d+", pins[0])
    assert all(re.search(r">=[\d.]+,<[\d.]+$", pin) for pin in pins[1:])


def test_the_configuration_is_quiet_and_leaves_the_port_alone() -> None:
    config = tomllib.loads((PROJECT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
    assert "port" not in config["server"]
    assert config["browser"]["gatherUsageStats"] is False
    assert config["client"]["showErrorDetails"] == "none"
    assert config["runner"]["fastReruns"] is False
    assert {"light", "dark"} <= config["theme"].keys()


def test_one_script_alone_names_what_is_streamlits_of_the_page() -> None:
    names = re.compile(r"data-testid|\bst[A-Z]\w*[\"'`]|\.st[A-Z]|st-key|data-stale|data-test-")
    naming = {
        script.name
        for script in (PROJECT / "static").glob("*.js")
        if names.search(script.read_text(encoding="utf-8"))
    }
    assert naming == {"selectors.js"}


def test_nothing_of_the_program_hangs_on_the_window_and_no_script_is_sent() -> None:
    scripts = [*(PROJECT / "static").glob("*.js")]
    hanging = re.compile(r"\b(window|globalThis|self)\.\w+ (\?\?|\|\|)?= ")
    assert [script.name for script in scripts if hanging.search(script.read_text("utf-8"))] == []
    pages = [PROJECT / "streamlit_app.py", *(PROJECT / "chat" / "ui").rglob("*.py")]
    assert [page.name for page in pages if "unsafe_allow" in page.read_text("utf-8")] == []


def test_no_file_is_longer_than_one_reads_and_no_function_than_one_sees() -> None:
    long: list[str] = []
    for file in [*(PROJECT / "chat").rglob("*.py"), *(PROJECT / "static").glob("*.js")]:
        source = file.read_text(encoding="utf-8")
        if len(source.splitlines()) > 300:
            long.append(file.name)
        if file.suffix == ".py":
            for node in ast.walk(ast.parse(source)):
                if (
                    isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
                    and (node.end_lineno or 0) - node.lineno >= 50
                ):
                    long.append(f"{file.name}: {node.name}")
    assert not long
