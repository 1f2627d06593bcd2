"""What tests prove: the candidate's run held against the base's run. "Unknown" is never "passed".

A candidate has passed when its run ended with code 0 within its limits, its report is there and whole, every test
that ran on the base ran again, and none failed, broke or was newly skipped. Anything else is not a pass, and the
reasons say what is missing.
"""

from __future__ import annotations

from enum import IntEnum, StrEnum
from typing import NamedTuple

MOST_NAMED = 20  #: tests that a reason names at most


class Tier(IntEnum):
    """How well a jail holds; from `CONFINED` on it is a boundary."""

    NONE = 0  #: nothing holds
    LIMITED = 1  #: resource limits, a clean environment, a session of its own: no boundary
    CONFINED = 2  #: landlock, seccomp without sockets, limits, a subreaper
    ISOLATED = 3  #: namespaces on top of that
    CONTAINED = 4  #: a container or virtual machine

    @property
    def label(self) -> str:
        """``T2``."""
        return f"T{self.value}"


class Verdict(StrEnum):
    """What a candidate's evidence says."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_RUN = "not run"


class SuiteRun(NamedTuple):
    """One run of the tests in the jail. Test names and output are foreign text."""

    code: int  #: exit status; negative: ended by that signal
    complete: bool  #: the report is there, can be read whole, and agrees with the summary
    passed: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()
    broken: tuple[str, ...] = ()  #: errors outside the test itself: collection, set-up, tear-down
    skipped: tuple[str, ...] = ()
    seconds: float = 0.0
    tier: Tier = Tier.NONE
    limit: str = ""  #: which limit ended it: ``time``, ``memory``, ``output`` …; empty when none did
    output: str = ""  #: the end of what was printed
    why: str = ""  #: why it did not run, or why the report is not complete
    command: tuple[str, ...] = ()  #: what was run, word by word

    @property
    def ran(self) -> frozenset[str]:
        """Every test that the report names."""
        return frozenset((*self.passed, *self.failed, *self.broken, *self.skipped))


class Evidence(NamedTuple):
    """The candidate's run, the base's run, and what follows."""

    verdict: Verdict
    reasons: tuple[str, ...]  #: why it is not a pass; plain sentences with foreign names in them
    base: SuiteRun | None
    candidate: SuiteRun | None
    new: tuple[str, ...] = ()  #: tests that ran on the candidate only
    lost: tuple[str, ...] = ()  #: tests that ran on the base only
    worse: tuple[str, ...] = ()  #: passed on the base, and fail, break or are skipped now
    better: tuple[str, ...] = ()  #: failed or broke on the base, and pass now


def compare(base: SuiteRun, candidate: SuiteRun, minimum: Tier) -> Evidence:
    """Return the evidence of a candidate's run against the base's, both made at tier ``minimum`` at least."""
    bad = frozenset((*candidate.failed, *candidate.broken))
    was_bad = frozenset((*base.failed, *base.broken))
    new = candidate.ran - base.ran
    lost = base.ran - candidate.ran
    worse = frozenset(base.passed) & (bad | frozenset(candidate.skipped))
    better = was_bad & frozenset(candidate.passed)
    reasons = [
        *_unsound(candidate, minimum),
        *_named(lost, "ran on the base and is gone", "ran on the base and are gone"),
        *_named(worse, "passed on the base and does not now", "passed on the base and do not now"),
        *_named(bad - worse, "fails", "fail"),
    ]
    if not candidate.passed:
        reasons.append("no test passed")
    return Evidence(
        Verdict.FAILED if reasons else Verdict.PASSED,
        tuple(reasons),
        base,
        candidate,
        *(tuple(sorted(names)) for names in (new, lost, worse, better)),
    )


def not_run(why: str) -> Evidence:
    """Evidence that there is none, and why."""
    return Evidence(Verdict.NOT_RUN, (why,), None, None)


def _unsound(run: SuiteRun, minimum: Tier) -> list[str]:
    """Why a run proves nothing whatever its tests say."""
    reasons = []
    if run.limit:
        reasons.append(f"the run was ended at its {run.limit} limit")
    if not run.complete:
        reasons.append(run.why or "the report is missing or not whole")
    if run.tier < minimum:
        reasons.append(f"the jail held at {run.tier.label} only, {minimum.label} is wanted")
    if run.code != 0 and not run.limit:
        reasons.append(f"the run ended with code {run.code}")
    return reasons


def _named(names: frozenset[str], one: str, many: str) -> list[str]:
    if not names:
        return []
    shown = sorted(names)[:MOST_NAMED]
    more = f" and {len(names) - len(shown)} more" if len(names) > len(shown) else ""
    return [f"{', '.join(shown)}{more} {one if len(names) == 1 else many}"]
