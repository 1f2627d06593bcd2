"""What the tests said of a base: kept, because a base does not change, and made anew when it cannot be read."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

from loopview.domain.approval import canonical, sha256_of
from loopview.domain.evidence import SuiteRun, Tier
from loopview.guarded.append import AppendRefused
from loopview.guarded.regular import ReadRefused, read_regular
from loopview.guarded.replace import replace

if TYPE_CHECKING:
    from loopview.modify.suite_plan import Plan

_FORMAT = 1
_LONGEST = 64 * 1024 * 1024  #: bytes
_NAMES = ("passed", "failed", "broken", "skipped", "command")


class BaseRun(NamedTuple):
    """A run with the base's own code."""

    run: SuiteRun
    wired: bool  #: the tests that have to fail did fail: so they have to on a candidate, too


class BaseRuns:
    """The kept runs of one repository, below one directory of ours."""

    def __init__(self, folder: str) -> None:
        self._folder = folder

    def find(self, commit: str, plan: Plan, tier: Tier) -> BaseRun | None:
        """The run of this commit under this plan in this jail, if it is kept."""
        try:
            fields = json.loads(read_regular(self._folder, _label(commit, plan, tier), _LONGEST))
            told = fields["run"]
            lists = {name: tuple(map(str, told[name])) for name in _NAMES}
            run = SuiteRun(**(told | lists | {"tier": Tier(told["tier"]), "seconds": float(told["seconds"])}))
            return BaseRun(run, fields["wired"] is True)
        except (ReadRefused, ValueError, KeyError, TypeError, RecursionError):
            return None

    def keep(self, commit: str, plan: Plan, base: BaseRun) -> None:
        """Keep a run that says something; one that was cut short or has no whole report is not kept."""
        run = base.run
        if not run.complete or run.limit:
            return
        fields = {**run._asdict(), "tier": int(run.tier), "seconds": str(run.seconds)}
        try:
            replace(self._folder, _label(commit, plan, run.tier), canonical({"run": fields, "wired": base.wired}))
        except AppendRefused:
            return  # it is made anew next time


def _label(commit: str, plan: Plan, tier: Tier) -> str:
    return f"{sha256_of([_FORMAT, commit, plan.key, int(tier)])}.json"
