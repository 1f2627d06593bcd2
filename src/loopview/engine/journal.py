"""Why the verdict is what it is: the rows that count, the rows that do not, and the answers beside it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from loopview.domain.stall import StallVerdict, stall_verdict
from loopview.domain.stance import Stance, stances
from loopview.engine.verdict import as_attempt
from loopview.store.page import PAGE_ROWS, Place, View

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from loopview.store.questions import Answer
    from loopview.store.reader import Reader

ROWS_READ = 2000
"""Journal rows the proof is drawn from, the newest."""

_CYCLE = ("cycle", "ts", "success", "reason", "lines_added", "lines_removed", "files_changed", "pr")


@dataclass(frozen=True, slots=True)
class ProofRow:
    """One row of the proof."""

    table: str  #: cycles or attempts
    place: Place
    number: int | None  #: iteration or cycle
    ts: datetime | None
    gate: str
    fingerprint: str
    action: str
    why: str = ""  #: why it is not counted, or what it stands for


@dataclass(frozen=True, slots=True)
class Proof:
    """The verdict with the rows behind it."""

    verdict: StallVerdict | None  #: None when there are no rows at all
    threshold: int  #: K
    source: str  #: label of the journal, or of the cycles when no journal has rows
    from_cycles: bool
    streak: tuple[ProofRow, ...]  #: newest last
    not_counted: tuple[ProofRow, ...]
    ended_by: ProofRow | None
    dead_ends: tuple[tuple[str, int], ...]  #: action and how often it failed under the fingerprint
    stances: tuple[tuple[Stance, tuple[ProofRow, ...]], ...]
    answer: Answer | None


def load_proof(
    reader: Reader, *, threshold: int, now: datetime, idle_after: timedelta, as_of: datetime | None = None
) -> Proof:
    """Return the verdict over the journal (or the cycles, when no journal has rows) with all that proves it."""
    answer = reader.ask("stall_rows", limit=ROWS_READ, as_of=as_of)
    attempts = answer.records()[::-1]
    cycles = _newest_cycles(reader, as_of)
    table = "attempts" if attempts else "cycles"
    rows: Sequence[Mapping[str, object]] = attempts or [{**row, **as_attempt(row)} for row in cycles]
    verdict = stall_verdict(rows, threshold) if rows else None
    beside = stances(attempts, cycles, k=threshold, now=now, idle_after=idle_after)
    shown = {"attempts": attempts, "cycles": cycles}
    proof = verdict.proof if verdict is not None else None
    return Proof(
        verdict=verdict,
        threshold=threshold,
        source=str(rows[-1]["source"]) if rows else "",
        from_cycles=table == "cycles",
        streak=tuple(_row(table, rows[place]) for place in proof.streak) if proof else (),
        not_counted=tuple(_row(table, rows[it.place], it.why) for it in proof.not_counted) if proof else (),
        ended_by=_row(table, rows[proof.ended_by.place], proof.ended_by.why) if proof and proof.ended_by else None,
        dead_ends=_times(verdict, rows),
        stances=tuple((it, tuple(_row(it.table, shown[it.table][place]) for place in it.rows)) for it in beside),
        answer=answer,
    )


def newest_commit(reader: Reader) -> str:
    """Return the commit that the newest attempt with one names: foreign text; empty for none."""
    page = reader.page(View("attempts", ("commit",)), 0, PAGE_ROWS)
    named = (str(commit).strip(" -") for (commit,) in page.rows if commit)
    return next(filter(None, named), "")


def _newest_cycles(reader: Reader, as_of: datetime | None) -> list[dict[str, object]]:
    page = reader.page(View("cycles", _CYCLE, as_of=as_of), 0, PAGE_ROWS)
    return [
        {**dict(zip(_CYCLE, row, strict=True)), **_place(place)}
        for row, place in zip(reversed(page.rows), reversed(page.places), strict=True)
    ]


def _place(place: Place) -> dict[str, object]:
    return {"source": place.source, "generation": place.generation, "line": place.line}


def _row(table: str, row: Mapping[str, object], why: str = "") -> ProofRow:
    number = row.get("iteration", row.get("cycle"))
    ts, generation, line = row.get("ts"), row.get("generation"), row.get("line")
    return ProofRow(
        table=table,
        place=Place(str(row.get("source")), _whole(generation), _whole(line)),
        number=number if isinstance(number, int) else None,
        ts=ts if isinstance(ts, datetime) else None,
        gate=str(row.get("gate") or ""),
        fingerprint=str(row.get("fingerprint") or ""),
        action=str(row.get("action") or row.get("reason") or ""),
        why=why,
    )


def _times(verdict: StallVerdict | None, rows: Sequence[Mapping[str, object]]) -> tuple[tuple[str, int], ...]:
    if verdict is None:
        return ()
    tried = [str(rows[place].get("action") or "").strip() for place in verdict.proof.dead_ends]
    return tuple((action, tried.count(action)) for action in verdict.dead_ends)


def _whole(value: object) -> int:
    return value if isinstance(value, int) else 0
