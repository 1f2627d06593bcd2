"""A pane of lines: what a screen shows in a box, drawn line by line, redrawn only where it changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from rich.segment import Segment
from textual.content import Content
from textual.geometry import Size
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip
from textual.visual import Visual

from loopview.tui.actions import PANE, bindings
from loopview.tui.widgets.fitted_view import FittedView

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from textual import events
    from textual.binding import Binding

    from loopview.tui.targets import Target


class Row:
    """One line of a pane; where making it costs, it is made when it comes into sight."""

    __slots__ = ("_line", "key", "target")

    def __init__(
        self, line: Content | Callable[[], Content], key: object = None, target: Target | None = None
    ) -> None:
        self._line = line
        self.key = key  #: what makes it the same line after an update; None = cannot be stood on
        self.target = target  #: where Enter leads

    @property
    def content(self) -> Content:
        """What is drawn."""
        if not isinstance(self._line, Content):
            self._line = self._line()
        return self._line


GUTTER = 1
"""Cells left of the lines: the cursor's mark stands there."""


class Pane(FittedView, can_focus=True):
    """Lines in a box; with keyed lines it has a cursor that stays on its line when others come and go."""

    BINDINGS: ClassVar[list[Binding]] = bindings(PANE)  # type: ignore[assignment]
    COMPONENT_CLASSES: ClassVar[set[str]] = {"pane--cursor", "pane--quiet-cursor"}

    cursor: reactive[int] = reactive(-1, repaint=False)

    @dataclass
    class Moved(Message):
        """The cursor stands on another line."""

        pane: Pane
        key: object

        @property
        def control(self) -> Pane:
            """The pane, for ``on``."""
            return self.pane

    @dataclass
    class Opened(Message):
        """Enter or a click on the line under the cursor."""

        pane: Pane
        row: Row

        @property
        def control(self) -> Pane:
            """The pane, for ``on``."""
            return self.pane

    def __init__(self, title: str = "", *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, classes=classes)
        self.border_title = Content(title)
        self._build: Callable[[int], Sequence[Row]] | None = None
        self._rows: list[Row] = []
        self._built_for = Size()
        self.pointer = "▶"  #: the cursor's mark while the pane has the focus
        self.quiet_pointer = " "  #: and while it has not
        self.follows = (
            False  #: whether a cursor on the first line stays on the first line when lines come before it
        )

    @property
    def row(self) -> Row | None:
        """The line under the cursor."""
        return self._rows[self.cursor] if 0 <= self.cursor < len(self._rows) else None

    @property
    def rows(self) -> Sequence[Row]:
        """The lines, as built for the present width."""
        return self._rows

    @property
    def lines_in_sight(self) -> int:
        """How many lines the box shows at once."""
        return self.scrollable_content_region.height

    def show(self, build: Callable[[int], Sequence[Row]]) -> None:
        """Take what makes the lines for a width in cells; it is called again when the width changes."""
        self._build = build
        self.fit()

    @property
    def fits(self) -> bool:
        """Whether the lines are made for the present room: some panes show what finds a place."""
        return self._build is None or self._built_for == self.scrollable_content_region.size

    def fit(self) -> None:
        """Make the lines for the present room."""
        room = self.scrollable_content_region.size
        width = room.width
        if self._build is None or width <= 0:
            self._built_for = Size()
            return
        before, key = self._rows, self.row.key if self.row is not None else None
        leading = self.follows and self._on_first()
        self._rows = list(self._build(width - GUTTER))
        if len(before) != len(self._rows) or width != self._built_for.width:
            self.virtual_size = Size(width, len(self._rows))
            self.refresh()
        else:
            top = self.scroll_offset.y
            for index in range(top, min(len(before), top + self.lines_in_sight)):
                if not before[index].content.is_same(self._rows[index].content):
                    self.refresh_line(index)
        self._built_for = room
        self._keep_cursor(key, leading=leading)

    def _on_first(self) -> bool:
        return self.cursor == next((index for index, row in enumerate(self._rows) if row.key is not None), -1)

    def _keep_cursor(self, key: object, *, leading: bool) -> None:
        standing = [index for index, row in enumerate(self._rows) if row.key is not None]
        if not standing:
            self.cursor = -1
            return
        same = [index for index in standing if key is not None and self._rows[index].key == key]
        before = max(self.cursor, 0)
        nearest = min(standing, key=lambda index: abs(index - before))
        self.cursor = standing[0] if leading else same[0] if same else nearest
        if self.row is not None and self.row.key != key:
            self.post_message(self.Moved(self, self.row.key))

    def watch_cursor(self, before: int, now: int) -> None:
        """Repaint the two lines."""
        self.refresh_line(before)
        self.refresh_line(now)

    def stand(self, key: object) -> None:
        """Put the cursor on the line of that key, if there is one."""
        for index, row in enumerate(self._rows):
            if row.key == key and key is not None:
                self._stand_at(index)

    def _stand_at(self, index: int) -> None:
        if index != self.cursor:
            self.cursor = index
            self.post_message(self.Moved(self, self._rows[index].key))
        self._into_sight(index)

    def _into_sight(self, index: int) -> None:
        top, height = self.scroll_offset.y, self.scrollable_content_region.height
        if index < top or index >= top + height:
            self.scroll_to(y=index if index < top else index - height + 1, animate=False, force=True)

    def action_move(self, step: int) -> None:
        """Move the cursor over the lines that can be stood on; without any, scroll."""
        standing = [index for index, row in enumerate(self._rows) if row.key is not None]
        if not standing:
            self.scroll_relative(y=step, animate=False)
            return
        place = standing.index(self.cursor) if self.cursor in standing else 0
        self._stand_at(standing[max(0, min(len(standing) - 1, place + step))])

    def action_page(self, direction: int) -> None:
        """Move by a page."""
        self.action_move(direction * max(1, self.scrollable_content_region.height - 1))

    def action_open(self) -> None:
        """Go where the line under the cursor leads."""
        if self.row is not None:
            self.post_message(self.Opened(self, self.row))

    def on_click(self, event: events.Click) -> None:
        """Stand on the line; a second click opens it."""
        offset = event.get_content_offset(self)
        index = -1 if offset is None else offset.y + self.scroll_offset.y
        if 0 <= index < len(self._rows) and self._rows[index].key is not None:
            self._stand_at(index)
            if event.chain > 1:
                self.action_open()

    def on_focus(self) -> None:
        """Show the cursor strongly."""
        self.refresh_line(self.cursor)

    def on_blur(self) -> None:
        """Show the cursor weakly."""
        self.refresh_line(self.cursor)

    def render_line(self, y: int) -> Strip:
        """Draw one line of the box."""
        width = self.scrollable_content_region.width
        index = y + self.scroll_offset.y
        style = self.visual_style
        if index >= len(self._rows) or width <= GUTTER:
            return Strip.blank(width, style.rich_style)
        if index == self.cursor:
            style = self.get_visual_style("pane--cursor" if self.has_focus else "pane--quiet-cursor")
        line = self._rows[index].content
        strips = Visual.to_strips(self, line, width - GUTTER, 1, style, apply_selection=False, pad=True)
        pointer = self.pointer if self.has_focus else self.quiet_pointer
        gutter = Segment(pointer if index == self.cursor else " ", style.rich_style)
        return Strip([gutter, *strips[0]], width) if strips else Strip.blank(width, style.rich_style)
