"""Cold ingest: a whole file into the cache, against readers that lose something and against lnav's index."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.bench import Figure
from benchmarks.process import in_turn, python

if TYPE_CHECKING:
    from benchmarks.bench import Bench
    from benchmarks.process import Cost

BAD = 0.1


def measure(bench: Bench) -> None:
    """Each reader in a process of its own, in turn."""
    for rows in bench.sizes:
        file, root, directory = str(bench.cycles(rows)), str(bench.loop(rows)), str(bench.directory)
        commands = {
            "ours": python("-m", "benchmarks.programs.cold_ingest", root, directory),
            "strict": python("-m", "benchmarks.programs.strict_read", file, directory),
            "first": python("-m", "benchmarks.programs.first_generation", file),
        }
        if bench.lnav:
            commands["lnav"] = [bench.lnav, "-n", "-c", ";select count(*) from loop_cycles", file]
        costs = in_turn(commands, bench.environment, bench.directory, 1 if bench.quick else 3)
        _compare(bench, rows, costs)
        _with_bad_lines(bench, rows, costs["ours"])


def _compare(bench: Bench, rows: int, costs: dict[str, Cost]) -> None:
    ours = costs["ours"]
    names = {
        "strict": ("strict read_json into a file", 2.2),
        "first": ("json.loads and analysis", 1 / 8),
        "lnav": ("lnav index", 0.4),
    }
    for key, (name, goal) in names.items():
        if key in costs:
            bench.found(_figure("cold ingest", rows, ours, costs[key], name, goal))
    memory = ours.mebibytes / costs["first"].mebibytes
    shown = f"json.loads and analysis {costs['first'].mebibytes:.0f} MiB"
    bench.found(Figure("cold ingest, memory", rows, f"{ours.mebibytes:.0f} MiB", shown, memory, 0.2))


def _with_bad_lines(bench: Bench, rows: int, clean: Cost) -> None:
    command = python("-m", "benchmarks.programs.cold_ingest", str(bench.loop(rows, BAD)), str(bench.directory))
    cost = in_turn({"ours": command}, bench.environment, bench.directory, 1 if bench.quick else 3)["ours"]
    bench.found(_figure("cold ingest, 10 % bad lines", rows, cost, clean, "the clean file", 1.5))


def _figure(what: str, rows: int, ours: Cost, other: Cost, name: str, goal: float) -> Figure:  # noqa: PLR0917
    shown = f"{name} {other.seconds * 1000:.0f} ms"
    return Figure(what, rows, f"{ours.seconds * 1000:.0f} ms", shown, ours.seconds / other.seconds, goal)
