"""At rest: processor time, bytes drawn and memory of a console that watches a loop that does nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.bench import Figure
from benchmarks.process import loopview, python
from benchmarks.terminal import Terminal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.bench import Bench


def measure(bench: Bench) -> None:
    """After the quiet poll has set in, so many seconds of nothing."""
    for rows in bench.sizes:
        mine, drawn, memory = _rest(bench, loopview(str(bench.loop(rows))))
        least, _, plain = _rest(bench, python("-m", "benchmarks.programs.minimal_app"))
        others = f"minimal Textual app {least:.2f} %"
        if bench.lnav:
            theirs, _, lnav = _rest(bench, [bench.lnav, str(bench.cycles(rows))])
            others += f", lnav {theirs:.2f} %"
        bench.found(Figure("idle, share of one core", rows, f"{mine:.2f} %", f"{others}; goal 1 %"))
        bench.found(Figure("idle, bytes drawn", rows, f"{drawn}", "goal: one repaint a minute at most"))
        beside = f"minimal Textual app {plain:.0f} MiB" + (f", lnav {lnav:.0f} MiB" if bench.lnav else "")
        bench.found(Figure("idle, memory", rows, f"{memory:.0f} MiB", beside))


def _rest(bench: Bench, command: Sequence[str]) -> tuple[float, int, float]:
    """Per cent of a core, bytes drawn, and MiB."""
    seconds = 8 if bench.quick else 30
    with Terminal(command, bench.environment, bench.directory) as terminal:
        terminal.settle(3.0)
        terminal.watch(4 if bench.quick else 14)
        before = terminal.processor_seconds()
        drawn = terminal.watch(seconds)
        return (terminal.processor_seconds() - before) / seconds * 100, drawn, terminal.mebibytes()
