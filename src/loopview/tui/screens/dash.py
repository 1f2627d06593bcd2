"""The Dash: how the loop is doing, in one look."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, cast

from textual import on

from loopview.tui.actions import WRITE, Action
from loopview.tui.ask.pin_board import PinBoard
from loopview.tui.content import content
from loopview.tui.drafting import draft_action, failure_or_stall
from loopview.tui.panes.advice import advice_rows, proposal_rows
from loopview.tui.panes.charts import chart_rows, chart_title
from loopview.tui.panes.cycles import card_rows, cycle_key, cycle_rows
from loopview.tui.panes.probes import probe_rows
from loopview.tui.panes.selected import selected_rows
from loopview.tui.panes.summary import summary_rows
from loopview.tui.panes.tiles import tile_rows
from loopview.tui.panes.types import type_rows
from loopview.tui.panes.verdict import verdict_rows
from loopview.tui.screens.base import LoopScreen
from loopview.tui.targets import AskTarget
from loopview.tui.widgets.frame import entitle
from loopview.tui.widgets.pane import Pane, Row
from loopview.tui.widgets.visit_line import VisitLine

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from loopview.domain.trouble import Sought
    from loopview.engine.dash_view import CycleRow, DashView, Selected
    from loopview.engine.digest import Digest
    from loopview.store.questions import Answer
    from loopview.store.reader import Reader


NARROW = 80
"""Below so many columns the Dash is a summary and cards."""


class DashScreen(LoopScreen):
    """Verdict, figures of the window, charts, types, newest cycles, advice."""

    NAME: ClassVar[str] = "dash"
    AUTO_FOCUS: ClassVar[str | None] = "#dash-cycles"
    ACTIONS: ClassVar[tuple[Action, ...]] = (
        Action("dash.digest", "v", "since…", "What happened since you last looked", "app.digest", "View"),
        Action("dash.dismiss", "V", "dismiss", "Take the line about your last visit away", "app.dismiss_digest",
               "View"),
        Action("dash.unpin", "P", "unpin", "Take the pin under the cursor off the Dash: a dialog",
               "unpin", "Pins", guard=WRITE),
        draft_action("dash"),
    )  # fmt: skip

    def __init__(self) -> None:
        super().__init__()
        self._view: DashView | None = None
        self._selected: Selected | None = None

    def compose_body(self) -> ComposeResult:
        """Yield the panes in the order in which the grid of the style sheet takes them."""
        yield VisitLine(id="dash-visit")
        yield Pane("Verdict", id="dash-verdict", classes="box")
        yield Pane("Window", id="dash-tiles", classes="box")
        yield Pane("Probes", id="dash-probes", classes="box")
        yield Pane("Success and duration", id="dash-charts", classes="box")
        yield Pane("By type", id="dash-types", classes="box")
        yield Pane(id="dash-summary")
        yield PinBoard(plain=self._ascii)
        yield Pane("Cycles", id="dash-cycles", classes="box")
        yield Pane("Selected", id="dash-selected", classes="box")
        yield Pane("Recommendations", id="dash-advice", classes="box")
        yield Pane("Waiting for you", id="dash-proposals", classes="box")

    @property
    def _ascii(self) -> bool:
        return self.console.settings.ascii

    def _pane(self, name: str) -> Pane:
        return self.query_one(f"#dash-{name}", Pane)

    # What is asked

    def on_mount(self) -> None:
        """Show what the first look at the files brought, before the store is there."""
        for pane in self.query(Pane):
            pane.pointer, pane.quiet_pointer = (">", " ") if self._ascii else ("▶", " ")
        self._pane("cycles").follows = self.console.following
        self._pane("cycles").quiet_pointer = "-" if self._ascii else "▷"
        if self.console.first_view is not None:
            self._show(self.console.first_view)
        self.digest_changed(self.console.digest)

    def digest_changed(self, digest: Digest | None) -> None:
        """Say in a line what happened since the last visit."""
        from loopview.engine.digest_words import span_words, summary

        line = self.query_one(VisitLine)
        line.lead = f"since you looked, {span_words(digest.now - digest.since)} ago" if digest is not None else ""
        line.sentence = summary(digest) if digest is not None else ""

    def refresh_view(self) -> None:
        """Ask for the newest rows, which are there at once, then for the whole Dash."""
        state, threshold = self.view_state, self.console.settings.probe_threshold

        def newest(reader: Reader) -> tuple[CycleRow, ...]:
            from loopview.engine.dash import load_newest

            return load_newest(reader, state.now)

        def question(reader: Reader) -> DashView:
            from loopview.engine.dash import load_dash

            return load_dash(
                reader, now=state.now, window=state.window, since=state.since, probe_threshold=threshold
            )

        self.ask("newest", newest, self._show_newest)
        self.ask("dash", question, self._show, state.window)
        monitor = self.console.monitor
        if monitor is not None and monitor.store is not None:
            self.pins.look(monitor.store, str(self.console.root), state.now, self.console.settings.sql_seconds)

    @property
    def pins(self) -> PinBoard:
        """The operator's own questions."""
        return self.query_one(PinBoard)

    def _ask_selected(self) -> None:
        row = self._row()
        if row is None or not self.asker.ready:
            return

        def question(reader: Reader) -> Selected:
            from loopview.engine.dash import load_selected

            return load_selected(reader, row)

        self.ask("selected", question, self._show_selected, cycle_key(row))

    def _row(self) -> CycleRow | None:
        standing = self._pane("cycles").row
        if self._view is None or standing is None:
            return None
        return next((row for row in self._view.newest if cycle_key(row) == standing.key), None)

    # What is drawn

    def _show(self, view: DashView) -> None:
        if self.console.loading and not view.newest and self._view is not None and self._view.newest:
            return  # the store is still empty: what the ends of the files said is more, and says that it is old
        self._view = view
        plain = self._ascii
        self._draw_verdict()
        self._draw_titles(view)
        tiles, probes, charts = self._pane("tiles"), self._pane("probes"), self._pane("charts")
        tiles.show(lambda width: tile_rows(view, width, tiles.lines_in_sight, ascii_only=plain))
        probes.show(lambda width: probe_rows(view, width, probes.lines_in_sight, ascii_only=plain))
        charts.show(lambda width: chart_rows(view, width, charts.lines_in_sight, ascii_only=plain))
        self._pane("types").show(lambda width: type_rows(view, width, ascii_only=plain))
        self._pane("summary").show(lambda width: summary_rows(view, width, ascii_only=plain))
        self._pane("cycles").show(self._cycle_rows)
        self._pane("advice").show(lambda _width: advice_rows(view))
        self._pane("proposals").show(lambda _width: proposal_rows(view))
        self._show_selected(self._selected)
        self._ask_selected()

    def _show_newest(self, newest: tuple[CycleRow, ...]) -> None:
        """Put the newest rows on the screen before the figures that count them."""
        view = self._view
        if newest and view is not None and newest != view.newest and bool(newest[0].gate) == bool(view.gates):
            self._view = view._replace(newest=newest)
            self._pane("cycles").show(self._cycle_rows)

    def on_resize(self) -> None:
        """Fit the titles to the new widths, and the selected cycle to its pane."""
        if self._view is not None:
            self._draw_titles(self._view)

    def _draw_titles(self, view: DashView) -> None:
        window, charts = self.console.window, self._pane("charts")
        compared = f"{window} vs previous {window}" if view.previous else "All cycles"
        entitle(self._pane("tiles"), content("Attempts" if view.gates else compared))
        entitle(self._pane("cycles"), content("Attempts" if view.gates else "Cycles"))
        entitle(charts, chart_title(view, charts.size.width, ascii_only=self._ascii))

    def _cycle_rows(self, width: int) -> list[Row]:
        view = cast("DashView", self._view)
        if self.size.width >= NARROW:
            return cycle_rows(view, width, self.view_state.now, ascii_only=self._ascii)
        standing = self._pane("cycles").row
        first = cycle_key(view.newest[0]) if view.newest else None
        return card_rows(view, width, standing.key if standing is not None else first, ascii_only=self._ascii)

    def headline_changed(self) -> None:
        """Draw the verdict again."""
        self._draw_verdict()

    def _draw_verdict(self) -> None:
        headline, view, now = self.console.headline, self._view, self.view_state.now
        pane = self._pane("verdict")
        pane.show(
            lambda width: verdict_rows(headline, view, now, (width, pane.lines_in_sight), ascii_only=self._ascii)
        )

    def _show_selected(self, selected: Selected | None) -> None:
        self._selected = selected
        pane, now = self._pane("selected"), self.view_state.now
        row = selected.row if selected is not None else None
        noun = "attempt" if row is not None and row.gate else "cycle"
        number = None if row is None else row.cycle
        entitle(pane, content("Selected" if number is None else f"Selected: {noun} {number}"))
        pane.show(lambda width: selected_rows(selected, width, now, ascii_only=self._ascii))

    # What the operator does

    @on(Pane.Moved, "#dash-cycles")
    def cycle_moved(self) -> None:
        """Show the cycle under the cursor."""
        row = self._row()
        if row is not None:
            from loopview.engine.dash_view import Selected

            self._show_selected(Selected(row))
            self._ask_selected()
        if self._view is not None and self.size.width < NARROW:
            self._pane("cycles").show(self._cycle_rows)

    @on(Pane.Opened)
    def open_row(self, message: Pane.Opened) -> None:
        """Go to the rows behind the line."""
        tile = self.pins.tile if message.pane is self.pins else None
        if tile is not None:
            self.console.drill(AskTarget(tile.sql, tile.name))
        if message.row.target is not None:
            self.console.drill(message.row.target)

    def follow_changed(self, *, following: bool) -> None:
        """Stand on the newest cycle, and stay on it when newer ones come."""
        self._pane("cycles").follows = following
        if following:
            self._pane("cycles").action_move(-1_000_000)

    def evidence(self) -> Answer | None:
        """Return the rows and the SQL behind the pane in focus."""
        view, pane = self._view, self.focused
        if view is None or pane is None or pane.id is None:
            return None
        return view.answers.get(pane.id.removeprefix("dash-")) or view.answers.get("cycles")

    def action_unpin(self) -> None:
        """Ask whether the pin under the cursor is to go."""
        from loopview.tui.screens.pin import UnpinScreen

        tile = self.pins.tile if self.pins.has_focus else None
        if self.console.read_only:
            self.console.say("read-only: nothing is written", severity="warning")
        elif tile is None:
            self.console.say("no pin is under the cursor")
        else:
            root, now, name = str(self.console.root), self.view_state.now, tile.name
            self.app.push_screen(UnpinScreen(name), lambda sure: self.pins.unpin(name, root, now) if sure else None)

    def trouble(self) -> Sought | None:
        """Return the recommendation or failed cycle under the cursor, beside the probes a red one, or the stall."""
        from loopview.domain.trouble import Sought, Trouble

        pane, row = self.focused, self._row()
        key = pane.row.key if isinstance(pane, Pane) and pane.row is not None else None
        if pane is self._pane("advice") and isinstance(key, tuple):
            return Sought(Trouble.RECOMMENDATION, str(key[1] + 1))
        red = next((it for it in self._view.capabilities if it.status == "red"), None) if self._view else None
        if pane is self._pane("probes") and red is not None:
            return Sought(Trouble.PROBE, red.capability)
        if pane is self._pane("cycles") and row is not None and row.fingerprint:
            return failure_or_stall(self, row.fingerprint)
        headline = self.console.headline
        if headline is not None and headline.verdict == "STALLED":
            return Sought(Trouble.STALL)
        if row is None or row.cycle is None or row.gate:  # an attempt of the journal is no cycle
            return None
        return Sought(Trouble.OUTLIER, str(row.cycle))

    def copy_text(self) -> str | None:
        """Return the line under the cursor."""
        pane = self.focused
        row = pane.row if isinstance(pane, Pane) else None
        return row.content.plain.strip() if row is not None else None

    def copy_json(self) -> str | None:
        """Return the cycle under the cursor."""
        from loopview.engine.dash_view import cycle_json

        row = self._row()
        return None if row is None else cycle_json(row)
