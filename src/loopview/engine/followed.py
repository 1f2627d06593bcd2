"""One source that the monitor follows: its cursor, what the last look found, and which road its bytes take."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from loopview.domain.columns import FAMILIES
from loopview.domain.records import Delta, Position, SourceState, SourceStatus
from loopview.sources.cursor import Cursor
from loopview.sources.whole import WholeCursor

if TYPE_CHECKING:
    from loopview.domain.records import SourceFile

SLICE = 8 << 20  #: bytes of one look: the writer is never away for longer than this takes
WHOLE_FROM = 8 << 20  #: more unread bytes than this go through the store's reader of whole files


class Followed:
    """A source, from one look to the next."""

    def __init__(self, source: SourceFile, position: Position | None) -> None:
        """Go on from ``position``."""
        self.source = source
        self.of_lines = source.family in FAMILIES
        self.cursor: Cursor | WholeCursor = _cursor(source, position)
        self.last: Delta | None = None
        self._stuck_at: Position | None = None

    def unread(self) -> int:
        """Return about how many bytes are unread."""
        if self.last is not None:
            return self.last.backlog
        return _size(self.source.path) - self.cursor.position.offset

    def look(self) -> Delta:
        """Return what the file has that is new."""
        delta = self.cursor.poll()
        self.last = delta._replace(lines=(), rejects=())
        return delta

    def wants_whole_road(self) -> bool:
        """Whether so much is unread that the store's reader of whole files is the faster road."""
        if isinstance(self.cursor, WholeCursor) or self.cursor.position == self._stuck_at:
            return False
        if self.last is None:
            return self.unread() > WHOLE_FROM
        return self.last.state is SourceState.OK and self.last.backlog > WHOLE_FROM

    def went_whole_road(self, delta: Delta) -> None:
        """Go on after what the store's reader took; a part that it cannot take is the cursor's."""
        self._stuck_at = delta.position if delta.position == self.cursor.position else None
        self.cursor.close()
        self.cursor = _cursor(self.source, delta.position)
        self.last = None if delta.position.generation == 0 else delta._replace(backlog=0)

    def status(self, stored: SourceStatus | None) -> SourceStatus:
        """Return what the store holds of the source together with what the last look found."""
        status = stored or SourceStatus(self.source, SourceState.MISSING, Position(), 0, 0, 0)
        if isinstance(self.cursor, WholeCursor):
            status = status._replace(rows=len(self.cursor.entries), restarts=())
        if self.last is None:
            return status
        detail = status.detail if self.last.restarted else self.last.reason
        return status._replace(
            state=self.last.state, pending=self.last.pending, backlog=self.last.backlog, detail=detail
        )

    def close(self) -> None:
        """Let go of the file."""
        self.cursor.close()


def _cursor(source: SourceFile, position: Position | None) -> Cursor | WholeCursor:
    if source.family in FAMILIES:
        return Cursor(source, position, poll_cap=SLICE)
    return WholeCursor(source, position)


def _size(path: str) -> int:
    try:
        return os.lstat(path).st_size
    except OSError:
        return 0
