"""What gate 1 is about: everything that a start will do, so that a human can say yes to exactly that."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from loopview.domain.approval import sha256_of

if TYPE_CHECKING:
    from loopview.domain.approval import Proposal
    from loopview.domain.evidence import Tier


class StartPlan(NamedTuple):
    """What a start does. Texts of the proposal and of past attempts are foreign."""

    key: str
    proposal: Proposal
    base_commit: str
    target_ref: str
    model: str  #: backend and name; ``none``: it is a patch
    command: tuple[str, ...]  #: what tests it, word by word
    tier: Tier  #: the best jail that holds here
    minimum: Tier
    unconfined: bool  #: tests may run where no jail holds: the operator's own configuration says so
    why: str  #: why no better jail holds
    policy: str
    similar: tuple[str, ...] = ()  #: past attempts at the like, and what came of them

    @property
    def digest(self) -> str:
        """SHA-256 over what will run.

        Past attempts are shown and no part of it. Neither is the commit: a loop that commits all the time would
        take every decision back before it is typed. Which one it was is on record, and in the digest at gate 2.
        """
        return sha256_of({name: value for name, value in self.fields.items() if name != "base_commit"})

    @property
    def fields(self) -> dict[str, Any]:
        """What the digest is over, as plain values for the record."""
        fields: dict[str, Any] = self._asdict()
        del fields["similar"], fields["why"]
        return {
            **fields,
            "proposal": self.proposal._asdict(),
            "tier": self.tier.label,
            "minimum": self.minimum.label,
            "command": list(self.command),
        }

    @property
    def bare(self) -> bool:
        """Whether tests would run without the jail that is wanted, which a human confirms each time."""
        return self.unconfined and self.tier < self.minimum

    @property
    def runs_tests(self) -> bool:
        """Whether tests will be run: in a jail that holds, or because the operator wants them run without one."""
        return self.tier >= self.minimum or self.unconfined
