"""What the verdict line and the status line say, on every screen: asked of the store in one go."""

from __future__ import annotations

import threading
from time import monotonic
from typing import TYPE_CHECKING, Any

from loopview.domain.health import red_of
from loopview.domain.stall import StallVerdict, stall_verdict
from loopview.domain.stance import stances
from loopview.engine.headline_view import Headline, proposal_words, short_name, utc
from loopview.engine.probe_rows import load_health
from loopview.engine.verdict import as_attempt
from loopview.engine.waiting import waiting
from loopview.guarded.git import GitFailed, head
from loopview.store.page import View

if TYPE_CHECKING:
    from datetime import datetime, timedelta
    from pathlib import Path

    from loopview.store.reader import Reader

TAIL = 200
"""Journal rows looked at first; the store is asked for more only while a streak fills all of them."""

MOST = 10_000
"""Journal rows looked at in the end; a longer streak is shown with this length."""

HEAD_SECONDS = 3.0
"""How long the answer of git stands before it is asked again."""

FIRST = {"cycles": 0, "attempts": 1, "probes": 2}
"""Families whose sources the status line names first."""

READABLE = {"ok", "missing"}
"""States of a source that call for nobody: its file is read, or there is none."""


class HeadWatch:
    """Branch and commit of a repository, asked of git at most every few seconds. Threads may share it."""

    def __init__(self, root: Path) -> None:
        self._root = str(root)
        self._lock = threading.Lock()
        self._asked = float("-inf")
        self._found = ("", "")

    def now(self) -> tuple[str, str]:
        """Return branch and commit; both empty where there is no repository."""
        with self._lock:
            if monotonic() - self._asked > HEAD_SECONDS:
                self._asked = monotonic()
                try:
                    found = head(self._root)
                    self._found = (found.branch or "detached", found.commit)
                except GitFailed:
                    self._found = ("", "")
            return self._found


def load_headline(
    reader: Reader,
    heads: HeadWatch,
    *,
    now: datetime,
    stall_threshold: int,
    idle_after: timedelta,
    probe_threshold: int,
) -> Headline:
    """Ask for everything the lines around a screen say."""
    verdict, from_cycles = verdict_of(reader, stall_threshold)
    branch, commit = heads.now()
    totals = reader.ask("failure_totals").records()[0]
    epoch = reader.ask("epoch").rows
    newest = reader.ask("activity", limit=1).rows
    sources = reader.ask("sources_health").records()
    sources.sort(key=lambda it: FIRST.get(str(it["family"]), len(FIRST)))
    rows = {str(it["label"]): int(str(it["rows"])) for it in sources}
    health = load_health(reader, probe_threshold)
    waits = waiting_proposals(reader)
    return Headline(
        verdict=verdict.verdict if verdict else "",
        stall_count=verdict.stall_count if verdict else 0,
        fingerprint=verdict.fingerprint if verdict else "",
        recommend=verdict.recommend if verdict else "",
        reason=verdict.reason if verdict else "",
        dead_ends=verdict.dead_ends if verdict else (),
        from_cycles=from_cycles,
        stances=_stances(reader, now, stall_threshold, idle_after),
        branch=branch,
        commit=commit,
        epoch=str(epoch[0][0]) if epoch else "",
        newest=utc(newest[0][0]) if newest else None,
        last_row=utc(reader.ask("last_row").rows[0][0]),
        cycles=int(totals["cycles"]),  # type: ignore[call-overload]  # count(*) is an integer
        attempts=int(totals["attempts"]),  # type: ignore[call-overload]
        failures=int(totals["failures"]),  # type: ignore[call-overload]
        health=health.overall_status if health is not None else "",
        red=red_of(health),
        proposals=len(waits),
        waiting=tuple(title if name == "-" else name for name, title, _ in waits),
        rejects=sum(int(str(it["rejects"])) for it in sources),
        drifted=sum(int(str(it["drifted"])) for it in sources),
        unread=sum(it["state"] not in READABLE for it in sources),
        sources=tuple((short_name(label), count) for label, count in rows.items() if count),
    )


def verdict_of(reader: Reader, threshold: int) -> tuple[StallVerdict | None, bool]:
    """Return the stall verdict, and whether it was drawn from cycles; None when there are no rows at all."""
    rows = reader.ask("stall_rows", limit=TAIL).records()
    if not rows:
        return _verdict_of_cycles(reader, threshold), True
    verdict = stall_verdict(rows[::-1], threshold)
    while verdict.stall_count >= len(rows) < MOST and len(rows) >= TAIL:
        more = reader.ask("stall_rows", limit=len(rows) * 10).records()
        if len(more) == len(rows):
            break
        rows = more
        verdict = stall_verdict(rows[::-1], threshold)
    if verdict.stall_count and len(rows) >= TAIL:
        verdict = _with_dead_ends(reader, verdict, rows, threshold)
    return verdict, False


def _with_dead_ends(
    reader: Reader, verdict: StallVerdict, rows: list[dict[str, Any]], threshold: int
) -> StallVerdict:
    """Judge again with the earlier failures under the fingerprint: they can add dead ends, never length."""
    oldest = rows[-1]
    earlier = [
        row
        for row in reader.ask("group_attempts", group=verdict.fingerprint, limit=MOST, once=False).records()
        if row["kind"] == "attempt" and row["source"] == oldest["source"] and int(str(row["line"])) < oldest["line"]
    ]
    return stall_verdict([*earlier[::-1], {"gate": "pass"}, *rows[::-1]], threshold)


def _stances(reader: Reader, now: datetime, threshold: int, idle_after: timedelta) -> tuple[tuple[str, str], ...]:
    """Return what else holds of the loop, from its newest attempts and cycles."""
    attempts = reader.ask("stall_rows", limit=TAIL).records()[::-1]
    names = ("ts", "success", "lines_added", "lines_removed", "files_changed", "pr")
    cycles = [dict(zip(names, row, strict=True)) for row in reader.page(View("cycles", names), 0).rows[::-1]]
    found = stances(attempts, cycles, k=threshold, now=now, idle_after=idle_after)
    return tuple((it.kind, it.sentence) for it in found)


def _verdict_of_cycles(reader: Reader, threshold: int) -> StallVerdict | None:
    view = View("cycles", ("cycle", "success", "reason", "fingerprint"))
    rows = reader.page(view, 0).rows
    if not rows:
        return None
    return stall_verdict([as_attempt(dict(zip(view.columns, row, strict=True))) for row in rows[::-1]], threshold)


def waiting_proposals(reader: Reader) -> list[tuple[str, str, str]]:
    """Return id, title and priority of the proposals that wait, newest first."""
    names = ("id", "title", "priority", "status")
    rows = [dict(zip(names, row, strict=True)) for row in reader.page(View("proposals", names), 0).rows]
    return [proposal_words(proposal) for proposal in waiting(reversed(rows))]
