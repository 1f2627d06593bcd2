"""Sources and bad lines as rows of tables, and one bad line as the lines of a pane."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content

from loopview.domain.counted import counted
from loopview.tui.content import content
from loopview.tui.raw_rows import dump_rows, raw_rows
from loopview.tui.record_cells import LONGEST
from loopview.tui.widgets.pane import Row
from loopview.tui.widgets.table_layout import Cell, RowKey, TableColumn, TableRow
from loopview.tui.wording import short

if TYPE_CHECKING:
    from loopview.engine.data_health import BadLine, DataHealth, SourceHealth
    from loopview.engine.raw_line import RawLine

MUTED = "$text-muted"

SOURCE_COLUMNS = (
    TableColumn("label", "source", 16, 34, sortable=False, cut="start"),
    TableColumn("state", "state", 9, sortable=False),
    TableColumn("rows", "rows", 6, 7, "right", sortable=False),
    TableColumn("rejects", "rejects", 7, align="right", sortable=False),
    TableColumn("drifted", "drifted", 7, align="right", priority=1, sortable=False),
    TableColumn("pending", "pending", 7, align="right", priority=3, sortable=False),
    TableColumn("backlog", "to read", 7, align="right", priority=4, sortable=False),
    TableColumn("generation", "gen", 3, align="right", priority=5, sortable=False),
    TableColumn("adapter", "read as", 16, priority=6, sortable=False),
    TableColumn("note", "note", 10, grows=True, priority=2, sortable=False),
)

LINE_COLUMNS = (
    TableColumn("kind", "what", 8, sortable=False),
    TableColumn("source", "source", 14, 26, priority=2, sortable=False, cut="start"),
    TableColumn("line", "line", 6, 8, "right", sortable=False),
    TableColumn("offset", "at byte", 8, 11, "right", priority=3, sortable=False),
    TableColumn("why", "why", 14, 40, grows=True, sortable=False),
    TableColumn("sample", "sample", 24, grows=True, priority=1, sortable=False),
)

_STATES = {"ok": ("✓", "+", "ok"), "missing": ("?", "?", "unknown"), "refused": ("✗", "x", "fail")}


def source_rows(health: DataHealth, *, plain: bool) -> list[TableRow]:
    """Return one row a source."""
    return [_source(it, plain=plain) for it in health.sources]


def _source(it: SourceHealth, *, plain: bool) -> TableRow:
    glyph, ascii_glyph, tone = _STATES.get(it.state, ("✗", "x", "fail"))
    cells = (
        Cell(it.label),
        Cell(f"{ascii_glyph if plain else glyph} {it.state}", tone),  # type: ignore[arg-type]  # the values above are tones
        Cell(f"{it.rows:,}" if it.rows < 1_000_000 else short(it.rows), "strong"),  # noqa: PLR2004
        Cell(f"{it.rejects:,}", "fail" if it.rejects else "dim"),
        Cell(f"{it.drifted:,}", "warn" if it.drifted else "dim"),
        Cell(_size(it.pending), "warn" if it.pending else "dim"),
        Cell(_size(it.backlog), "accent" if it.backlog else "dim"),
        Cell(str(it.generation), "" if it.restarts else "dim"),
        Cell(f"{it.adapter} {it.family}", "dim"),
        Cell(_note(it)[:LONGEST], "dim"),
    )
    return TableRow(RowKey(it.label, 0, 0), cells, (Cell(f"{it.adapter} {it.family}"), Cell(_note(it)[:LONGEST])))


def _note(it: SourceHealth) -> str:
    parts = [it.detail] if it.detail else []
    if it.unknown_keys:
        parts.append(counted(it.unknown_keys, "unknown key"))
    if it.restarts:
        times = "began anew" if it.restarts == 1 else f"began anew {it.restarts} times, last"
        parts.append(f"{times}: {it.last_restart}")
    return "; ".join(parts)


def _size(count: int) -> str:
    if not count:
        return "-"
    return f"{count} B" if count < 10_000 else f"{short(count // 1024)} KiB"  # noqa: PLR2004  # five digits are too many


def line_rows(health: DataHealth, source: str = "", *, plain: bool) -> list[TableRow]:
    """Return one row a bad line; of one source only when it is named."""
    return [_line(it, plain=plain) for it in health.lines if not source or it.place.source == source]


def _line(it: BadLine, *, plain: bool) -> TableRow:
    word = ("x" if plain else "✗") + " reject" if it.kind == "reject" else "~ drift"
    cells = (
        Cell(word, "fail" if it.kind == "reject" else "warn"),
        Cell(it.place.source, "dim"),
        Cell(f"{it.place.line:,}", "strong"),
        Cell("-" if it.offset is None else f"{it.offset:,}", "dim"),
        Cell(it.why[:LONGEST]),
        Cell(it.sample[:LONGEST], "dim"),
    )
    return TableRow(line_key(it), cells, (cells[1], cells[5]))


def line_key(it: BadLine) -> RowKey:
    """Return what makes a bad line the same line."""
    return RowKey(f"{it.kind}:{it.place.source}", it.place.generation, it.place.line)


def bad_line_rows(it: BadLine | None, raw: RawLine | None, width: int) -> list[Row]:
    """Return why a line is bad and the line itself, byte by byte where it is no text."""
    if it is None:
        return [Row(content("every line became a row", "$ok"))]
    rows = [
        Row(
            Content.assemble(
                Content.styled(
                    "reject  " if it.kind == "reject" else "drift  ", "$fail" if it.kind == "reject" else "$warn"
                ),
                content(it.why),
            )
        )
    ]
    if raw is None:
        return [*rows, Row(content("reading the file…", MUTED))]
    rows += raw_rows(raw, width)
    if raw.content is None and it.sample:
        kept = "what was kept of it" if it.kind == "reject" else "the line as it was"
        rows += [
            Row(content(kept, f"{MUTED} italic")),
            *(Row(line) for line in content(it.sample).wrap(max(width, 8))),
        ]
    elif it.kind == "reject" and raw.content is not None and _plain(raw.content):
        rows += [Row(content("byte by byte", f"{MUTED} italic")), *dump_rows(raw.content, width, raw.offset or 0)]
    return rows


def _plain(block: bytes) -> bool:
    """Whether ``raw_rows`` shows a line as text only."""
    try:
        block.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return b"\0" not in block
