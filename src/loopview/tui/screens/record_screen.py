"""What the screens over all records of one family share: the table, and all that is known about one record."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.content import Content

from loopview.tui.detail_rows import brief_rows, explained_rows, whole_rows
from loopview.tui.screens.change_screen import ChangeScreen
from loopview.tui.screens.record_browser import RecordBrowser
from loopview.tui.screens.table_screen import as_json, commit_of
from loopview.tui.widgets.frame import entitle
from loopview.tui.widgets.pane import Pane
from loopview.tui.widgets.table_layout import RowKey

if TYPE_CHECKING:
    from collections.abc import Iterable

    from loopview.engine.detail import Detail
    from loopview.engine.raw_line import RawLine
    from loopview.guarded.git import CommitStat
    from loopview.store.questions import Answer
    from loopview.store.reader import Reader
    from loopview.tui.messages import RowHighlighted, RowOpened
    from loopview.tui.screens.table_feed import RowMaker, TableFeed
    from loopview.tui.widgets.record_table import RecordTable
    from loopview.tui.widgets.table_layout import TableColumn


class RecordScreen(ChangeScreen):
    """A browser over a family, and a pane with the record under the cursor that fills the body when opened."""

    FAMILY: ClassVar[str] = ""  #: table of the store
    NOUN: ClassVar[str] = ""  #: column with the number by which people name a record
    AUTO_FOCUS: ClassVar[str | None] = "RecordTable"

    def __init__(self) -> None:
        super().__init__()
        self._detail: Detail | None = None
        self._stat: CommitStat | str | None = None
        self._opened: RowKey | None = None  #: the record that fills the body; it stays when its row goes
        self._explaining = False
        self._window_seen = ""

    def make_browser(
        self, fields: tuple[str, ...], columns: Iterable[TableColumn], make: RowMaker
    ) -> RecordBrowser:
        """Return the browser; a subclass yields it from ``compose_body`` together with the pane."""
        self.browser = RecordBrowser(
            self, self.FAMILY, fields, tuple(columns), make, id=f"{self.NAME}-browser", title=str(self.TITLE),
            plain=self.plain,
        )  # fmt: skip
        return self.browser

    def make_pane(self) -> Pane:
        """Return the pane of the record under the cursor."""
        self.pane = Pane("Selected", id=f"{self.NAME}-detail", classes="box record-detail")
        return self.pane

    def refresh_view(self) -> None:
        """Look again; the window counts once it was changed on this screen."""
        if not self._window_seen:
            self._window_seen = self.console.window
        elif self._window_seen != self.console.window:
            self._window_seen = self.console.window
            self.browser.set_window(self.console.window, self.view_state.since)
        elif self.browser.since is not None:
            self.browser.set_window(self.browser.window, self.view_state.since)
        self.browser.look()
        self._ask_detail()

    def leave(self) -> bool:
        """Close the change, go back from the explanation, close the record, then drop filter and sort."""
        if self.close_change():
            return True
        if self._explaining:
            self.action_explain()
            return True
        return self.close() or self.browser.leave()

    def evidence(self) -> Answer | None:
        """Return the question behind the rows, or behind the opened record."""
        if self._opened is not None and self._detail is not None:
            return self._detail.answer
        return self.browser.evidence()

    def copy_text(self) -> str | None:
        """Return the row as it reads, or the hunk in front."""
        if self.showing_change:
            return self.change_text()
        row = self.browser.table.row
        return None if row is None else "  ".join(cell.text for cell in row.cells if cell.text)

    def copy_json(self) -> str | None:
        """Return the raw line, or the fields; where a change is in front, all of it."""
        if self.showing_change:
            return self.change_patch()
        return None if self._detail is None or self._detail.gone else as_json(self._detail)

    def trail(self) -> tuple[str, ...]:
        """Name the opened record."""
        opened = (self._title_of_detail(),) if self._opened or self.showing_change else ()
        return (*opened, "change") if self.showing_change else opened

    def detail_shown(self) -> Detail | None:
        """Return the record under the cursor."""
        return self._detail

    def after_change(self) -> None:
        """Go back to the record, or to its row."""
        (self.pane if self._opened is not None else self.browser.table).focus()

    def follow_changed(self, *, following: bool) -> None:
        """Hand the console's key on to the table."""
        self.browser.table.follow(following=following)

    def feeds(self) -> Iterable[TableFeed]:
        """Return the table's feed."""
        return (self.browser.feed,)

    def raw(self) -> RawLine | None:
        """Return the line of the record under the cursor."""
        return None if self._detail is None else self._detail.raw

    def rows_shown(self, table: RecordTable) -> None:  # noqa: ARG002  # there is one table only
        """Count in the title."""
        self.browser.retitle()

    # -- acting ------------------------------------------------------------------------------------------------

    def action_filter(self) -> None:
        """Type a filter."""
        self.close()
        self.browser.open_filter()

    def action_find_hit(self, forward: bool) -> None:  # noqa: FBT001  # a binding passes its parameters by position
        """Go to the next or previous hit."""
        self.browser.find_hit(forward=forward)

    def action_find_failure(self, forward: bool) -> None:  # noqa: FBT001
        """Go to the next or previous failure."""
        self.browser.find("fail", "failure", forward=forward)

    def action_sort(self) -> None:
        """Sort by the next column."""
        self.browser.step_sort()

    def action_reverse(self) -> None:
        """Reverse the order."""
        self.browser.reverse()

    def action_explain(self) -> None:
        """Show how the fingerprint of the record's failure came about, or the record again."""
        self._explaining = not self._explaining
        self._draw()

    def on_row_highlighted(self, message: RowHighlighted) -> None:
        """Load what is known about the row under the cursor."""
        message.stop()
        self._ask_detail()

    def on_row_opened(self, message: RowOpened) -> None:
        """Show everything about the row."""
        message.stop()
        self._opened = message.row.key
        self.add_class("-opened")
        self.pane.focus()
        self._draw()
        self._ask_commit()
        self.console.draw_lines()

    def on_pane_opened(self, message: Pane.Opened) -> None:
        """Go where a line of the detail leads."""
        message.stop()
        if message.row.target is not None:
            self.console.drill(message.row.target)

    # -- the detail --------------------------------------------------------------------------------------------

    def _ask_detail(self) -> None:
        from loopview.engine.detail import load_detail
        from loopview.store.page import Place

        key, root, family = self._opened or self.browser.table.selected, self.console.root, self.FAMILY
        if key is None:
            return

        def question(reader: Reader) -> Detail:
            return load_detail(reader, root, family, Place(*key))

        self.ask("detail", question, self._show_detail, key)

    def _show_detail(self, detail: Detail) -> None:
        if self._detail is None or self._detail.place != detail.place:
            self._stat = None
        self._detail = detail
        self._draw()
        if self._opened:
            self._ask_commit()

    def _ask_commit(self) -> None:
        detail, root = self._detail, self.console.root
        if detail is None or not detail.commit or self._stat is not None:
            return
        commit = detail.commit
        self.ask("commit", lambda _reader: commit_of(root, commit), self._show_commit, commit)

    def _show_commit(self, stat: CommitStat | str) -> None:
        self._stat = stat
        self._draw()

    def _draw(self) -> None:
        detail, stat, now, plain = self._detail, self._stat, self.view_state.now, self.plain
        entitle(self.pane, Content(self._title_of_detail() if self._opened else "Selected"))
        if self._explaining:
            self.pane.show(lambda width: explained_rows(detail, width, plain=plain))
        elif self._opened:
            self.pane.show(lambda width: whole_rows(detail, stat, width, now, plain=plain))
        else:
            self.pane.show(lambda width: brief_rows(detail, width, now, plain=plain))

    def close(self) -> bool:
        """Close the record; False when none was open."""
        if self._opened is None:
            return False
        self._opened, self._explaining = None, False
        self.remove_class("-opened")
        self.browser.table.focus()
        self._ask_detail()
        self._draw()
        return True

    def _title_of_detail(self) -> str:
        number = self._detail.value(self.NOUN) if self._detail is not None else None
        return f"{self.FAMILY.removesuffix('s')} {number if number is not None else ''}".strip()

    def arrive_at(self, number: int | None, source: str | None, generation: int | None, line: int | None) -> None:
        """Stand at a record: by its place, else by its number."""
        self.close()
        if source is not None and generation is not None and line is not None:
            self.browser.go_to(RowKey(source, generation, line))
        elif number is not None:
            self.browser.set_filter(f"{self.NOUN}:{number}")
