"""Whether the loop runs into one failure again and again: journal rows to a verdict, with the rows that prove it.

The rule equals the first generation's wherever a gate is ``pass``, ``fail`` or ``blocked``. Real
journals hold other words (``in-flight`` …): such a row did not pass, so it does not end a streak of its own
fingerprint, but it is no failure either, so it is not counted; the proof names it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from loopview.domain.sequence import in_order

TYPE_CHECKING = False  # what type checkers take for true
if TYPE_CHECKING:
    from collections.abc import Sequence

PASS = "pass"  # noqa: S105  # the gate's word, not a secret
FAILURES = ("fail", "blocked")

THRESHOLD = 3
"""Failures in a row with one fingerprint that make a stall, unless the caller says otherwise."""

MOST_FAILURES = 10**18
"""A threshold beyond this is no number of rows, and Python may refuse to write it out."""


class Uncounted(NamedTuple):
    """A row that the count passed over."""

    place: int  #: 0-based, among the rows
    why: str


class StallProof(NamedTuple):
    """The rows behind a verdict, as 0-based places in the order of the file."""

    streak: tuple[int, ...] = ()
    dead_ends: tuple[int, ...] = ()  #: failures under the fingerprint whose action is a dead end
    not_counted: tuple[Uncounted, ...] = ()  #: rows under the fingerprint, and the last row, that are no failures
    ended_by: Uncounted | None = None  #: the row before the streak, and why it is no part


class StallVerdict(NamedTuple):
    """What the stall rule says of a journal."""

    verdict: str  #: PROGRESS or STALLED
    stall_count: int  #: failures in the streak
    fingerprint: str  #: the last row's; empty when it has none
    recommend: str  #: continue, switch-strategy or escalate
    dead_ends: tuple[str, ...]  #: actions that failed more than once under the fingerprint, sorted
    reason: str  #: one sentence
    proof: StallProof = StallProof()

    @property
    def stalled(self) -> bool:
        """Whether the verdict is STALLED."""
        return self.verdict == "STALLED"

    def as_dict(self) -> dict[str, object]:
        """Return the JSON object that the first generation wrote: six keys, without the proof."""
        return {
            "verdict": self.verdict,
            "stall_count": self.stall_count,
            "fingerprint": self.fingerprint,
            "recommend": self.recommend,
            "dead_ends": list(self.dead_ends),
            "reason": self.reason,
        }


def stall_verdict(rows: Sequence[object], k: int = THRESHOLD) -> StallVerdict:
    """Return the verdict over journal rows in file order; ``k`` failures in a row with one fingerprint are a stall.

    Rows are JSON objects (mappings) as the loop wrote them; anything else among them, or in their place, is passed
    over, and a ``k`` that is no whole number is the usual threshold. Never raises.
    """
    journal = [(index, row) for index, row in enumerate(in_order(rows)) if isinstance(row, Mapping)]
    k = _threshold(k)
    if not journal:
        return _moving("", "The journal is empty.")
    place, last = journal[-1]
    fingerprint = fingerprint_of(last)
    if last.get("gate") == PASS:
        return _moving(fingerprint, "The last attempt passed.")
    if not fingerprint:
        return _moving("", "The last attempt left no fingerprint.", _no_failure(place, last))
    streak, ended_by = _streak(journal, fingerprint)
    dead_ends, dead_rows = _dead_ends(journal, fingerprint)
    proof = StallProof(streak, dead_rows, _not_counted(journal, fingerprint), ended_by)
    recommend, reason = _judge(len(streak), k, fingerprint)
    verdict = "PROGRESS" if recommend == "continue" else "STALLED"
    return StallVerdict(verdict, len(streak), fingerprint, recommend, dead_ends, reason, proof)


def fingerprint_of(row: Mapping[str, object]) -> str:
    """Return the fingerprint a journal row carries, or ``""``: null, blank and ``-`` mean none."""
    written = text_of(row.get("fingerprint"))
    return "" if written.strip() in {"", "-"} else written


def is_failure(row: Mapping[str, object]) -> bool:
    """Whether the gate said ``fail`` or ``blocked``; every other word is no failure."""
    gate = row.get("gate")
    return isinstance(gate, str) and gate in FAILURES


def text_of(value: object) -> str:
    """Return a field's text; a number counts as its digits, anything else as none."""
    if isinstance(value, str):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        try:
            return str(value)
        except ValueError:  # more digits than Python writes out
            return ""
    return ""


def _threshold(k: object) -> int:
    return k if isinstance(k, int) and abs(k) < MOST_FAILURES else THRESHOLD


def _moving(fingerprint: str, reason: str, *not_counted: Uncounted) -> StallVerdict:
    return StallVerdict("PROGRESS", 0, fingerprint, "continue", (), reason, StallProof(not_counted=not_counted))


def _judge(count: int, k: int, fingerprint: str) -> tuple[str, str]:
    """Return what to do and why."""
    if count >= max(k, 1):
        reason = f"{count} failures in a row with the same fingerprint {fingerprint} (threshold {k})."
        return ("switch-strategy" if count == k else "escalate"), reason
    if not count:
        return "continue", f"The last row carries fingerprint {fingerprint}, but no failure counts towards a stall."
    return "continue", f"Failing with fingerprint {fingerprint}, {count} of {k} in a row that make a stall."


def _streak(
    journal: Sequence[tuple[int, Mapping[str, object]]], fingerprint: str
) -> tuple[tuple[int, ...], Uncounted | None]:
    """Return the failures of the trailing run that shares the fingerprint, and what stands before that run."""
    streak: list[int] = []
    for index, row in reversed(journal):
        if row.get("gate") == PASS:
            return tuple(reversed(streak)), Uncounted(index, "it passed")
        if fingerprint_of(row) != fingerprint:
            return tuple(reversed(streak)), Uncounted(index, _other(fingerprint_of(row)))
        if is_failure(row):
            streak.append(index)
    return tuple(reversed(streak)), None


def _other(fingerprint: str) -> str:
    return f"its fingerprint is {fingerprint}" if fingerprint else "it has no fingerprint"


def _dead_ends(
    journal: Sequence[tuple[int, Mapping[str, object]]], fingerprint: str
) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """Return the actions that failed more than once under the fingerprint, and the rows where they did."""
    tried: dict[str, list[int]] = {}
    for index, row in journal:
        action = text_of(row.get("action")).strip()
        if action and is_failure(row) and fingerprint_of(row) == fingerprint:
            tried.setdefault(action, []).append(index)
    again = {action: places for action, places in tried.items() if len(places) > 1}
    return tuple(sorted(again)), tuple(sorted(index for places in again.values() for index in places))


def _not_counted(journal: Sequence[tuple[int, Mapping[str, object]]], fingerprint: str) -> tuple[Uncounted, ...]:
    """Return the rows under the fingerprint that neither passed nor failed."""
    return tuple(
        _no_failure(index, row)
        for index, row in journal
        if fingerprint_of(row) == fingerprint and not is_failure(row) and row.get("gate") != PASS
    )


def _no_failure(index: int, row: Mapping[str, object]) -> Uncounted:
    gate = text_of(row.get("gate"))
    if is_failure(row):
        return Uncounted(index, "it failed without a fingerprint")
    return Uncounted(index, f"its gate says {gate}, which is no failure" if gate else "it has no gate")
