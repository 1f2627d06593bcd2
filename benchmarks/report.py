"""The table in ``docs/benchmarks.md``: everything between two marks is written anew."""

from __future__ import annotations

import os
import platform
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.bench import Figure

PAGE = Path(__file__).parents[1] / "docs" / "benchmarks.md"
BEGIN, END = "<!-- figures: begin -->", "<!-- figures: end -->"


def write(figures: Sequence[Figure], page: Path = PAGE) -> None:
    """Put the figures into the page; the words around them stay."""
    before, _, rest = page.read_text(encoding="utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    page.write_text(f"{before}{BEGIN}\n{table(figures)}\n{END}{after}", encoding="utf-8")


def table(figures: Sequence[Figure]) -> str:
    """The figures in Markdown, with the machine they come from."""
    lines = ["| what | rows | loopview | beside it | ratio | goal | |", "|---|---:|---:|---|---:|---:|---|"]
    lines += [_row(figure) for figure in figures]
    return "\n".join([*lines, "", machine()])


def machine() -> str:
    """What the figures were taken on."""
    versions = ", ".join(f"{name} {version(name)}" for name in ("duckdb", "textual", "watchfiles"))
    load = os.getloadavg()[2]
    return (
        f"{os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}, {versions}; "
        f"load average over the last 15 minutes {load:.1f}."
    )


def _row(figure: Figure) -> str:
    ratio = "" if figure.ratio is None else f"{figure.ratio:.3g}"
    goal = "" if figure.goal is None else f"{figure.goal:.3g}"
    met = "" if figure.ratio is None or figure.goal is None else "met" if figure.ratio <= figure.goal else "missed"
    return f"| {figure.what} | {figure.rows:,} | {figure.ours} | {figure.other} | {ratio} | {goal} | {met} |"
