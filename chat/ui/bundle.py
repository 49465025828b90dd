"""Several ES modules as one file, which a browser has sooner than many that ask for each other."""

from __future__ import annotations

import re
from collections.abc import Mapping

_ASKED = re.compile(
    r'^(import|export) (?:(?:\{([^}]*)\}|\* as (\w+)) from )?"\./(\w+)\.js";', re.MULTILINE
)
_EXPORTED = re.compile(r"^export (?=(?:const|class|(?:async )?function\*?) (\w+))", re.MULTILINE)
_LEFT = re.compile(r"^(?:import|export)\b.*", re.MULTILINE)


def bundle(modules: Mapping[str, str], entry: str) -> str:
    """One module, which exports what `entry` does, and each module as an object, say `store_js`.

    `modules` are names, without `.js`, and what stands in these files. Each becomes a function that
    is called once, in the order in which a browser would run them. Raises `ValueError` where they
    ask for each other in a circle, and where one imports or exports in another way than those of
    `static/` do: of a variable, say, others would not see the later values.
    """
    written: dict[str, str] = {}
    _write(entry, modules, written, beneath=())
    names = ", ".join(exported(modules[entry]))
    return (
        "".join(written.values())
        + f"export const {{ {names} }} = {entry}_js;\n"
        + f"export {{ {', '.join(f'{name}_js' for name in written)} }};\n"
    )


def part(name: str, content: str, bundled: str) -> str:
    """What is under the address of one module: the one of the `bundled` file beside it."""
    names = ", ".join(exported(content))
    return f'import {{ {name}_js }} from "./{bundled}";\nexport const {{ {names} }} = {name}_js;\n'


def exported(content: str) -> list[str]:
    """The names that a module exports."""
    passed_on = [
        name.rpartition(" as ")[2].strip()
        for kind, names, *_ in _ASKED.findall(content)
        if kind == "export"
        for name in names.split(",")
    ]
    return [*_EXPORTED.findall(content), *passed_on]


def _write(
    name: str, modules: Mapping[str, str], written: dict[str, str], *, beneath: tuple[str, ...]
) -> None:
    """Add a module to what is written, behind those that it asks for."""
    if name in beneath:
        raise ValueError(f"a circle: {' > '.join([*beneath, name])}")
    if name in written:
        return
    content = modules[name]
    for *_, asked in _ASKED.findall(content):
        _write(asked, modules, written, beneath=(*beneath, name))
    body = _EXPORTED.sub("", _ASKED.sub(_taken, content))
    if left := _LEFT.search(body):
        raise ValueError(f"{name}.js: {left[0]}")
    returned = ", ".join(exported(content))
    written[name] = f"const {name}_js = (() => {{\n{body}\nreturn {{ {returned} }};\n}})();\n"


def _taken(asked: re.Match[str]) -> str:
    """What takes the place of an `import`, or of an `export` of what another module exports."""
    _, names, whole, name = asked.groups()
    if whole:
        return f"const {whole} = {name}_js;"
    return f"const {{{names.replace(' as ', ': ')}}} = {name}_js;" if names else ""
