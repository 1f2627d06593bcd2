"""The newest probe results of every capability, asked of the store: what health is judged by on every screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from loopview.domain.health import Health, health

if TYPE_CHECKING:
    from datetime import datetime

    from loopview.store.questions import Answer
    from loopview.store.reader import Reader

NEWEST = 24
"""Results of a capability that are looked at, unless a threshold needs more."""


def newest_results(reader: Reader, limit: int = NEWEST, *, as_of: datetime | None = None) -> Answer:
    """Return the newest results of each capability, oldest first."""
    return reader.ask("probe_tail", limit=limit, as_of=as_of)


def load_health(reader: Reader, threshold: int, *, as_of: datetime | None = None) -> Health | None:
    """Return the health of the capabilities; None when no probe ever ran."""
    rows = newest_results(reader, max(NEWEST, threshold), as_of=as_of).records()
    return health(rows, threshold) if rows else None
