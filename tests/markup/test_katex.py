"""Which formulas are drawn: what KaTeX itself says, in the edition that Streamlit brings."""

# ruff: noqa: E501 - formulas
from __future__ import annotations

import json
import random
import shutil
import subprocess
from pathlib import Path

import pytest
import streamlit

from chat.markup import katex
from chat.markup.katex import can_draw
from chat.markup.markdown import faithful
from chat.settings import PROJECT
from tests.installed import require

DRAWN = (
    r"\begin{aligned}a&=b\\&=c\end{aligned}", r"\begin{cases}1&x>0\\0\end{cases}", "x^{2}_1",
    r"\begin{array}{c|c}a&b\\\hline c&d\end{array}", r"\sum\limits_{i=1}^n i", r"\sqrt[3]{x}",
    r"\operatorname*{arg\,max}_{x} f", r"\big( x \big)", r"x^\frac12", r"\left\{x\middle|y\right\}",
    r"\textcolor{red}{x}", "f''(x)", "x'^2", r"\mathbb{R}^n", r"\underbrace{a+b}_{c}", "面积=ab",
    r"\xrightarrow[a]{b}", r"a\\[2pt]b", r"\text{如果 } x", r"50\%", r"{a \over b}", r"\binom{n}{k}",
    r"\text{cost } \$5", r"\begin{pmatrix}1&2\\3&4\end{pmatrix}^{-1}", r"\mathrm{CO_2}", r"25^\circ C",
    r"\int_0^\infty e^{-x^2}\,dx=\frac{\sqrt{\pi}}{2}", r"\left.x\right|_0^1", r"\substack{a\\b}", "",
)  # fmt: skip
ON_LINES = (r"\begin{align}a&=b\end{align}", r"\begin{equation}a\end{equation}", r"a \tag{1}")
UNDRAWN = (
    r"\ce{H2O}", r"\SI{1}{m}", r"\frac{1}{", r"\frac{1}", "x^2^3", "x^2'", r"\left( x", "a & b", "a^",
    r"\text{a_b}", r"\text{\ce{x}}", r"\begin{foo}a\end{foo}", r"\begin{cases}a", r"x^\sqrt2", "#1",
    r"\href{http://h}{x}", r"\includegraphics{http://h/x.png}", "5 % 3", "}", r"\label{x}", r"\right)",
    r"\newcommand{\x}{1}\x", r"\big x", r"x\limits_a", "a^{b", "{" * 500,
)  # fmt: skip


@pytest.mark.parametrize("formula", DRAWN)
def test_what_katex_knows_is_drawn(formula: str) -> None:
    assert can_draw(formula, displayed=False)
    assert can_draw(formula, displayed=True)


@pytest.mark.parametrize("formula", ON_LINES)
def test_some_are_drawn_on_lines_of_their_own_alone(formula: str) -> None:
    assert not can_draw(formula, displayed=False)
    assert can_draw(formula, displayed=True)


@pytest.mark.parametrize("formula", UNDRAWN)
def test_what_it_does_not_know_is_not(formula: str) -> None:
    assert not can_draw(formula, displayed=True)


def _says(formulas: list[tuple[str, bool]]) -> list[bool]:
    require(shutil.which("node"), "node is not installed, so KaTeX was not asked.")
    command = [
        "node",
        "tests/katex.mjs",
        str(Path(streamlit.__file__).parent / "static"),
        "--check",
    ]
    done = subprocess.run(
        command, input=json.dumps(formulas), cwd=PROJECT, capture_output=True, text=True, check=True
    )
    said: list[bool] = json.loads(done.stdout)
    return said


def test_streamlits_katex_says_the_same() -> None:
    formulas = [
        (formula, displayed)
        for formula in (*DRAWN, *ON_LINES, *UNDRAWN)
        for displayed in (True, False)
    ]
    formulas = [
        each
        for each in formulas
        if "%" not in each[0].replace(r"\%", "") and "command" not in each[0]
    ]
    assert _says(formulas) == [can_draw(formula, displayed=on) for formula, on in formulas]


def test_every_name_in_the_list_is_drawn_by_it() -> None:
    samples = {"m": "{a}", "t": "{a}", "r": "{1em}"}
    names = {
        name: kinds
        for name, kinds in katex.COMMANDS["m"].items()
        if "r" not in kinds and "color" not in name
    }
    formulas = [name + "".join(map(samples.get, kinds)) for name, kinds in names.items()]  # type: ignore[arg-type]
    said = _says([(formula, True) for formula in formulas])
    assert [formula for formula, is_drawn in zip(formulas, said, strict=True) if not is_drawn] == []


def test_what_is_taken_for_drawn_is_hardly_ever_red() -> None:
    """Formulas with one slip in them; what none foresees is shown as code by style.css."""
    chance = random.Random(1)  # noqa: S311
    slips = []
    for _ in range(1_000):
        formula = chance.choice(DRAWN + ON_LINES)
        at = chance.randint(0, len(formula))
        slip = chance.choice(["", "", "^", "{", "}", "&", "\\left", "\\x", "\\frac", "_"])
        slips.append((formula[:at] + slip + formula[at + (not slip) :], chance.random() < 0.5))
    red = [
        formula
        for (formula, displayed), is_drawn in zip(slips, _says(slips), strict=True)
        if can_draw(formula, displayed=displayed) and not is_drawn
    ]
    assert len(red) < len(slips) / 50, red


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (r"Water is $\ce{H2O}$.", r"Water is `\ce{H2O}`."),
        ("\\[\n\\ce{A}\n\\]", "```latex\n\\ce{A}\n```"),
        ("- $$\\ce{A}$$\n- b", "- ```latex\n  \\ce{A}\n  ```\n- b"),
        (r"odd ` and $\ce{A}$", r"odd ` and ``\ce{A}``"),
        ("$50%$", r"$50\%$"),
        # Bare environments
        ("\\begin{cases}\n1\\\\\n2\n\\end{cases}", "$$\n\\begin{cases}\n1\\\\\n2\n\\end{cases}\n$$"),
        (r"A \begin{pmatrix}1\end{pmatrix} b", r"A $\begin{pmatrix}1\end{pmatrix}$ b"),
        (r"so $\begin{align}a\end{align}$!", "so \n$$\n\\begin{align}a\\end{align}\n$$\n:small[]{}!"),
        ("\\begin{multline}\na\n\\end{multline}", "```latex\n\\begin{multline}\na\n\\end{multline}\n```"),
        (r"in \begin{itemize}\item a\end{itemize}", r"in `\begin{itemize}\item a\end{itemize}`"),
        (r"no \begin{itemize}, \end{list}", r"no \begin{itemize}, \end{list}"),
        (r"$$x \label{eq:1}$$", "$$\nx \n$$"),
        # In a table
        ("|a|b|\n|-|-|\n|$|x|$|$5|", "|a|b|\n|-|-|\n|$\\vert{}x\\vert{}$|\\$5|"),
        ("|$|x|$|b|\n|-|-|", "|$\\vert{}x\\vert{}$|b|\n|-|-|"),
        ("|a|b|\n|-|-|\n|$5|$6|", "|a|b|\n|-|-|\n|\\$5|\\$6|"),
    ],
)  # fmt: skip
def test_a_formula_is_drawn_or_shown_as_it_was_written(text: str, expected: str) -> None:
    assert faithful(text) == expected
