"""One file, read to its last newline again and again: every complete line once, whatever happens to the file.

The descriptor stays open between looks, so that a file that is renamed away is read to its end before the new one
is followed. A file is the same as long as its first bytes and the bytes before the offset are; a smaller size or
other bytes begin a new generation. Bytes between those two places are not compared at every look: a rewrite that
keeps both is not noticed here.
"""

from __future__ import annotations

import os
import stat
import time

from loopview.domain.identity import ANCHOR_BYTES, HEAD_BYTES, identity_hash
from loopview.domain.records import Delta, Position, Reject, SourceFile, SourceState
from loopview.sources.opening import open_regular, state_of
from loopview.sources.slices import SAMPLE_BYTES, Slice, Slices

LINE_CAP = 16 << 20
POLL_CAP = 64 << 20
GRACE = 5.0  #: seconds in which the writer of a file that was renamed away may go on, while the new one is empty
RACY_NS = 100_000_000  #: a file changed so short ago may change again within the same tick of its clock

TRUNCATED = "the file was truncated"
REPLACED = "the file was replaced"
REWRITTEN = "the file was rewritten"
NEVER_FINISHED = "unfinished last line of a file that was replaced"


class Cursor:
    """Follows one source from a position. Not for two threads at once."""

    def __init__(
        self,
        source: SourceFile,
        position: Position | None = None,
        *,
        line_cap: int = LINE_CAP,
        poll_cap: int = POLL_CAP,
    ) -> None:
        """Go on from ``position``; reject lines over ``line_cap`` bytes; read about ``poll_cap`` bytes a look."""
        self.source = source
        self.position = position or Position()
        self._slices = Slices(line_cap, poll_cap)
        self._descriptor: int | None = None
        self._seen: tuple[int, ...] = ()
        self._pending = 0
        self._replaced_since: float | None = None

    def poll(self) -> Delta:
        """Return what is new. Never raises for what the file is, never waits, takes bounded time and memory."""
        try:
            if self._descriptor is None:
                return self._begin()
            return self._go_on(self._descriptor)
        except OSError as error:
            self.close()
            return self._quiet(*state_of(error))

    def look_again(self) -> None:
        """Compare the file's bytes at the next look even when its stamps are unchanged."""
        self._seen = ()
        self._slices.forget()

    def close(self) -> None:
        """Let go of the file; the next look opens it again."""
        descriptor, self._descriptor = self._descriptor, None
        self._seen, self._pending, self._replaced_since = (), 0, None
        self._slices.forget()
        if descriptor is not None:
            os.close(descriptor)

    def _begin(self) -> Delta:
        self._descriptor = open_regular(self.source.path)
        return self._read(self._descriptor)

    def _go_on(self, descriptor: int) -> Delta:
        here = os.fstat(descriptor)
        try:
            there = os.lstat(self.source.path)
        except OSError as error:
            state, words = state_of(error)
            delta = self._read(descriptor)
            return delta._replace(state=state, reason=delta.reason or words)
        if (here.st_dev, here.st_ino) == (there.st_dev, there.st_ino):
            self._replaced_since = None
            return self._read(descriptor)
        return self._drain(descriptor, may_wait=stat.S_ISREG(there.st_mode) and not there.st_size)

    def _drain(self, descriptor: int, *, may_wait: bool) -> Delta:
        """Read the file that was renamed away to its end, then follow the one that stands in its place."""
        delta = self._read(descriptor)
        if delta.lines or delta.rejects or delta.restarted or delta.backlog:
            return delta._replace(backlog=max(1, delta.backlog))  # the new file is still to be read
        now = time.monotonic()
        if self._replaced_since is None:
            self._replaced_since = now
        if may_wait and now - self._replaced_since < GRACE:
            return delta
        given_up = self._give_up(descriptor, delta) if delta.pending and not self._goes_on_elsewhere() else None
        self.close()
        return given_up or self._begin()

    def _goes_on_elsewhere(self) -> bool:
        """Whether the new file holds what was read of the old one, as after saving from an editor."""
        descriptor = open_regular(self.source.path)
        try:
            return not self._difference(descriptor, os.fstat(descriptor))
        finally:
            os.close(descriptor)

    def _give_up(self, descriptor: int, delta: Delta) -> Delta:
        """Count the last line of a file that nobody will finish."""
        at = self.position
        start = os.pread(descriptor, SAMPLE_BYTES, at.offset).decode("utf-8", "replace")
        reject = Reject(at.offset, at.line + 1, delta.pending, NEVER_FINISHED, start)
        return delta._replace(rejects=(reject,), pending=0, backlog=1)

    def _read(self, descriptor: int) -> Delta:
        info = os.fstat(descriptor)
        seen = (info.st_dev, info.st_ino, info.st_size, info.st_mtime_ns, info.st_ctime_ns)
        if seen == self._seen:
            return self._quiet()
        if info.st_size < self.position.size or self._is_touched(info):
            self._slices.forget()
        before, why = self.position, self._difference(descriptor, info)
        if why or not before.generation:
            self._slices.forget()
            self.position = Position(
                before.generation + 1, head_hash=identity_hash(b""), anchor_hash=identity_hash(b"")
            )
        found = self._slices.read(descriptor, self.position.offset, self.position.line, info.st_size)
        if self._difference(descriptor, os.fstat(descriptor)) or not _stands(descriptor, found):
            self.position = before
            self.look_again()
            return self._quiet()._replace(backlog=1)
        settled = not found.backlog and time.time_ns() - info.st_mtime_ns > RACY_NS
        self._seen = seen if settled else ()
        self._advance(descriptor, info, found)
        restarted = bool(why)
        return Delta(
            self.source,
            SourceState.OK,
            self.position,
            found.lines,
            found.rejects,
            restarted,
            why,
            found.pending,
            found.backlog,
        )

    def _is_touched(self, info: os.stat_result) -> bool:
        """Whether bytes may have changed without the file having grown."""
        return info.st_size == self.position.size and info.st_mtime_ns != self.position.mtime_ns

    def _difference(self, descriptor: int, info: os.stat_result) -> str:
        """Return why the file is not the one that was read up to the position; nothing when it is."""
        at = self.position
        if not at.generation:
            return ""
        moved = (info.st_dev, info.st_ino) != (at.device, at.inode) and at.inode
        if info.st_size < at.offset:
            return REPLACED if moved else TRUNCATED
        head = os.pread(descriptor, at.head_length, 0)
        if at.head_length and identity_hash(head) != at.head_hash:
            return REPLACED if moved else REWRITTEN
        if at.offset and identity_hash(_before(descriptor, at.offset)) != at.anchor_hash:
            return REPLACED if moved else REWRITTEN
        return ""

    def _advance(self, descriptor: int, info: os.stat_result, found: Slice) -> None:
        at = self.position
        if found.offset > at.offset:
            at = at._replace(
                offset=found.offset, line=found.number, anchor_hash=identity_hash(_before(descriptor, found.offset))
            )
            if at.head_length < HEAD_BYTES:
                head = os.pread(descriptor, min(HEAD_BYTES, found.offset), 0)
                at = at._replace(head_length=len(head), head_hash=identity_hash(head))
        self._pending = found.pending
        self.position = at._replace(
            device=info.st_dev, inode=info.st_ino, size=info.st_size, mtime_ns=info.st_mtime_ns
        )

    def _quiet(self, state: SourceState = SourceState.OK, reason: str = "") -> Delta:
        return Delta(self.source, state, self.position, reason=reason, pending=self._pending)


def _stands(descriptor: int, found: Slice) -> bool:
    """Whether the last line that was read still stands where it was read."""
    if not found.lines or found.lines[-1].number != found.number:
        return True
    return _before(descriptor, found.offset).endswith(b"%s\n" % found.lines[-1].text[1 - ANCHOR_BYTES :])


def _before(descriptor: int, offset: int) -> bytes:
    length = min(ANCHOR_BYTES, offset)
    return os.pread(descriptor, length, offset - length)
