"""One run of the tests over one tree, in a jail: the files, the command, the report that is believed or not."""

from __future__ import annotations

import os
import re
import secrets
from typing import TYPE_CHECKING

from loopview.domain.evidence import SuiteRun, Tier
from loopview.guarded.interpreter import prefixes
from loopview.guarded.jail import Ended, Jail
from loopview.guarded.jail_run import PATH
from loopview.guarded.regular import NotThere, ReadRefused, read_regular
from loopview.modify.junit import LONGEST, Report, ReportRefused, read_report
from loopview.modify.tripwire import Tripwire, lay

if TYPE_CHECKING:
    from collections.abc import Generator

    from loopview.modify.suite_plan import Plan

COMMAND = "command"
"""The one test that a command which is not pytest counts as."""

_OUTPUT = 32 * 1024  #: bytes of the output that a record keeps
_FOLDERS = ("tests", "test")
_ESCAPES = re.compile(r"\x1b\[[0-9;]*m")
_SUMMARY = re.compile(r"=*\s*((?:\d+ [a-z]+(?: [a-z]+)?(?:, )?)+|no tests ran) in \d[\d.]*s(?: \([\d:]+\))?\s*=*")
_COUNT = re.compile(r"(\d+) ([a-z]+)")


class Suite:
    """One run. The tree lies in ``place/work/tree``; ``place/tools`` has what the run may read and not change."""

    def __init__(self, place: str, plan: Plan, tier: Tier) -> None:
        self._plan = plan
        self._tier = tier
        self._work = os.path.join(place, "work")
        self._tools = os.path.join(place, "tools")
        os.mkdir(self._work, 0o700)
        os.mkdir(self._tools, 0o700)
        self.tree = os.path.join(self._work, "tree")
        self.jail = Jail(tier, plan.limits, (*prefixes(plan.command[0]), self._tools))
        self._report = f"{secrets.token_hex(16)}.xml"
        self.tripped = False
        """Whether one of the tests that have to fail did not."""

    def run(self) -> Generator[bytes, None, SuiteRun]:
        """Run it; yields what it prints. Raises `JailFailed`."""
        places = (os.path.join(self.tree, "src"), self.tree)
        wire = lay(self._tools, places) if self._plan.pytest else None
        command = self._words(wire)
        running = self.jail.stream(command, self._work, environment=self._environment(), inside="tree")
        ended = yield from running
        if wire is None:
            return self._outcome(ended, command)
        return self._read(ended, command, wire)

    def _words(self, wire: Tripwire | None) -> tuple[str, ...]:
        first, *rest = self._plan.command
        words = (first if os.path.isabs(first) else os.path.join(self.tree, first), *rest)
        if wire is None:
            return words
        plugins = (wire.plugin, *self._plan.plugins)
        words += (*(word for name in plugins for word in ("-p", name)), "--rootdir", self.tree)
        words += (f"--junitxml={os.path.join(self._work, self._report)}",)
        if not self._plan.own:
            return (*words, "-p", "no:cacheprovider")
        return (*words, "-o", "console_output_style=classic", *self._tests())

    def _tests(self) -> tuple[str, ...]:
        """Where the tests are: in directories of the usual names, or beside the code."""
        return tuple(name for name in _FOLDERS if os.path.isdir(os.path.join(self.tree, name))) or (".",)

    def _environment(self) -> dict[str, str]:
        """Nothing of ours or the operator's; what makes two runs of the same files alike."""
        folder = os.path.dirname(self._plan.command[0])
        return {
            "PATH": f"{folder}{os.pathsep}{PATH}" if os.path.isabs(folder) else PATH,
            "PYTHONPATH": self._tools,
            "PYTHONNOUSERSITE": "1",
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONHASHSEED": "0",
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
            "NO_COLOR": "1",
            "TZ": "UTC",
            "USER": "loopview",
            "LOGNAME": "loopview",
        }

    def _outcome(self, ended: Ended, command: tuple[str, ...]) -> SuiteRun:
        """A command without a report: only its exit code and its limits count."""
        good = ended.code == 0 and not ended.limit
        run = self._plain(ended, command, complete=True, why="")
        return run._replace(passed=(COMMAND,)) if good else run._replace(failed=(COMMAND,))

    def _read(self, ended: Ended, command: tuple[str, ...], wire: Tripwire) -> SuiteRun:
        try:
            report = read_report(read_regular(self._work, self._report, LONGEST))
        except NotThere:
            return self._plain(ended, command, complete=False, why="the run ended without a report")
        except (ReadRefused, ReportRefused) as refused:
            return self._plain(ended, command, complete=False, why=str(refused))
        self.tripped = not wire.holds(report)
        report = report.without(wire.of(report))
        why = disagreement(report, ended.output, wanted=self._plan.own)
        run = self._plain(ended, command, complete=not why, why=why)
        passed, failed, broken, skipped = map(report.named, ("passed", "failed", "broken", "skipped"))
        return run._replace(passed=passed, failed=failed, broken=broken, skipped=skipped)

    def _plain(self, ended: Ended, command: tuple[str, ...], *, complete: bool, why: str) -> SuiteRun:
        return SuiteRun(
            code=ended.code,
            complete=complete,
            seconds=round(ended.seconds, 3),
            tier=ended.tier,
            limit=ended.limit,
            output=ended.output[-_OUTPUT:].decode("utf-8", "replace"),
            why=why,
            command=command,
        )


def disagreement(report: Report, output: bytes, *, wanted: bool) -> str:
    """Why the report and what was printed are not about the same run; empty when they agree.

    Every summary that was printed has to agree: one that is printed afterwards does not replace the first.
    ``wanted``: whether there has to be one.
    """
    found = 0
    for line in output.decode("utf-8", "replace").splitlines():
        summary = _SUMMARY.fullmatch(_ESCAPES.sub("", line).strip())
        if summary is None:
            continue
        found += 1
        counts = {word.rstrip("s"): int(count) for count, word in _COUNT.findall(summary[1])}
        printed = (counts.get("failed", 0), counts.get("error", 0))
        if printed != (report.failures, report.errors):
            return "the report and the printed summary disagree"
        total = sum(printed) + sum(counts.get(word, 0) for word in ("passed", "xpassed", "skipped", "xfailed"))
        if not 0 <= total - report.tests <= min(printed):  # one test may fail, and break when it is cleared away
            return "the report and the printed summary count different tests"
    return "" if found or not wanted else "no summary was printed"
