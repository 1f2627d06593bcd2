"""The stall verdict of a loop on disk: over its journal, or over its cycles when no journal has rows."""

from __future__ import annotations

from typing import NamedTuple

from loopview.domain.columns import FAMILIES
from loopview.domain.line import Row, read_line
from loopview.domain.stall import StallVerdict, fingerprint_of, stall_verdict
from loopview.engine.recent import Recent, first_with_rows, lines_holding, recent
from loopview.sources.opening import problem_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from loopview.domain.records import SourceFile

READ = 32  #: rows read from the end at first; more only while a streak fills all of them
MOST = 25_600  #: rows read in the end; a longer streak is "at least" so long
LONGEST = 16 * 1024 * 1024  #: bytes of those rows
SCANNED = 64 * 1024 * 1024  #: bytes before them that are searched for dead ends


class LoopVerdict(NamedTuple):
    """A verdict and what it was drawn from."""

    verdict: StallVerdict
    origin: str  #: ``journal``, ``cycles``, or nothing when there are no rows at all
    label: str  #: the source's label
    whole: bool  #: the streak was seen to its start; if not, its length is a lower bound


def loop_verdict(files: Iterable[SourceFile], k: int) -> LoopVerdict:
    """The verdict of the loop whose files these are, with threshold ``k``."""
    files = tuple(files)
    journal = first_with_rows(files, "attempts", READ)
    judged = judge(journal, None if journal else first_with_rows(files, "cycles", READ), k)
    return owned_up(judged, files)


def owned_up(judged: LoopVerdict, files: Iterable[SourceFile]) -> LoopVerdict:
    """The verdict, saying so where it comes of no rows because what should hold them cannot be read."""
    if judged.origin:
        return judged
    problems = ((file.label, problem_of(file.path)) for file in files if file.family in {"attempts", "cycles"})
    label, words = next(((label, words) for label, words in problems if words), ("", ""))
    if not words:
        return judged
    return judged._replace(
        verdict=judged.verdict._replace(reason=f"Nothing to judge: {label} cannot be read: {words}.")
    )


def judge(journal: Recent | None, cycles: Recent | None, k: int) -> LoopVerdict:
    """The verdict over the ends of two files that were read already; more of them is read only where it counts."""
    if journal is not None:
        return _over_journal(journal, k)
    if cycles is not None:
        return _over_cycles(cycles, k)
    return LoopVerdict(stall_verdict((), k), "", "", whole=True)


def as_attempt(cycle: Mapping[str, object]) -> dict[str, object]:
    """A cycle's typed values read as an attempt: its reason is the failure text, an unknown success counts not.

    A fingerprint that comes with them is taken; without one it is computed.
    """
    success = cycle.get("success")
    gate = {True: "pass", False: "fail"}[success] if isinstance(success, bool) else "unknown"
    return {
        "iteration": cycle.get("cycle"),
        "gate": gate,
        "fingerprint": "" if success is True else _fingerprint_of_cycle(cycle),
    }


def _fingerprint_of_cycle(cycle: Mapping[str, object]) -> object:
    from loopview.domain.fingerprint import fingerprint

    known, reason = cycle.get("fingerprint"), cycle.get("reason")
    if known is not None:
        return known
    return fingerprint(reason) if isinstance(reason, str) else ""


def _over_journal(journal: Recent, k: int) -> LoopVerdict:
    verdict = stall_verdict(tail := [row.raw for row in journal.rows], k)
    while _goes_on(verdict) and not journal.whole and len(tail) < MOST:
        longer = recent(journal.source, len(tail) * 16, LONGEST)
        if len(longer.rows) <= len(tail):
            break
        journal = longer
        verdict = stall_verdict(tail := [row.raw for row in journal.rows], k)
    whole = journal.whole or not _goes_on(verdict)
    if verdict.stall_count and not journal.whole:
        # what stands before the tail adds dead ends, never length: a pass between them keeps the streak as it is
        verdict = stall_verdict([*_earlier_under(journal, verdict.fingerprint), {"gate": "pass"}, *tail], k)
    return LoopVerdict(verdict, "journal", journal.source.label, whole)


def _over_cycles(cycles: Recent, k: int) -> LoopVerdict:
    """Cycles name no action, so only the streak counts: no more of the newest are fingerprinted than it needs."""
    count = 0
    verdict = stall_verdict((), k)
    while (count == 0 or _goes_on(verdict)) and count < len(cycles.rows):
        count = min(max(count * 4, 8), len(cycles.rows))
        verdict = stall_verdict([as_attempt(row.values) for row in cycles.rows[-count:]], k)
    if _goes_on(verdict) and not cycles.whole and count < MOST:
        longer = recent(cycles.source, count * 16, LONGEST)
        if len(longer.rows) > count:
            return _over_cycles(longer, k)
    return LoopVerdict(verdict, "cycles", cycles.source.label, cycles.whole or not _goes_on(verdict))


def _goes_on(verdict: StallVerdict) -> bool:
    """Whether the streak reaches the first row that was judged, so that rows before it could make it longer."""
    return bool(verdict.stall_count) and verdict.proof.ended_by is None


def _earlier_under(journal: Recent, fingerprint: str) -> list[Mapping[str, object]]:
    """The rows before the tail with this fingerprint, found by its digits: they too make dead ends."""
    family = FAMILIES["attempts"]
    wanted = fingerprint.encode("utf-8", "surrogatepass")
    lines = lines_holding(journal.source.path, wanted, journal.rows[0].place.offset, SCANNED)
    read = (read_line(family, line) for line in lines)
    return [row.raw for row in read if isinstance(row, Row) and fingerprint_of(row.raw) == fingerprint]
