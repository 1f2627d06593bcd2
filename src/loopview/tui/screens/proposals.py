"""Screen 6: what wants to change the repository, the evidence beside the decision, and the two gates."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.containers import Vertical
from textual.content import Content

from loopview.domain.proposal_queue import Place, Queue
from loopview.tui.actions import Action
from loopview.tui.content import content
from loopview.tui.messages import MarkSought, RowOpened
from loopview.tui.proposals.errand import run_errand
from loopview.tui.proposals.queue_rows import QUEUE_COLUMNS, queue_rows
from loopview.tui.screens.proposal_acts import ACTS
from loopview.tui.screens.proposal_detail import ProposalDetail
from loopview.tui.targets import ProposalTarget
from loopview.tui.widgets.diff_view import DiffView
from loopview.tui.widgets.frame import entitle
from loopview.tui.widgets.pane import Pane
from loopview.tui.widgets.record_table import RecordTable

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from loopview.domain.proposal_queue import Queued
    from loopview.engine.desk.queue import Looker
    from loopview.store.reader import Reader
    from loopview.tui.targets import Target

LEDGER_SECONDS = 2.0
"""How often it is looked whether another console has added to the record of decisions."""


class ProposalsScreen(ProposalDetail):
    """The queue, and everything known about the proposal under the cursor."""

    NAME: ClassVar[str] = "proposals"
    TITLE: ClassVar[str | None] = "Proposals"
    SHORT: ClassVar[str] = "Prop"
    KEY: ClassVar[str] = "6"
    AUTO_FOCUS: ClassVar[str | None] = "#proposals-queue"
    FOLLOWS_WINDOW: ClassVar[bool] = False
    ACTIONS: ClassVar[tuple[Action, ...]] = (
        *ACTS,
        Action("proposals.evidence", "i", "evidence", "Go to the evidence, and back to the queue", "about", "View",
               shown=True),
        Action("proposals.editor", "o", "editor", "Open the touched file in the editor, as the work tree has it",
               "editor", "Copy"),
    )  # fmt: skip

    def __init__(self) -> None:
        super().__init__()
        self.queue = Queue()
        self._lookers: list[Looker] = []  # one, made in the thread that looks
        self._commit = ""
        self._ledger = (0, 0)
        self._wanted = ""  # the proposal that a drill-down leads to

    def compose_body(self) -> ComposeResult:
        """Lay out queue, change (or the run that makes it), and evidence."""
        self.table = RecordTable(
            QUEUE_COLUMNS, id="proposals-queue", plain=self.plain, empty="reading…", live=False
        )
        self.diff = DiffView(plain=self.plain, id="proposals-diff")
        self.about = Pane("Evidence", id="proposals-about", classes="box")
        self.following = Pane("Running", id="proposals-run", classes="box")
        with Vertical(id="proposals-queue-box", classes="box table-box"):
            yield self.table
        with Vertical(id="proposals-right"):
            with Vertical(id="proposals-diff-box", classes="box table-box") as box:
                box.border_title = Content("Change")
                yield self.diff
            yield self.following
        yield self.about

    def on_mount(self) -> None:
        """Put right what a dead console left, and notice when another one decides something."""
        self.set_interval(LEDGER_SECONDS, self._look_at_ledger, name="ledger")
        if self.console.read_only or self.console.sample or self.app.is_headless:  # a picture writes nothing
            return
        root, settings = str(self.console.root), self.console.settings

        def errand() -> str:
            from loopview.engine.desk.desk import Desk

            try:
                return "; ".join(Desk(root, settings).recover())
            except Exception:  # noqa: BLE001  # the queue says what stands in the way
                return ""

        run_errand(self, "recover", errand)

    # -- the queue ---------------------------------------------------------------------------------------------

    def refresh_view(self) -> None:
        """Look at the queue again."""
        root, settings, sample = str(self.console.root), self.console.settings, self.console.sample
        lookers = self._lookers

        def question(_: Reader) -> Queue:
            from loopview.engine.desk.queue import Looker

            if not lookers:
                lookers.append(Looker(root, settings, sample=sample))
            return lookers[0].look()

        self.ask("queue", question, self._show_queue)

    def settle(self) -> None:
        """Forget marks, and look at the queue again."""
        self.table.marked.clear()
        self.store_moved()

    def arrive(self, target: Target) -> None:
        """Stand at a proposal."""
        if isinstance(target, ProposalTarget):
            self._wanted = target.key
            self._go("queue")
            self._stand()

    def _stand(self) -> None:
        keys = [each.key for each in self.queue.entries]
        if self._wanted in keys:
            self.table.move_to(keys.index(self._wanted))
            self._wanted = ""

    def headline_changed(self) -> None:
        """Look again, as a commit may have made a base stale; and tell dead ends of the stall that is now."""
        if self.is_current:
            self._draw()
        commit = self.console.headline.commit if self.console.headline is not None else ""
        if commit != self._commit:
            self._commit = commit
            self.store_moved()

    @property
    def entry(self) -> Queued | None:
        """The proposal under the cursor."""
        selected = self.table.selected
        return self.queue.find(selected.source) if selected is not None else None

    def chosen(self) -> tuple[Queued, ...]:
        """The marked proposals, or the one under the cursor."""
        marked = [found for key in self.table.marked if (found := self.queue.find(key.source)) is not None]
        return tuple(marked) or ((self.entry,) if self.entry is not None else ())

    def _show_queue(self, queue: Queue) -> None:
        self.queue = queue
        self.table.empty = "no proposals: the loop, a probe or you (`loopview propose`) make them"
        self.table.show_all(queue_rows(queue, self.view_state.now, plain=self.plain))
        counts = "  ".join(f"{queue.count(place)} {place.value}" for place in Place if queue.count(place))
        entitle(
            self.query_one("#proposals-queue-box"),
            Content.assemble("Queue", content(f"  {counts}" if counts else "", "not bold")),
            content(self._standing(), "$warning" if queue.problem else "", limit=max(self.size.width - 6, 10)),
        )
        self._stand()
        self._ask_dossier()

    def _standing(self) -> str:
        if self.console.read_only:
            return "read-only: nothing is decided here"
        if self.queue.problem:
            return self.queue.problem
        if self.queue.holder and not self.console.edits.running:
            return f"in progress by {self.queue.holder}"
        return f"trusted by {self.queue.trusted}" if self.queue.trusted else "not trusted yet: a asks"

    def _look_at_ledger(self) -> None:
        if not (self.is_current and self.queue.ledger):
            return
        try:
            found = os.stat(self.queue.ledger)
        except OSError:
            return
        now = (found.st_size, found.st_mtime_ns)
        if now != self._ledger:
            known, self._ledger = self._ledger, now
            if known != (0, 0):
                self.store_moved()

    # -- moving about ------------------------------------------------------------------------------------------

    @on(RowOpened, "#proposals-queue")
    def open_row(self, message: RowOpened) -> None:
        """Go to the change, or to the run that makes it."""
        message.stop()
        self._go("run" if self.has_class("-run") else "diff" if self.diff.lines else "about")

    @on(MarkSought)
    def find_mark(self, message: MarkSought) -> None:
        """Go to a marked row, where it stands now."""
        message.stop()
        at = next((index for index, each in enumerate(self.queue.entries) if each.key == message.key.source), None)
        if at is not None:
            self.table.move_to(at)

    def _go(self, where: str) -> None:
        self.set_class(where != "queue", "-below")
        self.set_class(where == "about", "-at-about")
        pane = {"queue": self.table, "diff": self.diff, "run": self.following, "about": self.about}[where]
        pane.focus()

    def on_descendant_focus(self) -> None:
        """In small layouts what has the focus takes the place of the rest."""
        super().on_descendant_focus()
        self.set_class(not self.table.has_focus, "-below")
        self.set_class(self.about.has_focus, "-at-about")
        self.call_next(self.console.draw_lines)

    def leave(self) -> bool:
        """End a search in the diff, then go back to the queue."""
        if self.diff.leave():
            return True
        if not self.table.has_focus:
            self._go("queue")
            return True
        return False

    def action_about(self) -> None:
        """Go to the evidence, and back."""
        self._go("queue" if self.about.has_focus else "about")
