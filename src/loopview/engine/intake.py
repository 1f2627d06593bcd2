"""From the files of one loop into its store, a turn at a time: discover, look, ingest, remember what to tell."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from loopview.domain.records import Change, SourceState
from loopview.engine.followed import Followed
from loopview.sources.adapters import native_lines
from loopview.sources.discover import discover
from loopview.store.database import Store, StoreBroken

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from loopview.domain.records import Delta, SourceStatus
    from loopview.engine.announcer import Announcer
    from loopview.store.ingest import IngestReport

IN_SIGHT = 200  #: newest rows that get their fingerprints before the change is told: a screen shows no more
FINGERPRINTS = 10_000  #: rows that one quiet moment looks at
FINGERPRINTS_TOLD = 1.0  #: seconds between two changes that tell of nothing but fingerprints
MEMORY_ONLY = "memory only"


class Intake:
    """The followed sources and the writing side of the store. For one thread, but for ``sources``."""

    def __init__(self, root: Path, store: Store, announcer: Announcer, between_blocks: Callable[[], None]) -> None:
        """Read into ``store``; call ``between_blocks`` while a large file is read: it may raise to break off."""
        self.store = store
        self.sources: tuple[SourceStatus, ...] = ()  #: replaced as a whole, so that any thread may read it
        self.memory_only = False  #: whether the cache could no longer be written
        self.loading = True  #: until every file was read to its end once
        self._root = root
        self._announcer = announcer
        self._between_blocks = between_blocks
        self._followed: dict[str, Followed] = {}
        self._fingerprints_due = True
        self._fingerprints_next = IN_SIGHT
        self._fingerprints_told = float("-inf")
        self._fingerprints_untold = False

    def discover(self) -> None:
        """Follow the files that have appeared."""
        for source in discover(self._root):
            known = self._followed.get(source.label)
            if known is None or known.source != source:
                if known is not None:
                    known.close()
                self._followed[source.label] = Followed(source, self.store.positions().get(source.label))

    def look_again(self) -> None:
        """Compare every file at the next turn, whatever its stamps say."""
        for followed in self._followed.values():
            followed.cursor.look_again()

    def turn(self) -> bool:
        """Look at every source once, the shortest backlog first; return whether anything changed."""
        sources = sorted(self._followed.values(), key=lambda followed: followed.unread())
        moved = [self._follow(followed) for followed in sources]
        if self.loading and not self.backlog:
            self.loading = False
            self._note()
        if any(moved):
            self._refresh()
        return any(moved)

    @property
    def backlog(self) -> bool:
        """Whether a source has bytes that can be read at once."""
        return any(followed.last is None or followed.last.backlog for followed in self._followed.values())

    def fill_fingerprints(self) -> bool:
        """Use a quiet moment for fingerprints that are still missing; return whether to go on with more at once.

        After the newest ones the screens come first: they ask for them now.
        """
        if not self._fingerprints_due:
            return False
        newest = self._fingerprints_next == IN_SIGHT
        try:
            self._fingerprints_due = bool(self.store.fill_fingerprints(self._fingerprints_next))
            self._fingerprints_untold |= self._fingerprints_due
            self._fingerprints_next = FINGERPRINTS
        except StoreBroken:
            self._fall_back_to_memory()
            return True
        now = time.monotonic()
        over = not self._fingerprints_due or now - self._fingerprints_told >= FINGERPRINTS_TOLD
        if self._fingerprints_untold and over:
            self._fingerprints_told, self._fingerprints_untold = now, False
            self._note(frozenset({"cycles"}))
        return self._fingerprints_due and not newest

    def close(self) -> None:
        """Let go of every file."""
        for followed in self._followed.values():
            followed.close()

    def _follow(self, followed: Followed) -> bool:
        """Take what one source has that is new; return whether anything about it changed."""
        before = followed.last
        try:
            if self._has_whole_road() and followed.wants_whole_road():
                self._load(followed)
            else:
                self._look(followed)
        except StoreBroken:
            self._fall_back_to_memory()
            return True
        return before is None or followed.last is None or _standing(before) != _standing(followed.last)

    def _has_whole_road(self) -> bool:
        """Whether the store reads whole files faster than lines: in memory it opens no file at all."""
        return self.store.file is not None

    def _look(self, followed: Followed) -> None:
        before, delta = followed.last, followed.look()
        news = delta.lines or delta.rejects or delta.restarted
        if news or before is None or _state(before) != _state(delta) or before.position != delta.position:
            lines = tuple(native_lines(delta.source.adapter, delta.lines))
            self._tell(self.store.ingest([delta._replace(lines=lines)]), followed)

    def _load(self, followed: Followed) -> None:
        """Read a large file by the store's own reader; the other sources are looked at between its blocks."""

        def progress(report: IngestReport) -> None:
            self._tell(report, followed)
            for other in self._followed.values():
                if other is not followed and other.last is not None and not other.last.backlog:
                    self._look(other)
            self._refresh()
            self._between_blocks()

        followed.went_whole_road(self.store.load_whole_file(followed.source, progress=progress))

    def _tell(self, report: IngestReport, followed: Followed) -> None:
        if report.unprinted:
            self._fingerprints_due = True
            self._fingerprints_next = IN_SIGHT
        restarted = report.restarted if followed.of_lines else ()  # a whole file is written anew each time
        self._note(report.tables, report.rows, restarted)

    def _note(self, tables: frozenset[str] = frozenset(), rows: int = 0, restarted: tuple[str, ...] = ()) -> None:
        self._announcer.add(Change(self.store.revision, tables, rows, restarted, self.loading))

    def _refresh(self) -> None:
        stored = {status.source.label: status for status in self.store.statuses()}
        self.sources = tuple(followed.status(stored.get(label)) for label, followed in self._followed.items())

    def _fall_back_to_memory(self) -> None:
        """Go on in memory when the cache cannot be written; a second failure is for good."""
        if self.memory_only:
            raise StoreBroken("the store in memory cannot be written either")
        self.memory_only = True
        self.store = Store.open(self._root, cache_dir=None)
        self.close()
        self._followed = {}
        self.loading = self._fingerprints_due = True
        self.discover()


def _state(delta: Delta) -> tuple[SourceState, str]:
    """How a file could be read, and if it could not, why: one FIFO may be another one's link by now."""
    return delta.state, "" if delta.state is SourceState.OK else delta.reason


def _standing(delta: Delta) -> tuple[SourceState, object, int, int, str]:
    return delta.state, delta.position, delta.pending, delta.backlog, delta.reason
