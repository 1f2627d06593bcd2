"""Add one attempt to the journal: its number is counted under the lock, so that two writers never share one."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from loopview.domain.fingerprint import SIGNAL_LINES, explain
from loopview.guarded.append import Tail, append
from loopview.sources.discover import discover

if TYPE_CHECKING:
    from collections.abc import Mapping

GATES = ("pass", "fail", "blocked")

STATES = ("proposed", "planned", "dry_run", "authorized", "executed", "verified", "rejected")

LINEAGE = (
    "execution_state",
    "stage_id",
    "source_artifact",
    "chunk_id",
    "validator",
    "decision",
    "retry_count",
    "blocked_reason",
    "next_action",
    "bh_address",
)
"""Optional fields, left out when empty."""

JOURNAL = ".loop/journal.jsonl"
"""The journal that is made where there is none."""

LONGEST_EXCERPT = 4000  #: characters of the gate's output that are kept where that is asked for


class Attempt(NamedTuple):
    """One attempt as the caller knows it; what is None is worked out here."""

    gate: str
    action: str = ""
    hypothesis: str = ""
    note: str = ""
    output: str | None = None  #: what the gate printed; its fingerprint is recorded
    keep_output: bool = False  #: record an excerpt of it too
    fingerprint: str | None = None  #: given by the caller instead of worked out
    iteration: int | None = None
    commit: str = ""
    when: datetime | None = None
    lineage: Mapping[str, object] | None = None


class Recorded(NamedTuple):
    """What was written, and where."""

    label: str  #: the journal, below the root
    offset: int  #: byte offset of the line
    record: Mapping[str, Any]


def journal_of(root: str) -> str:
    """The journal that is appended to, below ``root``: the first that exists, by its place in the formats."""
    journals = [file for file in discover(root) if file.family == "attempts"]
    return min(journals, key=lambda file: file.rank).label if journals else JOURNAL


def record(root: str, label: str, attempt: Attempt) -> Recorded:
    """Append ``attempt`` to the journal ``label`` of the loop at ``root``.

    Raises `AppendRefused` when nothing was written and `AppendFailed` when the system gave way while writing.
    """
    fields = _fields(attempt)
    landed = append(root, label, lambda tail: {"iteration": _number(attempt, tail), **fields})
    return Recorded(label, landed.offset, landed.record)


def _fields(attempt: Attempt) -> dict[str, object]:
    """Everything but the number, in the order of the format."""
    passed = attempt.gate == "pass"
    explained = None if attempt.output is None or passed else explain(attempt.output)
    worked_out = explained.fingerprint if explained else ""
    fields: dict[str, object] = {
        "action": attempt.action,
        "hypothesis": attempt.hypothesis,
        "note": attempt.note,
        "gate": attempt.gate,
        "fingerprint": "" if passed else worked_out if attempt.fingerprint is None else attempt.fingerprint,
        "ts": (attempt.when or datetime.now(UTC)).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "commit": attempt.commit,
    }
    if explained and attempt.keep_output:
        fields["gate_output"] = "\n".join(explained.lines[:SIGNAL_LINES])[:LONGEST_EXCERPT]
    lineage = attempt.lineage or {}
    return fields | {name: lineage[name] for name in LINEAGE if lineage.get(name) not in {None, ""}}


def _number(attempt: Attempt, tail: Tail) -> int:
    return attempt.iteration if attempt.iteration is not None else _last_number(tail) + 1


def _last_number(tail: Tail) -> int:
    """The number of the newest row that has one; 0 in a journal without any."""
    count = 1 << 16
    while True:
        lines = tail.read(count).split(b"\n")
        whole = count >= tail.size
        for line in reversed(lines if whole else lines[1:]):
            number = _number_in(line)
            if number is not None:
                return number
        if whole:
            return 0
        count *= 8


def _number_in(line: bytes) -> int | None:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        return None
    number = row.get("iteration") if isinstance(row, dict) else None
    fits = isinstance(number, int) and not isinstance(number, bool) and 0 <= number < 1 << 53
    return number if fits else None
