"""Append: from a line written by another process to its text on the screen, against lnav on the same file."""

from __future__ import annotations

import json
import statistics
import time
from typing import TYPE_CHECKING

from benchmarks.bench import Figure
from benchmarks.loops import ENDED
from benchmarks.process import loopview
from benchmarks.terminal import Terminal

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from benchmarks.bench import Bench

BURST = 10_000


def measure(bench: Bench) -> None:
    """One console and one lnav for each size; single lines first, then a burst."""
    for rows in bench.sizes:
        file = bench.cycles(rows)
        ours, burst = _measured(bench, loopview(str(bench.loop(rows))), file, "ours")
        mine = statistics.median(ours)
        shown = f"{mine * 1000:.0f} ms, p95 {_high(ours) * 1000:.0f}"
        if bench.lnav:
            theirs, _ = _measured(bench, [bench.lnav, str(file)], file, "lnav", keys="G")
            other = statistics.median(theirs)
            bench.found(
                Figure("append, text on screen", rows, shown, f"lnav {other * 1000:.0f} ms", mine / other, 0.2)
            )
        else:
            bench.found(Figure("append, text on screen", rows, shown, "lnav is not installed"))
        bench.found(
            Figure("append of 10,000 lines, last one on screen", rows, f"{burst * 1000:.0f} ms", "goal 100 ms")
        )


def _measured(
    bench: Bench, command: Sequence[str], file: Path, name: str, keys: str = ""
) -> tuple[list[float], float]:
    with Terminal(command, bench.environment, bench.directory) as terminal:
        terminal.settle(2.5)
        terminal.type(keys)
        terminal.settle(0.5)
        found = [_seen(terminal, file, f"{name}-{turn}-mark", 1) for turn in range(5 if bench.quick else 15)]
        burst = _seen(terminal, file, f"{name}-burst-mark", BURST) if name == "ours" else 0.0
    return found, burst


def _seen(terminal: Terminal, file: Path, word: str, count: int) -> float:
    """Append ``count`` lines after a second of quiet, ``word`` in the last; return the seconds until it is seen."""
    plain = _line("one of a burst")
    chunk = plain * (count - 1) + _line(word)
    terminal.settle(1.0, limit=1.5)
    began = time.perf_counter()
    with file.open("ab", buffering=0) as out:
        out.write(chunk)
    return terminal.wait_for(word) - began


def _line(reason: str) -> bytes:
    row = {
        "timestamp": ENDED.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "cycle": 1,
        "issue": 7,
        "type": "bug",
        "success": False,
        "duration": 61,
        "lines_added": 3,
        "lines_removed": 1,
        "reason": reason,
        "notes": "",
    }
    return json.dumps(row).encode() + b"\n"


def _high(values: list[float]) -> float:
    """The 95th of a hundred; the greatest of few."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))]
