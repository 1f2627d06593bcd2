"""Gate 1: everything that a start would do, and the digest of it to be typed."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from loopview.domain.approval import DIGEST_PREFIX
from loopview.tui.proposals.gate_lines import merge_lines, start_lines
from loopview.tui.proposals.person import decide
from loopview.tui.screens.gate import GateScreen, Step

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from loopview.domain.approval import Decision
    from loopview.engine.desk.gates import Asked

ASKS = f"type the first {DIGEST_PREFIX} digits of the digest"


def digest_step(digest: str) -> Step:
    """The digest's beginning, to be typed."""
    return Step(ASKS, digest[:DIGEST_PREFIX], f"{digest[:DIGEST_PREFIX]}…")


class StartGate(GateScreen):
    """Asks whether an edit shall be started."""

    HEADING: ClassVar[str] = "Gate 1: start this edit"
    VERB: ClassVar[str] = "starts it"

    def __init__(self, asked: Asked, still: Callable[[], str]) -> None:
        super().__init__(tuple(start_lines(asked)), [digest_step(asked.digest)], still)
        self._asked = asked

    def decided(self, answers: Sequence[str]) -> Decision:
        """Return the decision about exactly this plan."""
        return decide("start", self._asked.key, self._asked.digest, answers[-1])


class AgainGate(GateScreen):
    """Asks whether the tests of an offer shall run again."""

    HEADING: ClassVar[str] = "Gate 1: run the tests of this change again"
    VERB: ClassVar[str] = "runs them"

    def __init__(self, asked: Asked, still: Callable[[], str]) -> None:
        super().__init__(tuple(merge_lines(asked)), [digest_step(asked.digest)], still)
        self._asked = asked

    def decided(self, answers: Sequence[str]) -> Decision:
        """Return the decision about exactly this offer."""
        return decide("drop", self._asked.key, self._asked.digest, answers[-1], reason="tests again")
