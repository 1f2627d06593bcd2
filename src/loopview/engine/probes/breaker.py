"""The circuit breaker: a probe that keeps failing files one proposal, and no other until it recovered."""

from __future__ import annotations

import secrets
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from loopview.domain.clock import parse_time
from loopview.domain.health import health
from loopview.domain.probe_board import name_in, stamp, worked_at
from loopview.domain.probe_rules import (
    PRIORITY,
    PROPOSER,
    TYPE,
    description_of,
    filing_due,
    is_about,
    title_of,
)
from loopview.engine.probes.board import proposals, results
from loopview.guarded.append import append
from loopview.guarded.hardened import GitFailed

if TYPE_CHECKING:
    from collections.abc import Iterable

    from loopview.config import Settings
    from loopview.engine.desk.desk import Desk

LABEL = ".loop/proposals.jsonl"


def file_if_due(root: str, settings: Settings, name: str) -> str:
    """File a proposal when the streak of ``name`` asks for one; returns what there is to say, or nothing.

    Called under the lock of probes, after a result was recorded. Raises nothing: a result stands without it.
    """
    rows = [row for row in results(root) if name_in(row) == name]
    found = next(iter(health(rows, settings.probe_threshold).capabilities), None)
    if found is None or found.consecutive_failures < settings.probe_threshold:
        return ""
    streak = [rows[place] for place in found.failures]
    try:
        desk = _desk(root, settings)
        filed = max(_filed(root, name, desk), default=None)
        if not filing_due(len(streak), settings.probe_threshold, filed, worked_at(rows)):
            return ""
        since = next(filter(None, map(stamp, streak)), None)
        title = title_of(name, len(streak))
        description = description_of(name, streak[-1], since)
        own = _file(root, desk, title, description)
    except Exception as failure:  # noqa: BLE001 - a probe's result counts whatever becomes of its proposal
        return f"no proposal could be filed: {failure}"
    return f"filed {own}: {title}"


def _desk(root: str, settings: Settings) -> Desk | None:
    """The desk, where there is a repository to decide in."""
    from loopview.engine.desk.desk import Desk

    with suppress(GitFailed):
        return Desk(root, settings)
    return None


def _filed(root: str, name: str, desk: Desk | None) -> Iterable[datetime]:
    """When proposals about it were filed: from the ledger, which the agent cannot write, where there is one."""
    if desk is None:
        for row in proposals(root):
            if is_about(str(row.get("title")), name) and (time := stamp(row)) is not None:
                yield time
        return
    for record in desk.office.ledger.records():
        proposal = record.fields.get("proposal")
        if isinstance(proposal, dict) and proposal.get("proposer") == PROPOSER:
            time = parse_time(record.time)
            if time is not None and is_about(str(proposal.get("title")), name):
                yield time


def _file(root: str, desk: Desk | None, title: str, description: str) -> str:
    """Put it before the desk and where the loop can read it; returns its id."""
    if desk is not None:
        return desk.propose(description, title=title, proposer=PROPOSER, priority=PRIORITY, kind=TYPE).id
    own = f"E-{secrets.token_hex(3)}"
    record = {
        "timestamp": datetime.now(UTC).isoformat(),
        "id": own,
        "title": title,
        "description": description,
        "priority": PRIORITY,
        "type": TYPE,
        "proposer": PROPOSER,
        "status": "proposed",
    }
    append(root, LABEL, lambda _: record)
    return own
