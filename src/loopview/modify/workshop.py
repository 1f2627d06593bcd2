"""What an edit works with: made once for a repository, handed to every phase."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from loopview.modify.evidence import Plan
    from loopview.modify.git_safety import GitSafety
    from loopview.modify.ledger import Ledger
    from loopview.modify.modification_journal import ModificationJournal
    from loopview.modify.policy import Policy


@dataclass(frozen=True, slots=True)
class Workshop:
    """The tools of one repository."""

    repository: str  #: its identity
    root: str  #: of the loop: reports and the modification journal go below it
    git: GitSafety
    ledger: Ledger
    journal: ModificationJournal
    policy: Policy
    plan: Plan
    index: str  #: path of the code index
    runs: str  #: directory of this edit's leavings
    base_runs: str  #: directory of what the tests said of bases
    tries: int  #: answers that a model may give
    rounds: int  #: times a diagnosis may rewrite the instruction
    minutes: int  #: until a ready candidate expires
