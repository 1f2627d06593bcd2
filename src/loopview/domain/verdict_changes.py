"""Where the stall verdict changed: journal rows in file order, to the moments at which it became another."""

from __future__ import annotations

from typing import NamedTuple

from loopview.domain.stall import PASS, THRESHOLD, fingerprint_of, is_failure

TYPE_CHECKING = False  # what type checkers take for true
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence


class VerdictChange(NamedTuple):
    """A row after which the verdict was another than before it."""

    place: int  #: 0-based, among the rows
    before: str  #: empty before the first row
    after: str  #: PROGRESS or STALLED
    fingerprint: str  #: of the row; empty when it has none
    streak: int  #: failures in a row with its fingerprint, after it


def verdict_changes(rows: Sequence[Mapping[str, object]], k: int = THRESHOLD) -> Iterator[VerdictChange]:
    """Yield each row after which `stall_verdict` of the rows so far is another word than before, in one pass."""
    before, fingerprint, count = "", "", 0
    for place, row in enumerate(rows):
        own = "" if row.get("gate") == PASS else fingerprint_of(row)
        count = (count if own and own == fingerprint else 0) + (1 if own and is_failure(row) else 0)
        fingerprint = own
        after = "STALLED" if count >= max(k, 1) else "PROGRESS"
        if after != before:
            yield VerdictChange(place, before, after, fingerprint_of(row), count)
        before = after
