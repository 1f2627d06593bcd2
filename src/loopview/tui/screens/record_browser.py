"""All records of one family in a box: the table, its filter line, sorting and searching."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, ClassVar

from textual.containers import Vertical
from textual.content import Content

from loopview.tui.actions import Action
from loopview.tui.content import content
from loopview.tui.screens.table_feed import TableFeed
from loopview.tui.widgets.filter_bar import FilterBar
from loopview.tui.widgets.filtered import Filtered
from loopview.tui.widgets.frame import entitle
from loopview.tui.widgets.record_table import RecordTable

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from textual.app import ComposeResult

    from loopview.store.page import View
    from loopview.store.questions import Answer
    from loopview.tui.messages import (
        FollowChanged,
        MarkSought,
        SortChosen,
    )
    from loopview.tui.screens.table_feed import RowMaker
    from loopview.tui.screens.table_screen import TableScreen
    from loopview.tui.widgets.table_layout import RowKey, TableColumn

_WORD = re.compile(r'"([^"]+)"?|(\S+)')
_TEXTUAL = frozenset({"type", "issue", "fingerprint", "reason", "action", "hypothesis", "gate", "success"})
"""Columns that a first press sorts from A; the others from the largest."""


def browser_actions(scope: str, noun: str) -> tuple[Action, ...]:
    """Return what can be done with a browser on a screen; the screen has the methods they name."""
    return (
        Action(f"{scope}.filter", "slash", "filter", f"Filter the {noun} while typing; a leading ! inverts",
               "filter", "Find", shown=True),
        Action(f"{scope}.next-hit", "n", "next hit", "Next row that matches the last filter",
               "find_hit(True)", "Find", palette=False),
        Action(f"{scope}.previous-hit", "N", "previous hit", "Previous row that matches",
               "find_hit(False)", "Find", palette=False),
        Action(f"{scope}.next-failure", "e", "next failure", "Next failure", "find_failure(True)", "Find",
               shown=True),
        Action(f"{scope}.previous-failure", "E", "previous failure", "Previous failure", "find_failure(False)",
               "Find"),
        Action(f"{scope}.sort", "s", "sort", "Sort by the next column, then newest first again", "sort", "Find",
               shown=True),
        Action(f"{scope}.reverse", "S", "reverse", "Reverse the order", "reverse", "Find"),
    )  # fmt: skip


class RecordBrowser(Filtered, Vertical):
    """A table over all records of a family. It remembers filter, sort and place; the screen says when to look."""

    DEFAULT_CLASSES: ClassVar[str] = "box browser"

    def __init__(
        self,
        screen: TableScreen,
        table: str,
        fields: tuple[str, ...],
        columns: Sequence[TableColumn],
        make: RowMaker,
        *,
        id: str,  # noqa: A002  # Textual's own name for it
        title: str,
        plain: bool,
    ) -> None:
        super().__init__(id=id)
        self._loop_screen = screen
        self._family = table
        self._fields = fields
        self._title = title
        self.where = ""
        self.sort: tuple[str, bool] | None = None
        self.since: datetime | None = None
        self.window = "all"
        self._search = ""
        self.bar = FilterBar()
        self.table = RecordTable(columns, self._request, plain=plain, empty="reading…")
        self.feed = TableFeed(screen, self.table, id, make)

    def compose(self) -> ComposeResult:
        """Put the filter line above the table."""
        yield self.bar
        yield self.table

    def on_mount(self) -> None:
        """Say what this is."""
        self.retitle()

    # -- looking ----------------------------------------------------------------------------------------------

    @property
    def view(self) -> View:
        """The view as it is set now."""
        from loopview.store.page import View

        as_of = self._loop_screen.view_state.as_of
        return View(self._family, self._fields, self.sort, self.where, self.since, as_of)

    def look(self, *, keep: bool = True) -> None:
        """Show what the store holds now."""
        kind = (self.sort, self.where, self.window, self._loop_screen.view_state.as_of)
        self.feed.look(self.view, kind, keep=keep)

    def set_filter(self, text: str) -> None:
        """Show the rows that match a filter line."""
        self.bar.put(text)
        self.narrow(text.strip())

    def set_sort(self, sort: tuple[str, bool] | None) -> None:
        """Order by a column (name, descending); None = newest first."""
        self.sort = sort
        self.table.show_sort(sort)
        self.look(keep=False)
        self.retitle()

    def show_view(self, where: str, sort: tuple[str, bool] | None) -> None:
        """Show the rows that match a filter line, in an order."""
        self.sort = sort
        self.table.show_sort(sort)
        self.bar.put(where)
        self.narrow(where.strip())
        self.look(keep=False)
        self.retitle()

    def set_window(self, window: str, since: datetime | None) -> None:
        """Show rows stamped at or after ``since`` (None = all) from the next look on."""
        self.window = window
        self.since = None if since is None else since.replace(second=0, microsecond=0)
        self.retitle()

    def go_to(self, key: RowKey) -> None:
        """Go to a record; when filter or window hide it, they are lifted first."""

        def then(found: bool) -> None:  # noqa: FBT001  # the feed hands it over by position
            if not found and (self.where or self.since is not None):
                self.set_window("all", None)
                self.set_filter("")
                self.feed.go_to(key)

        if self.feed.view is None:
            self.look()
        self.feed.go_to(key, then)

    def leave(self) -> bool:
        """Drop the filter, then the sort; False when there is neither."""
        if self.where:
            self.set_filter("")
        elif self.sort is not None:
            self.set_sort(None)
        else:
            return False
        return True

    def retitle(self) -> None:
        """Say what is shown and in which order."""
        count = self.table.standing.count
        parts = [f"{count:,}", "all time" if self.window == "all" else f"last {self.window}"]
        parts.append("newest first" if self.sort is None else f"by {self.sort[0]}")
        if self.where:
            parts.append(f"/{self.where}")
        title = Content.assemble(content(self._title), content("  " + "  ".join(parts), "not bold"))
        entitle(self, title, Content("" if self.table.standing.following else "f follow"))

    def evidence(self) -> Answer | None:
        """Return the rows as fetched last, with their SQL."""
        return self.feed.answer(self._title)

    # -- acting -----------------------------------------------------------------------------------------------

    def open_filter(self) -> None:
        """Let the operator type a filter."""
        self.bar.open()

    def find(self, text: str, what: str, *, forward: bool, then: Callable[[], None] | None = None) -> None:
        """Go to the next or previous row that matches a filter line, ``then`` go on; say so when there is none."""

        def arrived(found: bool) -> None:  # noqa: FBT001  # the feed hands it over by position
            if not found:
                self._loop_screen.console.say(f"no {'later' if forward else 'earlier'} {what} in this table")
            elif then is not None:
                then()

        self.feed.find(text, forward=forward, then=arrived)

    def find_hit(self, *, forward: bool) -> None:
        """Go to the next row that matches the filter, or the one dropped last."""
        text = self.where or self._search
        if text:
            self.find(text, f"row matching {text}", forward=forward)
        else:
            self._loop_screen.console.say("nothing to search for: type a filter with / first")

    def step_sort(self) -> None:
        """Sort by the next column; after the last one newest first again."""
        names = [None, *(column.name for column in self.table.columns if column.sortable)]
        present = self.sort[0] if self.sort is not None else None
        name = names[(names.index(present) + 1) % len(names)]
        self.set_sort(None if name is None else (name, name not in _TEXTUAL))

    def reverse(self) -> None:
        """Reverse the order."""
        self.set_sort(("ts", False) if self.sort is None else (self.sort[0], not self.sort[1]))

    # -- messages ---------------------------------------------------------------------------------------------

    def on_sort_chosen(self, message: SortChosen) -> None:
        """Sort by the title that was clicked; a second click turns the order."""
        message.stop()
        if self.sort is not None and self.sort[0] == message.column:
            self.reverse()
        else:
            self.set_sort((message.column, message.column not in _TEXTUAL))

    def on_mark_sought(self, message: MarkSought) -> None:
        """Go to a marked row."""
        message.stop()
        self.feed.go_to(message.key)

    def on_follow_changed(self, message: FollowChanged) -> None:
        """Let the console know, whose key turns it on and off."""
        message.stop()
        # Not what the message said: two that cross would set each other off for ever.
        self._loop_screen.console.following = self.table.standing.following
        self.retitle()

    def narrow(self, text: str) -> None:
        """Show the rows that hold the words typed; all of them without any."""
        if text == self.where:
            return
        self._search = text or self.where
        self.where = text
        self.table.mark_words(words_of(text or self._search))
        self.look()
        self.retitle()

    def _request(self, start: int, count: int, token: int) -> None:
        self.feed.request(start, count, token)


def words_of(text: str) -> tuple[str, ...]:
    """Return the words of a filter line that rows contain: nothing of an inverted one."""
    if text.startswith("!"):
        return ()
    found = (phrase or word for phrase, word in _WORD.findall(text))
    return tuple(
        word for word in found if len(word) > 1 and word[0] not in "-#" and not re.search(r"^\w+[:<>=]", word)
    )
