"""What the screens over records share that show what was changed: the diff of a commit fills the body."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content

from loopview.tui.actions import Action
from loopview.tui.content import content
from loopview.tui.screens.table_screen import TableScreen
from loopview.tui.widgets.frame import entitle

if TYPE_CHECKING:
    from collections.abc import Callable

    from loopview.engine.change import ReadChange, Span
    from loopview.engine.detail import Detail
    from loopview.store.reader import Reader
    from loopview.tui.messages import DiffContextSought
    from loopview.tui.widgets.diff_view import DiffView

CONTEXTS = (0, 1, 3, 8, 20, 60, 1_000_000)
"""Unchanged lines around changes, from few to whole files."""

USUAL_CONTEXT = 3


def change_actions(scope: str) -> tuple[Action, ...]:
    """Return what shows changes on the screen ``scope``."""
    return (
        Action(f"{scope}.change", "d", "diff", "What its commit changed, by line", "change", "View", shown=True),
        Action(f"{scope}.change-since-pass", "D", "since pass", "What changed since the last pass before it",
               "change_since_pass", "View"),
    )  # fmt: skip


class ChangeScreen(TableScreen):
    """A screen with a record that names a commit; keys show the change in place of everything else."""

    def __init__(self) -> None:
        super().__init__()
        self._diff: DiffView | None = None  # made when it is first wanted: many never look at one
        self._asked: Callable[[Reader], Span] | None = None
        self._change_number = 0
        self._around = USUAL_CONTEXT

    def detail_shown(self) -> Detail | None:
        """Return the record whose change is shown."""
        return None

    def after_change(self) -> None:
        """Take the focus back where it belongs."""

    @property
    def showing_change(self) -> bool:
        """Whether a change fills the body."""
        return self.has_class("-change")

    def action_change(self) -> None:
        """Show what the record's commit changed."""
        from loopview.engine.change import change_of

        if (detail := self.detail_shown()) is None:
            self.console.say("no record is selected")
        else:
            self.show_change(lambda _reader: change_of(detail))

    def action_change_since_pass(self) -> None:
        """Show what changed from the last pass before the record to its commit."""
        from loopview.engine.change import change_since_pass

        if (detail := self.detail_shown()) is None:
            self.console.say("no record is selected")
        else:
            self.show_change(lambda reader: change_since_pass(reader, detail))

    def show_change(self, asked: Callable[[Reader], Span]) -> None:
        """Let the change that ``asked`` names (in the screen's thread) fill the body."""
        self._asked, self._around = asked, USUAL_CONTEXT
        self._change_number += 1
        diff = self._view()
        diff.show((), said="asking git…")
        entitle(diff, Content("Change"), Content(""))
        self.add_class("-change")
        self.call_after_refresh(self._enter)  # it may have been made just now
        self._ask_change()

    def close_change(self) -> bool:
        """End a search in the change, then close it; False when none is shown."""
        if not self.showing_change or self._diff is None:
            return False
        if not self._diff.leave():
            self._change_number += 1
            self._asked = None
            self.remove_class("-change")
            self.after_change()
        return True

    def change_text(self) -> str | None:
        """Return the hunk that is looked at; None when no change is shown."""
        return self._diff.hunk_text() if self._diff is not None and self.showing_change else None

    def change_patch(self) -> str | None:
        """Return the whole change as a patch; None when none is shown."""
        return self._diff.patch_text() if self._diff is not None and self.showing_change else None

    def on_diff_context_sought(self, message: DiffContextSought) -> None:
        """Ask for more or fewer unchanged lines."""
        message.stop()
        place = CONTEXTS.index(self._around) + message.step
        if 0 <= place < len(CONTEXTS):
            self._around = CONTEXTS[place]
            self._ask_change()
        else:
            self.console.say("there is no more" if message.step > 0 else "there is no less")

    def _enter(self) -> None:
        if self._diff is not None and self.showing_change:
            self._diff.focus()
            self.call_after_refresh(self.console.draw_lines)

    def _ask_change(self) -> None:
        from loopview.engine.change import read_change

        asked, root, context = self._asked, str(self.console.root), self._around
        if asked is not None:
            self.ask(
                "change",
                lambda reader: read_change(root, asked(reader), context=context),
                self._show_change,
                (self._change_number, context),
            )

    def _show_change(self, change: ReadChange) -> None:
        if self._asked is None:
            return
        diff = self._view()
        diff.show(change.lines, said=change.problem)
        entitle(diff, content(change.title), Content(f"{self._context_words()}   c more   C less"))

    def _context_words(self) -> str:
        return "whole files" if self._around == CONTEXTS[-1] else f"{self._around} lines around"

    def _view(self) -> DiffView:
        if self._diff is None:
            from loopview.tui.widgets.diff_view import DiffView

            self._diff = DiffView(plain=self.plain, id="change", classes="box")
            self.query_one("#body").mount(self._diff)
        return self._diff
