"""What verifying the record of decisions found, as plain values for a screen."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from loopview.engine.desk.desk import Desk
from loopview.engine.desk.refusals import Refused
from loopview.guarded.append import AppendRefused
from loopview.guarded.hardened import GitFailed
from loopview.sources.discover import is_sample

if TYPE_CHECKING:
    from loopview.config import Settings


class Verified(NamedTuple):
    """One look at the whole record. Texts may be foreign."""

    records: int = 0
    findings: tuple[tuple[bool, str, str, str], ...] = ()  #: whether it is serious; kind, where, what
    problem: str = ""  #: why nothing could be verified

    @property
    def serious(self) -> int:
        """How many things do not fit."""
        return sum(serious for serious, *_ in self.findings)


def verified(root: str, settings: Settings) -> Verified:
    """Verify the record of the repository at or above a directory; never raises for what is there."""
    if is_sample(root):
        return Verified(problem="the sample has no record of decisions")
    try:
        desk = Desk(root, settings)
        findings = tuple((it.serious, it.kind, it.where, it.what) for it in desk.findings())
        return Verified(len(desk.office.ledger.records()), findings)
    except (GitFailed, AppendRefused, Refused, OSError) as problem:
        return Verified(problem=str(problem))
