"""Screen 4: every attempt of the journal, why the verdict is what it is, and what changed since the last turn."""

from __future__ import annotations

from datetime import timedelta
from time import monotonic
from typing import TYPE_CHECKING, ClassVar

from textual.containers import Container
from textual.content import Content

from loopview.tui.actions import Action
from loopview.tui.drafting import draft_action, failure_or_stall
from loopview.tui.proof_rows import proof_rows, since_rows
from loopview.tui.record_cells import ATTEMPT_COLUMNS, ATTEMPT_FIELDS, Cells
from loopview.tui.screens.change_screen import change_actions
from loopview.tui.screens.raw_actions import raw_actions
from loopview.tui.screens.record_browser import browser_actions
from loopview.tui.screens.record_screen import RecordScreen
from loopview.tui.targets import AttemptTarget
from loopview.tui.widgets.frame import entitle
from loopview.tui.widgets.pane import Pane

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.timer import Timer

    from loopview.domain.trouble import Sought
    from loopview.engine.journal import Proof
    from loopview.engine.since import Since
    from loopview.store.questions import Answer
    from loopview.store.reader import Reader
    from loopview.tui.targets import Target

GIT_SECONDS = 3.0
"""How long an answer of git about the work tree is good for while rows stream in."""


class JournalScreen(RecordScreen):
    """The proof above, all attempts below, and beside them what git says has changed since the last one."""

    NAME: ClassVar[str] = "journal"
    TITLE: ClassVar[str | None] = "Attempts"
    SHORT: ClassVar[str] = "Jrnl"
    KEY: ClassVar[str] = "4"
    FAMILY: ClassVar[str] = "attempts"
    NOUN: ClassVar[str] = "iteration"
    ACTIONS: ClassVar[tuple[Action, ...]] = (
        *browser_actions("journal", "attempts"),
        Action("journal.proof", "p", "why", "Go to the proof of the verdict", "proof", "View", shown=True),
        Action("journal.explain", "F", "fingerprint", "How the fingerprint came about, token by token", "explain",
               "View"),
        *change_actions("journal"),
        draft_action("journal"),
        *raw_actions("journal"),
    )  # fmt: skip

    def __init__(self) -> None:
        super().__init__()
        self._proof: Proof | None = None
        self._since: Since | None = None
        self._git_asked = float("-inf")
        self._git_due: Timer | None = None

    def compose_body(self) -> ComposeResult:
        """Lay out proof, changes, attempts and the attempt under the cursor."""
        self.proof = Pane("Why", id="journal-proof", classes="box")
        self.changes = Pane("Since the last recorded turn", id="journal-since", classes="box")
        with Container(id="journal-above"):
            yield self.proof
            yield self.changes
        with Container(id="journal-below"):
            yield self.make_browser(ATTEMPT_FIELDS, ATTEMPT_COLUMNS, Cells(plain=self.plain).attempt)
            yield self.make_pane()

    def refresh_view(self) -> None:
        """Look again, prove again, and ask git, at most every few seconds."""
        super().refresh_view()
        from loopview.engine.journal import load_proof

        state = self.view_state
        idle_after = timedelta(minutes=self.console.settings.idle_after)

        def question(reader: Reader) -> Proof:
            return load_proof(
                reader, threshold=state.stall_threshold, now=state.now, idle_after=idle_after, as_of=state.as_of
            )

        self.ask("proof", question, self._show_proof, state.stall_threshold)
        if self._git_due is None and not self.console.loading:
            wait = max(self._git_asked + GIT_SECONDS - monotonic(), 0.01)  # a timer of 0 divides by it
            self._git_due = self.set_timer(wait, self._ask_git, name="git")

    def arrive(self, target: Target) -> None:
        """Stand at an attempt."""
        if isinstance(target, AttemptTarget):
            self.arrive_at(target.iteration, target.source, target.generation, target.line)

    def evidence(self) -> Answer | None:
        """Return the rows the verdict was drawn from, or those of the table."""
        if self.proof.has_focus and self._proof is not None:
            return self._proof.answer
        return super().evidence()

    def trouble(self) -> Sought | None:
        """Return the stall beside its proof, else the failure of the attempt under the cursor."""
        from loopview.domain.trouble import Sought, Trouble

        verdict = self._proof.verdict if self._proof is not None else None
        if verdict is not None and verdict.stalled and (self.proof.has_focus or self._detail is None):
            return Sought(Trouble.STALL)
        detail = self._detail
        if detail is None or detail.gone or not detail.fingerprint or detail.value("gate") == "pass":
            return None
        return failure_or_stall(self, detail.fingerprint)

    def action_proof(self) -> None:
        """Go to the proof."""
        self.close()
        self.proof.focus()

    def action_change(self) -> None:
        """Show what the attempt's commit changed, or beside the proof what changed since the last recorded turn."""
        since = self._since
        if not self.changes.has_focus or since is None:
            super().action_change()
            return
        from loopview.engine.change import Span

        head = since.head.commit if since.head is not None else ""
        self.show_change(lambda _reader: Span(since.start, head, since.problem))

    def leave(self) -> bool:
        """Go back from the proof to the attempts first."""
        if not self.showing_change and (self.proof.has_focus or self.changes.has_focus):
            self.browser.table.focus()
            return True
        return super().leave()

    def _show_proof(self, proof: Proof) -> None:
        self._proof = proof
        now, plain = self.view_state.now, self.plain
        verdict = proof.verdict.verdict if proof.verdict is not None else ""
        entitle(self.proof, Content(f"Why {verdict}".rstrip()), Content(f"K={proof.threshold}"))
        self.proof.show(lambda width: proof_rows(proof, width, now, plain=plain))

    def _ask_git(self) -> None:
        from loopview.engine.journal import newest_commit
        from loopview.engine.since import since

        self._git_due, self._git_asked = None, monotonic()
        root = str(self.console.root)

        def question(reader: Reader) -> Since:
            return since(root, newest_commit(reader))

        self.ask("since", question, self._show_since)

    def _show_since(self, since: Since) -> None:
        self._since = since
        plain = self.plain
        self.changes.show(lambda width: since_rows(since, width, plain=plain))
