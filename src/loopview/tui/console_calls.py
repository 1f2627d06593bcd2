"""What calls for the operator, and what the operator calls for: alerts, the digest of a return, a probe run now."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from loopview.tui.call_workers import start_errand
from loopview.tui.caller import Caller
from loopview.tui.console_actions import ConsoleActions
from loopview.tui.prober import Prober

if TYPE_CHECKING:
    from loopview.domain.probe_board import Board, BoardRow
    from loopview.engine.digest import Digest
    from loopview.engine.headline_view import Headline
    from loopview.store.reader import Reader
    from loopview.tui.messages import AlertsDelivered, AlertsJudged, ProbeEnded
    from loopview.tui.targets import Target

FIRST_LOOK = timedelta(hours=24)
"""What a digest looks back on where nobody looked before."""


class ConsoleCalls(ConsoleActions):
    """Alerts ring here and leave from here; what happened since the last visit waits on the Dash."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.caller = Caller(self, str(self.root), self.settings)
        self.prober = Prober(self, str(self.root), self.settings)
        self.digest: Digest | None = None  #: since the last visit; None while not known, dismissed, or empty
        self._visit: datetime | None = None
        self._digested = False
        self._said_of_calls: set[str] = set()

    def close_calls(self) -> None:
        """End what goes on, and remember when the operator looked."""
        from loopview.engine.visits import keep_visit

        self.prober.end()
        self.caller.close()
        if self._digested:
            keep_visit(self.settings.state_dir, str(self.root), self.view_state.now)

    # -- alerts ------------------------------------------------------------------------------------------------

    def judge(self, headline: Headline) -> None:
        """Let the newest headline be judged, once all is read; a sample stands still and calls nobody."""
        store = self.monitor.store if self.monitor is not None else None
        if store is not None and not self.loading and not self.sample:
            self.caller.look(store, headline, self.view_state.now)

    def on_alerts_judged(self, message: AlertsJudged) -> None:
        """Ring once for what is new, and say it."""
        message.stop()
        look = message.look
        if look.calls:
            self.bell()
        for sentence in look.calls:
            self.say(sentence, severity="warning")
        self._say_once(look.problem)
        self.caller.judged(look)

    def on_alerts_delivered(self, message: AlertsDelivered) -> None:
        """Say which road failed; the console goes on."""
        message.stop()
        for problem in message.problems:
            self._say_once(problem)
        self.caller.delivered()

    def _say_once(self, problem: str) -> None:
        if problem and problem not in self._said_of_calls:
            self._said_of_calls.add(problem)
            self.say(problem, severity="error")

    def mute(self, words: str) -> None:
        """Mute alerts as the words say."""
        now = datetime.now(UTC)
        start_errand(self, lambda: self.caller.mute(words, now))

    # -- the digest --------------------------------------------------------------------------------------------

    def ask_digest(self) -> None:
        """Ask once what happened since the last visit, when everything is read."""
        if self._digested or self.loading or self.sample:
            return
        self._digested = True
        state_dir, root, now = self.settings.state_dir, str(self.root), self.view_state.now
        load = self._digest_loader()

        def question(reader: Reader) -> Digest | None:
            from loopview.engine.visits import last_visit

            visit = last_visit(state_dir, root)
            return load(reader, visit, now) if visit is not None and visit < now else None

        self._asker.ask("visit", question, self._take_digest)

    def _take_digest(self, digest: Digest | None) -> None:
        self._keep_visit()
        if digest is not None and not digest.empty:
            self.digest = digest
            self._visit = digest.since
            self._tell_digest()

    def action_digest(self, length: timedelta | None = None) -> None:
        """Show what happened since the last visit, or in so long."""
        since = None if length is not None else self._visit
        now, load = self.view_state.now, self._digest_loader()
        begin = since or now - (length or FIRST_LOOK)

        def show(digest: Digest) -> None:
            from loopview.tui.screens.digest import DigestScreen

            self.push_screen(DigestScreen(digest, visit=since is not None), self._leave_digest)

        self._asker.ask("digest", lambda reader: load(reader, begin, now), show, begin)

    def action_dismiss_digest(self) -> None:
        """Take the line about the last visit off the Dash."""
        self.digest = None
        self._tell_digest()

    def _leave_digest(self, target: Target | None) -> None:
        self.action_dismiss_digest()
        if target is not None:
            self.drill(target)

    def _tell_digest(self) -> None:
        for screen in self.loop_screens():
            screen.digest_changed(self.digest)

    def _digest_loader(self) -> Any:
        from loopview.engine.decisions import DecisionLog
        from loopview.engine.digest import load_digest

        settings, log = self.settings, DecisionLog(str(self.root), self.settings.state_dir)

        def load(reader: Reader, since: datetime, now: datetime) -> Digest:
            return load_digest(
                reader, log, since=since, now=now, stall_threshold=settings.stall_threshold,
                probe_threshold=settings.probe_threshold,
            )  # fmt: skip

        return load

    def _keep_visit(self) -> None:
        """Remember that the operator looks, in a worker: it writes a file."""
        from loopview.engine.visits import keep_visit

        state_dir, root, now = self.settings.state_dir, str(self.root), self.view_state.now
        if self._digested and state_dir:

            def keep() -> str:
                keep_visit(state_dir, root, now)
                return ""

            start_errand(self, keep)

    # -- probes ------------------------------------------------------------------------------------------------

    def action_run_probe(self, name: str = "") -> None:
        """Ask in a dialog whether a probe is to run now: the one named, under the cursor, or next in turn."""
        if self.read_only:
            self.say("read-only: nothing is written", severity="warning")
            return
        from loopview.engine.probes.shown import load_shown

        wanted = name or self._probe_in_front()
        root, settings, now, before = str(self.root), self.settings, self.view_state.now, self.screen
        if self.prober.name:
            self.say(f"{self.prober.name} runs: one probe at a time")
            return

        def show(board: Board) -> None:
            if self.screen is before:  # somebody went on meanwhile
                self._offer_probe(board, wanted)

        self._asker.ask("probes", lambda reader: load_shown(reader, root, settings, now).board, show, wanted)

    def _probe_in_front(self) -> str:
        from loopview.tui.screens.probes import ProbesScreen

        row = self.front.capability if isinstance(self.front, ProbesScreen) else None
        return row.name if row is not None else ""

    def _offer_probe(self, board: Board, name: str) -> None:
        from loopview.tui.screens.run_probe import RunProbeScreen

        row = next((it for it in board.rows if it.name == (name or board.next_name)), None)
        if row is None:
            known = ", ".join(it.name for it in board.rows if it.runnable)
            self.say(f"no probe is called {name}; there are: {known}" if name else "no probe can be run here")
            return
        dialog = RunProbeScreen(row, board, sample=self.sample)
        self.push_screen(dialog, lambda runs: self._run_probe(row) if runs else None)

    def _run_probe(self, row: BoardRow) -> None:
        if self.prober.run(row.name):
            self.say(f"running {row.name}…")
            self._look_at_probes()

    def on_probe_ended(self, message: ProbeEnded) -> None:
        """Say what it gave; the row itself comes as every row does."""
        message.stop()
        self.prober.ended()
        self.say(message.sentence, severity=message.severity)
        self._look_at_probes()

    def end_probe(self) -> None:
        """End the probe that this console runs."""
        if self.read_only:
            self.say("read-only: nothing is written", severity="warning")
        elif not self.prober.name:
            self.say("this console runs no probe")
        self.prober.end()

    def _look_at_probes(self) -> None:
        for screen in self.loop_screens():
            if screen.NAME == "probes":
                screen.store_moved()
