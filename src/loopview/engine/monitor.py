"""Watch, read, ingest, tell: one thread that owns the watcher, the cursors and the writing side of the store."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

from loopview.domain.records import Change
from loopview.engine.announcer import Announcer
from loopview.engine.intake import MEMORY_ONLY, Intake
from loopview.sources.discover import directories
from loopview.sources.watcher import Watcher
from loopview.store.database import Store

if TYPE_CHECKING:
    from collections.abc import Callable

    from loopview.config import Settings
    from loopview.domain.records import SourceStatus

ACTIVE, QUIET = 0.05, 0.25  #: seconds between two looks
QUIET_AFTER = 10.0  #: seconds without a change
DISCOVER_EVERY = 1.0  #: seconds
INTERRUPT_EVERY = 0.1  #: seconds between two attempts to end a statement that is in the way of stopping
POLLING = "polling"
NOTIFIED = "notified"
STOPPED_READING = "reading stopped"


class _StopAskedError(Exception):
    """Leaves the reader of whole files between two blocks."""


class Monitor:
    """Keeps a store up to the files of one loop, and says when it moved on.

    ``on_change`` is called from the monitor's thread, with ``loading`` true until every file was read to its end.
    """

    def __init__(
        self,
        root: Path | str,
        settings: Settings,
        *,
        on_change: Callable[[Change], None],
        store: Store | None = None,
    ) -> None:
        """Follow the loop at ``root``; a store that is handed in stays the caller's to close."""
        self.root = Path(root)
        self.failure = ""  #: why reading stopped, if it did
        self._settings = settings
        self._given = store
        self._own: list[Store] = []
        self._announcer = Announcer(on_change)
        self._intake: Intake | None = None
        self._watcher: Watcher | None = None
        self._stopping = threading.Event()
        self._reread = threading.Event()
        self._thread = threading.Thread(target=self._run, name="loopview-monitor", daemon=True)
        self._discovered = self._active = float("-inf")

    # For any thread.

    @property
    def store(self) -> Store | None:
        """The store that is written now; another one than before when the cache could no longer be written."""
        return self._intake.store if self._intake is not None else self._given

    @property
    def revision(self) -> int:
        """The store's revision; 0 before it is open."""
        return self.store.revision if self.store is not None else 0

    @property
    def watching(self) -> str:
        """How changes are noticed: ``notified`` or ``polling``."""
        watcher = self._watcher
        return POLLING if watcher is not None and watcher.polling else NOTIFIED

    @property
    def badges(self) -> tuple[str, ...]:
        """What the operator should know: polling, memory only, second console, reading stopped."""
        own = [POLLING] if self.watching == POLLING else []
        own += [MEMORY_ONLY] if self._intake is not None and self._intake.memory_only else []
        own += [STOPPED_READING] if self.failure else []
        return tuple(dict.fromkeys((*(self.store.badges if self.store is not None else ()), *own)))

    def sources(self) -> tuple[SourceStatus, ...]:
        """Return the health of every source, as of the last look; never waits."""
        return self._intake.sources if self._intake is not None else ()

    def start(self) -> None:
        """Open the store, then read in a thread of its own."""
        store = self._given
        if store is None:
            cache = self._settings.cache_dir
            store = Store.open(self.root, cache_dir=Path(cache) if cache else None)
            self._own.append(store)
        self._intake = Intake(self.root, store, self._announcer, self._between_blocks)
        self._thread.start()

    def reread(self) -> None:
        """Look at every file again, whatever its stamps say."""
        self._reread.set()

    def stop(self, timeout: float = 2.0) -> bool:
        """End the thread within ``timeout`` seconds; return whether it ended. Safe from any state, and twice."""
        self._stopping.set()
        deadline = time.monotonic() + timeout
        while self._thread.is_alive() and self._thread is not threading.current_thread():
            watcher, store = self._watcher, self.store
            if watcher is not None:
                watcher.close()
            self._thread.join(min(INTERRUPT_EVERY, max(0.0, deadline - time.monotonic())))
            if time.monotonic() >= deadline:
                return not self._thread.is_alive()
            if self._thread.is_alive() and store is not None:
                store.interrupt()
        self._close_stores()
        return True

    # In the monitor's thread.

    def _run(self) -> None:
        intake = self._intake
        if intake is None:
            return
        try:
            while not self._stopping.is_set():
                self._discover_when_due(intake)
                if intake.turn():
                    self._active = time.monotonic()
                busy = intake.backlog or intake.fill_fingerprints()
                self._announcer.tell()
                if not busy:
                    self._rest()
            self._announcer.tell(at_once=True)
        except _StopAskedError:
            pass
        except Exception as problem:  # noqa: BLE001 - a thread that dies in silence would leave a console that lies
            self._fail(problem)
        finally:
            self._let_go(intake)

    def _discover_when_due(self, intake: Intake) -> None:
        again = self._reread.is_set()
        if not again and time.monotonic() - self._discovered < DISCOVER_EVERY:
            return
        self._reread.clear()
        self._discovered = time.monotonic()
        intake.discover()
        if again:
            intake.look_again()
        self._watch(directories(self.root))

    def _watch(self, paths: tuple[str, ...]) -> None:
        """Watch these directories, if they are others than before."""
        before = self._watcher
        if before is not None and before.paths == paths:
            return
        self._watcher = Watcher(paths)
        if before is not None:
            before.release()

    def _rest(self) -> None:
        """Wait for a hint, or for the next look, or until a change is due to be told."""
        alert = time.monotonic() - self._active < QUIET_AFTER
        patience = ACTIVE if alert else QUIET
        due = self._announcer.due()
        watcher = self._watcher
        if watcher is None or self._stopping.is_set():
            self._stopping.wait(patience)
        elif watcher.wait(patience if due is None else min(patience, due), alert=alert):
            self._discovered = float("-inf")

    def _between_blocks(self) -> None:
        if self._stopping.is_set():
            raise _StopAskedError
        self._announcer.tell()

    def _fail(self, problem: Exception) -> None:
        if self._stopping.is_set():
            return  # what was interrupted so that it ends
        self.failure = f"{type(problem).__name__}: {problem}"
        self._announcer.add(Change(self.revision, frozenset(), 0))
        self._announcer.tell(at_once=True)

    def _let_go(self, intake: Intake) -> None:
        intake.close()
        if self._watcher is not None:
            self._watcher.release()
        if self._stopping.is_set():
            self._close_stores()

    def _close_stores(self) -> None:
        if self._intake is not None and self._intake.memory_only:
            self._intake.store.close()
        for store in self._own:
            store.close()
