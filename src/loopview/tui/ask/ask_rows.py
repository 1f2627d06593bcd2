"""The running of statements on the Ask screen, and what can be done with their rows."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING

from textual import on
from textual.content import Content

from loopview.domain.counted import counted
from loopview.tui.ask.ask_editor import AskEditor
from loopview.tui.ask.desk import Desk, Outcome
from loopview.tui.ask.extracts import as_tsv, drawable_of, whole_row
from loopview.tui.content import content
from loopview.tui.messages import RowOpened, SortChosen
from loopview.tui.widgets.table_pages import PAGE

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.timer import Timer

    from loopview.store.database import Store
    from loopview.tui.ask.chart import Drawable
    from loopview.tui.messages import AskFailed

Page = list[tuple[str | None, ...]]


class AskRows(AskEditor):
    """Everything that touches the store runs in the screen's worker."""

    def __init__(self) -> None:
        super().__init__()
        self.desk = Desk(self._present_store, lambda: self.console.settings.sql_seconds)
        self._number = 0  #: of the run that was asked for last
        self._started: float | None = None
        self._ticking: Timer | None = None
        self._shown_sql = ""  #: the statement behind the rows that show
        self._title = ""  #: of the question it belongs to
        self._chart = ""
        self._revision = 0
        self._stamp = ""

    @property
    def running(self) -> bool:
        """Whether a statement is being run."""
        return self._started is not None

    def _present_store(self) -> Store | None:
        monitor = self.console.monitor
        return None if monitor is None else monitor.store

    @property
    def sql_of_rows(self) -> str:
        """The statement behind the rows that show, as it was run."""
        return self._shown_sql

    @property
    def title_of_rows(self) -> str:
        """What the rows are about, where that is known."""
        return self._title

    # -- running -----------------------------------------------------------------------------------------------

    def action_run(self) -> None:
        """Run what stands in the editor; from the question's line, what stands there."""
        if self.line.has_focus and self.line.value.strip():
            self.take_line(self.line.value)
        elif self.editor.text.strip():
            self.run_sql()
        else:
            self.console.say("there is nothing to run yet")

    def take_line(self, text: str) -> None:
        """Run a line, or have it turned into SQL first."""
        raise NotImplementedError

    def run_sql(self, *, title: str = "", chart: str = "") -> None:
        """Run the editor's statement in the worker, and show its rows."""
        sql, now = self.editor.text, self.view_state.now
        self.close_completion()
        self._number += 1
        self._title, self._chart, number = title, chart, self._number
        if self.running:
            self.desk.stop()
        self._begin()
        desk, keep = self.desk, self._keeper(sql)

        def question(_reader: object) -> tuple[Outcome, Page]:
            outcome = desk.run(sql, now)
            keep()
            return outcome, [] if outcome.result is None else outcome.result.page(0, PAGE)

        self.ask("run", question, lambda answer: self._ran(sql, *answer), number)

    def _keeper(self, sql: str) -> Callable[[], str]:
        """Return what adds the statement to the history."""
        from loopview.engine.ask_history import remember

        state_dir, now, words = self.console.settings.state_dir, self.view_state.now, self.plain_words
        return lambda: remember(state_dir, sql, words, now) if state_dir else ""

    @property
    def plain_words(self) -> str:
        """The question that the statement was drafted for, if it was."""
        return ""

    def _ran(self, sql: str, outcome: Outcome, first: Page) -> None:
        seconds = self._end()
        self._shown_sql = sql
        self._revision = self.console.monitor.revision if self.console.monitor is not None else 0
        self._stamp = f"{self.view_state.now:%H:%M}"
        if outcome.result is None:
            self._fail(outcome, seconds)
            return
        self.editor.mark_fault(None)
        self.view.take(outcome.result, first, chart=self._chart)
        self.retitle()
        if not self.line.has_focus and not self.editor.has_focus:
            self.view.focus_shown()

    def _fail(self, outcome: Outcome, seconds: float) -> None:
        self.editor.mark_fault(outcome.offset)
        self.view.note([content(outcome.problem, "$fail"), *self._place_lines(outcome.offset)])
        self.view.border_title = Content(f"No rows after {seconds:.1f} s" if seconds >= 1 else "No rows")
        self.view.border_subtitle = Content("")
        if outcome.offset is not None and not self.line.has_focus:
            self.editor.focus()

    def _place_lines(self, offset: int | None) -> list[Content]:
        """Return the line at fault, and a mark under the place."""
        if offset is None:
            return []
        text = self._shown_sql
        start = text.rfind("\n", 0, offset) + 1
        end = text.find("\n", offset)
        line = text[start : end if end >= 0 else len(text)]
        at = max(0, offset - start - 40)
        return [
            content(line[at : at + 80], "$text-muted"),
            Content.styled(" " * (offset - start - at) + "^", "$fail"),
        ]

    def on_ask_failed(self, message: AskFailed) -> None:
        """End the wait when a run failed in a way nobody foresaw; let the table ask again for a page."""
        if message.topic == "run" and message.about == self._number:
            self._end()
            self.view.note([content(message.problem, "$fail")])
        elif message.topic == "page" and isinstance(message.about, tuple):
            self.view.table.refuse(*message.about)
        super().on_ask_failed(message)

    def _begin(self) -> None:
        self._started = monotonic()
        self.view.border_title = Content("Running…")
        self.view.border_subtitle = Content("^x cancels")
        if self._ticking is None:
            self._ticking = self.set_interval(0.5, self._tick, name="elapsed")

    def _tick(self) -> None:
        if self._started is not None:
            self.view.border_title = Content(f"Running… {monotonic() - self._started:.0f} s")

    def _end(self) -> float:
        """Stop the clock; return the seconds it ran."""
        seconds = monotonic() - self._started if self._started is not None else 0.0
        self._started = None
        if self._ticking is not None:
            self._ticking.stop()
            self._ticking = None
        return seconds

    def action_cancel(self) -> None:
        """End what is running."""
        if self.running:
            self.desk.stop()
            self.view.border_title = Content("Stopping…")
        elif self.editor.has_focus and self.editor.selected_text:
            self.editor.action_cut()
        else:
            self.console.say("nothing is running")

    def on_unmount(self) -> None:
        """Let go of the store."""
        self.desk.close()

    # -- what the answer says about itself -----------------------------------------------------------------------

    def retitle(self) -> None:
        """Say how many rows there are, how long they took, and whether they are still what there is."""
        result = self.view.result
        if result is None or self.running:
            return
        rows = counted(result.total, "row")
        capped = f"  capped at {result.total:,} rows: there are more" if result.truncated else ""
        title = f"{self._title}  " if self._title else "Result  "
        self.view.border_title = Content.assemble(
            content(title),
            content(f"{rows}  {result.elapsed_ms:.0f} ms", "not bold"),
            Content.styled(capped, "$warn bold"),
        )
        newer = self.console.monitor is not None and self.console.monitor.revision != self._revision
        hints = "enter row  s sort  c chart  C copy all"
        self.view.border_subtitle = Content.assemble(
            Content.styled(f"asked {self._stamp}, newer lines since: F5  ", "$warn") if newer else "", hints
        )

    def refresh_view(self) -> None:
        """Take note that the store moved on: the rows stay until they are asked for again."""
        self.retitle()

    # -- rows --------------------------------------------------------------------------------------------------

    def request_page(self, start: int, count: int, token: int) -> None:
        """Fetch a page for the table."""
        result = self.view.result
        if result is None:
            self.view.table.refuse(token, start)
            return
        self.ask(
            "page",
            lambda _: result.page(start, count),
            lambda rows: self.view.deliver(token, start, rows),
            (token, start),
        )

    @on(RowOpened, "#ask-rows")
    def open_row(self, message: RowOpened) -> None:
        """Show one row whole."""
        message.stop()
        result, at = self.view.result, self.view.cursor
        if result is not None and at >= 0:
            self.ask("row", lambda _: whole_row(result, at), self.view.show_row, (self.view.run, at))

    @on(SortChosen, "#ask-rows")
    def sort_by_title(self, message: SortChosen) -> None:
        """Sort by the title that was clicked; again turns the order."""
        message.stop()
        self._sort_by(int(message.column))

    def action_sort(self) -> None:
        """Sort by the chosen column: up, down, as they came."""
        self._sort_by(self.view.table.column)

    def action_reverse(self) -> None:
        """Turn the order."""
        order = self.view.result.order if self.view.result is not None else None
        if order is not None:
            self._resort(order[0], descending=not order[1])

    def _sort_by(self, column: int) -> None:
        result = self.view.result
        if result is None:
            return
        numbers = result.columns[column].kind in {"number", "time"}
        if result.order is None or result.order[0] != column:
            self._resort(column, descending=numbers)
        elif result.order[1] == numbers:
            self._resort(column, descending=not numbers)
        else:
            self._resort(None, descending=False)

    def _resort(self, column: int | None, *, descending: bool) -> None:
        result = self.view.result
        if result is None:
            return

        def question(_reader: object) -> Page:
            result.sort(column, descending=descending)
            return result.page(0, PAGE)

        sort = None if column is None else (str(column), descending)
        self.ask("sort", question, lambda first: self.view.resort(first, sort), (self.view.run, sort))

    # -- charts ------------------------------------------------------------------------------------------------

    def action_chart(self) -> None:
        """Draw the rows in the next way that fits them, or show them again."""
        result, kind = self.view.result, self.view.next_chart()
        if result is None:
            self.console.say("there are no rows to draw")
        elif kind is None and not self.view.back():
            self.console.say("no column of numbers to draw")
        elif kind is not None:
            self.ask(
                "chart", lambda _: drawable_of(result), lambda found: self._draw(found, kind), (self.view.run, kind)
            )

    def _draw(self, drawable: Drawable, kind: str) -> None:
        self.view.draw(drawable, kind)
        self.view.border_subtitle = Content(f"{kind} chart  c next  esc rows")

    # -- copying -----------------------------------------------------------------------------------------------

    def copy_text(self) -> str | None:
        """Return the chosen cell, or the statement when the editor was left."""
        if self.query_one("#ask-ready").has_focus:
            return self.editor.text or None
        return self.view.cell_text()

    def copy_json(self) -> str | None:
        """Return the row under the cursor."""
        return self.view.row_json()

    def action_copy_all(self) -> None:
        """Copy all rows as lines of tab-separated values."""
        result = self.view.result
        if result is None:
            self.console.say("there are no rows to copy")
            return
        self.ask("copy", lambda _: as_tsv(result), lambda found: self._copied(*found), self.view.run)

    def _copied(self, text: str, rows: int) -> None:
        from loopview.tui.clipboard import copy

        said = copy(self.console, text, self.console.settings.clipboard)
        total = self.view.result.total if self.view.result is not None else rows
        self.console.say(f"{said}: {rows:,} of {total:,} rows" if rows < total else f"{said}: {rows:,} rows")
