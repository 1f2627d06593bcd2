"""Gate 2: everything that would be published, each protected path and then the digest to be typed."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from loopview.text import plain
from loopview.tui.proposals.gate_lines import merge_lines, protected_paths
from loopview.tui.proposals.person import decide
from loopview.tui.screens.gate import GateScreen, Step
from loopview.tui.screens.gate_start import digest_step

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from loopview.domain.approval import Decision
    from loopview.engine.desk.gates import Asked


class MergeGate(GateScreen):
    """Asks whether a change shall be published."""

    HEADING: ClassVar[str] = "Gate 2: merge this change"
    VERB: ClassVar[str] = "merges it"

    def __init__(self, asked: Asked, still: Callable[[], str]) -> None:
        self._protected = protected_paths(asked.offer) if asked.offer is not None else ()
        names = [
            Step(
                f"type the last part of protected path {number} of {len(self._protected)}",
                plain(path.rpartition("/")[2]),
            )
            for number, path in enumerate(self._protected, 1)
        ]
        super().__init__(tuple(merge_lines(asked)), [*names, digest_step(asked.digest)], still)
        self._asked = asked

    def decided(self, answers: Sequence[str]) -> Decision:
        """Return the decision about exactly this digest, with the paths that were typed."""
        return decide("merge", self._asked.key, self._asked.digest, answers[-1], protected=self._protected)
