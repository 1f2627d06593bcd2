"""What tests prove of a candidate: its run and the base's, in a jail that was proved, held against each other."""

from __future__ import annotations

import os
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Protocol

from loopview.domain.evidence import Evidence, SuiteRun, Tier, compare, not_run
from loopview.guarded.jail import JailFailed, probe
from loopview.guarded.scratch import remove_tree, scratch, sweep
from loopview.modify.base_runs import BaseRun, BaseRuns
from loopview.modify.git_values import Refused
from loopview.modify.overlay import overlaid
from loopview.modify.suite_plan import Plan, plan_of
from loopview.modify.suite_run import Suite
from loopview.modify.syntax_check import compile_all, interpreter_of

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

    from loopview.guarded.jail import Jail
    from loopview.modify.git_values import Candidate, Entry

__all__ = ["Gathering", "Plan", "check_syntax", "plan_of", "sweep"]

_PYTHON = (".py", ".pyi", ".pyw")
_TRIPPED = "a test of ours that has to fail did not: the runner was changed from inside"


class Trees(Protocol):
    """What is needed of git."""

    def entries(self, commit: str) -> tuple[Entry, ...]:
        """Every file of a commit or tree."""

    def read(self, commit_or_tree: str, path: str) -> bytes | None:
        """The content of a file."""

    def export(
        self, tree: str, directory: str, *, overlay: str = "", overlay_paths: Callable[[str], bool] | None = None
    ) -> None:
        """Write a tree's files into a directory that is not there yet."""


class Gathering:
    """One candidate's evidence in the making. Use it once; `cancel` may be called from any thread."""

    def __init__(self, git: Trees, candidate: Candidate, plan: Plan, runs: str, base_runs: str) -> None:
        """``runs``: where directories for the runs are made; ``base_runs``: where what bases gave is kept."""
        self._git = git
        self._candidate = candidate
        self._plan = plan
        self._runs = runs
        self._kept = BaseRuns(base_runs)
        self._lock = threading.Lock()
        self._cancelled = False
        self._jail: Jail | None = None
        self.evidence: Evidence = not_run("the tests were not run")
        """What it came to; whole when `events` has ended."""

    def cancel(self) -> None:
        """End what runs, with all that it started; returns at once."""
        with self._lock:
            self._cancelled = True
            if self._jail is not None:
                self._jail.cancel()

    def events(self) -> Iterator[str | bytes]:
        """Gather it; yields ``base tests`` and ``tests`` when they begin, and what they print.

        Raises `Refused` or `GitFailed` where the files could not be had.
        """
        tier, why = settled_tier(self._plan)
        if why:
            self.evidence = not_run(why)
            return
        try:
            self.evidence = yield from self._gather(tier)
        except JailFailed as failed:
            self.evidence = not_run(str(failed))
        if self._cancelled:
            self.evidence = not_run("it was cancelled")

    def _gather(self, tier: Tier) -> Generator[str | bytes, None, Evidence]:
        candidate = self._candidate
        base = self._kept.find(candidate.base_commit, self._plan, tier)
        if base is None:
            yield "base tests"
            run, tripped = yield from self._run(candidate.base_tree, "", tier)
            base = BaseRun(run, not tripped)
            if not self._cancelled:
                self._kept.keep(candidate.base_commit, self._plan, base)
        if unknown := _unknown(base.run):
            return not_run(unknown)._replace(base=base.run)
        yield "tests"
        run, tripped = yield from self._run(candidate.tree, candidate.base_tree, tier)
        if tripped and base.wired:
            run = run._replace(complete=False, why=_TRIPPED)
        minimum = min(self._plan.minimum, tier) if self._plan.unconfined else self._plan.minimum
        return compare(base.run, run, minimum)

    def _run(self, tree: str, base: str, tier: Tier) -> Generator[bytes, None, tuple[SuiteRun, bool]]:
        """Run the tests over a tree, with the tests and the configuration of ``base``."""
        with scratch(self._runs) as place:
            suite = Suite(place, self._plan, tier)
            decides = overlaid(self._paths(base), self._plan.command) if base else None
            self._git.export(tree, suite.tree, overlay=base, overlay_paths=decides)
            _without_compiled(suite.tree)
            with self._lock:
                self._jail = suite.jail
                if self._cancelled:
                    suite.jail.cancel()
            run = yield from suite.run()
            return run, suite.tripped

    def _paths(self, tree: str) -> frozenset[str]:
        return frozenset(entry.path for entry in self._git.entries(tree))


def settled_tier(plan: Plan) -> tuple[Tier, str]:
    """The jail in which a plan may be run here, or why it may not be run in any."""
    report = probe()
    if report.tier >= plan.minimum or plan.unconfined:
        return report.tier, ""
    return report.tier, f"{plan.minimum.label} is wanted, and {report.why}"


def check_syntax(git: Trees, candidate: Candidate, plan: Plan, runs: str) -> tuple[str, ...]:
    """Compile every Python file that a candidate changes, in the jail; one sentence for each that does not.

    Raises `Refused` where no jail may be used.
    """
    paths = [delta.path for delta in candidate.files if delta.new_id and delta.path.endswith(_PYTHON)]
    if not paths:
        return ()
    tier, why = settled_tier(plan)
    try:
        if not why:
            python = interpreter_of(plan.command)
            return tuple(compile_all(git, candidate.tree, paths, python=python, tier=tier, runs=runs))
    except JailFailed as failed:
        why = str(failed)
    raise Refused(
        "jail", f"what was written cannot be checked: {why}", "see `loopview doctor` for what the jail needs"
    )


def _unknown(run: SuiteRun) -> str:
    """Why nothing can be held against a base's run; empty when something can."""
    if run.limit:
        return f"the base's own tests were ended at their {run.limit} limit"
    if not run.complete:
        last = next((line for line in reversed(run.output.splitlines()) if line.strip()), "")
        return f"the base's own tests say nothing: {run.why}{f' ({last[:200]})' if last else ''}"
    return ""


def _without_compiled(tree: str) -> None:
    """Take out compiled files: they would be run in the place of the source that was shown."""
    for folder, names, files in os.walk(tree):
        for name in [each for each in names if each == "__pycache__"]:
            remove_tree(os.path.join(folder, name))
            names.remove(name)
        for name in files:
            if name.endswith((".pyc", ".pyo")):
                with suppress(OSError):
                    os.unlink(os.path.join(folder, name))
