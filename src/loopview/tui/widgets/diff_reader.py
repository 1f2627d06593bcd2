"""The acting half of a diff: scrolling, going from hunk to hunk and from hit to hit, and how it is laid out."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING, Any, ClassVar

from loopview.domain.counted import counted
from loopview.tui.actions import bindings
from loopview.tui.messages import DiffContextSought, DiffPlaceChanged, DiffSeen
from loopview.tui.widgets.diff_actions import READING
from loopview.tui.widgets.diff_canvas import DiffCanvas
from loopview.tui.widgets.diff_lines import LISTED
from loopview.tui.widgets.diff_pairs import NOTHING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual import events

    from loopview.domain.review import ReviewLine
    from loopview.tui.widgets.diff_canvas import Place

SIDEWAYS_STEP = 12
"""Cells that one key press moves clipped lines."""

ROOMY = 60
"""Cells of width from which on the head line has room for words."""


class DiffReader(DiffCanvas):
    """Lines of a diff to be read with keys or the wheel; one hunk is the current one."""

    BINDINGS: ClassVar[list[Any]] = list(bindings(READING))

    def __init__(self, *, plain: bool = False, wrap: bool = True, id: str | None = None) -> None:  # noqa: A002
        self.hits: Sequence[int] = ()  #: lines that hold what is searched for
        self._hit = NOTHING  #: the hit we are at
        self._told = False  #: whether it was said that every line was displayed
        super().__init__(plain=plain, wrap=wrap, id=id)

    def show(self, lines: tuple[ReviewLine, ...]) -> None:
        """Show other lines; the same ones change nothing. The current hunk stays, if it is still there."""
        if lines == self.taken:
            return
        place = self.place
        self._told, self.home, self._hit = False, 0, NOTHING
        self._take(lines)
        self.find(self.word)
        if place is None or not self.go_to(place):
            self.scroll_to_row(0)
        self.post_message(DiffPlaceChanged())

    def go_to(self, place: Place) -> bool:
        """Make a hunk the current one and bring it in sight; False where it is not there."""
        for index in self.lines.hunks:
            line = self.lines.lines[index]
            if (line.path, line.hunk) == place:
                self._go(index)
                return True
        return False

    def leave_out(self, places: frozenset[Place]) -> None:
        """Draw these hunks as not to be taken."""
        if places != self.left_out:
            self.left_out = places
            self.redraw()

    def find(self, word: str) -> None:
        """Look for a text, ignoring case; nothing looks for nothing."""
        self.word = word.lower()
        shown = self.lines.shown
        every = range(len(self.lines))
        self.hits = [index for index in every if self.word in shown(index).lower()] if word else ()
        self._hit = NOTHING
        self.redraw()

    # -- actions -----------------------------------------------------------------------------------------------

    def action_move(self, rows: int) -> None:
        """Scroll by rows."""
        self.scroll_to_row(self.scroll_offset.y + rows)

    def action_page(self, halves: int) -> None:
        """Scroll by half pages; a row of a whole page stays in sight."""
        rows = max(self.body_height * abs(halves) // 2 - (abs(halves) > 1), 1)
        self.action_move(rows if halves > 0 else -rows)

    def action_first(self) -> None:
        """Go to the beginning."""
        self.scroll_to_row(0)
        self._stand(0)

    def action_last(self) -> None:
        """Go to the end."""
        self.scroll_to_row(self.layout_now.height)
        self._stand(len(self.lines) - 1)

    def action_sideways(self, steps: int) -> None:
        """Move clipped lines; wrapped ones stay."""
        if not self.wrapped:
            self._sideways = max(0, self._sideways + steps * SIDEWAYS_STEP)
            self.redraw()

    def action_step(self, step: int) -> None:
        """Go to the next or previous hit, or hunk where nothing is searched for."""
        if self.word:
            self._step_hit(step)
        elif 0 <= self.current + step < len(self.lines.hunks):
            self._go(self.lines.hunks[self.current + step])

    def action_step_file(self, step: int) -> None:
        """Go to the next or previous file."""
        files = self.lines.files
        here = bisect_right(files, self.home) - 1
        if 0 <= here + step < len(files):
            self._go(files[here + step])

    def action_next_unseen(self) -> None:
        """Go to the next line that was not on the screen whole."""
        index = self.seen.next_unseen(self.layout_now.first_line(self.scroll_offset.y))
        if index != NOTHING:
            self.scroll_to_row(self.layout_now.top_of(index))

    def action_split(self) -> None:
        """Put old and new side by side, or one below the other."""
        self.split_chosen = not self.split
        self.fit()

    def action_wrap(self) -> None:
        """Wrap long lines, or clip them."""
        self.wrapped, self._sideways = not self.wrapped, 0
        self.fit()

    def action_context(self, step: int) -> None:
        """Ask for more or fewer unchanged lines around the changes."""
        self.post_message(DiffContextSought(step))

    # -- events ------------------------------------------------------------------------------------------------

    def on_click(self, event: events.Click) -> None:
        """Go to a file of the list, or make the hunk under the pointer the current one."""
        offset = event.get_content_offset(self)
        if offset is None or offset.y < 1:
            return
        event.stop()
        self.focus()
        index = self.layout_now.first_line(self.scroll_offset.y + offset.y - 1)
        if index == NOTHING:
            return
        line = self.lines.lines[index]
        if line.kind == LISTED:
            self._go(next(each for each in self.lines.files if self.lines.lines[each].path == line.path))
        else:
            self._stand(index)

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Keep the current hunk among those in sight."""
        super().watch_scroll_y(old_value, new_value)
        if round(old_value) != round(new_value) and len(self.lines):
            top = self.layout_now.first_line(self.scroll_offset.y)
            bottom = self.layout_now.first_line(self.scroll_offset.y + max(self.body_height, 1) - 1)
            self._stand(min(max(self.home, top), bottom))

    def seen_changed(self) -> None:
        """Say in the head line how much was displayed, and once that all was."""
        self.refresh_head()
        if len(self.lines) and not self.seen.unseen and not self._told:
            self._told = True
            self.post_message(DiffSeen())

    # -- going about -------------------------------------------------------------------------------------------

    def head(self) -> tuple[str, str]:
        """Return the file and hunk that stand first, and how much was displayed."""
        if not len(self.lines):
            return "", ""
        roomy = self.size.width >= ROOMY
        path = self.lines.lines[self.home].path
        hunk = f"{'hunk ' if roomy else ''}{self.current + 1}/{len(self.lines.hunks)}" if self.lines.hunks else ""
        return path, f" {hunk}  {self._found(roomy=roomy)}{self._extent(roomy=roomy)} "

    def _found(self, *, roomy: bool) -> str:
        if not self.word:
            return ""
        count = len(self.hits)
        return f"{counted(count, 'line')} found  " if roomy else f"{count} hits "

    def _extent(self, *, roomy: bool) -> str:
        unseen, rows = self.seen.unseen, max(self.layout_now.height, 1)
        share = min(self.scroll_offset.y + self.body_height, rows) * 100 // rows
        if not roomy:
            return f"{share}%" + (f" {unseen} unseen" if unseen else " all seen")
        form = ("side by side" if self.split else "unified") + ("" if self.wrapped else ", clipped")
        return f"{form}  {share}%  " + (f"{unseen:,} not shown yet" if unseen else "all shown")

    def refresh_head(self) -> None:
        """Draw the head line again."""
        self.refresh_line(0)

    def scroll_to_row(self, row: int) -> None:
        """Put a row at the top, as far as there are rows below it."""
        self.scroll_to(y=max(row, 0), animate=False, force=True, immediate=True)
        self.refresh_head()

    def _go(self, index: int) -> None:
        """Stand at a heading, with what belongs to it in sight; it goes to the top where it must."""
        bounds = self.lines.hunks if self.lines.lines[index].kind == "hunk" else self.lines.files
        number = bisect_right(bounds, index)
        last = (bounds[number] if number < len(bounds) else len(self.lines)) - 1
        top, first = self.layout_now.top_of(index), self.scroll_offset.y
        if top < first or self.layout_now.top_of(last) >= first + self.body_height:
            self.scroll_to_row(top)
        self._stand(index)

    def _stand(self, index: int) -> None:
        """Stand at a line; its hunk is the one that keys act on."""
        before = self.current
        self.home = max(index, 0)
        if self.current != before:
            self.redraw()
            self.post_message(DiffPlaceChanged())
        self.refresh_head()

    def _step_hit(self, step: int) -> None:
        """Go to the next hit in sight or beyond, and round."""
        if not self.hits:
            return
        if self._hit in self.hits:
            number = bisect_left(self.hits, self._hit) + step
        else:
            top = self.layout_now.first_line(self.scroll_offset.y)
            number = bisect_left(self.hits, top) - (step < 0)
        self._hit = self.hits[number % len(self.hits)]
        row = self.layout_now.top_of(self._hit)
        if not self.scroll_offset.y <= row < self.scroll_offset.y + self.body_height:
            self.scroll_to_row(row - self.body_height // 3)
        self._stand(self._hit)

    def fit(self) -> None:
        """Lay the lines out anew with the same line first."""
        index = self.layout_now.first_line(self.scroll_offset.y)
        self.lay_out()
        if index != NOTHING:
            self.scroll_to_row(self.layout_now.top_of(index))
