"""Several modules in one file do what they do apart."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from chat.ui.bundle import bundle, part
from tests.installed import require

MODULES = {
    "page": """// The first one.
import "./aside.js";
import { grow as add, said } from "./said.js"; // and why
import * as all from "./said.js";
export { grow } from "./said.js";
export { Quiet as Silent, name } from "./aside.js";
const inside = 1;
add("page");
export const told = () => [said.join(" "), Object.keys(all).sort().join(" "), inside].join("; ");
""",
    "aside": """import {
  grow,
  said,
} from "./said.js";
grow("aside");
const inside = 2;
export class Quiet {}
export async function later() {
  return inside;
}
export const name = "import it, export it";
""",
    "said": """export const said = [];
export function grow(word) {
  said.push(word);
}
export function* words() {
  yield* said;
}
""",
}
USED = """import * as page from "./page.js";
import { later, name } from "./aside.js";
import { said } from "./said.js";
const { Silent, grow, told } = page;
grow("used");
console.log(Object.keys(page).filter((key) => !key.endsWith("_js")).sort().join(" "));
console.log(told());
console.log(new Silent().constructor.name, name === page.name, await later(), said.join(" "));
"""
DONE = """Silent grow name told
aside page used; grow said words; 1
Quiet true 2 aside page used
"""


def run(folder: Path, modules: dict[str, str]) -> str:
    require(shutil.which("node"), "node is not installed, so the bundle was not run.")
    (folder / "package.json").write_text('{"type": "module"}')
    for name, content in {**modules, "used": USED}.items():
        (folder / f"{name}.js").write_text(content)
    return subprocess.run(["node", "used.js"], cwd=folder, check=True, text=True, stdout=-1).stdout


def test_what_is_bundled_does_what_the_modules_do(tmp_path: Path) -> None:
    assert run(tmp_path, MODULES) == DONE
    parts = {name: part(name, content, "page.js") for name, content in MODULES.items()}
    assert run(tmp_path, {**parts, "page": bundle(MODULES, "page")}) == DONE


@pytest.mark.parametrize(
    ("content", "left"),
    [
        ("export let grown = 0;", "export let"),
        ("export default 1;", "export default"),
        ("const a = 1;\nexport { a };", "export { a };"),
        ('import it from "./page.js";', "import it"),
        ('import { a } from "elsewhere";', "import { a }"),
    ],
)
def test_what_would_be_another_thing_in_one_file_is_refused(content: str, left: str) -> None:
    with pytest.raises(ValueError, match=re.escape(f"said.js: {left}")):
        bundle({**MODULES, "said": content}, "page")


def test_a_circle_is_refused() -> None:
    circle = {**MODULES, "said": 'import "./page.js";\n' + MODULES["said"]}
    with pytest.raises(ValueError, match="page > aside > said > page"):
        bundle(circle, "page")
