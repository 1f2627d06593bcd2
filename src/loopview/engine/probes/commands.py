"""Probes that somebody wrote down: a command with what is expected of it, or an installed entry point."""

from __future__ import annotations

import json
import os
import sys
from importlib.metadata import entry_points
from typing import TYPE_CHECKING

from loopview.domain.probe import Origin
from loopview.engine.probes.bench import ERRAND, is_within, last_line, said
from loopview.engine.probes.refusals import ProbeFailed, RunRefused
from loopview.guarded.interpreter import prefixes

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

    from loopview.engine.probes.bench import Bench

GROUP = "loopview.probes"


def command(bench: Bench) -> str:
    """Run the command, and hold its exit code and output against what is expected."""
    probe = bench.probe
    if probe.origin is Origin.SUGGESTED and is_within(bench.root, bench.program(probe.command[0])):
        raise RunRefused(
            "program",
            f"{probe.name} names a program of the repository itself, which its text does not cover",
            "write it down in your own config.toml if you want it",
        )
    ended = bench.command(probe.command)
    last = last_line(ended.output)
    if ended.code != probe.expect_code:
        raise ProbeFailed("ExitCode", f"exit code {ended.code}, not {probe.expect_code}: {last}")
    if probe.expect:
        _require(bench, ended.output)
    left = f" ({ended.survivors} processes that it left behind were ended)" if ended.survivors else ""
    return f"{last}{left}"


def entry_point(bench: Bench) -> str:
    """Call an entry point that the user's configuration names, in a process of its own, in the jail."""
    found = _entry(bench)
    known = (path for path in sys.path if os.path.isabs(path) and os.path.exists(path))
    paths = [path for path in known if not is_within(bench.root, path)]
    with open(ERRAND, encoding="utf-8") as file:
        code = file.read()
    words = (sys.executable, "-I", "-B", "-c", code, "call", json.dumps(paths), found.value)
    return said(bench.command(words, (*paths, *prefixes(sys.executable))))


def _entry(bench: Bench) -> EntryPoint:
    """The entry point of that name. Raises `RunRefused`: what the watched repository installs is not run."""
    name = bench.probe.entry_point
    known = entry_points(group=GROUP)
    found = [each for each in known if each.name == name]
    if len(found) != 1:
        names = ", ".join(sorted(each.name for each in known)) or "none is installed"
        raise RunRefused(
            "unknown",
            f"{'several packages have' if found else 'no package has'} an entry point {name} in {GROUP}",
            f"there are: {names}",
        )
    distribution = found[0].dist
    if distribution is None or is_within(bench.root, str(distribution.locate_file(""))):
        raise RunRefused(
            "program",
            f"the entry point {name} is installed in the watched repository",
            "install loopview and the package outside of it",
        )
    return found[0]


def _require(bench: Bench, output: bytes) -> None:
    """Search the pattern in a process of its own: a pattern can take longer than anybody waits."""
    path = os.path.join(bench.scratch, "output")  # beside what the command could write to
    with open(path, "xb") as file:
        file.write(output)
    try:
        bench.errand("match", bench.probe.expect, path)
    except ProbeFailed as failed:
        kind = "NoMatch" if failed.error_type == "NotFound" else failed.error_type
        raise ProbeFailed(kind, f"{failed.details}: {last_line(output)}") from None
