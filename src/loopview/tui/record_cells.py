"""How records become the cells of a table: what is asked of the store for a row, and how each value is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from loopview.tui.glyphs import MARKS, Mark, mark, mark_of_success
from loopview.tui.widgets.table_layout import Cell, RowKey, TableColumn, TableRow, Tone
from loopview.tui.wording import aware, span

if TYPE_CHECKING:
    from datetime import datetime

LONGEST = 4096
"""Characters of one value that a table can show; the detail shows the rest."""

CYCLE_FIELDS = (
    "cycle", "ts", "type", "issue", "success", "duration", "lines_added", "lines_removed", "fingerprint", "reason",
    "notes", "drift",
)  # fmt: skip
"""Columns of the store behind one row of the cycles table."""

CYCLE_COLUMNS = (
    TableColumn("cycle", "#", 5, 6, "right"),
    TableColumn("date", "date", 6, align="right", priority=6, sortable=False),
    TableColumn("ts", "time", 5, priority=1),
    TableColumn("type", "type", 8, 9, priority=3),
    TableColumn("issue", "issue", 5, 6, priority=2),
    TableColumn("success", "gate", 6, 9),
    TableColumn("duration", "dur", 6, 7, "right"),
    TableColumn("lines_added", "lines", 9, 11, "right", priority=7),
    TableColumn("fingerprint", "fp", 8, 12, priority=4, cut="unmarked"),
    TableColumn("reason", "reason", 12, 56, grows=True),
)

ATTEMPT_FIELDS = ("iteration", "ts", "gate", "fingerprint", "action", "hypothesis", "drift")
"""Columns of the store behind one row of the attempts table."""

ATTEMPT_COLUMNS = (
    TableColumn("iteration", "it", 5, 6, "right"),
    TableColumn("date", "date", 6, align="right", priority=6, sortable=False),
    TableColumn("ts", "time", 5, priority=2),
    TableColumn("gate", "gate", 7, 10),
    TableColumn("fingerprint", "fp", 8, 12, priority=3, cut="unmarked"),
    TableColumn("action", "action", 14, 40, grows=True),
    TableColumn("hypothesis", "hypothesis", 24, grows=True, priority=5),
)

_TONES: dict[str, Tone] = {"pass": "ok", "fail": "fail", "block": "blocked", "unknown": "unknown"}


class Cells:
    """Makes rows; ``plain`` means glyphs in ASCII."""

    def __init__(self, *, plain: bool) -> None:
        self._plain = plain

    def cycle(self, key: RowKey, values: tuple[object, ...]) -> TableRow:
        """Return the row of a cycle; ``values`` stand in the order of CYCLE_FIELDS."""
        number, ts, kind, issue, success, duration, added, removed, print_, reason, notes, drift = values
        look = self._look(mark_of_success(success=success if isinstance(success, bool) else None))
        lines = f"+{added or 0} {f'-{removed or 0}':>4}" if added is not None or removed is not None else ""
        text = Cell(_cut(reason), "") if reason else Cell(_cut(notes), "dim")
        named = Cell(f"#{_cut(issue)}", "") if issue not in (None, "", "0") else Cell("-", "dim")
        fingerprint = Cell(_cut(print_), "dim") if print_ else Cell("-", "dim")
        cells = (
            _number(number, drift, "cycle"),
            *_moment(ts),
            Cell(_cut(kind) or "unknown", "" if kind else "dim"),
            named,
            look,
            Cell(span(duration if isinstance(duration, float | int) else None), "" if duration else "dim"),
            Cell(lines, "dim"),
            fingerprint if success is not True else Cell("-", "dim"),
            text,
        )
        more = (
            named,
            Cell(_cut(kind)),
            Cell(f"fp {_cut(print_)[:8]}" if print_ else ""),
            Cell(lines.replace("  ", " ")),
            cells[2],
        )
        return TableRow(key, cells, more)

    def attempt(self, key: RowKey, values: tuple[object, ...]) -> TableRow:
        """Return the row of an attempt; ``values`` stand in the order of ATTEMPT_FIELDS."""
        iteration, ts, gate, print_, action, hypothesis, drift = values
        named = print_ not in (None, "", "-")
        fingerprint = Cell(_cut(print_) if named else "-", "dim")
        cells = (
            _number(iteration, drift, "iteration"),
            *_moment(ts),
            self.gate(gate),
            fingerprint,
            Cell(_cut(action)),
            Cell(_cut(hypothesis), "dim"),
        )
        more = (Cell(f"fp {_cut(print_)[:12]}" if named else ""), cells[2], cells[-1])
        return TableRow(key, cells, more)

    def gate(self, gate: object) -> Cell:
        """Return a gate's word with its glyph; a word that is not known is kept as it is."""
        word = _cut(gate)
        if word in MARKS:
            return self._look(mark(word))
        return Cell(f"? {word or 'none'}", "unknown")

    def _look(self, look: Mark) -> Cell:
        return Cell(f"{look.plain if self._plain else look.glyph} {look.word}", _TONES.get(look.word, ""))


def _moment(ts: object) -> tuple[Cell, Cell]:
    """Return day and time of a stamp, UTC."""
    if ts is None:
        return Cell("", "dim"), Cell("-", "dim")
    stamp: datetime = aware(ts)  # type: ignore[arg-type]  # the store's column is a timestamp
    return Cell(f"{stamp:%b %d}", "dim"), Cell(f"{stamp:%H:%M}", "dim")


def _number(number: object, drift: object, name: str) -> Cell:
    """Return a number; one that could not be typed is shown as drifted."""
    if number is not None:
        return Cell(str(number), "strong")
    return Cell("~" if isinstance(drift, list) and name in drift else "-", "warn")


def _cut(value: object) -> str:
    """Return the beginning of a text; blank lines and indents before it say nothing in one line."""
    return "" if value is None else str(value)[:LONGEST].lstrip()
