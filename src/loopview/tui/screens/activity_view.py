"""What screen 8 shows, and how it asks: happenings or claims, streams, the row under the cursor, the console."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING

from textual.containers import Container, Vertical
from textual.content import Content

from loopview.domain.activity import matching
from loopview.tui.activity_rows import (
    ACTIVITY_COLUMNS,
    activity_rows,
    claim_detail,
    claim_rows,
    console_rows,
    happening_rows,
    stream_rows,
    verified_rows,
)
from loopview.tui.content import content
from loopview.tui.screens.table_screen import TableScreen
from loopview.tui.widgets.filter_bar import FilterBar
from loopview.tui.widgets.filtered import Filtered
from loopview.tui.widgets.frame import entitle
from loopview.tui.widgets.pane import Pane
from loopview.tui.widgets.record_table import RecordTable

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from loopview.domain.activity import Happening
    from loopview.domain.claims import Claim
    from loopview.engine.activity import Activity
    from loopview.engine.claims import ClaimsAudit
    from loopview.engine.console_health import ConsoleHealth
    from loopview.engine.decisions import DecisionLog
    from loopview.engine.desk.verified import Verified
    from loopview.engine.raw_line import RawLine
    from loopview.store.reader import Reader


CLAIMS_SECONDS = 10.0
"""How long claims stand that were held against git while rows stream in."""


class ActivityView(Filtered, TableScreen):
    """The parts of the screen, kept up to date; what can be done with them is the screen's."""

    def __init__(self) -> None:
        super().__init__()
        self._activity: Activity | None = None
        self._shown: tuple[Happening, ...] = ()
        self._audit: ClaimsAudit | None = None
        self._verified: Verified | None = None
        self._raw: RawLine | None = None
        self._log: DecisionLog | None = None
        self._off: frozenset[str] = frozenset({"git"})  #: its commands come by the second, and say least
        self._where = ""
        self._showing = "activity"  #: activity or claims
        self._verifying = False
        self._claimed = float("-inf")

    def compose_body(self) -> ComposeResult:
        """Lay out the rows, the streams, the row under the cursor and the console's own figures."""
        self.bar = FilterBar(placeholder="words, all of which stand in the row   ! inverts")
        self.table = RecordTable(ACTIVITY_COLUMNS, id="activity-rows", plain=self.plain, empty="reading…")
        self.streams = Pane("Streams", id="activity-streams", classes="box")
        self.pane = Pane("Selected", id="activity-detail", classes="box")
        self.health = Pane("Health of the console", id="activity-health", classes="box")
        with Container(id="activity-main"):
            with Vertical(id="activity-box", classes="box table-box"):
                yield self.bar
                yield self.table
            with Vertical(id="activity-side"):
                yield self.streams
                yield self.pane
        yield self.health

    def on_mount(self) -> None:
        """Follow, if the console does."""
        self.table.follow(following=self.console.following)

    # -- what is asked -----------------------------------------------------------------------------------------

    def refresh_view(self) -> None:
        """Ask again for what is shown, and for the console's own figures."""
        from loopview.engine.activity import load_activity
        from loopview.engine.alerts import recent_alerts
        from loopview.engine.console_health import load_health

        state, log = self.view_state, self._decisions()
        root, state_dir = str(self.console.root), self.console.settings.state_dir

        def question(reader: Reader) -> Activity:
            alerts = recent_alerts(state_dir, root)
            return load_activity(reader, log, since=state.since, threshold=state.stall_threshold, alerts=alerts)

        self.ask("activity", question, self._show_activity, (state.window, state.stall_threshold))
        self.ask("console", load_health, self._show_health)
        if self._showing == "claims" and monotonic() - self._claimed > CLAIMS_SECONDS:
            self._ask_claims()

    def _decisions(self) -> DecisionLog:
        if self._log is None:
            from loopview.engine.decisions import DecisionLog

            self._log = DecisionLog(str(self.console.root), self.console.settings.state_dir or "")
        return self._log

    def _ask_claims(self) -> None:
        from loopview.engine.claims import audit_claims

        root, log = str(self.console.root), self._decisions()
        self._claimed = monotonic()
        self.ask("claims", lambda reader: audit_claims(reader, root, log.read()), self._show_claims)

    @property
    def happening(self) -> Happening | None:
        """What happened, under the cursor."""
        at = self.table.standing.cursor
        return self._shown[at] if self._showing == "activity" and 0 <= at < len(self._shown) else None

    @property
    def claim(self) -> Claim | None:
        """The claim under the cursor."""
        at, claims = self.table.standing.cursor, self._audit.claims if self._audit is not None else ()
        return claims[at] if self._showing == "claims" and 0 <= at < len(claims) else None

    # -- showing -----------------------------------------------------------------------------------------------

    def _show_activity(self, activity: Activity) -> None:
        self._activity = activity
        self._draw_streams()
        self._draw_activity()
        self._title()

    def _draw_activity(self, *, another: bool = False) -> None:
        found = self._activity
        if found is None or self._showing != "activity":
            return
        shown = matching(found.happenings, self._where, self._off)
        if shown == self._shown and not another and self.table.standing.count == len(shown):
            return
        self._shown = shown
        self.table.empty = (
            "nothing matches" if self._where or self._off else "nothing happened in this window (t widens)"
        )
        self.table.show_all(activity_rows(shown), another=another)
        self._draw_detail()
        self._title()

    def _show_claims(self, audit: ClaimsAudit) -> None:
        self._audit = audit
        if self._showing == "claims":
            self.table.empty = "every claim holds that could be looked at"
            self.table.show_all(claim_rows(audit, self.view_state.now))
            self._draw_detail()
            self._title()

    def _show_verified(self, found: Verified) -> None:
        self._verified = found
        self._draw_detail()

    def _show_health(self, health: ConsoleHealth) -> None:
        watching = self.console.monitor.watching if self.console.monitor is not None else "not watching"
        fps = self.console.settings.fps
        self.health.show(lambda width: console_rows(health, watching, fps, width))

    def _title(self) -> None:
        found, audit = self._activity, self._audit
        if self._showing == "claims":
            count = sum(audit.counts.values()) if audit is not None else 0
            words = f"  {count:,} do not hold   c what happened" if audit is not None else "  …"
            entitle(
                self.query_one("#activity-box"), Content.assemble("Claims", content(words, "not bold")), Content("")
            )
            return
        window = "all time" if self.view_state.window == "all" else f"last {self.view_state.window}"
        parts = [f"{len(self._shown):,}{'+' if found is not None and found.cut else ''}", window]
        parts += [f"/{self._where}"] if self._where else []
        parts += [f"{len(self._off)} stream{'s' if len(self._off) > 1 else ''} off (v)"] if self._off else []
        problem = found.problem if found is not None else ""
        entitle(
            self.query_one("#activity-box"),
            Content.assemble("Activity", content(f"  {'  '.join(parts)}", "not bold")),
            content(f"the record of decisions: {problem}  (V)", "$fail", limit=80)
            if problem
            else Content("" if self.table.standing.following else "f follow"),
        )

    def _draw_streams(self) -> None:
        counts, off, plain = self._activity.counts if self._activity is not None else {}, self._off, self.plain
        entitle(self.streams, Content("Streams"), Content("enter off/on"))
        self.streams.show(lambda _width: stream_rows(counts, off, plain=plain))

    def _draw_detail(self) -> None:
        now, plain, it = self.view_state.now, self.plain, self.happening
        if self._verifying:
            found = self._verified
            entitle(self.pane, Content("Verify the record of decisions"))
            self.pane.show(lambda width: verified_rows(found, width, plain=plain))
        elif self._showing == "claims":
            claim, audit = self.claim, self._audit
            entitle(self.pane, Content("Claim"))
            self.pane.show(lambda width: claim_detail(claim, audit, width, now))
        else:
            entitle(self.pane, Content("Selected"))
            self.pane.show(lambda width: happening_rows(it, width, now))

    def _open_pane(self) -> None:
        self.add_class("-opened")
        self._draw_detail()
        self.pane.focus()
        self.console.draw_lines()

    def _close(self) -> None:
        if self.has_class("-opened"):
            self._verifying = False
            self.remove_class("-opened")
            self.table.focus()
            self._draw_detail()
            self.console.draw_lines()

    def _ask_raw(self) -> None:
        from loopview.engine.raw_line import read_raw_line
        from loopview.store.page import Place

        it, claim, root = self.happening, self.claim, self.console.root
        self._raw = None
        if it is not None and it.place is not None and it.table:
            table, place = it.table, Place(*it.place)
        elif claim is not None and claim.row.table:
            table, place = claim.row.table, Place(claim.row.source, claim.row.generation, claim.row.line)
        else:
            return
        self.ask("raw", lambda reader: read_raw_line(reader, root, table, place), self._keep_raw, (table, place))

    def _keep_raw(self, raw: RawLine) -> None:
        self._raw = raw
