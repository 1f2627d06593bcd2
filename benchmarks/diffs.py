"""A long diff: processor time until it stands and for a press of PageDown, against one Static with all lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.bench import Figure
from benchmarks.process import python
from benchmarks.terminal import Terminal

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from benchmarks.bench import Bench

PAGE_DOWN = "\x1b[6~"
LOADABLE = 10_000
"""Lines up to which the Static is asked: it draws all of them."""


def measure(bench: Bench) -> None:
    """The same diff and the same presses for both programs."""
    for lines in bench.sizes:
        beside = min(lines, LOADABLE)
        mine = _run(bench, python("-m", "benchmarks.programs.diff_view", str(write(bench.directory, lines))))
        theirs = _run(bench, python("-m", "benchmarks.programs.diff_static", str(write(bench.directory, beside))))
        at = f" at {beside:,} lines" if beside != lines else ""
        for what, ours, others, goal in (
            ("a diff on the screen, processor", mine[0], theirs[0], 1.0),
            ("page of a diff, processor", mine[1], theirs[1], 2.5),
        ):
            figure = f"one Static {others:.1f} ms{at}"
            bench.found(Figure(what, lines, f"{ours:.1f} ms", figure, ours / others, goal))


def write(directory: Path, lines: int) -> Path:
    """A diff of one Python file with so many lines, a third of them changed."""
    path = directory / f"diff-{lines}.patch"
    if not path.exists():
        head = f"diff --git a/x.py b/x.py\nindex {'1' * 40}..{'2' * 40} 100644\n--- a/x.py\n+++ b/x.py\n"
        path.write_text("".join((head, *map(_hunk, range(lines // 10)))), encoding="utf-8")
    return path


def _hunk(number: int) -> str:
    """Nine lines and their heading."""
    at = 20 * number + 1
    same = [f" def part_{number}_{n}(self, url: str) -> int:\n" for n in range(3)]
    old = [f'-    wait = retry({number}, "{n}")  # seconds\n' for n in range(1, 3)]
    new = [f'+    wait = retry({number}, "{n}", most=3)  # seconds\n' for n in range(1, 3)]
    rest = [f"     return {n}\n" for n in range(2)]
    return "".join((f"@@ -{at},7 +{at},7 @@ class Part:\n", *same, *old, *new, *rest))


def _run(bench: Bench, command: Sequence[str]) -> tuple[float, float]:
    """Milliseconds of processor time until the first line stands, and for each page after it."""
    presses = 30 if bench.quick else 80
    with Terminal(command, bench.environment, bench.directory) as terminal:
        terminal.wait_for("part_0_0", 180)
        terminal.settle(1.0)
        before = terminal.processor_seconds()
        for _ in range(presses):
            terminal.type(PAGE_DOWN)
            terminal.read(1.0)
            terminal.settle(0.04)
        return before * 1000, (terminal.processor_seconds() - before) / presses * 1000
