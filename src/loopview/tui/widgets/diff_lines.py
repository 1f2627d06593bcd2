"""The lines of a diff view: those of a review, below a list of its files if there are several; made safe once."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from textual.cache import LRUCache

from loopview.domain.review import SIGNS, ReviewLine
from loopview.text import Safe, cell_width, revealed, safe

if TYPE_CHECKING:
    from collections.abc import Sequence

CUTS_KEPT = 256
"""Lines whose parts are kept: what is in sight, and more."""

LISTED = "listed"
"""Kind of a line in the list of files."""


class Cut(NamedTuple):
    """One row's part of a line: from and to which character, and whether something is out of sight beside it."""

    start: int
    end: int
    before: bool = False
    after: bool = False


class DiffLines:
    """Lines by their place, each with what may be shown of it."""

    def __init__(self, lines: Sequence[ReviewLine] = ()) -> None:
        self.lines = (*_listed(lines), *lines)
        self._shown: dict[int, Safe] = {}
        self._cut: LRUCache[tuple[int, int], list[Cut]] = LRUCache(CUTS_KEPT)
        self.files = [index for index, line in enumerate(self.lines) if line.kind == "file"]
        self.hunks = [index for index, line in enumerate(self.lines) if line.kind == "hunk"]
        highest = max((max(line.old, line.new) for line in self.lines), default=0)
        self.digits = max(len(str(highest)), 3)  #: cells for a line number

    def __len__(self) -> int:
        return len(self.lines)

    def shown(self, index: int) -> Safe:
        """Return what is shown of a line."""
        found = self._shown.get(index)
        if found is None:
            found = self._shown[index] = _safe(self.lines[index])
        return found

    def part(self, index: int, room: int, part: int) -> Cut | None:
        """Return one of a line's parts of so many cells; None behind its end."""
        text = self.shown(index)
        if not text.isascii():
            cuts = self._cuts(index, room)
            return cuts[part] if part < len(cuts) else None
        start = part * room
        return Cut(start, min(start + room, len(text))) if start < max(len(text), 1) else None

    def height(self, index: int, room: int) -> int:
        """Return how many parts of so many cells a line has; an empty one has one."""
        text = self.shown(index)
        if text.isascii():
            return max(-(-len(text) // room), 1)
        return 1 if 2 * len(text) <= room else len(self._cuts(index, room))  # no character is wider than two cells

    def _cuts(self, index: int, room: int) -> list[Cut]:
        found = self._cut.get((index, room))
        if found is None:
            found = self._cut[index, room] = _cuts(self.shown(index), room)
        return found

    def clip(self, index: int, offset: int, room: int) -> Cut:
        """Return what of a line stands in so many cells from an offset on; a clipped end has a mark in them."""
        text = self.shown(index)
        start = _reach(text, 0, offset) if offset else 0
        before = bool(offset and text)
        room -= before
        end = _reach(text, start, room)
        if end >= len(text):
            return Cut(start, len(text), before)
        return Cut(start, _reach(text, start, room - 1), before, after=True)


def _listed(lines: Sequence[ReviewLine]) -> list[ReviewLine]:
    """Return the list of files, where there is more than one."""
    files = [line for line in lines if line.kind == "file"]
    return [line._replace(kind=LISTED) for line in files] if len(files) > 1 else []


def _safe(line: ReviewLine) -> Safe:
    if line.kind in SIGNS:
        return revealed(line.text)
    if line.facts is None:
        return safe(line.text)
    path, facts = safe(line.text), line.facts
    if line.kind == LISTED:
        ours = f"{facts.counts:>12}  "
        spans = tuple((start + len(ours), end + len(ours), why) for start, end, why in path.spans)
        digest = f"  sha256 {facts.sha256}" if facts.sha256 else f"  {facts.what}"
        return Safe(f"{ours}{path}{digest}", spans)
    return Safe(f"{path}  {facts.what}  {facts.counts}", path.spans)


def _cuts(text: str, room: int) -> list[Cut]:
    cuts: list[Cut] = []
    start = 0
    while start < len(text) or not cuts:
        end = max(_reach(text, start, room), min(start + 1, len(text)))
        cuts.append(Cut(start, end))
        start = end
    return cuts


def _reach(text: str, start: int, cells: int) -> int:
    """Return where a text ends that starts at a character and takes at most so many cells."""
    if text.isascii():
        return min(start + max(cells, 0), len(text))
    at = start
    while at < len(text):
        cells -= cell_width(text[at])
        if cells < 0:
            break
        at += 1
    return at
