"""Probe results to the health of each capability: green, yellow, red, or a placeholder that proves nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from loopview.domain.clock import parse_time
from loopview.domain.kinds import read_or_none, truth
from loopview.domain.stall import text_of

TYPE_CHECKING = False  # what type checkers take for true
if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

THRESHOLD = 3
"""Consecutive failures that turn a capability red, unless the caller says otherwise."""

YELLOW_FROM = 2  #: consecutive failures

PLACEHOLDER = "placeholder"
UNKNOWN = "unknown"
ORDER = {"green": 0, "yellow": 1, "red": 2}
"""How bad a status is; what is not here counts for nothing."""


class Capability(NamedTuple):
    """The health of one capability."""

    capability: str
    status: str  #: green, yellow, red; placeholder while its newest result is one and none fails; unknown
    last_failed_at: datetime | None  #: aware UTC; None = never, or at no known time
    consecutive_failures: int
    failures: tuple[int, ...] = ()  #: 0-based places of the rows of the current run of failures


class Health(NamedTuple):
    """What the probes say of the loop's abilities."""

    overall_status: str  #: the worst of the capabilities; unknown when no real probe ran
    capabilities: tuple[Capability, ...]  #: in order of first appearance

    def as_dict(self, generated_at: datetime) -> dict[str, object]:
        """Return the health snapshot in the shape that loops exchange."""
        return {
            "generated_at": generated_at.isoformat(),
            "overall_status": self.overall_status,
            "capabilities": [
                {
                    "capability": each.capability,
                    "status": each.status,
                    "last_failed_at": each.last_failed_at and each.last_failed_at.isoformat(),
                    "consecutive_failures": each.consecutive_failures,
                }
                for each in self.capabilities
            ],
        }


def health(probe_rows: Sequence[object], threshold: int = THRESHOLD) -> Health:
    """Return the health that probe results in file order show. Never raises.

    Rows are JSON objects as written, or rows of the store (``ts`` in place of ``timestamp``). A placeholder result
    counts for nothing; neither does a row without a capability, nor one whose success is not known.
    """
    results: dict[str, list[tuple[int, Mapping[str, object]]]] = {}
    for place, row in enumerate(probe_rows):
        name = text_of(row.get("capability")).strip() if isinstance(row, Mapping) else ""
        if name and isinstance(row, Mapping):
            results.setdefault(name, []).append((place, row))
    capabilities = tuple(_capability(name, rows, threshold) for name, rows in results.items())
    real = [each.status for each in capabilities if each.status in ORDER]
    return Health(max(real, key=ORDER.__getitem__, default=UNKNOWN), capabilities)


def red_of(found: Health | None) -> tuple[str, ...]:
    """Return the capabilities that are red; None has none."""
    return (
        tuple(each.capability for each in found.capabilities if each.status == "red") if found is not None else ()
    )


def status_of(consecutive_failures: int, threshold: int = THRESHOLD) -> str:
    """Return green, yellow or red for a number of failures in a row."""
    if consecutive_failures >= max(threshold, 1):
        return "red"
    return "yellow" if consecutive_failures >= YELLOW_FROM else "green"


def _capability(name: str, rows: Sequence[tuple[int, Mapping[str, object]]], threshold: int) -> Capability:
    real = [(place, row, _succeeded(row)) for place, row in rows if not _is_placeholder(row)]
    known = [(place, row, success) for place, row, success in real if success is not None]
    run: list[int] = []
    failed_at: datetime | None = None
    for place, row, success in known:
        if success:
            run.clear()
        else:
            run.append(place)
            failed_at = max(filter(None, (failed_at, _stamp(row))), default=None)
    status = status_of(len(run), threshold) if known else UNKNOWN
    if not run and _is_placeholder(rows[-1][1]):  # whatever worked before, what stands there now proves nothing
        status = PLACEHOLDER
    return Capability(name, status, failed_at, len(run), tuple(run))


def _is_placeholder(row: Mapping[str, object]) -> bool:
    return read_or_none(truth, row.get("placeholder")) is True


def _succeeded(row: Mapping[str, object]) -> bool | None:
    return read_or_none(truth, row.get("success"))


def _stamp(row: Mapping[str, object]) -> datetime | None:
    return parse_time(row.get("timestamp", row.get("ts")))
