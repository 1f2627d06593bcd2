"""A store that has read a loop to its end: for SQL, and for files that are too large for plain Python."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from loopview.engine.monitor import Monitor

if TYPE_CHECKING:
    from collections.abc import Iterator

    from loopview.config import Settings
    from loopview.domain.records import Change
    from loopview.store.database import Store
    from loopview.store.reader import Reader

LOOK = 0.2  #: seconds between two looks at whether reading has failed


class ReadingFailed(Exception):  # noqa: N818 - reads as the event it is
    """The loop could not be read to its end; the message says why."""


@contextmanager
def settled_reader(root: str, settings: Settings) -> Iterator[Reader]:
    """A reader over the whole loop at ``root``, through the cache; raises `ReadingFailed`."""
    with settled_store(root, settings) as store, store.reader() as reader:
        yield reader


@contextmanager
def settled_store(root: str, settings: Settings) -> Iterator[Store]:
    """A store of the whole loop at ``root``, through the cache; raises `ReadingFailed`."""
    done = threading.Event()

    def note(change: Change) -> None:
        if not change.loading:
            done.set()

    monitor = Monitor(root, settings, on_change=note)
    monitor.start()
    try:
        while not done.wait(LOOK):
            if monitor.failure:
                raise ReadingFailed(monitor.failure)
        if monitor.failure or monitor.store is None:
            raise ReadingFailed(monitor.failure or "no store could be opened")
        yield monitor.store
    finally:
        monitor.stop()
