"""What ends a running probe, from any thread: the operator, or its time."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from loopview.engine.probes.refusals import ProbeFailed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

CANCELLED = "cancelled"
LATE = "time"


class Stopper:
    """Ends whatever a probe waits for; for good."""

    def __init__(self) -> None:
        self.why = ""
        """`CANCELLED` or `LATE`; empty as long as it was not used."""
        self._lock = threading.RLock()
        self._ends: list[Callable[[], None]] = []

    def stop(self, why: str = CANCELLED) -> None:
        """End what goes on, and let nothing begin any more; returns at once."""
        with self._lock:
            self.why = self.why or why
            for end in self._ends:
                end()

    @contextmanager
    def ending(self, end: Callable[[], None]) -> Iterator[None]:
        """Let ``end`` be called as long as this lasts. Raises `ProbeFailed` when it is too late to begin."""
        with self._lock:
            if self.why:
                raise ProbeFailed("Stopped", self.why)
            self._ends.append(end)
        try:
            yield
        finally:
            with self._lock:
                self._ends.remove(end)
