"""Alerts without a console: watch a loop, judge it when it moves, deliver what is new."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from loopview.engine.alert_calls import call
from loopview.engine.alert_checks import Checks
from loopview.engine.alerts import AlertDesk, budget_is_over, facts_now
from loopview.engine.headline import HeadWatch, load_headline
from loopview.engine.monitor import Monitor
from loopview.engine.settled import ReadingFailed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from loopview.config import Settings
    from loopview.domain.records import Change
    from loopview.engine.alerts import Told
    from loopview.store.database import Store

PATIENCE = 30.0  #: seconds between two looks at a loop that does not move: silence is a matter of time
PAUSE = 0.5  #: seconds between two looks at one that does


class AlertWatch:
    """Watches one loop until it is stopped."""

    def __init__(self, root: str, settings: Settings, environ: Mapping[str, str]) -> None:
        self._root, self._settings, self._environ = root, settings, environ
        self._moved, self._stopping, self._loaded = threading.Event(), threading.Event(), threading.Event()
        self._desk = AlertDesk(root, settings)
        self._checks = Checks(root, settings.sql_seconds, self._desk.failed)
        self._heads = HeadWatch(Path(root))

    def stop(self) -> None:
        """End the watch, from any thread."""
        self._stopping.set()
        self._moved.set()

    def told(self) -> Iterator[Told | str]:
        """Yield each alert as it is told, and a sentence for each delivery that failed. Raises `ReadingFailed`."""
        monitor = Monitor(self._root, self._settings, on_change=self._note)
        monitor.start()
        try:
            while not self._stopping.is_set():
                self._moved.wait(PATIENCE)
                self._moved.clear()
                if monitor.failure:
                    raise ReadingFailed(monitor.failure)
                if self._loaded.is_set() and monitor.store is not None and not self._stopping.is_set():
                    yield from self._look(monitor.store)
                    self._stopping.wait(PAUSE)
        finally:
            monitor.stop()

    def _note(self, change: Change) -> None:
        (self._loaded.clear if change.loading else self._loaded.set)()
        self._moved.set()

    def _look(self, store: Store) -> Iterator[Told | str]:
        settings, now = self._settings, datetime.now(UTC)
        with store.reader() as reader:
            headline = load_headline(
                reader,
                self._heads,
                now=now,
                stall_threshold=settings.stall_threshold,
                idle_after=timedelta(minutes=settings.idle_after),
                probe_threshold=settings.probe_threshold,
            )
        failed = self._checks.look(store, self._environ, now)
        over = budget_is_over(self._root, settings, now)
        look = self._desk.look(facts_now(headline, settings, now, failed=failed, over_budget=over), now)
        yield from look.told
        yield from ([look.problem] if look.problem else [])
        yield from call(look.told, self._root, settings)
