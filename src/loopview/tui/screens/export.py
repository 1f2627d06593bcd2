"""The dialog that names the file the rows are written to."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from loopview.tui.content import content

if TYPE_CHECKING:
    from textual.app import ComposeResult


class ExportScreen(ModalScreen[str | None]):
    """Asks for a path; returns an absolute one at which there is nothing yet, or None."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss(None)", "close", show=False)]

    def __init__(self, rows: int, *, truncated: bool) -> None:
        super().__init__()
        self._rows = f"{rows:,} rows" + (", the cap: there are more" if truncated else "")

    def compose(self) -> ComposeResult:
        """The path, and what will happen."""
        name = f"loopview-{datetime.now(UTC):%Y%m%d-%H%M%S}.csv"
        with Vertical(id="export", classes="box") as box:
            box.border_title = content(f"Write {self._rows} to a file")
            box.border_subtitle = Content("enter writes   esc writes nothing")
            yield Input(os.path.join(os.getcwd(), name), id="export-path", compact=True, select_on_focus=False)
            yield Static(Content(""), id="export-will", markup=False)

    def on_mount(self) -> None:
        """Say what Enter would do."""
        field = self.query_one(Input)
        field.cursor_position = len(field.value)
        self._explain(field.value)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Say it of what is being typed."""
        event.stop()
        self._explain(event.value)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Hand the path back, if a file can be made there."""
        event.stop()
        path = absolute(event.value)
        if not why_not(path):
            self.dismiss(path)

    def _explain(self, text: str) -> None:
        path = absolute(text)
        problem = why_not(path)
        kind = "JSON" if path.lower().endswith(".json") else "CSV"
        line = (
            content(problem, "$fail")
            if problem
            else content(f"a new {kind} file (.csv or .json decides): {path}", "$text-muted")
        )
        self.query_one("#export-will", Static).update(line)


def absolute(text: str) -> str:
    """Return the path that was typed, from the root of the file system."""
    return os.path.abspath(os.path.expanduser(text.strip())) if text.strip() else ""


def why_not(path: str) -> str:
    """Return why no file can be made at a path; nothing if one can."""
    if not path or "\0" in path:
        return "type the name of a file"
    if not path.lower().endswith((".csv", ".json")):
        return "the name ends in .csv or .json; `loopview sql --parquet FILE` writes Parquet"
    if os.path.lexists(path):
        return "there is something of that name: nothing is ever overwritten"
    folder = os.path.dirname(path)
    if not os.path.isdir(folder):
        return "there is no such directory"
    return "" if os.access(folder, os.W_OK) else "nothing can be written into that directory"
