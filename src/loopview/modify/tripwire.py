"""Tests of our own that have to fail: a runner that calls everything a success gives itself away by them.

They stand outside the tree, with names that nobody can know, and run after the repository's own tests, when all of
the candidate's code has been imported. The report has to tell of them as failures. A plugin of ours, loaded before
anything of the tree, keeps them out of what is printed and out of the exit code.
"""

from __future__ import annotations

import os
import secrets
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from loopview.modify.junit import Case, Report

_TESTS = """
import pytest

@pytest.fixture
def broken():
    raise RuntimeError("it has to break")

def {fails}():
    raise AssertionError("it has to fail")

def {breaks}(broken):
    pass
"""

#: tests, and what they start, find the package as if it were installed; but only after pytest and its plugins are
#: loaded, so that nothing of the tree can be in their place
_PLUGIN = """
import os
import sys
import pytest

NAMES = {names!r}
failed = set()
PLACES = {places!r}
os.environ["PYTHONPATH"] = os.pathsep.join(PLACES)

def ours(report):
    return report.nodeid.rpartition("::")[2] in NAMES

@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests():
    sys.path[:0] = PLACES

def pytest_configure(config):
    config.args.append({tests!r})

@pytest.hookimpl(tryfirst=True)
def pytest_report_teststatus(report):
    if not ours(report):
        return None
    if report.failed:
        failed.add(report.nodeid)
    return "", "", ""

@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session, exitstatus):
    if exitstatus == 1 and session.testsfailed == len(failed):
        session.exitstatus = 0
"""


class Tripwire(NamedTuple):
    """The files of one run, and the names to look for."""

    plugin: str  #: module name
    fails: str  #: name of the test that has to fail
    breaks: str  #: name of the test whose set-up has to break

    def of(self, report: Report) -> tuple[Case, ...]:
        """What the report says of our tests."""
        return tuple(case for case in report.cases if _test(case) in {self.fails, self.breaks})

    def holds(self, report: Report) -> bool:
        """Whether the report tells of both as it has to, once."""
        found = sorted((_test(case), case.outcome) for case in self.of(report))
        return found == sorted(((self.fails, "failed"), (self.breaks, "broken")))


def lay(folder: str, places: Sequence[str]) -> Tripwire:
    """Write the files into ``folder``, which the run can only read; ``places``: where its modules are found."""
    wire = Tripwire(*(f"{kind}_{secrets.token_hex(8)}" for kind in ("plugin", "test", "test")))
    tests = os.path.join(folder, f"test_{secrets.token_hex(8)}.py")
    _write(tests, _TESTS.format(fails=wire.fails, breaks=wire.breaks))
    plugin = _PLUGIN.format(names=(wire.fails, wire.breaks), places=list(places), tests=tests)
    _write(os.path.join(folder, f"{wire.plugin}.py"), plugin)
    return wire


def _test(case: Case) -> str:
    return case.name.rpartition("::")[2]


def _write(path: str, text: str) -> None:
    with open(path, "x", encoding="utf-8") as file:
        file.write(text)
