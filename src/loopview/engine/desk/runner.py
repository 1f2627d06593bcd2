"""One job of the desk at a time, in a thread of its own: it is watched, cancelled, and ended with the console.

The thread is a daemon: a console that dies takes it along, and recovery says at the next start that the edit was
interrupted. Nothing is published by a run; a publish that was begun is finished here or by recovery.
"""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Protocol

from loopview.domain.progress import Progress
from loopview.engine.desk.refusals import spoken

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from loopview.domain.edit import Event

CLOSING = 3.0
"""Seconds that a console waits for a cancelled job to say so on record."""


class Job(Protocol):
    """What runs: an edit or a publish."""

    said: tuple[str, ...]

    def events(self) -> Iterator[Event]:
        """Do it."""
        ...

    def cancel(self) -> None:
        """End it, from any thread."""
        ...


class Busy(Exception):  # noqa: N818 - reads as the event it is
    """This console has a job already."""


class Runner:
    """The job of one console. ``tell`` is called from the job's thread whenever there is something new to see."""

    def __init__(self, tell: Callable[[], None]) -> None:
        self._tell = tell
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._job: Job | None = None
        self._progress: Progress | None = None
        self._number = 0

    @property
    def progress(self) -> Progress | None:
        """What there is to see of the newest job."""
        with self._lock:
            return self._progress

    @property
    def running(self) -> bool:
        """Whether a job goes on."""
        found = self.progress
        return found is not None and found.running

    def begin(self, key: str, title: str, make: Callable[[], Job]) -> None:
        """Make a job and do it; what it refuses with is its end. Raises `Busy` while another one goes on."""
        with self._lock:
            if self._progress is not None and self._progress.running:
                raise Busy(f"{self._progress.key} is at work; one edit at a time")
            self._number += 1
            self._job = None
            self._progress = Progress(key, title, self._number)
        self._thread = threading.Thread(target=self._work, args=(make,), name="desk", daemon=True)
        self._thread.start()

    def cancel(self) -> None:
        """End the job that goes on, if there is one."""
        with self._lock:
            if self._progress is None or not self._progress.running:
                return
            self._progress = self._progress._replace(cancelled=True)
            job = self._job
        if job is not None:
            job.cancel()
        self._tell()

    def close(self, seconds: float = CLOSING) -> bool:
        """Cancel, and wait until that is on record; returns whether it is."""
        self.cancel()
        if self._thread is not None:
            self._thread.join(seconds)
        return not self.running

    def _work(self, make: Callable[[], Job]) -> None:
        began = time.monotonic()
        problem = ""
        said: tuple[str, ...] = ()
        try:
            job = make()
            if self._takes(job):
                for event in job.events():
                    self._see(event, time.monotonic() - began)
                said = job.said
            else:
                problem = "cancelled before it began"
        except Exception as error:  # noqa: BLE001 - whatever it is belongs on the screen
            problem = spoken(error)
        with self._lock:
            if self._progress is not None:
                seconds = time.monotonic() - began
                self._progress = self._progress._replace(problem=problem, said=said, over=seconds)
        self._tell()

    def _takes(self, job: Job) -> bool:
        """Keep the job to be cancelled; False when it was before it was there."""
        with self._lock:
            self._job = job
            return self._progress is not None and not self._progress.cancelled

    def _see(self, event: Event, seconds: float) -> None:
        with self._lock:
            if self._progress is not None:
                self._progress = self._progress.after(event, seconds)
        self._tell()
