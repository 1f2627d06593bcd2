"""What can be done about a proposal: every act goes to the desk, through a dialog, in a thread."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar, cast

from loopview.domain.proposal_queue import Place
from loopview.tui.actions import WRITE, Action
from loopview.tui.content import content
from loopview.tui.proposals.errand import run_errand
from loopview.tui.proposals.person import decide
from loopview.tui.screens.gate import GateScreen, too_small
from loopview.tui.screens.gate_merge import MergeGate
from loopview.tui.screens.gate_start import AgainGate, StartGate
from loopview.tui.screens.reject import ReasonScreen
from loopview.tui.screens.table_screen import TableScreen
from loopview.tui.screens.trust import TrustGate

if TYPE_CHECKING:
    from collections.abc import Callable

    from loopview.domain.approval import Decision
    from loopview.domain.proposal_queue import Queue, Queued
    from loopview.engine.desk.desk import Desk
    from loopview.engine.desk.gates import Asked, Watch
    from loopview.engine.desk.runner import Job
    from loopview.tui.messages import ErrandDone

    Hunk = tuple[str, int]

DECIDE = "Decide"

ACTS: tuple[Action, ...] = (
    Action("proposals.approve", "a", "approve",
           "Start it, or merge what is ready: a dialog shows all of it and takes a typed digest",
           "approve", DECIDE, shown=True, guard=WRITE),
    Action("proposals.reject", "x", "reject",
           "Reject it, or all marked ones, with a reason that the loop can read",
           "reject", DECIDE, shown=True, guard=WRITE),
    Action("proposals.again", "R", "again",
           "Start it again on the base as it is now, or run the tests of what is ready again",
           "again", DECIDE, shown=True, guard=WRITE),
    Action("proposals.drop-hunk", "v", "drop hunk",
           "Drop the hunk under the cursor, or keep it again",
           "drop(False)", DECIDE, guard=WRITE),
    Action("proposals.drop-file", "V", "drop file",
           "Drop all hunks of the file under the cursor, or keep them again",
           "drop(True)", DECIDE, guard=WRITE),
    Action("proposals.keep", "H", "test rest",
           "Test what was kept, as a change of its own",
           "keep_rest", DECIDE, guard=WRITE),
    Action("proposals.cancel", "ctrl+x", "cancel",
           "Cancel the running edit: its processes are killed, nothing is published",
           "cancel_edit", DECIDE, guard=WRITE),
)  # fmt: skip

_GATES: dict[str, type[Any]] = {"trust": TrustGate, "start": StartGate, "merge": MergeGate, "again": AgainGate}


class ProposalActs(TableScreen):
    """The acts; a subclass says which proposal they are about, and shows what came of them."""

    ACTS: ClassVar[tuple[Action, ...]] = ACTS

    queue: Queue
    _kept: tuple[frozenset[Hunk], str] | None = None  # hunks to leave out, and why, until their digest is typed

    @property
    @abstractmethod
    def entry(self) -> Queued | None:
        """The proposal under the cursor."""

    @abstractmethod
    def chosen(self) -> tuple[Queued, ...]:
        """The marked proposals, or the one under the cursor."""

    @abstractmethod
    def offered(self) -> str:
        """Digest of the offer whose change is shown; empty without one."""

    @abstractmethod
    def dropped(self) -> frozenset[Hunk]:
        """The hunks of the shown offer that are to be left out."""

    @abstractmethod
    def runs_bare(self) -> bool:
        """Whether the tests of the shown offer ran where no jail holds."""

    @abstractmethod
    def settle(self) -> None:
        """Forget marks, and look at the queue again."""

    # -- acting ------------------------------------------------------------------------------------------------

    def action_approve(self) -> None:
        """Ask what approving means for this proposal now, then show that."""
        self._ask(again=False)

    def action_again(self) -> None:
        """Start it again, or run the tests of what is ready again."""
        self._kept = None
        self._ask(again=True)

    def _ask(self, *, again: bool) -> None:
        entry = self.entry
        if not self._may() or entry is None:
            return
        if problem := too_small(self.app.size):
            self.console.say(problem, severity="warning")
            return
        if self.console.edits.running:
            self.console.say("an edit is running: one at a time", severity="warning")
            return
        root, settings, key = str(self.console.root), self.console.settings, entry.key

        def errand() -> Asked:
            from loopview.engine.desk.gates import asked

            return asked(root, settings, key, again=again)

        run_errand(self, "gate", errand, (key, again))

    def action_reject(self) -> None:
        """Ask why, then say no."""
        if not self._may():
            return
        entries = tuple(each for each in self.chosen() if each.place is not Place.DECIDED)
        if not entries:
            self.console.say("nothing here is left to decide")
            return
        count = len(entries)
        title = "Reject this proposal" if count == 1 else f"Reject {count:,} proposals"
        names = [f"{each.key}: {each.proposal.title}" for each in entries]
        will = "it is rejected" if count == 1 else "all of them are rejected"

        def decided(reason: str | None) -> None:
            if reason is not None:
                self._reject(entries, reason)

        self.app.push_screen(ReasonScreen(title, names, f"{will} for good; the loop can read why"), decided)

    def _reject(self, entries: tuple[Queued, ...], reason: str) -> None:
        root, settings = str(self.console.root), self.console.settings
        decisions = [decide("reject", each.key, each.digest, "", reason=reason) for each in entries]

        def errand() -> str:
            from loopview.engine.desk.desk import Desk

            desk = Desk(root, settings)
            for decision in decisions:
                desk.reject(decision.proposal, decision)
            return f"{len(decisions)} rejected" if len(decisions) > 1 else f"{decisions[0].proposal} rejected"

        run_errand(self, "reject", errand)

    def action_drop(self, whole: bool) -> None:  # noqa: FBT001  # a binding passes its parameters by position
        """Mark hunks to be left out; a subclass that shows a diff does."""

    def action_keep_rest(self) -> None:
        """Ask why hunks are left out, then test what was kept."""
        entry, digest, refused = self.entry, self.offered(), self.dropped()
        if not self._may() or entry is None:
            return
        if not refused:
            self.console.say("no hunk is dropped: v drops the one under the cursor of the diff, V its file")
            return
        names = sorted(f"{path} #{number + 1}" for path, number in refused)

        def decided(reason: str | None) -> None:
            if reason is None:
                return
            if self.runs_bare():  # each run without a jail is confirmed by its digest
                self._kept = (refused, reason)
                self._ask(again=True)
                return
            choice = decide("drop", entry.key, digest, "", reason=reason)
            self._begin(entry, lambda desk: desk.choose(entry.key, refused, choice))

        will = "what is kept is tested again, as a change of its own; nothing is published"
        self.app.push_screen(ReasonScreen("Leave these hunks out", names, will), decided)

    def action_cancel_edit(self) -> None:
        """Cancel the running edit."""
        if not self._may():
            return
        if not self.console.edits.running:
            self.console.say("no edit is running here")
            return
        self.console.edits.cancel()

    def _may(self) -> bool:
        """Whether anything can be decided here; says why not."""
        problem = self.queue.problem
        if self.console.read_only:
            problem = "read-only: nothing is decided here"
        if problem:
            self.console.say(problem, severity="warning")
        return not problem

    # -- what came of it ---------------------------------------------------------------------------------------

    def on_errand_done(self, message: ErrandDone) -> None:
        """Open the dialog, or say what came of it."""
        message.stop()
        if message.problem:
            self.console.say(message.problem, severity="warning")
        elif message.topic == "gate":
            self._open_gate(message.value, again=bool(cast("tuple[str, bool]", message.about)[1]))
        elif message.topic == "trust":
            self.console.say("trusted")
            key, again = cast("tuple[str, bool]", message.about)
            if self.entry is not None and self.entry.key == key:
                self._ask(again=again)
        elif message.value:
            self.console.say(str(content(message.value)))
        if message.topic != "gate" or message.problem:
            self.settle()

    def _open_gate(self, asked: Asked, *, again: bool) -> None:
        if self.app.screen is not self:  # the operator went on: nothing pops up
            return
        root, settings = str(self.console.root), self.console.settings

        watches: list[Watch] = []  # made in the thread that looks

        def still() -> str:
            from loopview.engine.desk.gates import Watch

            if not watches:
                watches.append(Watch(root, settings, asked))
            return watches[0].why_not()

        gate: GateScreen = _GATES[asked.gate](asked, still)
        self.app.push_screen(gate, lambda decision: self._decided(asked, decision, again=again))

    def _decided(self, asked: Asked, decision: Decision | None, *, again: bool) -> None:
        entry = self.queue.find(asked.key)
        kept, self._kept = self._kept, None
        if decision is None or entry is None:
            self.settle()
            return
        if asked.gate == "trust":
            self._trust(asked, decision, again=again)
        elif asked.gate == "merge":
            self._begin(entry, lambda desk: _publishing(desk, asked.key, decision))
        elif asked.gate == "again" and kept is not None:
            refused, reason = kept
            choice = decision._replace(reason=reason)
            self._begin(entry, lambda desk: desk.choose(asked.key, refused, choice))
        elif asked.gate == "again":
            self._begin(entry, lambda desk: desk.test_again(asked.key, decision))
        else:
            self._begin(entry, lambda desk: desk.start(asked.key, decision))

    def _trust(self, asked: Asked, decision: Decision, *, again: bool) -> None:
        root, settings = str(self.console.root), self.console.settings

        def errand() -> None:
            from loopview.engine.desk.desk import Desk

            Desk(root, settings).trust(decision)

        run_errand(self, "trust", errand, (asked.key, again))

    def _begin(self, entry: Queued, job: Callable[[Desk], Job]) -> None:
        """Begin a job of the desk in the engine's thread; the desk is opened there."""
        root, settings = str(self.console.root), self.console.settings

        def make() -> Job:
            from loopview.engine.desk.desk import Desk

            return job(Desk(root, settings))

        if problem := self.console.edits.begin(entry.key, entry.proposal.title, make):
            self.console.say(problem, severity="warning")


def _publishing(desk: Desk, key: str, decision: Decision) -> Job:
    from loopview.engine.desk.publishing import Publishing

    return Publishing(desk, key, decision)
