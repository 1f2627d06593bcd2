"""What a console left behind when it died: finished where that was confirmed, given up where it was not."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from loopview.domain.approval import RUNNING, State
from loopview.guarded.append import AppendRefused
from loopview.guarded.hardened import GitFailed
from loopview.modify.audit import anchor_again
from loopview.modify.evidence import sweep
from loopview.modify.git_safety import Intent
from loopview.modify.repository_lock import LockRefused
from loopview.text import plain

if TYPE_CHECKING:
    from collections.abc import Iterator

    from loopview.domain.standing import Standing
    from loopview.engine.desk.office import Office

_UNFINISHED = RUNNING | {State.CONFIRMED}
_PUBLISHED = frozenset({State.PUBLISHED, State.REFLECTED})


def recover(office: Office) -> tuple[str, ...]:
    """Put everything right that can be; returns what was done or is needed. While somebody works here, nothing."""
    try:
        with office.lock.hold("recovering"):
            return tuple(_repaired(office))
    except (LockRefused, AppendRefused):
        return ()


def interrupt(office: Office, key: str) -> None:
    """Say on record that an edit was cut off; the caller holds the lock, so nobody can be at work on it."""
    standing = office.standings().get(key)
    if standing is not None and standing.state in _UNFINISHED:
        office.ledger.append("interrupted", key, reason="the console ended while it was at work")


def mark_undone(office: Office) -> None:
    """Say on record of each published edit that another one, which is published, took it back."""
    standings = office.standings()
    for key, standing in standings.items():
        known = standings.get(standing.undoes)
        if known is not None and standing.state in _PUBLISHED and key not in known.undoers:
            office.ledger.append("undone", known.key, by=key)


def _repaired(office: Office) -> Iterator[str]:
    for key, standing in office.standings().items():
        if standing.state in _UNFINISHED:
            interrupt(office, key)
            yield f"{plain(key)} was interrupted; nothing was published"
        elif standing.state is State.PUBLISHING and standing.intent is not None:
            yield _finished(office, key, standing)
    for place in office.home.runs():
        sweep(place)
    mark_undone(office)
    with suppress(GitFailed):  # the audit says so, too
        anchor_again(office.ledger, office.git)


def _finished(office: Office, key: str, standing: Standing) -> str:
    """Let git finish a publish that was cut short, and say what became of it."""
    try:
        intent = Intent.from_record(standing.intent or {})
    except ValueError as error:
        return f"{plain(key)} cannot be recovered: {error}; `loopview audit verify` shows the record"
    found = office.git.recover(intent)
    if found.outcome != "needs" or found.said != standing.reason:  # what is needed is put on record once
        office.ledger.append("recovered", key, outcome=found.outcome, commit=found.commit, said=found.said)
    return f"{plain(key)}: {found.said}"
