"""Start: from the process to the newest row on the screen, against the least that Textual can paint."""

from __future__ import annotations

import statistics
from typing import TYPE_CHECKING

from benchmarks.bench import Figure
from benchmarks.loops import last_marker
from benchmarks.process import loopview, python
from benchmarks.terminal import Terminal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.bench import Bench


def measure(bench: Bench) -> None:
    """The two programs in turn, each in a terminal of its own."""
    for rows in bench.sizes:
        ours, least = [], []
        _painted(bench, loopview(str(bench.loop(rows))), last_marker(rows))  # the first start of all compiles
        for _ in range(bench.times):
            ours.append(_painted(bench, loopview(str(bench.loop(rows))), last_marker(rows)))
            least.append(_painted(bench, python("-m", "benchmarks.programs.minimal_app"), "first-paint"))
        mine, theirs = statistics.median(ours), statistics.median(least)
        shown = f"minimal Textual app {theirs * 1000:.0f} ms"
        bench.found(Figure("start, newest row on screen", rows, f"{mine * 1000:.0f} ms", shown, mine / theirs, 1.5))


def _painted(bench: Bench, command: Sequence[str], text: str) -> float:
    with Terminal(command, bench.environment, bench.directory) as terminal:
        return terminal.wait_for(text) - terminal.began
