"""When a probe turned red and when it recovered: results in file order, to the rows at which its status changed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from loopview.domain.health import THRESHOLD
from loopview.domain.kinds import read_or_none, truth
from loopview.domain.stall import text_of

TYPE_CHECKING = False  # what type checkers take for true
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


class ProbeTurn(NamedTuple):
    """A result that made a capability red, or that ended its being red."""

    place: int  #: 0-based, among the rows
    capability: str
    red: bool


def probe_turns(rows: Sequence[object], threshold: int = THRESHOLD) -> Iterator[ProbeTurn]:
    """Yield them in order, by the rule of `health`: what proves nothing there counts for nothing here."""
    streaks: dict[str, int] = {}
    for place, row in enumerate(rows):
        if not isinstance(row, Mapping) or read_or_none(truth, row.get("placeholder")) is True:
            continue
        name, success = text_of(row.get("capability")).strip(), read_or_none(truth, row.get("success"))
        if not name or success is None:
            continue
        streak = streaks.get(name, 0)
        streaks[name] = 0 if success else streak + 1
        if success and streak >= max(threshold, 1):
            yield ProbeTurn(place, name, red=False)
        elif not success and streak + 1 == max(threshold, 1):
            yield ProbeTurn(place, name, red=True)
