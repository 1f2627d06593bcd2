"""Screen 2: every cycle of the loop, as far back as the file goes, and all that is known about one."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from loopview.tui.actions import Action
from loopview.tui.drafting import draft_action, failure_or_stall
from loopview.tui.record_cells import CYCLE_COLUMNS, CYCLE_FIELDS, Cells
from loopview.tui.screens.change_screen import change_actions
from loopview.tui.screens.raw_actions import raw_actions
from loopview.tui.screens.record_browser import browser_actions
from loopview.tui.screens.record_screen import RecordScreen
from loopview.tui.targets import CyclesTarget, CycleTarget

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from loopview.domain.trouble import Sought
    from loopview.store.reader import Reader
    from loopview.tui.targets import Target


OUTLIERS = {
    "mean": "over three times the mean of all cycles",
    "type": "over three times the median of its type, and far outside its usual spread",
}
"""Rules by which a duration stands out, as filters name them, in words."""


class CyclesScreen(RecordScreen):
    """All cycles, newest first; the one under the cursor beside them, or alone when it is opened."""

    NAME: ClassVar[str] = "cycles"
    TITLE: ClassVar[str | None] = "Cycles"
    SHORT: ClassVar[str] = "Cyc"
    KEY: ClassVar[str] = "2"
    FAMILY: ClassVar[str] = "cycles"
    NOUN: ClassVar[str] = "cycle"
    ACTIONS: ClassVar[tuple[Action, ...]] = (
        *browser_actions("cycles", "cycles"),
        Action("cycles.next-outlier", "w", "next outlier", "Next cycle far longer than all, or than its type",
               "find_outlier(True)", "Find"),
        Action("cycles.previous-outlier", "W", "previous outlier", "Previous such cycle",
               "find_outlier(False)", "Find"),
        Action("cycles.explain", "F", "fingerprint", "How the fingerprint came about, token by token", "explain",
               "View"),
        *change_actions("cycles"),
        draft_action("cycles"),
        *raw_actions("cycles"),
    )  # fmt: skip

    def compose_body(self) -> ComposeResult:
        """Lay out the table and the pane beside it."""
        yield self.make_browser(CYCLE_FIELDS, CYCLE_COLUMNS, Cells(plain=self.plain).cycle)
        yield self.make_pane()

    def arrive(self, target: Target) -> None:
        """Stand at a cycle, or at a filter."""
        if isinstance(target, CycleTarget):
            self.arrive_at(target.cycle, target.source, target.generation, target.line)
        elif isinstance(target, CyclesTarget):
            self.close()
            if target.window is not None:
                self.browser.set_window(target.window, self.view_state.since)
            self.browser.show_view(target.where, target.sort)

    def trouble(self) -> Sought | None:
        """Return the failure of the cycle under the cursor, or the cycle itself: how long it took."""
        from loopview.domain.trouble import Sought, Trouble

        detail = self.detail_shown()
        if detail is None or detail.gone:
            return None
        if detail.fingerprint and detail.value("success") is not True:
            return failure_or_stall(self, detail.fingerprint)
        number = detail.value("cycle")
        return Sought(Trouble.OUTLIER, str(number)) if isinstance(number, int) else None

    def action_find_outlier(self, forward: bool) -> None:  # noqa: FBT001  # a binding passes its parameters by position
        """Go to the next or previous outlier, and say by which rule it is one."""
        self.browser.find("outlier", "outlier", forward=forward, then=self._ask_rule)

    def _ask_rule(self) -> None:
        view, at = self.browser.feed.view, self.browser.table.standing.cursor
        if view is None:
            return

        def question(reader: Reader) -> tuple[str, ...]:
            return tuple(
                words for rule, words in OUTLIERS.items() if reader.find(view, at - 1, f"outlier:{rule}") == at
            )

        self.ask("outlier-rule", question, self._say_rule, (view, at))

    def _say_rule(self, rules: tuple[str, ...]) -> None:
        if rules:
            self.console.say(f"an outlier: {', and '.join(rules)}")
