"""Bounds on something DuckDB does: a thread does it, the caller watches the clock and the memory and interrupts."""

from __future__ import annotations

import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING, TypeVar

import duckdb

from loopview.store import ceiling
from loopview.store.ceiling import PAGE

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

LOOK = 0.02  #: seconds between two looks
LESS = "take fewer columns, or add a condition or a limit"
UNCOUNTED = 2  #: the process may grow by so many times what the database may hold: it counts not everything

_HELD = "select coalesce(sum(memory_usage_bytes), 0)::bigint from duckdb_memory() where tag <> 'BASE_TABLE'"


class QueryStopped(Exception):  # noqa: N818 - reads as the event it is
    """It was stopped: by its limit of time or memory, or by the operator."""


class Watch:
    """Watches one cursor by means of another; one job at a time."""

    def __init__(self, cursor: duckdb.DuckDBPyConnection, looking: duckdb.DuckDBPyConnection) -> None:
        """Interrupt ``cursor``; ask ``looking`` how much memory the database holds."""
        self._cursor = cursor
        self._looking = looking
        self._why = ""

    def begin(self) -> None:
        """Forget what stopped the last job."""
        self._why = ""

    def bounded(
        self, job: Callable[[], T], seconds: float, memory: int, grace: float, done: Callable[[], None]
    ) -> T:
        """Do ``job``, after ``begin``; raise `QueryStopped` at the latest ``grace`` after a bound is passed.

        ``done`` is called once the job has really ended, which may be later than that.
        """
        outcome: list[T] = []
        failed: list[BaseException] = []
        ended = threading.Event()

        def work() -> None:
            ceiling.hold()
            try:
                outcome.append(job())
            except BaseException as error:  # noqa: BLE001 - raised again where it is waited for
                failed.append(error)
            finally:
                ceiling.let_go()
                done()
                ended.set()

        limits = _Limits(seconds, memory, self._held())
        threading.Thread(target=work, name="question", daemon=True).start()
        self._wait(ended, limits, grace)
        if outcome and not failed:
            return outcome[0]
        if self._why or not failed:
            raise QueryStopped(self._why or "stopped")
        raise failed[0]

    def stop(self, why: str) -> None:
        """Interrupt the job, from any thread."""
        self._why = self._why or why
        with suppress(duckdb.Error):
            self._cursor.interrupt()

    def close(self) -> None:
        """Let go of the cursor that looks."""
        self._looking.close()

    def _wait(self, ended: threading.Event, limits: _Limits, grace: float) -> None:
        given_up = float("inf")
        while not ended.wait(LOOK):
            if not self._why:
                self._why = limits.passed(self._held)
            if self._why:
                self.stop(self._why)  # again and again: one that comes between two statements is lost
                given_up = min(given_up, time.monotonic() + grace)
            if time.monotonic() >= given_up:
                return

    def _held(self) -> int:
        """Bytes the database holds, without the pages of its file that it can let go."""
        try:
            found = self._looking.execute(_HELD).fetchone()
        except duckdb.Error:
            return 0
        return int(found[0]) if found else 0


class _Limits:
    """What a job may take, from now on."""

    def __init__(self, seconds: float, memory: int, held: int) -> None:
        self._seconds, self._memory = seconds, memory
        self._deadline = time.monotonic() + seconds
        self._held, self._resident = held, resident()

    def passed(self, held: Callable[[], int]) -> str:
        """Return which limit is passed, in words; empty while none is."""
        if time.monotonic() > self._deadline:
            return f"stopped: it took longer than {self._seconds:g} s"
        much = resident() - self._resident > UNCOUNTED * self._memory
        if much or held() - self._held > self._memory:
            return f"stopped: it needed more than {self._memory >> 20} MiB of memory; {LESS}"
        return ""


def resident() -> int:
    """Bytes of memory this process has in use; 0 where the system does not say."""
    try:
        with open("/proc/self/statm", encoding="ascii") as numbers:
            return int(numbers.read().split()[1]) * PAGE
    except (OSError, ValueError, IndexError):
        return 0
