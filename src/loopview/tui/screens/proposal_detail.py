"""What is known of the proposal under the cursor: its change, its evidence, and the run that makes it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

from textual import on
from textual.content import Content

from loopview.domain.counted import counted
from loopview.domain.dossier import Dossier
from loopview.domain.hunk import PatchRefused
from loopview.domain.proposal_queue import Place
from loopview.domain.review import review
from loopview.tui.content import content
from loopview.tui.messages import DiffContextSought, RowHighlighted
from loopview.tui.opener import open_in_editor
from loopview.tui.proposals.about_rows import About
from loopview.tui.proposals.gate_lines import ran_bare
from loopview.tui.proposals.run_rows import run_rows
from loopview.tui.screens.proposal_acts import ProposalActs
from loopview.tui.widgets.frame import entitle

if TYPE_CHECKING:
    from textual.timer import Timer

    from loopview.domain.dossier import Reach
    from loopview.domain.progress import Progress
    from loopview.guarded.ran import CommandRecord
    from loopview.store.reader import Reader
    from loopview.tui.screens.proposal_acts import Hunk
    from loopview.tui.widgets.diff_view import DiffView
    from loopview.tui.widgets.pane import Pane
    from loopview.tui.widgets.record_table import RecordTable


class ProposalDetail(ProposalActs):
    """Shows one proposal; a subclass has the queue and lays out the panes."""

    table: RecordTable
    diff: DiffView
    about: Pane
    following: Pane

    def __init__(self) -> None:
        super().__init__()
        self._dossier: Dossier | None = None
        self._reach: tuple[Reach, ...] | None = None
        self._shown: tuple[str, str, str] | None = None  # of what is shown: words, digest, state
        self._dropped: frozenset[Hunk] = frozenset()
        self._dropped_of = ""  # digest of the offer that they are hunks of
        self._mark: tuple[int, int, bool] | None = None  # of the run, as it was when the queue was looked at
        self._began = (0.0, 0.0)  # of the newest run: monotonic, and since the epoch
        self._run_seen = 0
        self._ticking: Timer | None = None
        self._commands: tuple[CommandRecord, ...] = ()

    # -- the detail --------------------------------------------------------------------------------------------

    @on(RowHighlighted, "#proposals-queue")
    def choose_row(self, message: RowHighlighted) -> None:
        """Load what is known of the proposal under the cursor."""
        message.stop()
        self._ask_dossier()

    def _ask_dossier(self) -> None:
        entry = self.entry
        about = (entry.proposal.content, entry.digest, entry.state.value) if entry is not None else None
        if about != self._shown:
            self._shown, self._dossier, self._reach = about, None, None
            self._show_diff()
            if entry is not None and not self.queue.problem:
                self._load(entry.key, about)
        self._draw()

    def _load(self, key: str, about: tuple[str, str, str] | None) -> None:
        root, settings = str(self.console.root), self.console.settings

        def question(_: Reader) -> Dossier:
            from loopview.engine.desk.dossier import dossier

            return dossier(root, settings, key)

        self.ask("dossier", question, self._show_dossier, about)

    def _show_dossier(self, dossier: Dossier) -> None:
        self._dossier = dossier
        self._show_diff()
        self._draw()
        if not dossier.paths:
            return
        root, settings = str(self.console.root), self.console.settings

        def question(_: Reader) -> tuple[Reach, ...]:
            from loopview.engine.desk.dossier import reach

            return reach(root, settings, dossier.paths)

        self.ask("reach", question, self._show_reach, self._shown)

    def _show_reach(self, reach: tuple[Reach, ...]) -> None:
        self._reach = reach
        self._draw()

    def _show_diff(self) -> None:
        offer = self._dossier.offer if self._dossier is not None else None
        if offer is None:
            waits = self.entry is not None and not self.queue.problem and self._dossier is None
            self.diff.show((), said="looking…" if waits else "no change yet: a starts it")
            return
        if offer.digest != self._dropped_of:
            self._dropped, self._dropped_of = frozenset(), offer.digest
        try:
            self.diff.show(review(offer.diff, offer.files))
        except PatchRefused as refused:
            self.diff.show((), said=f"the diff cannot be read: {refused}")
        self.diff.leave_out(self._dropped)

    def _draw(self) -> None:
        entry, now, plain = self.entry, self.view_state.now, self.plain
        headline = self.console.headline
        dead_ends = headline.dead_ends if headline is not None and headline.fingerprint else ()
        if entry is None:
            self.about.show(lambda _width: [])
        elif self.queue.problem and self._dossier is None:
            about = About(entry, Dossier(entry.key), None, plain=plain)
            self.about.show(lambda width: about.rows(width, now, dead_ends))
        else:
            about = About(entry, self._dossier, self._reach, plain=plain)
            self.about.show(lambda width: about.rows(width, now, dead_ends))
        self._draw_run()

    # -- the run -----------------------------------------------------------------------------------------------

    def edit_moved(self, progress: Progress) -> None:
        """Show what is new; look at the queue again when it began, entered a phase, or ended."""
        if progress.number != self._run_seen:
            self._run_seen = progress.number
            self._began = (monotonic(), datetime.now(UTC).timestamp())
        mark = (progress.number, len(progress.phases), progress.running)
        if mark != self._mark:
            self._mark = mark
            self._tick_while(running=progress.running)
            self._ask_commands()
            self.store_moved()
        if self.is_current:
            self._draw_run()

    def _ask_commands(self) -> None:
        since = self._began[1]

        def question(_: Reader) -> tuple[CommandRecord, ...]:
            from loopview.engine.desk.dossier import commands

            return commands(since)

        self.ask("commands", question, self._show_commands)

    def _show_commands(self, commands: tuple[CommandRecord, ...]) -> None:
        self._commands = commands
        self._draw_run()

    def _tick(self) -> None:
        """Let the time of a running edit go on."""
        if self.is_current:
            self._draw_run()

    def _tick_while(self, *, running: bool) -> None:
        """Draw every second while an edit runs, and never otherwise."""
        if running and self._ticking is None:
            self._ticking = self.set_interval(1.0, self._tick, name="edit")
        elif not running and self._ticking is not None:
            self._ticking.stop()
            self._ticking = None

    def _draw_run(self) -> None:
        progress, entry, plain = self.console.edits.progress, self.entry, self.plain
        shown = progress is not None and entry is not None and progress.key == entry.key
        ready = entry is not None and bool(entry.digest)
        self.set_class(shown and progress is not None and (progress.running or not ready), "-run")
        if progress is None:
            return
        seconds = progress.over if progress.over is not None else monotonic() - self._began[0]
        commands = self._commands
        title = "Running" if progress.running else "The run"
        entitle(self.following, Content(title), Content("^x cancels" if progress.running else ""))
        self.following.show(lambda width: run_rows(progress, seconds, commands, width, plain=plain))

    @on(DiffContextSought)
    def keep_context(self, message: DiffContextSought) -> None:
        """Say why the lines around a change stay as many as they are."""
        message.stop()
        self.console.say("a change is shown as it is confirmed: with three unchanged lines around")

    # -- hunks, files, copies ----------------------------------------------------------------------------------

    def action_drop(self, whole: bool) -> None:  # noqa: FBT001  # a binding passes its parameters by position
        """Drop the hunk under the cursor of the diff, or its whole file; or keep it again."""
        place, entry = self.diff.place, self.entry
        if not self._may() or place is None or entry is None:
            return
        if entry.place is not Place.READY:
            self.console.say("only of what is ready can hunks be dropped")
            return
        path = place[0]
        hunks = {(line.path, line.hunk) for line in self.diff.lines if line.path == path and line.hunk >= 0}
        wanted = frozenset(hunks or {(path, 0)}) if whole else frozenset({place})
        self._dropped = self._dropped - wanted if wanted <= self._dropped else self._dropped | wanted
        self.diff.leave_out(self._dropped)
        dropped = len(self._dropped)
        subtitle = f"{counted(dropped, 'hunk')} dropped: H tests the rest" if dropped else ""
        entitle(self.query_one("#proposals-diff-box"), None, content(subtitle))

    def offered(self) -> str:
        """Digest of the offer whose change is shown; empty without one."""
        offer = self._dossier.offer if self._dossier is not None else None
        return offer.digest if offer is not None else ""

    def dropped(self) -> frozenset[Hunk]:
        """The hunks of the shown offer that are to be left out."""
        offer = self._dossier.offer if self._dossier is not None else None
        return self._dropped if offer is not None and offer.digest == self._dropped_of else frozenset()

    def runs_bare(self) -> bool:
        """Whether the tests of the shown offer ran where no jail holds."""
        offer = self._dossier.offer if self._dossier is not None else None
        return offer is not None and ran_bare(offer)

    def action_editor(self) -> None:
        """Open the touched file in the editor, as the work tree has it."""
        place = self.diff.place
        paths = (place[0],) if place is not None else self._dossier.paths if self._dossier is not None else ()
        if not paths:
            self.console.say("no file is touched yet")
            return
        line = next(
            (each.old or each.new for each in self.diff.lines if (each.path, each.hunk) == place and each.old), 1
        )
        path = Path(self.queue.top or self.console.root) / paths[0]
        problem = open_in_editor(self.app, path, line, editor=self.console.settings.editor or "")
        if problem:
            self.console.say(problem, severity="warning")

    def copy_json(self) -> str | None:
        """Return what was proposed, as JSON."""
        entry = self.entry
        if entry is None:
            return None
        return json.dumps({"key": entry.key, "state": entry.state.value, **entry.proposal._asdict()})

    def copy_text(self) -> str | None:
        """Return the patch; where there is none, the row as it reads."""
        patch = self.diff.patch_text()
        if patch is not None:
            return patch
        row = self.table.row
        return None if row is None else "  ".join(cell.text for cell in row.cells if cell.text)
