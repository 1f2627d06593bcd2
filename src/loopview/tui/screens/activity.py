"""Screen 8: everything that happened, merged by time; whether the record is whole; what the loop claims."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on

from loopview.tui.actions import WRITE, Action
from loopview.tui.activity_rows import (
    ACTIVITY_COLUMNS,
    CLAIM_COLUMNS,
    claim_rows,
)
from loopview.tui.screens.activity_view import ActivityView
from loopview.tui.screens.raw_actions import raw_actions
from loopview.tui.targets import (
    AttemptTarget,
    CycleTarget,
    ModificationTarget,
    ProbeTarget,
    ProposalTarget,
    ScreenTarget,
)
from loopview.tui.widgets.pane import Pane

if TYPE_CHECKING:
    from loopview.engine.desk.verified import Verified
    from loopview.engine.raw_line import RawLine
    from loopview.store.questions import Answer
    from loopview.store.reader import Reader
    from loopview.tui.messages import (
        FollowChanged,
        RowHighlighted,
        RowOpened,
    )
    from loopview.tui.targets import Target


class ActivityScreen(ActivityView):
    """The happenings, or the claims that do not hold; beside them the streams and the row under the cursor."""

    NAME: ClassVar[str] = "activity"
    AUTO_FOCUS: ClassVar[str | None] = "#activity-rows"
    ACTIONS: ClassVar[tuple[Action, ...]] = (
        Action("activity.filter", "slash", "filter", "Filter what happened while typing; a leading ! inverts",
               "filter", "Find", shown=True),
        Action("activity.streams", "v", "streams", "Go to the streams: enter switches one off or on", "streams",
               "View", shown=True),
        Action("activity.claims", "c", "claims", "What the loop claims and git does not show; and back",
               "claims", "View", shown=True),
        Action("activity.verify", "V", "verify", "Verify the record of decisions: what fits and what does not",
               "verify", "View", shown=True),
        Action("activity.export", "X", "export", "Write the rows to a new file: a dialog", "export", "Copy",
               guard=WRITE),
        *raw_actions("activity"),
    )  # fmt: skip

    def arrive(self, target: Target) -> None:
        """Show what happened again."""
        if isinstance(target, ScreenTarget) and self._showing == "claims":
            self.action_claims()

    def evidence(self) -> Answer | None:
        """Return the loop's rows behind what is shown, or the claims that were held against git."""
        if self._showing == "claims" and self._audit is not None:
            return self._audit.answers["claims_of_success"]
        return self._activity.answer if self._activity is not None else None

    # -- where the operator is ---------------------------------------------------------------------------------

    def leave(self) -> bool:
        """Close the detail, go back from the streams, drop the filter, then go back from the claims."""
        if self.has_class("-opened"):
            self._close()
        elif self.streams.has_focus or self.health.has_focus:
            self.remove_class("-streams")
            self.table.focus()
        elif self._where:
            self.bar.put("")
            self.narrow("")
        elif self._showing == "claims":
            self.action_claims()
        else:
            return False
        return True

    def trail(self) -> tuple[str, ...]:
        """Name what is in front."""
        opened = ("verify",) if self._verifying else ("row",) if self.has_class("-opened") else ()
        return (*(("claims",) if self._showing == "claims" else ()), *opened)

    def copy_text(self) -> str | None:
        """Return the row as it reads."""
        if (it := self.happening) is not None:
            return f"{it.line}\n{it.whole}" if it.whole and self.pane.has_focus else it.line
        return f"{claim.row.subject}: {claim.why}" if (claim := self.claim) is not None else None

    def copy_json(self) -> str | None:
        """Return what is on record, or the raw line."""
        it, raw = self.happening, self._raw
        if it is not None and it.stream == "decision":
            return it.whole
        return raw.content.decode("utf-8", "replace") if raw is not None and raw.content is not None else None

    def raw(self) -> RawLine | None:
        """Return the line of the row under the cursor."""
        return self._raw

    def follow_changed(self, *, following: bool) -> None:
        """Hand the console's key on to the table."""
        self.table.follow(following=following)

    # -- acting ------------------------------------------------------------------------------------------------

    def action_filter(self) -> None:
        """Type a filter."""
        self._close()
        self.bar.open()

    def action_streams(self) -> None:
        """Go to the streams."""
        self._close()
        self.add_class("-streams")
        self.streams.focus()

    def action_claims(self) -> None:
        """Show the claims that do not hold, or what happened."""
        self._showing = "activity" if self._showing == "claims" else "claims"
        self.table.set_columns(CLAIM_COLUMNS if self._showing == "claims" else ACTIVITY_COLUMNS)
        self._close()
        self._raw = None
        if self._showing == "claims":
            self.table.empty = "holding the claims against git…"
            self.table.show_all(claim_rows(self._audit, self.view_state.now) if self._audit else [], another=True)
            self._ask_claims()
        else:
            self._draw_activity(another=True)
        self._title()

    def action_verify(self) -> None:
        """Verify the record of decisions, from the first record to the last."""
        self._verifying, self._verified = True, None
        self._open_pane()
        root, settings = str(self.console.root), self.console.settings

        def question(_reader: Reader) -> Verified:
            from loopview.engine.desk.verified import verified

            return verified(root, settings)

        self.ask("verify", question, self._show_verified)

    def action_export(self) -> None:
        """Ask for a file, and write the rows that are shown to it."""
        from loopview.tui.screens.export import ExportScreen

        if self.console.read_only:
            self.console.say("read-only: nothing is written", severity="warning")
            return
        cut = self._activity is not None and self._activity.cut
        self.app.push_screen(ExportScreen(len(self._shown), truncated=cut), self._export)

    def _export(self, path: str | None) -> None:
        from loopview.engine.activity_export import export_activity

        shown = self._shown
        if path is not None:
            self.ask("export", lambda _reader: export_activity(shown, path), self.console.say, path)

    @on(Pane.Opened, "#activity-streams")
    def switch_stream(self, message: Pane.Opened) -> None:
        """Switch the stream under the cursor off or on."""
        message.stop()
        if isinstance(stream := message.row.key, str):
            self._off ^= {stream}
            self._draw_streams()
            self._draw_activity()

    def on_row_highlighted(self, message: RowHighlighted) -> None:
        """Say what is known of the row under the cursor."""
        message.stop()
        self._draw_detail()
        self._ask_raw()

    def on_row_opened(self, message: RowOpened) -> None:
        """Jump to the item; where it has no screen, show all of it."""
        message.stop()
        target = self._target()
        if target is not None and target.screen in self.console.MODES:
            self.console.drill(target)
        else:
            self._open_pane()

    def on_follow_changed(self, message: FollowChanged) -> None:
        """Let the console know."""
        message.stop()
        self.console.following = self.table.standing.following
        self._title()

    def narrow(self, text: str) -> None:
        """Show the rows that hold the words typed; all of them without any."""
        if text != self._where:
            self._where = text
            self._draw_activity()

    def _target(self) -> Target | None:
        if (claim := self.claim) is not None:
            row = claim.row
            return _row_target(row.table, row.source, row.generation, row.line, None) or (
                ModificationTarget(name=row.subject.removeprefix("edit ")) if not row.table else None
            )
        it = self.happening
        if it is None or (it.place is None and it.stream != "decision"):
            return None
        if it.stream == "probe":
            return ProbeTarget(it.name)
        if it.stream == "decision" and it.name != "repository":
            return ProposalTarget(it.name)
        found = _row_target(it.table, *it.place, it.number) if it.place is not None else None
        return found or (ScreenTarget("proposals") if it.stream in {"proposal", "decision"} else None)


def _row_target(table: str, source: str, generation: int, line: int, number: int | None) -> Target | None:
    """Where a row of the store is shown."""
    if table == "cycles":
        return CycleTarget(number, source, generation, line)
    if table == "attempts":
        return AttemptTarget(number, source, generation, line)
    return ModificationTarget(source=source, line=line) if table == "modifications" else None
