"""Screen 5: the abilities of the loop as probes found them, and what led to each that is red."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.containers import Horizontal, Vertical
from textual.content import Content

from loopview.tui.actions import WRITE, Action
from loopview.tui.content import content
from loopview.tui.drafting import draft_action
from loopview.tui.glyphs import mark
from loopview.tui.messages import RowHighlighted, RowOpened
from loopview.tui.probe_rows import (
    BOARD_COLUMNS,
    RESULT_COLUMNS,
    board_rows,
    detail_rows,
    history_rows,
    result_rows,
)
from loopview.tui.raw_rows import raw_rows
from loopview.tui.screens.raw_actions import raw_actions
from loopview.tui.screens.table_screen import TableScreen
from loopview.tui.targets import ProbeTarget
from loopview.tui.widgets.frame import entitle
from loopview.tui.widgets.pane import Pane, Row
from loopview.tui.widgets.record_table import RecordTable

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from loopview.domain.probe_board import BoardRow
    from loopview.domain.trouble import Sought
    from loopview.engine.probes.shown import Result, Results, Shown, Trouble
    from loopview.engine.raw_line import RawLine
    from loopview.store.page import Place
    from loopview.store.questions import Answer
    from loopview.store.reader import Reader
    from loopview.tui.targets import Target


class ProbesScreen(TableScreen):
    """Capabilities above; history and detail of the one under the cursor below, or its results and their lines."""

    NAME: ClassVar[str] = "probes"
    TITLE: ClassVar[str | None] = "Probes"
    SHORT: ClassVar[str] = "Prb"
    KEY: ClassVar[str] = "5"
    AUTO_FOCUS: ClassVar[str | None] = "#probe-board"
    FOLLOWS_WINDOW: ClassVar[bool] = False
    ACTIONS: ClassVar[tuple[Action, ...]] = (
        Action("probes.next-red", "e", "next red", "Next capability that is red; among results, next failure",
               "find_red(True)", "Find", shown=True),
        Action("probes.previous-red", "E", "previous red", "Previous capability that is red, or failure",
               "find_red(False)", "Find"),
        Action("probes.end", "ctrl+x", "end probe", "End the probe that this console runs", "end_probe",
               "Probes", guard=WRITE),
        draft_action("probes"),
        *raw_actions("probes"),
    )  # fmt: skip

    def __init__(self) -> None:
        super().__init__()
        self.shown: Shown | None = None
        self._results: Results | None = None
        self._raw: RawLine | None = None
        self._wanted = ""

    # -- what the console asks ---------------------------------------------------------------------------------

    def compose_body(self) -> ComposeResult:
        """Lay out the board, history and detail; and, in their place, results and the line of one."""
        self.board = RecordTable(BOARD_COLUMNS, id="probe-board", plain=self.plain, empty="reading…", live=False)
        self.results = RecordTable(
            RESULT_COLUMNS, id="probe-results", plain=self.plain, empty="no results", live=False
        )
        self.history = Pane("History", id="probe-history", classes="box")
        self.detail = Pane("Detail", id="probe-detail", classes="box")
        self.line = Pane("Line", id="probe-line", classes="box")
        with Vertical(id="probe-board-box", classes="box table-box"):
            yield self.board
        with Horizontal(id="probe-below"):
            yield self.history
            yield self.detail
        with Vertical(id="probe-results-box", classes="box table-box"):
            yield self.results
        yield self.line

    def refresh_view(self) -> None:
        """Ask for the board again, and for the results that are open."""
        from loopview.engine.probes.shown import load_shown

        root, settings, now = str(self.console.root), self.console.settings, self.view_state.now

        def question(reader: Reader) -> Shown:
            return load_shown(reader, root, settings, now)

        self.ask("board", question, self._show)
        self._ask_results()

    def arrive(self, target: Target) -> None:
        """Stand at a capability."""
        if isinstance(target, ProbeTarget):
            self._wanted = target.capability
            self._close()
            self.board.focus()
            if self.shown is not None:
                self._show(self.shown)

    def leave(self) -> bool:
        """Go back from the line to the results, from there and from the panes to the board."""
        if self.line.has_focus:
            self.results.focus()
        elif self.has_class("-results"):
            self._close()
            self.board.focus()
        elif not self.board.has_focus:
            self.board.focus()
        else:
            return False
        return True

    def evidence(self) -> Answer | None:
        """Return the results of the one that is open, or those the board is made of."""
        if self.has_class("-results") and self._results is not None:
            return self._results.answer
        return self.shown.answer if self.shown is not None else None

    def copy_text(self) -> str | None:
        """Return the row as it reads, or the line of a pane."""
        focused = self.focused
        if isinstance(focused, Pane) and focused is not self.line:
            return focused.row.content.plain.strip() if focused.row is not None else self._said()
        row = (self.results if self.has_class("-results") else self.board).row
        return None if row is None else "  ".join(cell.text for cell in row.cells if cell.text)

    def copy_json(self) -> str | None:
        """Return the raw line of the result under the cursor, on the board of the newest one."""
        raw = self._raw
        return raw.content.decode("utf-8", "replace") if raw is not None and raw.content is not None else None

    def trail(self) -> tuple[str, ...]:
        """Name the capability whose results are open."""
        row = self.capability
        return (row.name,) if self.has_class("-results") and row is not None else ()

    def raw(self) -> RawLine | None:
        """Return the line of the result under the cursor."""
        return self._raw

    @property
    def capability(self) -> BoardRow | None:
        """The capability under the cursor of the board."""
        at = self.board.standing.cursor
        rows = self.shown.board.rows if self.shown is not None else ()
        return rows[at] if 0 <= at < len(rows) else None

    @property
    def result(self) -> Result | None:
        """The result under the cursor of the results."""
        at = self.results.standing.cursor
        results = self._results.results if self._results is not None else ()
        return results[at] if 0 <= at < len(results) else None

    # -- acting ------------------------------------------------------------------------------------------------

    def action_find_red(self, forward: bool) -> None:  # noqa: FBT001  # a binding passes its parameters by position
        """Go to the next or previous capability that is red; among results to a failure."""
        if self.has_class("-results"):
            table, results = self.results, self._results.results if self._results is not None else ()
            red = [at for at, it in enumerate(results) if it.success is False and not it.placeholder]
        else:
            table, rows = self.board, self.shown.board.rows if self.shown is not None else ()
            red = [at for at, it in enumerate(rows) if it.status == "red"]
        here = table.standing.cursor
        further = [at for at in red if at > here] if forward else [at for at in red if at < here][::-1]
        if not red:
            self.console.say("nothing is red")
            return
        table.move_to(further[0] if further else red[0 if forward else -1])
        table.focus()

    def trouble(self) -> Sought | None:
        """Return the capability under the cursor, if it fails."""
        from loopview.domain.trouble import Sought, Trouble

        row = self.capability
        return Sought(Trouble.PROBE, row.name) if row is not None and row.streak else None

    def action_end_probe(self) -> None:
        """End the probe that this console runs."""
        self.console.end_probe()

    @on(RowHighlighted, "#probe-board")
    def show_capability(self, message: RowHighlighted) -> None:
        """Show what is known of the capability under the cursor."""
        message.stop()
        self._draw()
        self._ask_raw()

    @on(RowOpened, "#probe-board")
    def open_capability(self, message: RowOpened) -> None:
        """List its results."""
        message.stop()
        if self.capability is not None:
            self._results = None
            self.results.empty = "reading…"
            self.results.show_all([], another=True)
            self.add_class("-results")
            self.results.focus()
            self._ask_results()
            self.console.draw_lines()

    @on(RowHighlighted, "#probe-results")
    def show_result(self, message: RowHighlighted) -> None:
        """Read the line of the result under the cursor."""
        message.stop()
        self._ask_raw()

    @on(RowOpened, "#probe-results")
    def open_result(self, message: RowOpened) -> None:
        """Go to the line itself."""
        message.stop()
        self.add_class("-line")
        self.line.focus()

    @on(Pane.Opened)
    def open_row(self, message: Pane.Opened) -> None:
        """Go where a line of a pane leads: to a cycle, a proposal, or another capability."""
        message.stop()
        key = message.row.key
        if isinstance(key, tuple) and key[0] == "same":
            self._stand_at(str(key[1]))
            self.board.focus()
        elif message.row.target is not None:
            self.console.drill(message.row.target)

    def on_descendant_focus(self) -> None:
        """In small layouts the line, or a pane, takes the place of the tables while it has the focus."""
        self.set_class(self.line.has_focus, "-line")
        self.set_class(self.history.has_focus or self.detail.has_focus, "-below")

    # -- showing -----------------------------------------------------------------------------------------------

    def _show(self, shown: Shown) -> None:
        first = self.shown is None
        self.shown = shown
        self.board.empty = "no probes"
        self.board.show_all(board_rows(shown, self.view_state.now, plain=self.plain))
        self._title(shown)
        if self._wanted:
            self._stand_at(self._wanted)
        elif first:
            worst = next((at for at, row in enumerate(shown.board.rows) if row.status == "red"), 0)
            self.board.move_to(worst)
        self._draw()
        if not self.has_class("-results"):
            self._ask_raw()

    def _stand_at(self, name: str) -> None:
        rows = self.shown.board.rows if self.shown is not None else ()
        at = next((index for index, row in enumerate(rows) if row.name == name), None)
        self._wanted = ""
        if at is not None:
            self.board.move_to(at)

    def _title(self, shown: Shown) -> None:
        board = shown.board
        look = mark(board.overall)
        glyph = look.plain if self.plain else look.glyph
        title = Content.assemble("Capabilities  ", Content.styled(f"{glyph} overall {look.word}", look.style))
        rule = f"{board.left} of {board.per_hour} left this hour, red at {board.threshold} in a row"
        running = content(f"  running: {board.running}", "$accent bold", limit=40) if board.running else Content("")
        wrong = f"  {len(board.problems)} left out" if board.problems else ""
        run = "" if self.console.read_only else "   ! runs one"
        entitle(self.query_one("#probe-board-box"), Content.assemble(title, running), Content(rule + wrong + run))

    def _trouble(self) -> Trouble | None:
        row = self.capability
        return self.shown.troubles.get(row.name) if self.shown is not None and row is not None else None

    def _draw(self) -> None:
        row, trouble, now, plain = self.capability, self._trouble(), self.view_state.now, self.plain
        name = content(row.name, limit=40) if row is not None else Content("History")
        entitle(self.history, Content.assemble(name, Content.styled("  last 24", "not bold")))
        self.history.show(lambda width: history_rows(row, trouble, now, width, plain=plain))
        self.detail.show(lambda width: detail_rows(row, trouble, width, plain=plain))

    def _said(self) -> str | None:
        newest = self.capability.last_result if self.capability is not None else None
        return newest.details if newest is not None else None

    def _ask_results(self) -> None:
        from loopview.engine.probes.shown import load_results

        row = self.capability
        if row is not None and self.has_class("-results"):
            name = row.name
            self.ask("results", lambda reader: load_results(reader, name), self._show_results, name)

    def _show_results(self, results: Results) -> None:
        another = self._results is None or self._results.capability != results.capability
        self._results = results
        self.results.empty = "it never ran"
        self.results.show_all(result_rows(results.results, plain=self.plain), another=another)
        if another:
            self.results.move_to(0)
        title = Content.assemble("Results of ", content(results.capability, limit=40))
        entitle(self.query_one("#probe-results-box"), title, Content(f"{len(results.results):,}, newest first"))
        self._ask_raw()

    def _place(self) -> Place | None:
        if self.has_class("-results"):
            return self.result.place if self.result is not None else None
        row = self.capability
        return self.shown.newest.get(row.name) if self.shown is not None and row is not None else None

    def _ask_raw(self) -> None:
        from loopview.engine.raw_line import read_raw_line

        place, root = self._place(), self.console.root
        self._raw = None
        if place is not None:
            self.ask("raw", lambda reader: read_raw_line(reader, root, "probes", place), self._keep_raw, place)
        self._draw_line()

    def _keep_raw(self, raw: RawLine) -> None:
        self._raw = raw
        self._draw_line()

    def _draw_line(self) -> None:
        raw = self._raw
        entitle(self.line, Content(f"Line {raw.line:,}" if raw is not None else "Line"))
        reading = [Row(content("reading the file…", "$text-muted"))]
        self.line.show(lambda width: raw_rows(raw, width) if raw is not None else reading)

    def _close(self) -> None:
        self.remove_class("-results", "-line")
        self._ask_raw()
        self.console.draw_lines()
