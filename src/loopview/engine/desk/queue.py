"""The queue of proposals as it stands now, for a front end that shows it. Looking changes nothing.

Where no desk can be opened (no repository of git, a disk that is only read) the loop's own file is shown alone,
with a sentence that says why nothing can be decided.
"""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING

from loopview.domain.approval import State
from loopview.domain.proposal_queue import Base, Place, Queue, Queued, place_of, worst_first
from loopview.engine.desk.desk import Desk
from loopview.engine.desk.listing import Listed, listed
from loopview.engine.desk.refusals import Refused
from loopview.guarded.append import AppendRefused
from loopview.guarded.git import head
from loopview.guarded.hardened import GitFailed

if TYPE_CHECKING:
    from loopview.config import Settings
    from loopview.domain.edit import Offer
    from loopview.domain.standing import Standing

SAMPLE = "the sample loop is only looked at: nothing of it can be started, merged or rejected"


class Looker:
    """Looks at one queue again and again, and reads only what came since. For one thread at a time."""

    def __init__(self, root: str, settings: Settings, *, sample: bool = False) -> None:
        self._root = root
        self._settings = settings
        self._sample = sample
        self._desk: Desk | None = None

    def look(self) -> Queue:
        """Return the queue. Raises nothing that a loop or a repository can cause."""
        if self._sample:
            return _alone(self._root, SAMPLE)
        if not self._settings.state_dir:
            return _alone(self._root, "there is no state directory, and so no record of decisions; set state_dir")
        try:
            self._desk = self._desk or Desk(self._root, self._settings)
            return _whole(self._desk)
        except GitFailed as failed:
            why = f"there is no git repository to work in, so proposals can be read and not started ({failed})"
        except Refused as refused:
            why = f"{refused.message}{'; ' if refused.advice else ''}{refused.advice}"
        except (AppendRefused, OSError) as refused:
            why = str(refused)
        self._desk = None
        return _alone(self._root, why)


def look(root: str, settings: Settings, *, sample: bool = False) -> Queue:
    """Return the queue as it is now. Raises nothing that a loop or a repository can cause."""
    return Looker(root, settings, sample=sample).look()


def _alone(root: str, why: str) -> Queue:
    return Queue(worst_first(_queued(each) for each in listed(root, {})), problem=why)


def _whole(desk: Desk) -> Queue:
    office = desk.office
    holder = office.lock.holder()
    trust = office.trusted()
    entries = tuple(_of_desk(desk, each) for each in desk.listed())
    return Queue(
        worst_first(entries),
        problem=f"the ledger is damaged: {office.ledger.damage}" if office.ledger.damage else "",
        trusted=trust.operator or "somebody" if trust else "",
        holder=str(holder) if holder else "",
        top=office.git.repository.top,
        ledger=os.path.join(office.home.path, "ledger.jsonl"),
    )


def _of_desk(desk: Desk, found: Listed) -> Queued:
    entry = _queued(found)
    if found.standing is None or not entry.digest:
        return entry
    offer: Offer | None = None
    if found.state is State.READY:
        with suppress(Refused):
            offer = desk.offer(found.key)
    return _with_offer(entry, offer, _base(desk, found.standing))


def _queued(found: Listed) -> Queued:
    standing = found.standing
    closed = not found.open
    entry = Queued(
        found.key, found.proposal, found.state, place_of(found.state, closed=closed), found.said,
        files=len(found.proposal.files),
    )  # fmt: skip
    if standing is None:
        return entry
    subject = standing.subject
    return entry._replace(
        digest=standing.digest,
        expires=standing.expires if found.state is State.READY else "",
        base_commit=subject.base_commit if subject else "",
        tests=str(standing.tested.get("verdict") or ""),
        passed=passed if isinstance(passed := standing.tested.get("passed"), int) else -1,
        added=sum(delta.added for delta in subject.files) if subject else 0,
        removed=sum(delta.removed for delta in subject.files) if subject else 0,
        files=len(subject.files) if subject else entry.files,
        reason=standing.reason,
        commit=standing.commit,
        attempts=standing.attempts,
    )


def _with_offer(entry: Queued, offer: Offer | None, base: Base) -> Queued:
    base = base if entry.place is Place.READY else Base.UNKNOWN
    if offer is None:
        return entry._replace(base=base)
    run = offer.evidence.candidate
    return entry._replace(
        base=base,
        tests=offer.evidence.verdict.value,
        passed=len(run.passed) if run else -1,
        risks=tuple(dict.fromkeys(risk.label for risk in offer.risks)),
        protected=len({risk.path for risk in offer.risks if risk.protected}),
        left_out=len(offer.refused),
    )


def _base(desk: Desk, standing: Standing) -> Base:
    """Whether the target is where the candidate was made from."""
    if standing.subject is None:
        return Base.UNKNOWN
    try:
        now = head(desk.office.root)
    except GitFailed:
        return Base.UNKNOWN
    there = (f"refs/heads/{now.branch}" if now.branch else "", now.commit)
    return Base.FRESH if there == (standing.subject.target_ref, standing.subject.base_commit) else Base.STALE
