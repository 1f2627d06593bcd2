"""The status as one JSON document."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from loopview.domain.line import Row
    from loopview.engine.snapshot import LoopStatus

NEWEST = 20  #: cycles in the document


def status_document(found: LoopStatus) -> dict[str, object]:
    """Everything the text says, and the newest cycles; moments are UTC."""
    return {
        "root": found.root,
        "now": found.now,
        "sample": found.sample,
        "head": {"commit": found.head.commit or None, "branch": found.head.branch or None} if found.head else None,
        "epoch": found.epoch or None,
        "verdict": {
            **found.judged.verdict.as_dict(),
            "origin": found.judged.origin or None,
            "source": found.judged.label or None,
            "whole": found.judged.whole,
        },
        "stances": [{"kind": stance.kind, "sentence": stance.sentence} for stance in found.stances],
        "last_cycle": _values(found.last_cycle),
        "last_pass": _values(found.last_pass),
        "newest": found.newest,
        "idle_minutes": found.idle_minutes,
        "trends": {**found.trends, "whole": found.trends_whole},
        "health": found.health.as_dict(found.now) if found.health else None,
        "proposals_waiting": len(found.proposals),
        "proposals_whole": found.proposals_whole,
        "cycles": [_values(row) for row in reversed(found.cycles[-NEWEST:])],
        "sources": [source._asdict() for source in found.sources],
    }


def _values(row: Row | None) -> dict[str, object] | None:
    return None if row is None else {name: value for name, value in row.values.items() if value is not None}
