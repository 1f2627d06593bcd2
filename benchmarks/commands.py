"""Commands that a loop or tmux calls every turn: the whole process, against ``python -c pass``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.bench import Figure
from benchmarks.process import in_turn, loopview, python

if TYPE_CHECKING:
    from benchmarks.bench import Bench

GOALS = {"status": 6.0, "status --tmux": 4.0}


def measure(bench: Bench) -> None:
    """Each command in turn with the empty program."""
    for rows in bench.sizes:
        root = str(bench.loop(rows))
        commands = {name: loopview(*name.split(), root) for name in GOALS} | {"pass": python("-c", "pass")}
        costs = in_turn(commands, bench.environment, bench.directory, bench.times * 2)
        floor = costs["pass"].seconds
        for name, goal in GOALS.items():
            shown = f"python -c pass {floor * 1000:.0f} ms"
            took = costs[name].seconds
            bench.found(Figure(f"loopview {name}", rows, f"{took * 1000:.0f} ms", shown, took / floor, goal))
