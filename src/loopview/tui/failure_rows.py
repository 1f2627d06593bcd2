"""Groups of failures and their members as table rows, and how a fingerprint came about as lines of a pane."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content

from loopview.tui.content import content
from loopview.tui.detail_rows import failure_lines
from loopview.tui.record_cells import LONGEST, Cells
from loopview.tui.widgets.pane import Row
from loopview.tui.widgets.table_layout import Cell, RowKey, TableColumn, TableRow
from loopview.tui.wording import clock, span

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from loopview.domain.fingerprint import Explanation
    from loopview.engine.failures import Failure, FailureGroup, FailureList, FailureMembers

MUTED = "$text-muted"

MEMBER_COLUMNS = (
    TableColumn("number", "what", 6, 8, sortable=False),
    TableColumn("ts", "when", 6, priority=2, sortable=False),
    TableColumn("gate", "gate", 7, 9, priority=3, sortable=False),
    TableColumn("text", "action or reason", 12, 30, grows=True, sortable=False),
    TableColumn("mark", "", 8, priority=1, sortable=False),
)


def group_columns(by: str) -> tuple[TableColumn, ...]:
    """Return the columns of the groups, by what they are grouped by."""
    prints = by == "fingerprint"
    return (
        TableColumn("value", "fp" if prints else by, 8, 14, cut="unmarked" if prints else "end", sortable=False),
        TableColumn("times", "n", 4, 6, "right", sortable=False),
        TableColumn("first", "first", 6, priority=4, sortable=False),
        TableColumn("last", "last", 6, priority=1, sortable=False),
        TableColumn("span", "span", 6, 7, "right", priority=3, sortable=False),
        TableColumn("issues", "issues", 9, priority=2, sortable=False),
        TableColumn("signal", "newest failure, first signal line", 12, 48, grows=True, sortable=False),
        TableColumn("state", "", 9, priority=5, sortable=False),
    )


def group_rows(found: FailureList, now: datetime, *, plain: bool) -> list[TableRow]:
    """Return one row a group; the one the loop is stalled under says so."""
    return [_group(group, found.by, found.stalled, now, plain=plain) for group in found.groups]


def group_key(by: str, value: str) -> RowKey:
    """Return what makes a group the same group."""
    return RowKey(f"{by}:{value}", 0, 0)


def _group(group: FailureGroup, by: str, stalled: str, now: datetime, *, plain: bool) -> TableRow:
    state = Cell("")
    if by == "fingerprint" and stalled and group.value == stalled:
        state = Cell("# STALLED" if plain else "■ STALLED", "fail")
    elif group.blocked == group.times:
        state = Cell("# blocked" if plain else "■ blocked", "blocked")
    issues = f"#{group.issue}" if group.issues == 1 else f"{group.issues} issues" if group.issues else "-"
    name = f"#{group.value}" if by == "issue" and group.value else group.value
    cells = (
        Cell(name[:LONGEST], "strong") if name else Cell("(none)", "dim"),
        Cell(f"{group.times:,}", "strong"),
        Cell(clock(group.first, now), "dim"),
        Cell(clock(group.last, now), "dim"),
        Cell(span(group.span_seconds) if group.times > 1 else "-", "dim"),
        Cell(issues, "" if group.issues == 1 else "dim"),
        Cell(group.signal[:LONGEST]) if group.signal else Cell("no failure text recorded", "dim"),
        state,
    )
    return TableRow(group_key(by, group.value), cells, (state, cells[3], cells[5]))


def member_rows(members: FailureMembers, now: datetime, cells: Cells, *, plain: bool) -> list[TableRow]:
    """Return one row a failure; an action tried before under the group is marked."""
    return [_member(failure, now, cells, plain=plain) for failure in members.failures]


def _member(failure: Failure, now: datetime, cells: Cells, *, plain: bool) -> TableRow:
    arrow = "<-" if plain else "←"
    mark = f"{arrow} repeat" if failure.is_repeat else f"{arrow} first" if failure.is_first else ""
    letter = "c" if failure.kind == "cycle" else "it "
    text = failure.action or next((line for line in failure.text.splitlines() if line.strip()), "")
    place = failure.place
    return TableRow(
        RowKey(f"{place.source}", place.generation, place.line),
        (
            Cell(f"{letter}{failure.number if failure.number is not None else '?'}", "strong"),
            Cell(clock(failure.ts, now), "dim"),
            cells.gate(failure.gate),
            Cell(text[:LONGEST], "" if failure.action else "dim"),
            Cell(mark, "warn" if failure.is_repeat else "dim"),
        ),
    )


def text_rows(
    failure: Failure | None, dead_ends: Iterable[tuple[str, int]], width: int, *, plain: bool
) -> list[Row]:
    """Return a failure's text below what is to be avoided."""
    if failure is None:
        return [Row(content("no failure selected", MUTED))]
    times = "x" if plain else "×"
    rows = [
        Row(
            Content.assemble(
                Content.styled("AVOID  ", "$warn bold"),
                content(action),
                content(f"  ({count}{times}, dead end)", MUTED),
            )
        )
        for action, count in dead_ends
    ]
    if not failure.text.strip():
        return [*rows, Row(content("no failure text recorded", MUTED))]
    return [*rows, *failure_lines(failure.text, width, plain=plain)]


def explanation_rows(explanation: Explanation, width: int, *, plain: bool) -> list[Row]:
    """Return how a fingerprint came about: the lines chosen, every token replaced, what was hashed."""
    if not explanation.fingerprint:
        return [Row(content("no failure text, so no fingerprint", MUTED))]
    arrow = "->" if plain else "→"
    chosen = "signal lines" if explanation.signal else "last lines, none is a signal"
    rows = [
        Row(
            Content.assemble(
                Content.styled("fingerprint  ", MUTED), content(explanation.fingerprint, "$accent bold")
            )
        ),
        _title(f"{chosen}, {len(explanation.lines)} of {explanation.lines_found}"),
        *(Row(piece) for line in explanation.lines for piece in content(line).wrap(max(width, 8))),
        _title("replaced, in this order"),
    ]
    for step in explanation.steps:
        if step.name == "white space" or not step.replacements:
            continue
        rows.append(Row(Content.assemble(content(f"{step.name}  "), content(step.pattern, MUTED))))
        rows += [
            Row(Content.assemble("  ", content(it.found, "$warn"), f" {arrow} ", content(it.became, "$ok")))
            for it in step.replacements[:40]
        ]
    rows += [_title("hashed"), *(Row(piece) for piece in content(explanation.normalised).wrap(max(width, 8)))]
    return rows


def _title(text: str) -> Row:
    return Row(content(text, f"{MUTED} italic"))
