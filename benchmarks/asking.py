"""Questions: every built-in one over the cached history, against reading the file again as a script does."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING

from benchmarks.bench import Figure
from benchmarks.process import in_turn, python

if TYPE_CHECKING:
    from benchmarks.bench import Bench


def measure(bench: Bench) -> None:
    """All questions in one process; the script's whole run beside them, for it has to run for every answer."""
    for rows in bench.sizes:
        cache = bench.directory / f"asked-{rows}"
        done = subprocess.run(
            python("-m", "benchmarks.programs.ask_all", str(bench.loop(rows)), str(cache)),
            env=bench.environment, capture_output=True, text=True, check=True, cwd=bench.directory,
        )  # fmt: skip
        took: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
        command = python("-m", "benchmarks.programs.first_generation", str(bench.cycles(rows)))
        script = in_turn({"": command}, bench.environment, bench.directory, 1)[""].seconds * 1000
        ordered = sorted(took.items(), key=lambda entry: -entry[1])
        slowest = ", ".join(f"{name} {value:.0f}" for name, value in ordered[:3])
        shown = f"script {script:.0f} ms; slowest: {slowest}; goal 16 ms"
        bench.found(
            Figure("slowest built-in question", rows, f"{ordered[0][1]:.1f} ms", shown, ordered[0][1] / script)
        )
        whole = sum(took.values())
        bench.found(
            Figure(f"all {len(took)} questions", rows, f"{whole:.0f} ms", f"script {script:.0f} ms", whole / script)
        )
