"""The first approve in a repository: what in it could run a program, and a word to be typed."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from loopview.tui.proposals.gate_lines import trust_lines
from loopview.tui.proposals.person import decide
from loopview.tui.screens.gate import GateScreen, Step

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from loopview.domain.approval import Decision
    from loopview.engine.desk.gates import Asked

TRUST_WORD = "trust"


class TrustGate(GateScreen):
    """Asks whether the operator trusts the repository."""

    HEADING: ClassVar[str] = "Trust this repository"
    VERB: ClassVar[str] = "trusts it"

    def __init__(self, asked: Asked, still: Callable[[], str]) -> None:
        super().__init__(tuple(trust_lines(asked)), [Step(f"type {TRUST_WORD}", TRUST_WORD)], still)

    def decided(self, answers: Sequence[str]) -> Decision:
        """Return the decision."""
        return decide("trust", "", "", answers[-1])
