"""A page of the table: processor time for a press of PageDown, against Textual's DataTable with every row."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.bench import Figure
from benchmarks.loops import last_marker
from benchmarks.process import loopview, python
from benchmarks.terminal import Terminal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.bench import Bench

PAGE_DOWN = "\x1b[6~"
LOADABLE = 100_000
"""Rows up to which DataTable is asked: a million takes it a minute and two gigabytes."""


def measure(bench: Bench) -> None:
    """The same presses into both programs."""
    for rows in bench.sizes:
        presses = 30 if bench.quick else 80
        mine = _per_page(bench, loopview(str(bench.loop(rows))), "2", presses, last_marker(rows))
        beside = min(rows, LOADABLE)
        command = python("-m", "benchmarks.programs.data_table", str(bench.cycles(beside)))
        theirs = _per_page(bench, command, "", presses, last_marker(beside))
        shown = f"DataTable {theirs:.1f} ms" + (f" at {beside:,} rows" if beside != rows else "")
        bench.found(Figure("page of the table, processor", rows, f"{mine:.1f} ms", shown, mine / theirs, 0.25))


def _per_page(bench: Bench, command: Sequence[str], opens: str, presses: int, shows: str) -> float:
    """Milliseconds of processor time for one page, once the newest row ``shows``."""
    with Terminal(command, bench.environment, bench.directory) as terminal:
        terminal.wait_for(shows, 180)
        terminal.settle(3.0)
        terminal.type(opens)
        terminal.settle(1.5)
        before = terminal.processor_seconds()
        for _ in range(presses):
            terminal.type(PAGE_DOWN)
            terminal.read(1.0)
            terminal.settle(0.04)
        return (terminal.processor_seconds() - before) / presses * 1000
