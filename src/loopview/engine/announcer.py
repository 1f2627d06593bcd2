"""Tell of changes: the first after quiet at once, then at most ten a second, the last one always."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from loopview.domain.records import Change

INTERVAL = 0.1  #: seconds between two calls


class Announcer:
    """Gathers changes between two calls into one. For one thread."""

    def __init__(self, on_change: Callable[[Change], None], clock: Callable[[], float] = time.monotonic) -> None:
        """Call ``on_change`` from the thread that calls ``tell``."""
        self._on_change = on_change
        self._clock = clock
        self._told = float("-inf")
        self._waiting: Change | None = None

    def add(self, change: Change) -> None:
        """Remember a change until it is told."""
        waiting = self._waiting
        if waiting is not None:
            change = change._replace(
                tables=waiting.tables | change.tables,
                rows=waiting.rows + change.rows,
                restarted=tuple(dict.fromkeys(waiting.restarted + change.restarted)),
            )
        self._waiting = change

    def due(self) -> float | None:
        """Return the seconds until there is something to tell; None when there is nothing."""
        if self._waiting is None:
            return None
        return max(0.0, self._told + INTERVAL - self._clock())

    def tell(self, *, at_once: bool = False) -> None:
        """Call back if something is due."""
        change = self._waiting
        if change is None or (self.due() and not at_once):
            return
        self._waiting = None
        self._told = self._clock()
        self._on_change(change)
