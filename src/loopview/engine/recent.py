"""The newest rows of a loop's files, read from their ends: what answers before any store is open."""

from __future__ import annotations

import os
from typing import NamedTuple

from loopview.domain.columns import FAMILIES
from loopview.domain.line import BLANK, Row, read_line
from loopview.domain.records import Line
from loopview.sources.discover import discover
from loopview.sources.opening import open_regular
from loopview.sources.tail import newest_lines

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from loopview.domain.records import SourceFile

LONGEST_READ = 1024 * 1024  #: bytes read from the end of one file, unless asked otherwise


class Recent(NamedTuple):
    """The end of one source."""

    source: SourceFile
    rows: tuple[Row, ...]  #: oldest first
    rejects: int  #: lines of the part that was read which are no rows
    drifted: int  #: rows with a field that could not be typed
    whole: bool  #: the part that was read is the whole file


def recent(source: SourceFile, count: int, longest: int = LONGEST_READ) -> Recent:
    """The newest ``count`` rows of a source, within ``longest`` bytes of its end. Never raises, never blocks.

    A row's line number is 0 where it is not known: counting the lines of a large file would take too long.
    """
    tail = newest_lines(source.path, count, longest)
    family = FAMILIES[source.family]
    lines = tail.lines if tail.numbered else [line._replace(number=0) for line in tail.lines]
    read = [read_line(family, line) for line in lines]
    rows = tuple(found for found in read if isinstance(found, Row))
    rejects = sum(1 for found in read if not isinstance(found, Row) and found.why != BLANK)
    return Recent(source, rows, rejects, sum(bool(row.drift) for row in rows), tail.whole)


def further(found: Recent, count: int, longest: int = LONGEST_READ) -> Recent:
    """The newest ``count`` rows where lines that are none stood in their way: more lines are read for them."""
    lines = count
    while len(found.rows) < count and found.rejects and not found.whole:
        lines *= 8
        wider = recent(found.source, lines, longest)
        if wider[1:] == found[1:]:
            break  # the bytes end before the lines do
        found = wider
    whole = found.whole and len(found.rows) <= count
    return found._replace(rows=found.rows[-count:], whole=whole)


def first_with_rows(
    sources: Iterable[SourceFile], family: str, count: int, longest: int = LONGEST_READ
) -> Recent | None:
    """Of a family's sources by rank, the first that has rows: the one that verdicts use."""
    ranked = sorted((source for source in sources if source.family == family), key=lambda source: source.rank)
    return next((found for source in ranked if (found := _read_end(source, count, longest)).rows), None)


def _read_end(source: SourceFile, count: int, longest: int) -> Recent:
    found = recent(source, count, longest)
    return found if found.rows else further(found, count, longest)


def newest_attempts(root: str, count: int) -> tuple[Mapping[str, object], ...]:
    """Raw fields of the newest attempts of the loop's journal, oldest first."""
    found = first_with_rows(discover(root), "attempts", count)
    return tuple(row.raw for row in found.rows) if found else ()


def lines_holding(path: str, wanted: bytes, end: int, longest: int) -> list[Line]:
    """Lines before byte ``end`` that hold ``wanted``, oldest first; the last ``longest`` bytes are searched."""
    start = max(end - longest, 0)
    try:
        descriptor = open_regular(path)
    except OSError:
        return []
    try:
        part = os.pread(descriptor, end - start, start)
    except OSError:
        return []
    finally:
        os.close(descriptor)
    found: list[Line] = []
    place = part.find(wanted)
    while place >= 0:
        first = part.rfind(b"\n", 0, place) + 1
        last = part.find(b"\n", place)
        last = len(part) if last < 0 else last
        found.append(Line(start + first, 0, part[first:last]))
        place = part.find(wanted, last)
    return found
