"""What can be done in every table of records."""

from __future__ import annotations

from loopview.tui.actions import Action

TABLE: tuple[Action, ...] = (
    Action("table.down", "j,down", "down", "Next row", "move(1)", "In a table", palette=False),
    Action("table.up", "k,up", "up", "Previous row", "move(-1)", "In a table", palette=False),
    Action("table.first", "g,home", "first", "First row", "first", "In a table", palette=False),
    Action("table.last", "G,end", "last", "Last row", "last", "In a table", palette=False),
    Action("table.half-down", "ctrl+d", "half page", "Half a page down", "page(1)", "In a table", palette=False),
    Action("table.half-up", "ctrl+u", "half page", "Half a page up", "page(-1)", "In a table", palette=False),
    Action("table.page-down", "pagedown", "page down", "A page down", "page(2)", "In a table", palette=False),
    Action("table.page-up", "pageup", "page up", "A page up", "page(-2)", "In a table", palette=False),
    Action(
        "table.left", "h,left", "left", "Long text back to the left", "sideways(-1)", "In a table", palette=False
    ),
    Action("table.right", "l,right", "right", "Long text sideways", "sideways(1)", "In a table", palette=False),
    Action("table.open", "enter", "open", "Drill into the row", "open", "In a table", shown=True, palette=False),
    Action("table.mark", "m", "mark", "Mark the row, or take the mark away", "mark", "In a table", palette=False),
    Action(
        "table.next-mark", "u", "next mark", "Go to the next marked row", "next_mark", "In a table", palette=False
    ),
)
"""These work while the table has the focus."""
