"""Screen 9: what was changed, how it went, what was learned, and the way back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual.content import Content

from loopview.tui.actions import WRITE, Action
from loopview.tui.modification_rows import (
    outcome_word,
)
from loopview.tui.opener import open_in_pager
from loopview.tui.screens.modifications_view import VIEWS, ModificationsView
from loopview.tui.screens.raw_actions import raw_actions
from loopview.tui.targets import ModificationTarget, ProposalTarget
from loopview.tui.widgets.frame import entitle

if TYPE_CHECKING:
    from loopview.domain.review import ReviewLine
    from loopview.engine.modifications import Modification
    from loopview.engine.raw_line import RawLine
    from loopview.store.questions import Answer
    from loopview.store.reader import Reader
    from loopview.tui.messages import RowHighlighted, RowOpened
    from loopview.tui.targets import Target


class ModificationsScreen(ModificationsView):
    """The history, or the rates by file or proposer; beside it all that is known of one modification."""

    NAME: ClassVar[str] = "modifications"
    AUTO_FOCUS: ClassVar[str | None] = "#modification-rows"
    FOLLOWS_WINDOW: ClassVar[bool] = False
    ACTIONS: ClassVar[tuple[Action, ...]] = (
        Action("modifications.filter", "slash", "filter", "Filter by words while typing; a leading ! inverts",
               "filter", "Find", shown=True),
        Action("modifications.next-failure", "e", "next failure", "Next one that did not succeed",
               "find_failure(1)", "Find"),
        Action("modifications.previous-failure", "E", "previous failure", "Previous one that did not succeed",
               "find_failure(-1)", "Find"),
        Action("modifications.group", "v", "by file", "The history, how it went by file, or by proposer", "group",
               "View", shown=True),
        Action("modifications.change", "d", "diff", "What it changed, line by line", "change", "View", shown=True),
        Action("modifications.report", "p", "report", "Open the report of its run in the pager", "report", "View",
               shown=True),
        Action("modifications.undo", "U", "undo", "Propose to take it back: a dialog", "undo", "Act", shown=True,
               guard=WRITE),
        *raw_actions("modifications"),
    )  # fmt: skip

    def arrive(self, target: Target) -> None:
        """Stand at a modification."""
        if isinstance(target, ModificationTarget):
            self.close_change()
            self._close()
            self._wanted = target
            self._set_view("history")
            self.narrow("")
            self._stand()

    def evidence(self) -> Answer | None:
        """Return the question behind the rows."""
        return self._history.answers[self._view_name] if self._history is not None else None

    # -- where the operator is ---------------------------------------------------------------------------------

    def leave(self) -> bool:
        """Close the diff, then the detail, drop the filter, then go back to the history."""
        if self.close_change() or self._close():
            return True
        if self._where:
            self.bar.put("")
            self.narrow("")
        elif self._view_name != "history":
            self._set_view("history")
        else:
            return False
        return True

    def trail(self) -> tuple[str, ...]:
        """Name the modification that is opened."""
        it = self.modification
        opened = it is not None and (self.showing_change or self.has_class("-opened"))
        return (it.id, *(("change",) if self.showing_change else ())) if opened and it is not None else ()

    def copy_text(self) -> str | None:
        """Return the row as it reads, or the hunk in front."""
        if self.showing_change:
            return self.change_text()
        row = self.table.row
        return None if row is None else "  ".join(cell.text for cell in row.cells if cell.text)

    def copy_json(self) -> str | None:
        """Return the raw line, or all of the diff in front."""
        if self.showing_change:
            return self.change_patch()
        raw = self._raw
        return raw.content.decode("utf-8", "replace") if raw is not None and raw.content is not None else None

    def raw(self) -> RawLine | None:
        """Return the first line of the modification under the cursor."""
        return self._raw

    def after_change(self) -> None:
        """Go back to the detail, or to the row."""
        (self.pane if self.has_class("-opened") else self.table).focus()

    # -- acting ------------------------------------------------------------------------------------------------

    def action_filter(self) -> None:
        """Type a filter."""
        self._close()
        self.bar.open()

    def action_group(self) -> None:
        """Show the next view."""
        self._set_view(VIEWS[(VIEWS.index(self._view_name) + 1) % len(VIEWS)])

    def action_find_failure(self, step: int) -> None:
        """Go to the next or previous one that failed or was taken back."""
        here = self.table.standing.cursor
        ahead = range(here + 1, len(self._shown)) if step > 0 else range(here - 1, -1, -1)
        at = next((at for at in ahead if outcome_word(self._shown[at]) not in {"success", "open"}), None)
        if at is None:
            self.console.say(f"no {'later' if step > 0 else 'earlier'} failure in this table")
        else:
            self.table.move_to(at)

    def action_change(self) -> None:
        """Show the diff that was recorded, or that of the commit."""
        from loopview.engine.change import Span

        it = self.modification
        if it is None:
            self.console.say("no modification is selected")
        elif it.has_diff:
            self._show_recorded(it)
        elif it.commit:
            commit = it.commit
            self.show_change(lambda _reader: Span("", commit))
        else:
            self.console.say("neither a diff nor a commit is recorded with it")

    def _show_recorded(self, it: Modification) -> None:
        from loopview.engine.modifications import recorded_diff

        name = it.id
        self.ask("diff", lambda reader: recorded_diff(reader, name), self._show_diff, name)

    def _show_diff(self, found: tuple[tuple[ReviewLine, ...], str]) -> None:
        lines, problem = found
        self._asked = None  # it is not git's: there are no more lines around it to ask for
        diff = self._view()
        diff.show(lines, said=problem)
        entitle(diff, Content("The diff as it was recorded"), Content(""))
        self.add_class("-change")
        diff.focus()
        self.console.draw_lines()

    def action_report(self) -> None:
        """Open the report in the pager; without one in the editor's place, say so."""
        if not self._report:
            self.console.say("no report of it is in .loop/reports")
        elif problem := open_in_pager(self.app, Path(self._report)):
            self.console.say(problem, severity="warning")

    def action_undo(self) -> None:
        """Ask whether the inverse is to be proposed."""
        from loopview.tui.screens.undo import UndoScreen

        it = self.modification
        if self.console.read_only:
            self.console.say("read-only: nothing is written", severity="warning")
        elif it is None or not it.edit:
            self.console.say("only what the desk published can be undone: this was not, or nothing is selected")
        elif it.undone:
            self.console.say(f"it was taken back already, by {it.undone}")
        else:
            edit = it.edit
            self.app.push_screen(UndoScreen(it), lambda sure: self._propose_undo(edit) if sure else None)

    def _propose_undo(self, edit: str) -> None:
        root, settings = str(self.console.root), self.console.settings

        def question(_reader: Reader) -> tuple[str, str]:
            from loopview.engine.desk.proposing import propose_undo

            return propose_undo(root, settings, edit)

        self.ask("undo", question, self._proposed)

    def _proposed(self, answer: tuple[str, str]) -> None:
        key, problem = answer
        if problem:
            self.console.say(problem, severity="warning")
            return
        self.console.say(f"proposed as {key}: it goes through both gates")
        self.console.drill(ProposalTarget(key))

    def on_row_highlighted(self, message: RowHighlighted) -> None:
        """Load what is known of the row under the cursor."""
        message.stop()
        self._ask_detail()
        self._draw_detail()

    def on_row_opened(self, message: RowOpened) -> None:
        """Show all of it; of a rate, the modifications that it counts."""
        message.stop()
        rate = self.rate
        if rate is not None:
            self._set_view("history")
            self.bar.put(rate.name if self._where != rate.name else "")
            self.narrow(rate.name)
            return
        self.add_class("-opened")
        self.pane.focus()
        self._draw_detail()
        self.console.draw_lines()
