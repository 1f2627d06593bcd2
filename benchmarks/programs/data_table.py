"""Textual's own table with every row loaded: what one would write first."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from textual.app import App, ComposeResult
from textual.widgets import DataTable

COLUMNS = (
    "cycle",
    "reason",
    "type",
    "issue",
    "success",
    "duration",
    "lines_added",
    "lines_removed",
    "timestamp",
    "notes",
)


class TableApp(App[None]):
    def compose(self) -> ComposeResult:
        yield DataTable(cursor_type="row")

    def on_mount(self) -> None:
        table = self.query_one(DataTable)
        table.add_columns(*COLUMNS)
        with Path(sys.argv[1]).open(encoding="utf-8") as lines:
            rows = [json.loads(line) for line in lines]
        table.add_rows(
            [[str(row.get(name, ""))[:60].replace("\n", " ") for name in COLUMNS] for row in reversed(rows)]
        )
        table.focus()


if __name__ == "__main__":
    TableApp().run()
