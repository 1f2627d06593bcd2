"""The operator's record as happenings: every decision, and what came of it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from loopview.domain.activity import Happening
from loopview.domain.clock import parse_time
from loopview.domain.recorded import decision_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from loopview.domain.chain import Record
    from loopview.domain.standing import Standing

SHOWN = 400  #: characters of one text
WHOLE = 8_000  #: characters of a record that are shown as a whole

_SAYS = ("reason", "said", "verdict", "commit", "model", "digest", "outcome")
"""Fields that say in a word what a record is about, the most telling first."""


def decided(records: Iterable[Record], since: datetime | None) -> Iterator[Happening]:
    """Yield the records at or after a moment; one whose time cannot be read stands at that of the one before."""
    moment = None
    for record in records:
        moment = parse_time(record.time) or moment
        if moment is not None and (since is None or moment >= since):
            yield Happening(
                "decision",
                moment,
                record.proposal or "repository",
                record.event,
                said(record),
                record.seq,
                whole=json.dumps(record._asdict(), ensure_ascii=True)[:WHOLE],
            )


def said(record: Record) -> str:
    """What a record says, in one line: who decided, why, and what came of it."""
    fields = record.fields
    proposal = fields.get("proposal")
    if isinstance(proposal, dict):
        return f"{proposal.get('proposer') or ''}: {proposal.get('title') or ''}"[:SHOWN]
    decision = decision_of(fields.get("decision"))
    words = [f"by {decision.operator} on {decision.host}" if decision else ""]
    words += [str(fields[name])[:SHOWN] for name in _SAYS if isinstance(fields.get(name), str) and fields[name]][:2]
    reason = decision.reason if decision else ""
    return "  ".join(dict.fromkeys(word for word in (*words, reason) if word))[:SHOWN]


def undone_by(standings: Iterable[Standing]) -> dict[str, str]:
    """Commits that a later edit took back, each with the name of that edit."""
    found = {each.commit: each.undone for each in standings if each.commit and each.undone}
    for each in standings:
        words = each.proposal.instruction.removeprefix("Take back commit ").rstrip(".")
        if each.commit and words != each.proposal.instruction and len(words) >= 40:  # noqa: PLR2004 - a whole name
            found.setdefault(words, each.key)
    return found
