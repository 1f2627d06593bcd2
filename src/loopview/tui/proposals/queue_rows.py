"""The queue of proposals as rows of a table: state, danger, tests, base, age and time left, each as a word."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from loopview.domain.approval import State
from loopview.domain.clock import parse_time
from loopview.domain.proposal_queue import Base, Place, danger
from loopview.tui.record_cells import LONGEST
from loopview.tui.widgets.table_layout import Cell, RowKey, TableColumn, TableRow, Tone
from loopview.tui.wording import MINUTE, aware, span

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from loopview.domain.proposal_queue import Queue, Queued

QUEUE_COLUMNS = (
    TableColumn("state", "state", 11, sortable=False),
    TableColumn("title", "proposal", 12, 44, grows=True, sortable=False),
    TableColumn("risk", "risk", 6, priority=2, sortable=False),
    TableColumn("tests", "tests", 8, priority=3, sortable=False),
    TableColumn("base", "base", 5, priority=4, sortable=False),
    TableColumn("left", "left", 5, align="right", priority=5, sortable=False),
    TableColumn("age", "age", 6, align="right", priority=1, sortable=False),
    TableColumn("lines", "lines", 9, align="right", priority=6, sortable=False),
    TableColumn("by", "by", 8, 14, priority=7, sortable=False),
    TableColumn("id", "id", 8, 12, priority=8, sortable=False),
)

SHORT_TIME = 5  #: minutes left that are a warning


class Look(NamedTuple):
    """How a state looks."""

    glyph: str
    plain: str
    word: str
    tone: Tone


_PLACES = {
    Place.READY: Look("▲", "!", "ready", "warn"),
    Place.WAITING: Look("?", "?", "waiting", "accent"),
    Place.RUNNING: Look("●", "*", "running", "ok"),
}
_STATES = {
    State.PUBLISHED: Look("✓", "+", "merged", "ok"),
    State.REFLECTED: Look("✓", "+", "merged", "ok"),
    State.REJECTED: Look("✗", "x", "rejected", "dim"),
    State.PROPOSED: Look("◌", "o", "closed", "dim"),
    State.FAILED: Look("✗", "x", "failed", "fail"),
    State.STALE: Look("■", "#", "stale", "blocked"),
    State.EXPIRED: Look("■", "#", "expired", "blocked"),
    State.CANCELLED: Look("◌", "o", "cancelled", "dim"),
    State.INTERRUPTED: Look("■", "#", "interrupt", "blocked"),
}


def look_of(entry: Queued) -> Look:
    """How the place of a proposal is shown: a glyph, a word and a colour."""
    return _PLACES.get(entry.place) or _STATES.get(entry.state) or Look("?", "?", entry.state.value, "unknown")


def row_key(key: str) -> RowKey:
    """What makes a row the same row after the queue moved on."""
    return RowKey(key, 0, 0)


def queue_rows(queue: Queue, now: datetime, *, plain: bool) -> Sequence[TableRow]:
    """One row a proposal, in the order of the queue."""
    return [_row(entry, now, plain=plain) for entry in queue.entries]


def _row(entry: Queued, now: datetime, *, plain: bool) -> TableRow:
    look, proposal = look_of(entry), entry.proposal
    lines = f"+{entry.added} -{entry.removed}" if entry.digest else ""
    cells = (
        Cell(f"{look.plain if plain else look.glyph} {look.word}", look.tone),
        Cell(proposal.title[:LONGEST], "strong" if entry.place is Place.READY else ""),
        _risk(entry, plain=plain),
        _tests(entry, plain=plain),
        _base(entry),
        _left(entry, now),
        Cell(age(proposal.time, now), "dim"),
        Cell(lines, "dim"),
        Cell(proposal.proposer[:LONGEST], "dim"),
        Cell(entry.key[:LONGEST], "dim"),
    )
    return TableRow(row_key(entry.key), cells, (cells[9], cells[2], cells[3], cells[4], cells[6]))


def _risk(entry: Queued, *, plain: bool) -> Cell:
    level = danger(entry)
    glyphs = {"high": ("!", "!", "fail"), "some": ("▲", "^", "warn"), "low": ("✓", "+", "ok")}
    if not level:
        return Cell("-", "dim")
    glyph, ascii_glyph, tone = glyphs[level]
    return Cell(f"{ascii_glyph if plain else glyph} {level}", tone)  # type: ignore[arg-type]  # the values above are tones


def _tests(entry: Queued, *, plain: bool) -> Cell:
    if entry.tests == "passed":
        mark = "+" if plain else "✓"
        return Cell(f"{mark} {entry.passed}" if entry.passed >= 0 else f"{mark} passed", "ok")
    if entry.tests == "failed":
        return Cell(("x" if plain else "✗") + " failed", "fail")
    return Cell("not run" if entry.digest else "-", "dim")


def _base(entry: Queued) -> Cell:
    if entry.base is Base.STALE:
        return Cell("stale", "blocked")
    return Cell("fresh", "ok") if entry.base is Base.FRESH else Cell("-", "dim")


def _left(entry: Queued, now: datetime) -> Cell:
    minutes = minutes_left(entry.expires, now)
    if minutes is None:
        return Cell("", "dim")
    if minutes < 0:
        return Cell("over", "fail")
    return Cell(f"{minutes}m", "warn" if minutes < SHORT_TIME else "dim")


def minutes_left(expires: str, now: datetime) -> int | None:
    """Whole minutes until a moment, -1 when it is over; None when none is given."""
    moment = parse_time(expires) if expires else None
    if moment is None:
        return None
    seconds = (aware(moment) - now).total_seconds()
    return -1 if seconds <= 0 else int(seconds // MINUTE)


def age(time: str, now: datetime) -> str:
    """How long ago something was, to the minute."""
    moment = parse_time(time) if time else None
    if moment is None:
        return "-"
    whole = int((now - aware(moment)).total_seconds()) // MINUTE * MINUTE
    return "now" if whole < MINUTE else span(whole).removesuffix("00s")
