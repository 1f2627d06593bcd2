"""One process a measurement: its wall time, its processor time and its greatest memory, methods in turn."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@dataclass(frozen=True, slots=True)
class Cost:
    """What one run of a process took."""

    seconds: float
    processor_seconds: float
    mebibytes: float


def run(command: Sequence[str], environment: Mapping[str, str], directory: Path) -> Cost:
    """Run a command to its end, output thrown away; raises ``RuntimeError`` when it fails."""
    log = directory / "stderr"
    with log.open("wb") as errors:
        began = time.perf_counter()
        child = subprocess.Popen(
            command,
            env=environment,
            cwd=directory,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=errors,
        )
        _, status, usage = os.wait4(child.pid, 0)
        seconds = time.perf_counter() - began
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0:
        raise RuntimeError(f"{command} ended with {child.returncode}: {log.read_text(errors='replace')[-800:]}")
    return Cost(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def in_turn(
    commands: Mapping[str, Sequence[str]], environment: Mapping[str, str], directory: Path, times: int
) -> dict[str, Cost]:
    """Run every command ``times`` times, A B C A B C, and return the median cost of each."""
    costs: dict[str, list[Cost]] = {name: [] for name in commands}
    for _ in range(times):
        for name, command in commands.items():
            costs[name].append(run(command, environment, directory))
    return {name: median(found) for name, found in costs.items()}


def median(costs: Sequence[Cost]) -> Cost:
    """The median of each figure by itself."""
    return Cost(
        statistics.median(cost.seconds for cost in costs),
        statistics.median(cost.processor_seconds for cost in costs),
        statistics.median(cost.mebibytes for cost in costs),
    )


def python(*arguments: str) -> list[str]:
    """A command line for this interpreter."""
    return [sys.executable, *arguments]


def loopview(*arguments: str) -> list[str]:
    """A command line for loopview as it is installed beside this interpreter: the script, if there is one."""
    script = Path(sys.executable).with_name("loopview")
    return [str(script), *arguments] if script.exists() else python("-m", "loopview", *arguments)
