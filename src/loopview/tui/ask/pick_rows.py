"""The lines of the dialogs of the Ask screen: what was asked before, and every table and column."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content

from loopview.tui.content import content
from loopview.tui.panes.cells import MUTED, cells
from loopview.tui.widgets.pane import Row

if TYPE_CHECKING:
    from collections.abc import Sequence

    from loopview.domain.tables import Table
    from loopview.engine.ask_history import Asked

NAME = 18
TYPE = 10
NARROW = 60
"""Cells of a line below which the meaning takes the place of the type."""


def history_rows(asked: Sequence[Asked], words: Sequence[str], width: int) -> list[Row]:
    """Return what holds every word, newest first, a line each."""
    rows = []
    for entry in asked:
        text = f"{entry.question}  {entry.sql}".lower()
        if all(word in text for word in words):
            day = entry.ts[5:16].replace("T", " ")
            sql = " ".join(line for line in entry.sql.split("\n") if not line.lstrip().startswith("--"))
            shown = " ".join(sql.split())
            line = cells((day, 11, MUTED), (f"{entry.question} → {shown}" if entry.question else shown, 0, ""))
            rows.append(Row(line.truncate(max(8, width), ellipsis=True), entry))
    return rows or [Row(Content.styled("nothing asked holds these words", MUTED))]


def column_rows(tables: Sequence[Table], words: Sequence[str], width: int) -> list[Row]:
    """Return tables with their columns; with words, the tables and columns that hold every one of them."""
    rows = []
    for table in tables:
        named = _holds(words, table.name, table.meaning)
        columns = [it for it in table.columns if named or _holds(words, table.name, it.name, it.type, it.meaning)]
        if not (named or columns) or (table.name.endswith("_history") and not words):
            continue
        head = Content.assemble(content(table.name, "$primary bold"), "  ", content(table.meaning, MUTED))
        rows.append(Row(head.truncate(max(8, width), ellipsis=True), (table.name, "")))
        for column in columns:
            kind = column.type.lower()
            parts = [(f"  {column.name}", NAME, "$accent"), (kind, TYPE, MUTED), (column.meaning, 0, "")]
            line = cells(*(parts if width >= NARROW else (parts[0], parts[2])))
            rows.append(Row(line.truncate(max(8, width), ellipsis=True), (table.name, column.name)))
    return rows or [Row(Content.styled("no table or column holds these words", MUTED))]


def _holds(words: Sequence[str], *texts: str) -> bool:
    text = " ".join(texts).lower()
    return all(word in text for word in words)
