"""Screen b: how well the loop's files are read, and every line that is not what it should be."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.containers import Vertical
from textual.content import Content

from loopview.domain.counted import counted
from loopview.tui.actions import Action
from loopview.tui.content import content
from loopview.tui.health_rows import LINE_COLUMNS, SOURCE_COLUMNS, bad_line_rows, line_rows, source_rows
from loopview.tui.messages import RowHighlighted, RowOpened
from loopview.tui.screens.raw_actions import raw_actions
from loopview.tui.screens.table_screen import TableScreen
from loopview.tui.targets import RejectTarget
from loopview.tui.widgets.pane import Pane
from loopview.tui.widgets.record_table import RecordTable

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from loopview.engine.data_health import BadLine, DataHealth
    from loopview.engine.raw_line import RawLine
    from loopview.store.questions import Answer
    from loopview.tui.targets import Target


class DataHealthScreen(TableScreen):
    """Sources above, their bad lines below, and the line under the cursor as it stands in the file."""

    NAME: ClassVar[str] = "data"
    TITLE: ClassVar[str | None] = "Data"
    SHORT: ClassVar[str] = "Data"
    KEY: ClassVar[str] = "b"
    AUTO_FOCUS: ClassVar[str | None] = "#data-lines"
    FOLLOWS_WINDOW: ClassVar[bool] = False
    ACTIONS: ClassVar[tuple[Action, ...]] = (
        Action("data.source", "v", "one source", "Only the lines of the source under the cursor, or all", "source",
               "View", shown=True),
        *raw_actions("data"),
    )  # fmt: skip

    def __init__(self) -> None:
        super().__init__()
        self._health: DataHealth | None = None
        self._raw: RawLine | None = None
        self._source = ""
        self._wanted: RejectTarget | None = None

    def compose_body(self) -> ComposeResult:
        """Lay out sources, bad lines and the line under the cursor."""
        self.sources = RecordTable(
            SOURCE_COLUMNS, id="data-sources", plain=self.plain, empty="reading…", live=False
        )
        self.lines = RecordTable(LINE_COLUMNS, id="data-lines", plain=self.plain, empty="reading…", live=False)
        self.line = Pane("Line", id="data-line", classes="box")
        with Vertical(id="data-sources-box", classes="box table-box"):
            yield self.sources
        with Vertical(id="data-lines-box", classes="box table-box"):
            yield self.lines
        yield self.line

    def refresh_view(self) -> None:
        """Ask again."""
        from loopview.engine.data_health import load_data_health

        self.ask("health", load_data_health, self._show)

    def arrive(self, target: Target) -> None:
        """Stand at the bad lines of a source, or at one of them."""
        if isinstance(target, RejectTarget):
            self._wanted = target
            self._source = target.source or ""
            self.lines.focus()
            if self._health is not None:
                self._show(self._health)

    def leave(self) -> bool:
        """Go back from the line to the list, then from one source to all."""
        if self.line.has_focus:
            self.lines.focus()
        elif self._source:
            self._source = ""
            self._show_lines()
        else:
            return False
        return True

    def evidence(self) -> Answer | None:
        """Return the question behind the sources or the lines."""
        if self._health is None:
            return None
        return self._health.sources_answer if self.sources.has_focus else self._health.rejects_answer

    def copy_text(self) -> str | None:
        """Return the row as it reads."""
        row = (self.sources if self.sources.has_focus else self.lines).row
        return None if row is None else "  ".join(cell.text for cell in row.cells if cell.text)

    def copy_json(self) -> str | None:
        """Return the raw line."""
        raw = self._raw
        return raw.content.decode("utf-8", "replace") if raw is not None and raw.content is not None else None

    def raw(self) -> RawLine | None:
        """Return the line under the cursor."""
        return self._raw

    def trail(self) -> tuple[str, ...]:
        """Name the source whose lines are shown."""
        return (self._source,) if self._source else ()

    @property
    def shown(self) -> tuple[BadLine, ...]:
        """The bad lines in the list."""
        lines = self._health.lines if self._health is not None else ()
        return tuple(it for it in lines if not self._source or it.place.source == self._source)

    @property
    def bad_line(self) -> BadLine | None:
        """The bad line under the cursor."""
        at, shown = self.lines.standing.cursor, self.shown
        return shown[at] if 0 <= at < len(shown) else None

    # -- acting ------------------------------------------------------------------------------------------------

    def action_source(self) -> None:
        """Show the lines of the source under the cursor only, or those of all again."""
        row = self.sources.row
        self._source = "" if self._source or row is None else row.key.source
        self._show_lines()

    @on(RowHighlighted, "#data-sources")
    def ignore_source(self, message: RowHighlighted) -> None:
        """The cursor among the sources chooses nothing by itself."""
        message.stop()

    @on(RowOpened, "#data-sources")
    def open_source(self, message: RowOpened) -> None:
        """Show the bad lines of a source."""
        message.stop()
        self._source = message.row.key.source
        self._show_lines()
        self.lines.focus()
        self.console.draw_lines()

    @on(RowHighlighted, "#data-lines")
    def show_line(self, message: RowHighlighted) -> None:
        """Read the line under the cursor from its file."""
        message.stop()
        self._raw = None
        self._ask_raw()

    @on(RowOpened, "#data-lines")
    def open_line(self, message: RowOpened) -> None:
        """Go to the line itself."""
        message.stop()
        self.add_class("-line")
        self.line.focus()

    def on_descendant_focus(self) -> None:
        """In small layouts the line takes the place of the lists while it has the focus."""
        self.set_class(self.line.has_focus, "-line")

    # -- showing -----------------------------------------------------------------------------------------------

    def _show(self, health: DataHealth) -> None:
        self._health = health
        self.sources.empty = "no files of a loop here"
        self.sources.show_all(source_rows(health, plain=self.plain))
        rejects, drifted = (sum(getattr(it, name) for it in health.sources) for name in ("rejects", "drifted"))
        box = self.query_one("#data-sources-box")
        badges = self.console.monitor.badges if self.console.monitor is not None else ()
        box.border_title = Content.assemble(
            "Sources", content("".join(f"  {badge}" for badge in badges), "not bold")
        )
        box.border_subtitle = Content(f"{counted(rejects, 'reject')}, {counted(drifted, 'row')} drifted")
        self._show_lines()
        keys = ", ".join(f"{key} ({rows:,})" for _, key, rows, _ in health.unknown_keys[:6])
        self.query_one("#data-lines-box").border_subtitle = (
            content(f"unknown keys: {keys}", limit=max(self.size.width - 8, 10)) if keys else Content("")
        )

    def _show_lines(self) -> None:
        if self._health is None:
            return
        self.lines.empty = "every line that could be read became a row"
        self.lines.show_all(line_rows(self._health, self._source, plain=self.plain))
        title = content(f"  {self._source}" if self._source else "  of every source", "not bold")
        self.query_one("#data-lines-box").border_title = Content.assemble("Bad lines", title)
        self._stand()
        self._ask_raw()
        self._draw_line()

    def _stand(self) -> None:
        target, self._wanted = self._wanted, None
        if target is None or target.line is None:
            return
        at = next((index for index, it in enumerate(self.shown) if it.place.line == target.line), None)
        if at is not None:
            self.lines.move_to(at)

    def _ask_raw(self) -> None:
        from loopview.engine.raw_line import read_raw_line

        bad, root = self.bad_line, self.console.root
        if bad is not None:
            about = (bad.kind, bad.place)
            self.ask("raw", lambda reader: read_raw_line(reader, root, bad.table, bad.place), self._keep_raw, about)

    def _keep_raw(self, raw: RawLine) -> None:
        self._raw = raw
        self._draw_line()

    def _draw_line(self) -> None:
        bad, raw = self.bad_line, self._raw
        self.line.border_title = Content(f"Line {bad.place.line:,}" if bad is not None else "Line")
        self.line.show(lambda width: bad_line_rows(bad, raw, width))
