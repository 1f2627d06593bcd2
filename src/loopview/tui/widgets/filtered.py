"""What a table with a filter bar above it does when something is typed there: one way on every screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from loopview.tui.messages import FilterDropped, FilterKept, FilterTyped
    from loopview.tui.widgets.record_table import RecordTable


class Filtered:
    """Beside a widget's own class: it has a ``table``, and `narrow` shows what holds the words typed."""

    table: RecordTable

    def narrow(self, text: str) -> None:
        """Show the rows that ``text`` lets through; all of them when it is empty."""
        raise NotImplementedError

    def on_filter_typed(self, message: FilterTyped) -> None:
        """Filter while the operator types."""
        message.stop()
        self.narrow(message.text.strip())

    def on_filter_kept(self, message: FilterKept) -> None:
        """Go back to the rows."""
        message.stop()
        self.narrow(message.text.strip())
        self.table.focus()

    def on_filter_dropped(self, message: FilterDropped) -> None:
        """Show all rows; what was typed can still be searched for."""
        message.stop()
        self.narrow("")
        self.table.focus()
