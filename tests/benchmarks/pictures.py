"""What was measured, as two pictures; without matplotlib there are none."""

from __future__ import annotations

import re
import statistics
from collections.abc import Mapping
from pathlib import Path

Rows = Mapping[str, Mapping[str, list[float]]]


def draw(rows: Rows, folder: Path) -> None:
    """Draw cost against history, and lateness against visitors."""
    try:
        from matplotlib import pyplot
    except ImportError:
        print("For the pictures: pip install matplotlib")
        return
    for what, x_label, y_label, file in (
        (r"(\d+) messages: page to usable, ms", "messages in the chat", "ms to usable", "history"),
        (
            r"(\d+) visitors: end late, 95th percentile ms",
            "visitors at once",
            "ms that the end of an answer is late, 95th percentile",
            "visitors",
        ),
    ):
        lines = _lines(rows, what)
        if not lines:
            continue
        figure, axes = pyplot.subplots(figsize=(7, 4))
        for app, points in lines.items():
            axes.plot(*zip(*sorted(points), strict=True), marker="o", label=app)
        axes.set_xlabel(x_label)
        axes.set_ylabel(y_label)
        axes.legend()
        figure.tight_layout()
        figure.savefig(folder / f"{file}.svg")
        pyplot.close(figure)


def _lines(rows: Rows, pattern: str) -> dict[str, list[tuple[int, float]]]:
    lines: dict[str, list[tuple[int, float]]] = {}
    for what, row in rows.items():
        if (match := re.fullmatch(pattern, what)) is not None:
            for app, values in row.items():
                lines.setdefault(app, []).append((int(match[1]), statistics.median(values)))
    return lines
