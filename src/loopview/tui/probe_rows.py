"""Probes as rows of tables and lines of panes: capabilities, their newest results, what led to a red."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content

from loopview.tui.content import content
from loopview.tui.glyphs import mark
from loopview.tui.record_cells import LONGEST
from loopview.tui.targets import CycleTarget, ScreenTarget
from loopview.tui.widgets.pane import Row
from loopview.tui.widgets.table_layout import Cell, RowKey, TableColumn, TableRow, Tone
from loopview.tui.wording import aware, clock, span

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from loopview.domain.probe_board import BoardRow, ShownResult
    from loopview.engine.probes.shown import Mark as Moment
    from loopview.engine.probes.shown import Result, Shown, Trouble

MUTED = "$text-muted"
LABEL = 14  #: cells of a label

BOARD_COLUMNS = (
    TableColumn("probe", "probe", 14, 22, sortable=False),
    TableColumn("status", "status", 9, 9, sortable=False),
    TableColumn("streak", "streak", 6, align="right", sortable=False),
    TableColumn("last_run", "last run", 8, priority=2, sortable=False),
    TableColumn("last_fail", "last fail", 9, priority=3, sortable=False),
    TableColumn("origin", "from", 9, priority=4, sortable=False),
    TableColumn("detail", "detail", 20, grows=True, priority=1, sortable=False),
)

RESULT_COLUMNS = (
    TableColumn("date", "date", 6, align="right", priority=3, sortable=False),
    TableColumn("ts", "time", 8, sortable=False),
    TableColumn("status", "result", 9, sortable=False),
    TableColumn("took", "took", 6, align="right", priority=2, sortable=False),
    TableColumn("error", "error type", 10, 18, priority=1, sortable=False),
    TableColumn("detail", "detail", 16, grows=True, sortable=False),
)

_TONES: dict[str, Tone] = {"green": "ok", "yellow": "warn", "red": "fail", "pass": "ok", "fail": "fail"}


def board_key(name: str) -> RowKey:
    """Return what makes a capability the same row."""
    return RowKey(name, 0, 0)


def board_rows(shown: Shown, now: datetime, *, plain: bool) -> list[TableRow]:
    """Return one row a capability."""
    return [_capability(row, now, plain=plain) for row in shown.board.rows]


def _capability(row: BoardRow, now: datetime, *, plain: bool) -> TableRow:
    newest = row.last_result
    said = newest.details if newest is not None else row.why_not or row.about
    detail = Cell(said[:LONGEST].lstrip(), "" if newest is not None else "dim")
    cells = (
        Cell(row.name[:LONGEST], "strong"),
        _look(row.status, plain=plain),
        Cell(
            str(row.streak) if row.streak else "0" if newest is not None else "-", "fail" if row.streak else "dim"
        ),
        Cell(clock(row.last_run, now), "dim"),
        Cell(clock(row.last_failure, now), "dim"),
        Cell(row.origin.value, "dim"),
        detail,
    )
    return TableRow(board_key(row.name), cells, (cells[3], detail))


def result_rows(results: Sequence[Result], *, plain: bool) -> list[TableRow]:
    """Return one row a result, newest first."""
    return [_result(it, plain=plain) for it in results]


def _result(it: Result, *, plain: bool) -> TableRow:
    stamp = aware(it.ts) if it.ts is not None else None
    cells = (
        Cell(f"{stamp:%b %d}" if stamp else "", "dim"),
        Cell(f"{stamp:%H:%M:%S}" if stamp else "-", "dim"),
        _look(state_of(it), plain=plain),
        Cell(span(it.duration), "dim"),
        Cell(it.error_type[:LONGEST], "fail" if it.error_type else "dim"),
        Cell(it.details[:LONGEST].lstrip()),
    )
    return TableRow(
        RowKey(it.place.source, it.place.generation, it.place.line), cells, (cells[4], cells[3], cells[0])
    )


def state_of(it: Result | ShownResult) -> str:
    """Return the state of one result."""
    if it.placeholder:
        return "placeholder"
    return "unknown" if it.success is None else "pass" if it.success else "fail"


def _look(state: str, *, plain: bool) -> Cell:
    look = mark(state)
    return Cell(f"{look.plain if plain else look.glyph} {look.word}", _TONES.get(state, "unknown"))


def strip(results: Sequence[ShownResult], *, plain: bool) -> Content:
    """Return one glyph a result, newest first."""
    looks = [mark(state_of(it)) for it in results]
    return Content.assemble(*(Content.styled(look.plain if plain else look.glyph, look.style) for look in looks))


def history_rows(
    row: BoardRow | None, trouble: Trouble | None, now: datetime, width: int, *, plain: bool
) -> list[Row]:
    """Return the strip of a capability, its errors, since when it fails, and what was filed."""
    if row is None:
        return [Row(content("no probes yet", MUTED))]
    if not row.results:
        return [Row(content("never run", MUTED)), *_due(row, now)]
    states = [state_of(it) for it in row.results]
    counts = "  ".join(
        f"{states.count(state)} {mark(state).word}" for state in dict.fromkeys(sorted(states, key=_badness))
    )
    rows = [Row(strip(row.results, plain=plain)), Row(content(f"{counts}, newest first", MUTED))]
    rows += [_labelled("" if at else "error type", f"{kind} {times}", "$fail" if row.streak else "")
             for at, (kind, times) in enumerate(row.error_types[:4])]  # fmt: skip
    if trouble is not None:
        rows.append(_moment("failing since", trouble.first, now, "earlier than " if trouble.cut else ""))
        if trouble.red is not None:
            rows.append(_moment("first red", trouble.red, now))
    if row.filed is not None:
        filed = row.filed
        said = f"{filed.id or '-'} {filed.priority} {filed.status} {clock(filed.time, now)}"
        rows.append(_labelled("filed", " ".join(said.split()), "$accent", ("filed",), ScreenTarget("proposals")))
    elif row.status == "red":
        rows.append(_labelled("filed", "nothing yet", MUTED))
    return [*rows, *_due(row, now)] if width else rows


def _badness(state: str) -> int:
    return {"fail": 0, "pass": 1}.get(state, 2)


def _due(row: BoardRow, now: datetime) -> list[Row]:
    if row.why_not:
        return [_labelled("not run", row.why_not, MUTED)]
    return (
        [_labelled("next turn", "now" if row.next_due <= now else clock(row.next_due, now), MUTED)]
        if row.next_due
        else []
    )


def _moment(label: str, at: Moment, now: datetime, before: str = "") -> Row:
    when = clock(at.ts, now)
    if at.cycle is None or at.at is None:
        return _labelled(label, f"{before}{when}", "$fail")
    place = (at.at.source, at.at.generation, at.at.line)
    return _labelled(
        label, f"{before}c{at.cycle} ({when})", "$fail", (label, *place), CycleTarget(at.cycle, *place)
    )


def detail_rows(row: BoardRow | None, trouble: Trouble | None, width: int, *, plain: bool) -> list[Row]:
    """Return what the newest result of a capability says, who fails with it, and what a run of it is."""
    if row is None:
        return []
    wide = max(width, 8)
    newest = row.last_result
    rows = []
    if newest is not None:
        if newest.error_type and not newest.details.startswith(newest.error_type):
            rows.append(Row(content(newest.error_type, "$fail")))
        rows += [Row(line) for line in content(newest.details).wrap(wide)]
    for name in trouble.same_text if trouble is not None else ():
        arrow = "->" if plain else "→"
        line = Content.assemble("same text as ", content(name, "$warn bold", limit=40), f" {arrow} one cause?")
        rows.append(Row(line, ("same", name)))
    rows += [Row(Content(""))] if rows else []
    rows.append(Row(content(f"from         {row.origin.value}{'' if row.trusted else ', not trusted'}", MUTED)))
    for text in row.text:
        rows += [Row(line) for line in content(text, MUTED).wrap(wide)]
    return rows


def _labelled(
    label: str, text: str, style: str = "", key: object = None, target: CycleTarget | ScreenTarget | None = None
) -> Row:
    line = Content.assemble(Content.styled(f"{label:<{LABEL}} ", MUTED), content(text, style))
    return Row(line, key, target)
